package dev.ingot.pipeline.plan;

import java.util.List;

/**
 * One file of the merged checkpoint.
 *
 * @param number 1-based
 * @param file its name: {@code model.safetensors}, or {@code model-00001-of-00003.safetensors}
 * @param tensors in the order in which they stand in the file
 */
public record OutputShard(int number, String file, List<OutputTensor> tensors) {
    public OutputShard {
        tensors = List.copyOf(tensors);
    }

    /** Whether dequant has work with this shard. */
    public boolean hasQuantized() {
        return tensors.stream().anyMatch(tensor -> tensor.value().isQuantized());
    }

    /** Bytes of all tensors, without the header. */
    public long bytes() {
        return tensors.stream().mapToLong(OutputTensor::bytes).sum();
    }
}
