package dev.ingot.dequant;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;

/**
 * Dequantizes 4 bit fast: per block the 16 possible results are worked out and rounded once, then every nibble is a look-up. Gives the bytes of
 * {@link dev.ingot.arithmetic.FourBitDequantization}.
 *
 * <pre>
 * byte      0          1          2
 *         e0 e1      e2 e3      e4 e5      high nibble first; blocks run over the flattened tensor
 * </pre>
 *
 * All methods: {@code packed} begins with the byte that holds element {@code first}, {@code absmax[at]} is the scale of its block, and the
 * result stands in {@code into[0..count)}.
 */
final class FourBitKernel {
    private static final int NIBBLES = 16;

    private FourBitKernel() {}

    /** Float32 values that {@code dtype} holds exactly. */
    static void floats(
            FourBitCode code,
            DType dtype,
            int blocksize,
            byte[] packed,
            float[] absmax,
            int at,
            long first,
            float[] into,
            int count) {
        float[] codes = code.table();
        float[] table = new float[NIBBLES];
        int end = (int) Math.min(blocksize - first % blocksize, count);
        int block = at;
        for (int start = 0; start < count; end = Math.min(end + blocksize, count)) {
            float scale = absmax[block++];
            round(codes, scale, dtype, table);
            lookUp(table, packed, (int) (first & 1), into, start, end);
            start = end;
        }
    }

    /** Bit patterns of {@code dtype}, F16 or BF16. */
    static void halves(
            FourBitCode code,
            DType dtype,
            int blocksize,
            byte[] packed,
            float[] absmax,
            int at,
            long first,
            short[] into,
            int count) {
        float[] codes = code.table();
        short[] table = new short[NIBBLES];
        int end = (int) Math.min(blocksize - first % blocksize, count);
        int block = at;
        for (int start = 0; start < count; end = Math.min(end + blocksize, count)) {
            float scale = absmax[block++];
            roundToBits(codes, scale, dtype, table);
            lookUp(table, packed, (int) (first & 1), into, start, end);
            start = end;
        }
    }

    /** The dtype is asked for once per block, not once per value: this is a fifth of the work. */
    private static void round(float[] codes, float scale, DType dtype, float[] table) {
        switch (dtype) {
            case F16 -> {
                for (int i = 0; i < NIBBLES; i++) {
                    table[i] = Float.float16ToFloat(Float.floatToFloat16(codes[i] * scale));
                }
            }
            case BF16 -> {
                for (int i = 0; i < NIBBLES; i++) {
                    table[i] = HalfPrecision.fromBFloat16(HalfPrecision.toBFloat16(codes[i] * scale));
                }
            }
            default -> {
                for (int i = 0; i < NIBBLES; i++) {
                    table[i] = Rounding.to(dtype, codes[i] * scale);
                }
            }
        }
    }

    private static void roundToBits(float[] codes, float scale, DType dtype, short[] table) {
        if (dtype == DType.F16) {
            for (int i = 0; i < NIBBLES; i++) {
                table[i] = Float.floatToFloat16(codes[i] * scale);
            }
        } else {
            for (int i = 0; i < NIBBLES; i++) {
                table[i] = (short) Rounding.bits(dtype, codes[i] * scale);
            }
        }
    }

    /** {@code odd} is 1 when element 0 is a low nibble. */
    private static void lookUp(float[] table, byte[] packed, int odd, float[] into, int start, int end) {
        int i = start;
        if ((i + odd & 1) == 1 && i < end) {
            into[i] = table[packed[i + odd >> 1] & 0xF];
            i++;
        }
        for (; i + 1 < end; i += 2) {
            int pair = packed[i + odd >> 1];
            into[i] = table[pair >>> 4 & 0xF];
            into[i + 1] = table[pair & 0xF];
        }
        if (i < end) {
            into[i] = table[packed[i + odd >> 1] >>> 4 & 0xF];
        }
    }

    private static void lookUp(short[] table, byte[] packed, int odd, short[] into, int start, int end) {
        int i = start;
        if ((i + odd & 1) == 1 && i < end) {
            into[i] = table[packed[i + odd >> 1] & 0xF];
            i++;
        }
        for (; i + 1 < end; i += 2) {
            int pair = packed[i + odd >> 1];
            into[i] = table[pair >>> 4 & 0xF];
            into[i + 1] = table[pair & 0xF];
        }
        if (i < end) {
            into[i] = table[packed[i + odd >> 1] >>> 4 & 0xF];
        }
    }
}
