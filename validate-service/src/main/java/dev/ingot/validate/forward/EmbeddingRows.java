package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.weights.ModuleDelta;
import dev.ingot.validate.weights.Side;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Input embeddings of one side, a row per distinct token: the matrix is never in memory as a whole. */
final class EmbeddingRows {
    private final Side side;
    private final int hidden;
    private final Map<Integer, float[]> rows = new HashMap<>();
    private float[] rightFactor = {};

    EmbeddingRows(Side side) {
        this.side = side;
        this.hidden = side.recipe().hidden();
    }

    /** windows x positions x hidden. */
    NDArray embed(NDManager manager, Batch batch) throws IOException {
        int[] tokens = batch.inputs();
        float[] values = new float[Math.multiplyExact(tokens.length, hidden)];
        for (int i = 0; i < tokens.length; i++) {
            System.arraycopy(row(tokens[i]), 0, values, i * hidden, hidden);
        }
        return manager.create(values, new Shape(batch.windows().size(), batch.length(), hidden));
    }

    private float[] row(int token) throws IOException {
        float[] known = rows.get(token);
        if (known != null) {
            return known;
        }
        String tensor = side.recipe().embedding();
        float[] row = new float[hidden];
        side.weights().floats(tensor, (long) token * hidden, row, hidden);
        ModuleDelta delta = side.deltas().get(side.recipe().embeddingModule());
        if (delta != null) {
            add(delta, token, row);
        }
        float scale = side.recipe().embeddingScale();
        for (int i = 0; scale != 1 && i < hidden; i++) {
            row[i] *= scale;
        }
        rows.put(token, row);
        return row;
    }

    private void add(ModuleDelta delta, int token, float[] row) throws IOException {
        float[] left = new float[delta.rank()];
        for (int k = 0; k < left.length; k++) {
            left[k] = one(
                    delta,
                    delta.left(),
                    delta.leftTransposed() ? k * delta.rows() + token : (long) token * left.length + k);
        }
        float[] right = rightOf(delta);
        for (int i = 0; i < hidden; i++) {
            float sum = 0;
            for (int k = 0; k < left.length; k++) {
                sum = Math.fma(left[k], right[delta.rightTransposed() ? i * left.length + k : k * hidden + i], sum);
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
