package dev.ingot.arithmetic;

/**
 * How bitsandbytes' CUDA kernels ({@code kQuantizeBlockwise}) make 4 bit of float32 values. Per block of the flattened tensor, the last of which
 * may be short: {@code absmax = max |x|}, {@code r = 1 / absmax}, and each nibble is that of {@code x * r}. Multiplied by the reciprocal, not
 * divided, and with subnormal numbers counting as zero, because the kernels are compiled for speed.
 *
 * <p>The GPU approximates the reciprocal to one unit in the last place; here it is rounded to nearest. For NF4 from bfloat16 no nibble depends on
 * it, for NF4 from float16 those of one pair of mantissas in 22 million.
 */
public final class FourBitQuantization {
    private static final int PADDING = 0;

    private FourBitQuantization() {}

    /** Largest magnitude of {@code values[from, to)}; a NaN is passed over. */
    public static float absmax(float[] values, int from, int to) {
        float absmax = 0;
        for (int i = from; i < to; i++) {
            float magnitude = Math.abs(flushed(values[i]));
            if (magnitude > absmax) {
                absmax = magnitude;
            }
        }
        return absmax;
    }

    /** The reciprocal by which a block is multiplied: infinite for a zero block, whose values then become NaN and nibble 0. */
    public static float reciprocal(float absmax) {
        return flushed(1f / absmax);
    }

    /** The nibble of one value of a block. */
    public static int nibble(FourBitCode code, float value, float reciprocal) {
        return code.nibble(flushed(flushed(value) * reciprocal));
    }

    /**
     * Quantizes {@code count} values from the first block on.
     *
     * @param packed filled from index 0, the first of two elements in the high nibble; an odd count is padded with the nibble of zero
     * @param absmax filled from index 0, one scale per block
     */
    public static void quantize(
            FourBitCode code, float[] values, int blocksize, byte[] packed, float[] absmax, int count) {
        for (int start = 0; start < count; start += blocksize) {
            int end = Math.min(start + blocksize, count);
            float scale = absmax(values, start, end);
            float reciprocal = reciprocal(scale);
            absmax[start / blocksize] = scale;
            for (int i = start; i < end; i++) {
                put(packed, i, nibble(code, values[i], reciprocal));
            }
        }
        if (count % 2 != 0) {
            put(packed, count, code.nibble(PADDING));
        }
    }

    private static void put(byte[] packed, int element, int nibble) {
        int at = element / 2;
        packed[at] = (byte) (element % 2 == 0 ? nibble << 4 : packed[at] & 0xF0 | nibble);
    }

    /** Subnormal numbers become a zero of their sign. */
    static float flushed(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
    }
}
