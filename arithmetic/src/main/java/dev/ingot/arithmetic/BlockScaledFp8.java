package dev.ingot.arithmetic;

/**
 * FP8 weights with one scale per tile of a matrix, as DeepSeek ships them: {@code weight * scale} in float32, one product, which is then rounded
 * once. DeepSeek calls the scale {@code weight_scale_inv} but multiplies by it.
 */
public final class BlockScaledFp8 {
    private BlockScaledFp8() {}

    /** The float32 value of an E4M3 pattern. */
    public static float value(byte weight, float scale) {
        return Float8.fromE4M3(weight) * scale;
    }

    /** Where the scale of an element stands among those of a [rows, columns] matrix, row by row; tiles at the edges may be smaller. */
    public static long scaleIndex(long row, long column, long columns, int blockRows, int blockColumns) {
        return row / blockRows * Math.ceilDiv(columns, (long) blockColumns) + column / blockColumns;
    }
}
