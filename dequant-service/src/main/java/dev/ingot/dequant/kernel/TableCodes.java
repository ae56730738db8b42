package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;

/**
 * A code's 16 values, as often as a vector of 16-bit lanes holds them, in the forms that {@link VectorLoops} builds tables from. "Parted" puts
 * the values with an even index before those with an odd one.
 *
 * @param inOrder the values
 * @param parted the values, parted
 * @param magnitudes their magnitudes, parted
 * @param rebias parted: what makes the bits of a magnitude's product those of a float16, 13 places up and rounded, once the last bit that is
 *     kept has been added
 * @param least smallest magnitude other than 0
 * @param greatest largest magnitude
 */
record TableCodes(float[] inOrder, float[] parted, float[] magnitudes, int[] rebias, float least, float greatest) {
    /** From the bias of a float's exponent to that of a float16, and half of the last place, less one, for rounding. */
    private static final int REBIAS = 0xFFF - (127 - 15 << 23);

    /** Where 13 places up the sign of a float16 is. */
    private static final int SIGN = 0x8000 << 13;

    private static final float LEAST_NORMAL = 0x1p-14f;
    private static final float GREATEST = 65504;

    /**
     * Whether each product of a code but 0 and a scale is a normal float16.
     *
     * @param smallest bits of the smallest scale; as ints, those of positive floats are in the floats' order
     * @param largest bits of the largest one
     */
    boolean normal(int smallest, int largest) {
        return Float.intBitsToFloat(smallest) * least >= LEAST_NORMAL
                && Float.intBitsToFloat(largest) * greatest <= GREATEST;
    }

    static TableCodes of(FourBitCode code) {
        int lanes = VectorLoops.LANES;
        float[] inOrder = new float[lanes];
        float[] parted = new float[lanes];
        float[] magnitudes = new float[lanes];
        int[] rebias = new int[lanes];
        float least = Float.MAX_VALUE;
        float greatest = 0;
        for (int i = 0; i < lanes; i++) {
            float value = code.value(i & 0xF);
            float magnitude = Math.abs(value);
            int place = (i & 1) * (lanes / 2) + i / 2;
            inOrder[i] = value;
            parted[place] = value;
            magnitudes[place] = magnitude;
            rebias[place] = (magnitude == 0 ? 0 : REBIAS) + (Float.floatToRawIntBits(value) < 0 ? SIGN : 0);
            least = magnitude == 0 ? least : Math.min(least, magnitude);
            greatest = Math.max(greatest, magnitude);
        }
        return new TableCodes(inOrder, parted, magnitudes, rebias, least, greatest);
    }
}
