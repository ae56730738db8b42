package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;

/** Rounds float32 values to the dtypes that a merge writes: F32, F16, BF16. Others throw IllegalArgumentException. */
public final class Rounding {
    private Rounding() {}

    /** {@code value} rounded once (nearest, ties to even) to {@code dtype}, given back as float32. */
    public static float to(DType dtype, float value) {
        return fromBits(dtype, bits(dtype, value));
    }

    /** The bit pattern of {@code value} in {@code dtype}: its low 16 or all 32 bits. */
    public static int bits(DType dtype, float value) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits(value);
            case F16 -> Short.toUnsignedInt(HalfPrecision.toFloat16(value));
            case BF16 -> Short.toUnsignedInt(HalfPrecision.toBFloat16(value));
            default -> throw notMergeable(dtype);
        };
    }

    /** The value of a bit pattern of {@code dtype}. */
    public static float fromBits(DType dtype, int bits) {
        return switch (dtype) {
            case F32 -> Float.intBitsToFloat(bits);
            case F16 -> HalfPrecision.fromFloat16((short) bits);
            case BF16 -> HalfPrecision.fromBFloat16((short) bits);
            default -> throw notMergeable(dtype);
        };
    }

    static IllegalArgumentException notMergeable(DType dtype) {
        return new IllegalArgumentException("nothing is rounded to " + dtype + ": expected F32, F16 or BF16");
    }
}
