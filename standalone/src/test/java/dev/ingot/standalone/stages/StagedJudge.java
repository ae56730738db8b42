package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.AdapterFiles;
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
        return judge(merge, base, Optional.empty(), adapter, folder);
    }

    /** @param quantization by which training quantized the base while loading it */
    static Judgement judge(
            StagedMerge merge, Path base, Optional<TrainingQuantization> quantization, Path adapter, Path folder)
            throws Exception {
        Path merged = merge.write(merge.fused(), folder);
        return Judgement.of(merge.plan(), findings(merge, base, quantization, adapter, merged), CONFIG.policy());
    }

    /**
     * What the judge finds, before any limit is applied.
     *
     * @param write whether the checkpoint has to be written into {@code folder} first
     */
    static Findings findings(StagedMerge merge, Path base, Path adapter, Path folder, boolean write) throws Exception {
        Path merged = write ? merge.write(merge.fused(), folder) : folder;
        return findings(merge, base, Optional.empty(), adapter, merged);
    }

    private static Findings findings(
            StagedMerge merge, Path base, Optional<TrainingQuantization> quantization, Path adapter, Path merged)
            throws Exception {
        return findings(
                merge,
                base,
                quantization,
                List.of(AdapterFiles.whole(adapter.toUri().toString(), FolderFiles.of(adapter))),
                merged);
    }

    /** The same for several adapters, of what was written into {@code merged}. */
    static Findings findings(
            StagedMerge merge,
            Path base,
            Optional<TrainingQuantization> quantization,
            List<AdapterFiles> adapters,
            Path merged)
            throws Exception {
        JudgeRequest request = new JudgeRequest(
                merge.plan(),
                FolderFiles.of(base),
                false,
                merge.baseIsResidual(),
                quantization,
                adapters,
                FolderFiles.of(merged),
                List.of(EvaluationText.general()),
                ValidationLevel.SMOKE,
                Duration.ofSeconds(1));
        return new Judge(CONFIG).examine(request, Progress.NONE);
    }

    /** What the judge concludes from findings. */
    static Judgement judge(StagedMerge merge, Findings findings) {
        return Judgement.of(merge.plan(), findings, CONFIG.policy());
    }

    /** Name of the gate that keeps the checkpoint back; empty where none does. */
    static String closed(Judgement judgement) {
        return judgement.closed().map(Gate::name).orElse("");
    }
}
