package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;

/**
 * What 4-bit bytes mean. Element e of the flattened tensor is {@code code[nibble e] * absmax[e / blocksize]}: one float32 product, rounded once
 * to the dtype that the file records, as {@code kDequantizeBlockwise} of bitsandbytes' CUDA kernels computes it. Blocks run over the flattened
 * tensor, so rows may straddle them.
 *
 * <pre>
 * byte      0          1          2
 *         e0 e1      e2 e3      e4 e5      high nibble first; the last low nibble of an odd count is padding
 * </pre>
 */
public final class FourBitDequantization {
    private FourBitDequantization() {}

    /** The nibble of element {@code e} in bytes of which the first holds element {@code first} (which may be its low nibble). */
    public static int nibble(byte[] packed, long first, long e) {
        int at = (int) ((e >> 1) - (first >> 1));
        return (e & 1) == 0 ? packed[at] >>> 4 & 0xF : packed[at] & 0xF;
    }

    /**
     * Elements {@code [first, first + count)} as float32 values that {@code dtype} can hold.
     *
     * @param packed bytes, from the one that holds element {@code first} on
     * @param absmax one scale per block, from the block of element {@code first} on
     * @param into filled from index 0
     */
    public static void values(
            FourBitCode code,
            byte[] packed,
            float[] absmax,
            int blocksize,
            DType dtype,
            long first,
            float[] into,
            int count) {
        long firstBlock = first / blocksize;
        for (int i = 0; i < count; i++) {
            long e = first + i;
            float scale = absmax[(int) (e / blocksize - firstBlock)];
            into[i] = Rounding.to(dtype, code.value(nibble(packed, first, e)) * scale);
        }
    }
}
