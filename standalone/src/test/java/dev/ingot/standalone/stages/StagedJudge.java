package dev.ingot.standalone.stages;

import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.Judge;
import dev.ingot.validate.JudgeRequest;
import dev.ingot.validate.Judgement;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.text.EvaluationText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Validate's judgement on what {@link StagedMerge} made of a plan. */
final class StagedJudge {
    private static final ValidateConfig CONFIG = ValidateConfig.delivering().withThreads(2);

    private StagedJudge() {}

    /** Writes the checkpoint into {@code folder} and judges it. */
    static Judgement judge(StagedMerge merge, Path base, Path adapter, Path folder) throws Exception {
        return Judgement.of(merge.plan(), findings(merge, base, adapter, folder, true), CONFIG.policy());
    }

    /**
     * What the judge finds, before any limit is applied.
     *
     * @param write whether the checkpoint has to be written into {@code folder} first
     */
    static Findings findings(StagedMerge merge, Path base, Path adapter, Path folder, boolean write) throws Exception {
        Path merged = write ? merge.write(merge.fused(), folder) : folder;
        JudgeRequest request = new JudgeRequest(
                merge.plan(),
                FolderFiles.of(base),
                false,
                Optional.empty(),
                FolderFiles.of(adapter),
                FolderFiles.of(merged),
                List.of(EvaluationText.general()),
                ValidationLevel.SMOKE,
                Duration.ofSeconds(1));
        return new Judge(CONFIG).examine(request, Progress.NONE);
    }

    /** Name of the gate that keeps the checkpoint back; empty where none does. */
    static String closed(Judgement judgement) {
        return judgement.closed().map(Gate::name).orElse("");
    }
}
