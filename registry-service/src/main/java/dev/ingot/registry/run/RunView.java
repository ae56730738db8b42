package dev.ingot.registry.run;

import dev.ingot.pipeline.report.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run as API and pages show it: put together from the store, with live progress on top.
 *
 * @param model name under which the result is published
 * @param waitsFor what has to happen next, in a sentence; empty when the run is over
 * @param verdict once the run is over
 * @param hasReport whether there is a report to look at
 */
public record RunView(
        String team,
        String run,
        String model,
        RunState state,
        String base,
        String adapter,
        String submittedBy,
        Instant submittedAt,
        List<StageView> stages,
        String waitsFor,
        Optional<Verdict> verdict,
        boolean hasReport,
        RunLinks links) {
    public RunView {
        stages = List.copyOf(stages);
    }
}
