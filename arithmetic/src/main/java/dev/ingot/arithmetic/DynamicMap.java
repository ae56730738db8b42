package dev.ingot.arithmetic;

import java.util.Arrays;

/**
 * The 256 ascending values that an 8-bit code of bitsandbytes stands for ({@code create_dynamic_map}): seven decades of signed values, each
 * decade with twice the steps of the one below, and 0 and 1. Index 127 is zero.
 */
public final class DynamicMap {
    public static final int SIZE = 256;

    private static final int DECADES = 7;
    private static final float[] VALUES = create();

    private DynamicMap() {}

    /** A copy of all values, by code. */
    public static float[] table() {
        return VALUES.clone();
    }

    /** The value of a code. */
    public static float value(byte code) {
        return VALUES[Byte.toUnsignedInt(code)];
    }

    /** The code whose value is nearest to {@code relative}, by float32 midpoints; on a midpoint the even one. As the CUDA kernel finds it. */
    public static byte nearest(float relative) {
        int above = Arrays.binarySearch(VALUES, relative);
        if (above >= 0) {
            return (byte) above;
        }
        int high = Math.min(-above - 1, SIZE - 1);
        int low = Math.max(high - 1, 0);
        float middle = (VALUES[low] + VALUES[high]) * 0.5f;
        if (relative == middle) {
            return (byte) (low % 2 == 0 ? low : high);
        }
        return (byte) (relative > middle ? high : low);
    }

    private static float[] create() {
        float[] values = new float[SIZE];
        int filled = 0;
        for (int decade = 0; decade < DECADES; decade++) {
            int steps = 1 << decade;
            float scale = (float) Math.pow(10, decade - DECADES + 1);
            for (int j = 0; j < steps; j++) {
                float mean = (edge(steps, j) + edge(steps, j + 1)) / 2;
                values[filled++] = mean * scale;
                values[filled++] = -mean * scale;
            }
        }
        values[filled++] = 0;
        values[filled] = 1;
        Arrays.sort(values);
        return values;
    }

    /** Point {@code j} of {@code steps + 1} points from 0.1 to 1, from the nearer end and fused, as torch's vectorized linspace has it. */
    private static float edge(int steps, int j) {
        float step = (1f - 0.1f) / steps;
        return j < (steps + 1) / 2 ? (float) (0.1f + (double) step * j) : (float) (1.0 - (double) step * (steps - j));
    }
}
