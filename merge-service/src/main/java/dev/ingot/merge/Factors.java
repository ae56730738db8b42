package dev.ingot.merge;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Factor;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.tile.PlainTiles;
import java.io.IOException;

/**
 * The factors of one delta in memory.
 *
 * @param kernel that multiplies them
 * @param left row-major, rows x rank
 * @param right as the kernel wants it
 * @param rounded whether the delta is rounded before it is added
 */
record Factors(LowRankKernel kernel, float[] left, float[][] right, int rank, float scale, boolean rounded) {
    /**
     * Reads both factors of an operation on a matrix of {@code rows} x {@code columns}; RefusedInput {@code adapter.non-finite} when they hold
     * anything else than finite numbers.
     */
    static Factors load(AddLowRank operation, int rows, int columns, PlainTiles tiles) throws IOException {
        int rank = operation.rank();
        float[] left = matrix(operation.left(), rows, rank, tiles);
        float[] right = matrix(operation.right(), rank, columns, tiles);
        LowRankKernel kernel = LowRankKernels.ofThisProcess().next(rank, (long) rows * columns);
        return new Factors(
                kernel, left, kernel.arrange(right, rank, columns), rank, operation.scale(), operation.rounded());
    }

    /** Row-major {@code rows} x {@code columns}, transposed back where it is stored the other way round. */
    private static float[] matrix(Factor factor, int rows, int columns, PlainTiles tiles) throws IOException {
        TensorRef tensor = factor.tensor();
        Shape expected = factor.transposed() ? Shape.of(columns, rows) : Shape.of(rows, columns);
        if (!tensor.shape().equals(expected)) {
            throw new IllegalArgumentException(
                    "%s has shape %s, expected %s".formatted(tensor.name(), tensor.shape(), expected));
        }
        float[] values = new float[Math.multiplyExact(rows, columns)];
        tiles.floats(new Stored(tensor, tensor.dtype()), 0, values, values.length);
        requireFinite(tensor, values);
        return factor.transposed() ? transpose(values, columns, rows) : values;
    }

    private static float[] transpose(float[] values, int rows, int columns) {
        float[] transposed = new float[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = values[i * columns + j];
            }
        }
        return transposed;
    }

    private static void requireFinite(TensorRef tensor, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new RefusedInput(
                        "adapter.non-finite",
                        "%s of the adapter holds %s; expected finite numbers.".formatted(tensor.name(), value),
                        "take an earlier checkpoint of the training run: this one has diverged");
            }
        }
    }
}
