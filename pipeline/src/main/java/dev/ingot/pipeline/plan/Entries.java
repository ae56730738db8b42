package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;

/** Matrices that are read or generated, not computed from others. */
public sealed interface Entries extends Matrix {
    /** The value that the operation changes, as the operations before it left it. */
    record Base(int rows, int columns) implements Entries {}

    /** The value before any operation: what DoRA takes its norms of, also where adapters before it have changed the weight. */
    record Original(int rows, int columns) implements Entries {}

    /** The stored elements of a tensor, F32, F16 or BF16, row by row; {@code rows * columns} elements. */
    record Tensor(TensorRef tensor, int rows, int columns) implements Entries {
        public Tensor {
            if (tensor.shape().elements() != (long) rows * columns) {
                throw new IllegalArgumentException("%s of shape %s is no matrix of %d x %d"
                        .formatted(tensor.name(), tensor.shape(), rows, columns));
            }
        }
    }

    /** Another value of the base: the weight beside a bias. Plain tensors only. */
    record Neighbour(Value.Stored value, int rows, int columns) implements Entries {}

    /** Every element the same. */
    record Filled(float value, int rows, int columns) implements Entries {}

    /**
     * What torch's {@code uniform_(low, high)} gives on a CPU, from a generator that was seeded with {@code seed} and has given {@code skip}
     * numbers.
     *
     * @param dtype of the tensor that torch fills: F32 or BF16
     */
    record Uniform(long seed, long skip, float low, float high, DType dtype, int rows, int columns)
            implements Entries {}

    /**
     * Zero, but for the values at the indices, added where an index stands twice.
     *
     * @param indices [2, k] (rows, then columns) or [k] (flattened); whole numbers of any dtype, floating ones included
     * @param values k elements
     */
    record Scattered(TensorRef indices, Matrix values, int rows, int columns) implements Entries {
        public Scattered {
            Shape shape = indices.shape();
            long count = (long) values.rows() * values.columns();
            if (shape.elements() != count && shape.elements() != 2 * count) {
                throw new IllegalArgumentException(
                        "%s of shape %s does not index %d values".formatted(indices.name(), shape, count));
            }
        }
    }

    /**
     * Rows that are weighted by few entries: row i has {@code weights[i, j]} at column {@code indices[i, j]}, and what is missing to 1 at the last
     * of its indices.
     *
     * @param indices [..., k], one group for each row; whole numbers
     * @param weights [..., k - 1]
     */
    record TopWeights(TensorRef indices, TensorRef weights, int rows, int columns) implements Entries {}

    /**
     * The real part of the inverse discrete Fourier transform of a sparse spectrum, which counts {@code 1 / (rows * columns)}: element (i, j) is
     * {@code scale / (rows * columns) * sum_k c_k cos(2 pi (i p_k / rows + j q_k / columns))}. The places are the first of torch's
     * {@code randperm(rows * columns)} on a CPU, seeded with {@code seed}: {@code p = place / columns}, {@code q = place % columns}.
     *
     * @param spectrum one row
     */
    record Fourier(Matrix spectrum, long seed, float scale, int rows, int columns) implements Entries {}
}
