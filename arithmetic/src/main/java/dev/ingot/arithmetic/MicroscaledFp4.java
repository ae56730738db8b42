package dev.ingot.arithmetic;

/**
 * MXFP4 of the OCP microscaling formats: E2M1 elements, sign and 3-bit magnitude, times a power of two (E8M0) that 32 of them share. As
 * transformers unpacks gpt-oss: exact but for the rounding to the dtype asked for.
 *
 * <pre>
 * byte      0          1          2
 *         e1 e0      e3 e2      e5 e4      the first element in the low nibble
 * </pre>
 */
public final class MicroscaledFp4 {
    /** Elements that share a scale. */
    public static final int GROUP = 32;
    /** The E8M0 pattern that is no number. */
    public static final int NOT_A_NUMBER = 255;

    private static final int BIAS = 127;
    private static final float[] MAGNITUDES = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

    private MicroscaledFp4() {}

    /** The value of an E2M1 element, 0 to 15; 8 is negative zero. */
    public static float element(int nibble) {
        float magnitude = MAGNITUDES[nibble & 7];
        return nibble < 8 ? magnitude : -magnitude;
    }

    /** The nibble of element {@code e} in bytes of which the first holds element {@code first} (which may be its high nibble). */
    public static int nibble(byte[] blocks, long first, long e) {
        int at = (int) ((e >> 1) - (first >> 1));
        return (e & 1) == 0 ? blocks[at] & 0xF : blocks[at] >>> 4 & 0xF;
    }

    /**
     * {@code element * 2^(scale - 127)} in float32: exact, subnormal numbers included; infinite beyond the range.
     *
     * @param scale 0 to 254; 255 gives NaN, as the format defines it
     */
    public static float value(int nibble, int scale) {
        return scale == NOT_A_NUMBER ? Float.NaN : Math.scalb(element(nibble), scale - BIAS);
    }
}
