package dev.ingot.arithmetic;

/**
 * FP8 E4M3 without infinities ({@code float8_e4m3fn}): sign, 4 bits of exponent with bias 7, 3 bits of mantissa. The largest value is 448; all ones
 * is NaN.
 */
public final class Float8 {
    private static final int MANTISSA_BITS = 3;
    private static final int BIAS = 7;
    private static final float[] VALUES = new float[256];

    static {
        for (int bits = 0; bits < VALUES.length; bits++) {
            float magnitude = magnitude(bits & 0x7F);
            VALUES[bits] = bits < 0x80 ? magnitude : -magnitude;
        }
    }

    private Float8() {}

    /** The exact value of a pattern. */
    public static float fromE4M3(byte bits) {
        return VALUES[Byte.toUnsignedInt(bits)];
    }

    private static float magnitude(int bits) {
        if (bits == 0x7F) {
            return Float.NaN;
        }
        int exponent = bits >>> MANTISSA_BITS;
        int mantissa = bits & (1 << MANTISSA_BITS) - 1;
        int significand = exponent == 0 ? mantissa : mantissa | 1 << MANTISSA_BITS;
        return Math.scalb((float) significand, Math.max(exponent, 1) - BIAS - MANTISSA_BITS);
    }
}
