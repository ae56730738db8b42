package dev.ingot.pipeline.plan;

import dev.ingot.pipeline.codec.WhenAbsent;

/** What merge does to a value, in float32, before the one rounding. Operations apply in order. */
public sealed interface Operation {
    /**
     * {@code W[i,j] += scale * sum_k left[i,k] * right[k,j]}, k ascending in one float32 accumulator with fma, the product with scale rounded,
     * then the sum. The common case, for which merge has a kernel of its own.
     *
     * @param left rows x rank
     * @param right rank x columns
     * @param rounded whether the product with scale is rounded to the dtype in which the output is written before it is added, as PEFT casts the
     *     deltas of embeddings
     */
    record AddLowRank(
            Factor left,
            Factor right,
            int rank,
            float scale,
            @WhenAbsent("false") boolean rounded) implements Operation {
        /** One that is not rounded before the sum is. */
        public AddLowRank(Factor left, Factor right, int rank, float scale) {
            this(left, right, rank, scale, false);
        }
    }

    /** A matrix of the adapter, as stored or transposed. F32, F16 or BF16. */
    record Factor(TensorRef tensor, boolean transposed) {}

    /**
     * W becomes the value of a formula, in which {@link Entries.Base} stands for W as it was.
     *
     * @param result as many elements as W, whose rows and columns say how W counts as a matrix
     */
    record Become(Matrix result) implements Operation {}
}
