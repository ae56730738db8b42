package dev.ingot.validate;

import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.validate.text.EvaluationText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be judged.
 *
 * @param plan that is judged along with its output: of it, only the ledger and what people read are taken
 * @param swapNibbles whether 4-bit tensors of the base have the first of two elements in the low nibble, as the run's request says
 * @param baseIsResidual whether the base is what the adapter's initialization left, as the run's request says
 * @param quantization by which training quantized the base while loading it, as the run's request says; empty where the merge is onto the base as
 *     it is stored
 * @param adapters in the order in which they are applied
 * @param merged the checkpoint as a consumer would get it
 * @param texts to measure on
 * @param time that a smoke measurement may take: about as long as the merge did
 */
public record JudgeRequest(
        Plan plan,
        FileSet base,
        boolean swapNibbles,
        boolean baseIsResidual,
        Optional<TrainingQuantization> quantization,
        List<AdapterFiles> adapters,
        FileSet merged,
        List<EvaluationText> texts,
        ValidationLevel level,
        Duration time) {
    public JudgeRequest {
        texts = List.copyOf(texts);
        adapters = List.copyOf(adapters);
    }

    /** The same texts, read with the tokenizer of another checkpoint. */
    JudgeRequest of(FileSet checkpoint) {
        return new JudgeRequest(
                plan, base, swapNibbles, baseIsResidual, quantization, adapters, checkpoint, texts, level, time);
    }

    /** Of one adapter, as it was trained. */
    public JudgeRequest(
            Plan plan,
            FileSet base,
            boolean swapNibbles,
            boolean baseIsResidual,
            Optional<TrainingQuantization> quantization,
            FileSet adapter,
            FileSet merged,
            List<EvaluationText> texts,
            ValidationLevel level,
            Duration time) {
        this(
                plan,
                base,
                swapNibbles,
                baseIsResidual,
                quantization,
                List.of(AdapterFiles.whole(adapter.location(), adapter)),
                merged,
                texts,
                level,
                time);
    }
}
