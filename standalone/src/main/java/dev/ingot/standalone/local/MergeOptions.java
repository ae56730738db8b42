package dev.ingot.standalone.local;

import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asked for on the command line.
 *
 * @param base folder, {@code org/name}, {@code hf://…} or {@code s3://…}; empty for the one that the adapters name
 * @param adapters likewise, in the order in which they are applied
 * @param checkpoint which one, where an adapter's folder is a trainer's with several
 * @param quantizationConfig BitsAndBytesConfig as JSON, or a ready name, with which training quantized the base while loading
 * @param mergeBase which base the adapter is merged onto
 * @param swapNibbles whether a 4-bit base has the first of two elements in the low nibble
 * @param baseIsResidual whether the base is what an initialization such as PiSSA left for training
 * @param adapterConfig LoRA config in PEFT's form, for training checkpoints that have none
 * @param mirrors what to do where a training checkpoint's copies of base tensors differ from the base
 * @param evaluation set name to a file of text
 * @param evaluationMember of JSON lines that counts
 * @param keepRejected whether to deliver a checkpoint that a gate rejected
 * @param threads that merge and validate may use
 * @param scratch folder to keep the run's documents in; without one they stay in memory
 * @param policy file with limits
 * @param overrides of gates, by persons
 * @param originalBase 16-bit original of a base that is packed, for a merge base by measurement
 */
public record MergeOptions(
        Optional<String> base,
        List<WeightedAdapter> adapters,
        Optional<CheckpointChoice> checkpoint,
        Path out,
        TrainedOn trainedOn,
        Optional<String> quantizationConfig,
        MergeBase mergeBase,
        boolean swapNibbles,
        boolean baseIsResidual,
        Optional<String> adapterConfig,
        MirrorPolicy mirrors,
        OutputDType dtype,
        TiePolicy tie,
        ValidationLevel validate,
        Map<String, Path> evaluation,
        Optional<String> evaluationMember,
        long maxShardBytes,
        boolean provenance,
        boolean keepRejected,
        int threads,
        Optional<Path> scratch,
        Optional<Path> policy,
        List<GateOverride> overrides,
        Optional<String> originalBase) {
    public MergeOptions {
        adapters = List.copyOf(adapters);
        evaluation = Map.copyOf(evaluation);
        overrides = List.copyOf(overrides);
    }
}
