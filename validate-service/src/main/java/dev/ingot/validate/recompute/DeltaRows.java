package dev.ingot.validate.recompute;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.validate.weights.ModuleDelta;
import java.io.IOException;
import java.util.Arrays;

/** What an adapter adds to rows of one matrix, each element as {@link dev.ingot.arithmetic.LowRankDelta} defines it. */
final class DeltaRows implements Added {
    private final ModuleDelta delta;
    private final DType dtype;
    private final int columns;
    private final float[] right;
    private float[] left = {};
    private long firstRow;

    private DeltaRows(ModuleDelta delta, DType dtype, float[] right) {
        this.delta = delta;
        this.dtype = dtype;
        this.columns = Math.toIntExact(delta.columns());
        this.right = right;
    }

    /** @param dtype in which the tensor was written */
    static DeltaRows open(ModuleDelta delta, DType dtype) throws IOException {
        float[] stored = new float[Math.toIntExact(delta.rank() * delta.columns())];
        delta.source().floats(delta.right(), 0, stored, stored.length);
        int columns = Math.toIntExact(delta.columns());
        return new DeltaRows(
                delta, dtype, delta.rightTransposed() ? transposed(stored, columns, delta.rank()) : stored);
    }

    /** Reads the left factor for the rows that follow. */
    @Override
    public void band(long first, int rows, float[] base) throws IOException {
        firstRow = first;
        int rank = delta.rank();
        left = new float[rows * rank];
        if (!delta.leftTransposed()) {
            delta.source().floats(delta.left(), first * rank, left, left.length);
            return;
        }
        float[] strip = new float[rows];
        for (int k = 0; k < rank; k++) {
            delta.source().floats(delta.left(), k * delta.rows() + first, strip, rows);
            for (int i = 0; i < rows; i++) {
                left[i * rank + k] = strip[i];
            }
        }
    }

    @Override
    public void row(long row, float[] into) {
        int at = Math.toIntExact(row - firstRow) * delta.rank();
        Arrays.fill(into, 0, columns, 0);
        for (int k = 0; k < delta.rank(); k++) {
            float factor = left[at + k];
            for (int j = 0; j < columns; j++) {
                into[j] = Math.fma(factor, right[k * columns + j], into[j]);
            }
        }
        for (int j = 0; j < columns; j++) {
            into[j] *= delta.scale();
            into[j] = delta.rounded() ? Rounding.to(dtype, into[j]) : into[j];
        }
    }

    /** Sum of the absolute products behind one element, times the scale. */
    @Override
    public double magnitude(long row, int column) {
        int at = Math.toIntExact(row - firstRow) * delta.rank();
        double sum = 0;
        for (int k = 0; k < delta.rank(); k++) {
            sum += Math.abs((double) left[at + k] * right[k * columns + column]);
        }
        return Math.abs(delta.scale()) * sum;
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] turned = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = matrix[i * columns + j];
            }
        }
        return turned;
    }
}
