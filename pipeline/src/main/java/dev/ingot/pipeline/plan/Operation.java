package dev.ingot.pipeline.plan;

/** What merge does to a value, in float32, before the one rounding. Operations apply in order. */
public sealed interface Operation {
    /**
     * {@code W[i,j] += scale * sum_k left[i,k] * right[k,j]}, k ascending in one float32 accumulator with fma, the product with scale rounded,
     * then the sum.
     *
     * @param left rows x rank
     * @param right rank x columns
     */
    record AddLowRank(Factor left, Factor right, int rank, float scale) implements Operation {}

    /** A matrix of the adapter, as stored or transposed. F32, F16 or BF16. */
    record Factor(TensorRef tensor, boolean transposed) {}
}
