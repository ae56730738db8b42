package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.io.IOException;
import java.util.Arrays;

/** A {@link ModuleDelta} as one of several changes of a tensor, each element as {@link dev.ingot.arithmetic.LowRankDelta} defines it. */
final class DeltaStep implements TrainedRows {
    private final ModuleDelta delta;
    private float[] right = {};

    DeltaStep(ModuleDelta delta) {
        this.delta = delta;
    }

    @Override
    public int columns() {
        return Math.toIntExact(delta.columns());
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        float[] left = left(first, count);
        float[] all = right();
        float[] sums = new float[columns()];
        boolean rounds = delta.rounded() && dtype != DType.F32;
        for (int i = 0; i < count; i++) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < delta.rank(); k++) {
                add(sums, left[i * delta.rank() + k], all, k * sums.length);
            }
            for (int j = 0; j < sums.length; j++) {
                float added = delta.scale() * sums[j];
                values[i * sums.length + j] += rounds ? Rounding.to(dtype, added) : added;
            }
        }
    }

    private static void add(float[] sums, float factor, float[] right, int at) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] = Math.fma(factor, right[at + j], sums[j]);
        }
    }

    /** Rows of the left factor: count x rank. */
    private float[] left(long first, int count) throws IOException {
        int rank = delta.rank();
        float[] left = new float[count * rank];
        if (!delta.leftTransposed()) {
            delta.source().floats(delta.left(), first * rank, left, left.length);
            return left;
        }
        float[] strip = new float[count];
        for (int k = 0; k < rank; k++) {
            delta.source().floats(delta.left(), k * delta.rows() + first, strip, count);
            for (int i = 0; i < count; i++) {
                left[i * rank + k] = strip[i];
            }
        }
        return left;
    }

    /** The right factor: rank x columns; read once. */
    private synchronized float[] right() throws IOException {
        if (right.length == 0) {
            float[] stored = new float[Math.multiplyExact(delta.rank(), columns())];
            delta.source().floats(delta.right(), 0, stored, stored.length);
            right = delta.rightTransposed() ? transposed(stored) : stored;
        }
        return right;
    }

    private float[] transposed(float[] stored) {
        int rank = delta.rank();
        float[] turned = new float[stored.length];
        for (int j = 0; j < columns(); j++) {
            for (int k = 0; k < rank; k++) {
                turned[k * columns() + j] = stored[j * rank + k];
            }
        }
        return turned;
    }
}
