package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;

/**
 * Double quantization of bitsandbytes: the scales of 4-bit blocks, less their mean, become 8-bit codes of the {@link DynamicMap} in blocks of 256
 * scales. {@link #absmax(float)} restores them. bitsandbytes' own mean depends on the launch and lies within 2 units in the last place of the
 * mean that is rounded once, which is used here.
 */
public final class AbsmaxQuantization {
    /** Scales per outer scale. */
    public static final int BLOCKSIZE = 256;

    private AbsmaxQuantization() {}

    /** What is taken from every scale: their mean. */
    public static float offset(float[] scales) {
        ExactMean mean = new ExactMean();
        for (float scale : scales) {
            mean.add(scale);
        }
        return mean.value();
    }

    /** Restores scales with this offset. */
    public static Absmax absmax(float offset) {
        return new Absmax(DynamicMap.table(), BLOCKSIZE, DType.F32, offset);
    }

    /** The outer scale of one block of scales, {@code scales[from, to)}: the largest distance to the offset. */
    public static float outer(float[] scales, int from, int to, float offset) {
        float outer = 0;
        for (int i = from; i < to; i++) {
            outer = Math.max(outer, Math.abs(FourBitQuantization.flushed(scales[i] - offset)));
        }
        return outer;
    }

    /** The code of one scale; 0 where all scales of its block equal the offset. */
    public static byte code(float scale, float offset, float outer) {
        float distance = FourBitQuantization.flushed(scale - offset);
        float relative = FourBitQuantization.flushed(distance * FourBitQuantization.reciprocal(outer));
        return Float.isNaN(relative) ? 0 : DynamicMap.nearest(relative);
    }

    /**
     * Quantizes all scales of a tensor.
     *
     * @param codes filled, one per scale
     * @param outer filled, one per 256 scales, the last of which may be fewer
     */
    public static void quantize(float[] scales, float offset, byte[] codes, float[] outer) {
        for (int start = 0; start < scales.length; start += BLOCKSIZE) {
            int end = Math.min(start + BLOCKSIZE, scales.length);
            float scale = outer(scales, start, end, offset);
            outer[start / BLOCKSIZE] = scale;
            for (int i = start; i < end; i++) {
                codes[i] = code(scales[i], offset, scale);
            }
        }
    }
}
