package dev.ingot.validate.forward;

import dev.ingot.validate.weights.ModuleDelta;
import dev.ingot.validate.weights.Side;
import java.io.IOException;

/** Rows of an embedding of one side, with the adapter's part: only the one that is asked for is ever in memory. */
final class TableRows {
    private final Side side;
    private final String module;
    private final int columns;
    private float[] rightFactor = {};

    /** @param columns of the whole table */
    TableRows(Side side, String module, int columns) {
        this.side = side;
        this.module = module;
        this.columns = columns;
    }

    /** A row, which the caller may change. */
    float[] row(int index) throws IOException {
        return stretch(index, 0, columns);
    }

    /** Columns {@code [first, first + width)} of a row. */
    float[] stretch(int index, int first, int width) throws IOException {
        float[] row = new float[width];
        side.weights().floats(module + ".weight", (long) index * columns + first, row, width);
        ModuleDelta delta = side.deltas().get(module);
        if (delta != null) {
            add(delta, index, first, row);
        }
        return row;
    }

    private void add(ModuleDelta delta, int index, int first, float[] row) throws IOException {
        float[] left = new float[delta.rank()];
        for (int k = 0; k < left.length; k++) {
            left[k] = one(
                    delta,
                    delta.left(),
                    delta.leftTransposed() ? k * delta.rows() + index : (long) index * left.length + k);
        }
        float[] right = rightOf(delta);
        for (int i = 0; i < row.length; i++) {
            int column = first + i;
            float sum = 0;
            for (int k = 0; k < left.length; k++) {
                int at = delta.rightTransposed() ? column * left.length + k : k * columns + column;
                sum = Math.fma(left[k], right[at], sum);
            }
            row[i] += delta.scale() * sum;
        }
    }

    private float[] rightOf(ModuleDelta delta) throws IOException {
        if (rightFactor.length == 0) {
            rightFactor = new float[Math.toIntExact(delta.rank() * delta.columns())];
            delta.source().floats(delta.right(), 0, rightFactor, rightFactor.length);
        }
        return rightFactor;
    }

    private static float one(ModuleDelta delta, String tensor, long at) throws IOException {
        float[] value = new float[1];
        delta.source().floats(tensor, at, value, 1);
        return value[0];
    }
}
