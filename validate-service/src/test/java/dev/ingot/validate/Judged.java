package dev.ingot.validate;

import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import dev.ingot.validate.text.EvaluationText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The judgement on a merged folder, on some hundred tokens. */
record Judged(Findings findings, List<Gate> gates, Optional<Gate> closed) {
    private static final ValidateConfig CONFIG =
            new ValidateConfig(GatePolicy.publishing(), ValidateConfig.Destination.REGISTRY, 128, 512, 256, 2);

    static Judged of(Path base, Path adapter, Path merged) throws IOException, InterruptedException {
        return of(base, adapter, merged, Plans.complete(base, adapter), ValidationLevel.FULL);
    }

    static Judged of(Path base, Path adapter, Path merged, Plan plan, ValidationLevel level)
            throws IOException, InterruptedException {
        JudgeRequest request = new JudgeRequest(
                plan,
                FolderFiles.of(base),
                false,
                false,
                Optional.empty(),
                FolderFiles.of(adapter),
                FolderFiles.of(merged),
                List.of(EvaluationText.general()),
                level,
                Duration.ofSeconds(1));
        Findings findings = new Judge(CONFIG).examine(request, Progress.NONE);
        List<Gate> gates = Gates.judge(findings, CONFIG.policy());
        return new Judged(findings, gates, Gates.closed(gates, CONFIG.policy()));
    }

    /** Name of the gate that keeps the checkpoint back; empty when it may go out. */
    String gate() {
        return closed.map(Gate::name).orElse("");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        gates.forEach(gate -> text.append(gate).append('\n'));
        return text.toString();
    }
}
