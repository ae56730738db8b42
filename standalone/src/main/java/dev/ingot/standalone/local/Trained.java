package dev.ingot.standalone.local;

import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.util.List;
import java.util.Optional;

/**
 * What was trained, and what training saw, as a person says it.
 *
 * @param base folder, {@code org/name}, {@code hf://…} or {@code s3://…}; empty for the one that the adapters name
 * @param adapters likewise, in the order in which they are applied
 * @param checkpoint which one, where an adapter's folder is a trainer's with several
 * @param quantizationConfig BitsAndBytesConfig as JSON, or a ready name, with which training quantized the base while loading
 * @param swapNibbles whether a 4-bit base has the first of two elements in the low nibble
 * @param baseIsResidual whether the base is what an initialization such as PiSSA left for training
 * @param adapterConfig LoRA config in PEFT's form, for training checkpoints that have none
 * @param mirrors what to do where a training checkpoint's copies of base tensors differ from the base
 */
public record Trained(
        Optional<String> base,
        List<WeightedAdapter> adapters,
        Optional<CheckpointChoice> checkpoint,
        TrainedOn trainedOn,
        Optional<String> quantizationConfig,
        boolean swapNibbles,
        boolean baseIsResidual,
        Optional<String> adapterConfig,
        MirrorPolicy mirrors) {
    public Trained {
        adapters = List.copyOf(adapters);
    }
}
