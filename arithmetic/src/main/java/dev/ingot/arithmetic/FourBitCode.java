package dev.ingot.arithmetic;

import java.util.HexFormat;
import java.util.Locale;

/**
 * The 16 values that a nibble stands for, relative to its block's absmax. bitsandbytes' kernels hold them as constants and ignore the
 * {@code quant_map} of a file, and so does Ingot. The thresholds between them are those of its CUDA kernels, which are not always the midpoints.
 */
public enum FourBitCode {
    /** The NormalFloat of QLoRA: quantiles of a normal distribution, 0 and both ends exact. */
    NF4(
            "bf800000 bf3239b1 bf066b30 beca32a0 be91a24d be3d353f bdba7871 00000000"
                    + " 3da2faff 3e24cae3 3e7c04dd 3ead033a 3ee1a4b8 3f1007ab 3f3913b3 3f800000",
            "bf591cd9 bf1c5270 beeb8480 beadea76 be703cec be0d38bc bd3a7871"
                    + " 3d22faff 3df64863 3e5067e0 3e9582d4 3ec753f9 3f006d03 3f248daf 3f5c89d9") {
        @Override
        public int nibble(float relative) {
            return above(relative);
        }
    },
    /** Sign and a 3-bit magnitude, divided by 12. Nibble 8 is negative zero, as the CUDA kernel has it; thresholds are of the magnitude. */
    FP4(
            "00000000 3baaaaab 3f2aaaab 3f800000 3eaaaaab 3f000000 3e2aaaab 3e800000"
                    + " 80000000 bbaaaaab bf2aaaab bf800000 beaaaaab bf000000 be2aaaab be800000",
            "3b2aaab9 3db00000 3e555555 3e955555 3ed55556 3f155550 3f555555") {
        @Override
        public int nibble(float relative) {
            int magnitude = ASCENDING_MAGNITUDES[above(Math.abs(relative))];
            return relative < 0 ? SIGN | magnitude : magnitude;
        }
    };

    private static final int[] ASCENDING_MAGNITUDES = {0, 1, 6, 7, 4, 5, 2, 3};
    private static final int SIGN = 8;

    private final float[] table;
    private final float[] thresholds;

    FourBitCode(String table, String thresholds) {
        this.table = floats(table);
        this.thresholds = floats(thresholds);
    }

    private static float[] floats(String hex) {
        String[] words = hex.split(" ", -1);
        float[] values = new float[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(HexFormat.fromHexDigits(words[i]));
        }
        return values;
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

    /**
     * The nibble that the CUDA kernels give a value divided by its block's absmax. On a threshold it is the smaller one (FP4: of the
     * magnitudes). All comparisons with NaN fail, so NaN becomes nibble 0.
     */
    public abstract int nibble(float relative);

    /** A copy of the thresholds, ascending; FP4's are of the magnitude. */
    public float[] thresholds() {
        return thresholds.clone();
    }

    /** How many thresholds {@code relative} is above. */
    int above(float relative) {
        int above = 0;
        for (float threshold : thresholds) {
            if (relative > threshold) {
                above++;
            }
        }
        return above;
    }
}
