package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;

/**
 * Scales that were quantized themselves (double quantization of bitsandbytes): block i has the scale
 * {@code round(round(map[codes[i]] * outer[i / blocksize]) + round(offset))}, every round to the dtype that the file records. With float32, the
 * rule, these are two float32 operations, never fused. As {@code functional.dequantize_4bit} computes it.
 *
 * @param map value of each of the 256 codes, from the file
 * @param blocksize codes per outer scale
 * @param dtype F32, BF16 or F16
 * @param offset added to every scale
 */
public record Absmax(float[] map, int blocksize, DType dtype, float offset) {
    private static final int CODES = 256;

    public Absmax {
        if (map.length != CODES || blocksize < 1) {
            throw new IllegalArgumentException("expected 256 codes and a blocksize of at least 1, found " + map.length
                    + " codes and blocksize " + blocksize);
        }
        map = map.clone();
        offset = Rounding.to(dtype, offset);
    }

    /** The scale of one block, from its code and the outer scale of the block of codes it is in. */
    public float scale(byte code, float outer) {
        float product = Rounding.to(dtype, map[Byte.toUnsignedInt(code)] * outer);
        return Rounding.to(dtype, product + offset);
    }

    /**
     * Scales of {@code count} blocks from {@code firstBlock} on.
     *
     * @param codes of those blocks, from index 0
     * @param outer scales, from that of {@code firstBlock} on
     * @param into filled from index 0
     */
    public void scales(byte[] codes, float[] outer, long firstBlock, float[] into, int count) {
        // a stretch per outer scale: a division per block took longer than the scale itself
        int end = (int) Math.min(blocksize - firstBlock % blocksize, count);
        int next = 0;
        for (int start = 0; start < count; end = (int) Math.min((long) end + blocksize, count)) {
            float scale = outer[next++];
            for (int i = start; i < end; i++) {
                into[i] = scale(codes[i], scale);
            }
            start = end;
        }
    }
}
