package dev.ingot.arithmetic;

/**
 * LLM.int8: 8-bit integers with one scale per row, the row's absmax ({@code kInt8VectorQuant} and {@code int8_vectorwise_dequant} of
 * bitsandbytes). Weights are cast to float16 before they are quantized, whatever dtype they have.
 */
public final class RowwiseInt8 {
    private static final float LEVELS = 127;
    private static final float ONE_LEVEL = 1 / LEVELS;

    private RowwiseInt8() {}

    /** The float32 value of a code: two products in this order, each rounded. */
    public static float value(byte code, float absmax) {
        return code * absmax * ONE_LEVEL;
    }

    /** What is quantized in place of {@code value}: infinite beyond float16's range. */
    public static float cast(float value) {
        return HalfPrecision.fromFloat16(HalfPrecision.toFloat16(value));
    }

    /** The largest magnitude of {@code row[from, to)} after the cast. */
    public static float absmax(float[] row, int from, int to) {
        float absmax = 0;
        for (int i = from; i < to; i++) {
            absmax = Math.max(absmax, Math.abs(cast(row[i])));
        }
        return absmax;
    }

    /**
     * By what a row is multiplied: 127 times the rounded reciprocal. CUDA's fast division and torch's division of a number by a tensor both work
     * by the reciprocal; the GPU's own is an approximation.
     */
    public static float multiplier(float absmax) {
        return 1 / absmax * LEVELS;
    }

    /** The code of a value of a row, nearest and ties to even; 0 in a row of zeros. */
    public static byte code(float value, float multiplier) {
        return (byte) Math.rint(cast(value) * multiplier);
    }
}
