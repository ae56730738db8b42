package dev.ingot.arithmetic;

/**
 * The two 16-bit formats, as bit patterns. Narrowing rounds to nearest, ties to even, in one step; values beyond the largest finite one become
 * infinite (float16: from 65,520 on); a NaN stays a NaN with its sign. Widening is exact.
 */
public final class HalfPrecision {
    private static final int BFLOAT16_DROPPED = 16;
    private static final int QUIET_BFLOAT16 = 0x40;

    private HalfPrecision() {}

    /** IEEE 754 binary16 of a float32. */
    public static short toFloat16(float value) {
        return Float.floatToFloat16(value);
    }

    /** The float32 that has the value of a binary16. */
    public static float fromFloat16(short bits) {
        return Float.float16ToFloat(bits);
    }

    /**
     * bfloat16 of a float32: its upper half, plus one where the lower half is more than half a unit, or exactly half and the upper half odd. The
     * carry may run into the exponent, which is then the right answer, infinity included.
     */
    public static short toBFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> BFLOAT16_DROPPED | QUIET_BFLOAT16);
        }
        int lastKept = bits >>> BFLOAT16_DROPPED & 1;
        return (short) (bits + 0x7FFF + lastKept >>> BFLOAT16_DROPPED);
    }

    /** The float32 that has the value of a bfloat16. */
    public static float fromBFloat16(short bits) {
        return Float.intBitsToFloat(bits << BFLOAT16_DROPPED);
    }
}
