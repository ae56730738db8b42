package dev.ingot.validate.weights;

import dev.ingot.arithmetic.LowRankDelta;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.io.IOException;

/** A {@link ModuleDelta} as one of several changes of a tensor. */
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
        boolean rounds = delta.rounded() && dtype != DType.F32;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < columns(); j++) {
                float added = LowRankDelta.at(left, all, delta.rank(), columns(), i, j, delta.scale());
                values[i * columns() + j] += rounds ? Rounding.to(dtype, added) : added;
            }
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
