package dev.ingot.arithmetic;

/** FP4 as bitsandbytes 0.50 quantizes it on a CPU: torch's bucketize over the signed midpoints. What the GPU does differs on ties. */
final class TorchRules {
    private static final int[] THRESHOLDS = {
        0x3b2aaaab, 0x3db00000, 0x3e555556, 0x3e955556, 0x3ed55556, 0x3f155556, 0x3f555556
    };
    private static final int[] MAGNITUDES = {0, 1, 6, 7, 4, 5, 2, 3};

    private TorchRules() {}

    /** Packed bytes of whole blocks. */
    static byte[] fp4(float[] values, int blocksize) {
        byte[] packed = new byte[values.length / 2];
        for (int i = 0; i < values.length; i++) {
            int start = i / blocksize * blocksize;
            float absmax = FourBitQuantization.absmax(values, start, start + blocksize);
            int nibble = nibble(values[i] * (1f / absmax));
            packed[i / 2] |= (byte) (i % 2 == 0 ? nibble << 4 : nibble);
        }
        return packed;
    }

    /** Bins are open at their lower end, so a negative tie goes to the larger magnitude. The bin around zero falls apart at zero. */
    private static int nibble(float relative) {
        int magnitude = 0;
        for (int bits : THRESHOLDS) {
            float threshold = Float.intBitsToFloat(bits);
            if (relative < 0 ? relative <= -threshold : relative > threshold) {
                magnitude++;
            }
        }
        boolean sign = magnitude == 0 ? relative > 0 : relative < 0;
        return MAGNITUDES[magnitude] | (sign ? 8 : 0);
    }
}
