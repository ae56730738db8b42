package dev.ingot.arithmetic;

import java.util.Locale;

/**
 * The 16 values that a nibble stands for, relative to its block's absmax. bitsandbytes' kernels hold them as constants and ignore the
 * {@code quant_map} of a file, and so does Ingot.
 */
public enum FourBitCode {
    /** The NormalFloat of QLoRA: quantiles of a normal distribution, 0 and both ends exact. */
    NF4(
            0xbf800000,
            0xbf3239b1,
            0xbf066b30,
            0xbeca32a0,
            0xbe91a24d,
            0xbe3d353f,
            0xbdba7871,
            0x00000000, //
            0x3da2faff,
            0x3e24cae3,
            0x3e7c04dd,
            0x3ead033a,
            0x3ee1a4b8,
            0x3f1007ab,
            0x3f3913b3,
            0x3f800000),
    /** Sign and a 3-bit magnitude, divided by 12. Nibble 8 is negative zero, as the CUDA kernel has it. */
    FP4(
            0x00000000,
            0x3baaaaab,
            0x3f2aaaab,
            0x3f800000,
            0x3eaaaaab,
            0x3f000000,
            0x3e2aaaab,
            0x3e800000, //
            0x80000000,
            0xbbaaaaab,
            0xbf2aaaab,
            0xbf800000,
            0xbeaaaaab,
            0xbf000000,
            0xbe2aaaab,
            0xbe800000);

    private final float[] table = new float[16];

    FourBitCode(int... bits) {
        for (int i = 0; i < table.length; i++) {
            table[i] = Float.intBitsToFloat(bits[i]);
        }
    }

    /** The code that a file names {@code nf4} or {@code fp4}; IllegalArgumentException for any other name. */
    public static FourBitCode named(String quantType) {
        return valueOf(quantType.toUpperCase(Locale.ROOT));
    }

    /** The value of a nibble, 0 to 15. */
    public float value(int nibble) {
        return table[nibble];
    }

    /** A copy of all 16 values, by nibble. */
    public float[] table() {
        return table.clone();
    }
}
