package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;

/**
 * What loading made of one tensor.
 *
 * @param dtype that it was cast to, first of all
 */
public record LoadedTensor(DType dtype, Treatment treatment) {
    /** What happened after the cast. */
    public enum Treatment {
        /** Nothing. */
        CAST,
        /** Quantized, row by row as it is stored. */
        QUANTIZED,
        /** Quantized with rows and columns exchanged: the weight of a Conv1D. */
        QUANTIZED_TRANSPOSED
    }

    public boolean isQuantized() {
        return treatment != Treatment.CAST;
    }
}
