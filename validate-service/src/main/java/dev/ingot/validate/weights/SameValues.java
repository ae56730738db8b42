package dev.ingot.validate.weights;

import java.io.IOException;
import java.util.Arrays;

/** Whether two tensors of a checkpoint are the same one, stored twice. */
public final class SameValues {
    private static final int CHUNK = 1 << 16;

    private SameValues() {}

    /** Bit by bit, and in dtype and shape. */
    public static boolean in(WeightSource weights, String a, String b) throws IOException {
        if (!weights.shape(a).equals(weights.shape(b)) || weights.dtype(a) != weights.dtype(b)) {
            return false;
        }
        long elements = weights.shape(a).orElseThrow().elements();
        float[] one = new float[CHUNK];
        float[] other = new float[CHUNK];
        for (long first = 0; first < elements; first += CHUNK) {
            int count = (int) Math.min(CHUNK, elements - first);
            weights.floats(a, first, one, count);
            weights.floats(b, first, other, count);
            if (!Arrays.equals(one, 0, count, other, 0, count)) {
                return false;
            }
        }
        return true;
    }
}
