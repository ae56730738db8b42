package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;

/**
 * How many representable values of a dtype lie between two bit patterns of it. Both zeros count as one value, infinity as the neighbour of the
 * largest finite one.
 */
public final class Ulp {
    /** Distance from a NaN to anything but the same pattern. */
    public static final long NOT_COMPARABLE = Long.MAX_VALUE;

    private Ulp() {}

    /** Distance between two bit patterns of F16, BF16 (low 16 bits) or F32. */
    public static long between(DType dtype, int a, int b) {
        if (a == b) {
            return 0;
        }
        if (isNaN(dtype, a) || isNaN(dtype, b)) {
            return NOT_COMPARABLE;
        }
        return Math.abs(ordinal(dtype, a) - ordinal(dtype, b));
    }

    /** Distance between two values, each rounded to {@code dtype} first. */
    public static long between(DType dtype, float a, float b) {
        return between(dtype, Rounding.bits(dtype, a), Rounding.bits(dtype, b));
    }

    /** Sign and magnitude as one number line. */
    private static long ordinal(DType dtype, int bits) {
        long sign = 1L << dtype.bits() - 1;
        long unsigned = Integer.toUnsignedLong(bits);
        return unsigned < sign ? unsigned : sign - unsigned;
    }

    private static boolean isNaN(DType dtype, int bits) {
        return Float.isNaN(Rounding.fromBits(dtype, bits));
    }
}
