package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.LocatedTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Holds the code maps in a file against those that bitsandbytes writes. */
final class CodeMaps {
    static final int CODES = 16;
    static final int NESTED_CODES = 256;

    /** Versions of bitsandbytes typed some values with four digits only. */
    private static final float LAST_DIGITS = 1e-3f;

    private static final int[] NF4 = {
        0xbf800000, 0xbf3239b1, 0xbf066b30, 0xbeca32a0, 0xbe91a24d, 0xbe3d353f, 0xbdba7871, 0x00000000,
        0x3da2faff, 0x3e24cae3, 0x3e7c04dd, 0x3ead033a, 0x3ee1a4b8, 0x3f1007ab, 0x3f3913b3, 0x3f800000
    };
    private static final int[] FP4_MAGNITUDES = {
        0x00000000, 0x3baaaaab, 0x3f2aaaab, 0x3f800000, 0x3eaaaaab, 0x3f000000, 0x3e2aaaab, 0x3e800000
    };

    private CodeMaps() {}

    /** RefusedInput {@code quantization.code-map} unless {@code map} has {@code codes} float32 values. */
    static void requireMap(String parameter, LocatedTensor map, int codes) {
        if (map.dtype() != DType.F32 || map.shape().rank() != 1 || map.shape().elements() != codes) {
            throw Refusals.damaged(
                    "code-map",
                    parameter,
                    "needs %d codes in F32, one-dimensional, but %s is %s of shape %s"
                            .formatted(codes, map.name(), map.dtype(), map.shape()));
        }
    }

    /**
     * Whether a quant_map is, bit for bit, the one that belongs to {@code quantType}; the sign of a zero is free. RefusedInput
     * {@code quantization.code-map} when it differs by more than the last digits: then the nibbles stand for something else.
     */
    static boolean isExact(String parameter, String quantType, byte[] map) {
        FloatBuffer values = floats(map);
        boolean exact = true;
        for (int code = 0; code < CODES; code++) {
            float expected = quantType.equals("nf4") ? Float.intBitsToFloat(NF4[code]) : fp4(code);
            float found = values.get(code);
            if (!(Math.abs(found - expected) < LAST_DIGITS)) {
                throw Refusals.damaged(
                        "code-map",
                        parameter,
                        "carries a quant_map in which code %d stands for %s; in %s it stands for %s"
                                .formatted(code, found, quantType, expected));
            }
            exact &= found == expected;
        }
        return exact;
    }

    private static float fp4(int code) {
        float magnitude = Float.intBitsToFloat(FP4_MAGNITUDES[code & 7]);
        return code < 8 ? magnitude : -magnitude;
    }

    /**
     * RefusedInput {@code quantization.code-map} unless a nested_quant_map is a possible one: ascending, within [-1, 1]. It is used as the file has
     * it, because bitsandbytes computes it anew on every machine and the last bits differ.
     */
    static void requireAscending(String parameter, byte[] map) {
        FloatBuffer values = floats(map);
        float last = -1;
        for (int code = 0; code < NESTED_CODES; code++) {
            float value = values.get(code);
            if (!(value >= last && value <= 1)) {
                throw Refusals.damaged(
                        "code-map",
                        parameter,
                        "carries a nested_quant_map in which code %d stands for %s after %s; expected ascending values within -1 and 1"
                                .formatted(code, value, last));
            }
            last = value;
        }
        if (values.get(0) == last) {
            throw Refusals.damaged(
                    "code-map", parameter, "carries a nested_quant_map in which every code stands for " + last);
        }
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
