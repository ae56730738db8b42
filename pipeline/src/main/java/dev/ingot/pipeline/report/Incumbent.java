package dev.ingot.pipeline.report;

import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;

/**
 * The version that an alias named when the checkpoint was judged.
 *
 * @param perplexities of its own report, on texts with the same digest and as many tokens; of these {@code merged} is the incumbent's
 * @param notCompared why there are none: a sentence's part, or empty
 */
public record Incumbent(String model, String alias, int version, List<Perplexity> perplexities, String notCompared) {
    public Incumbent {
        perplexities = List.copyOf(perplexities);
    }
}
