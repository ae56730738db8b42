package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Quantizes to 4 bit and dequantizes at once, without the bytes in between: gives what {@link FourBitQuantization} followed by
 * {@link dev.ingot.arithmetic.FourBitDequantization} gives, bit for bit, signs of zeros included. Used by one thread at a time.
 *
 * <p>In all methods {@code values} are finite (only {@link #absmax} may be asked whether they are), already rounded to the dtype that was quantized, and begin with a block; the last block may be
 * short.
 */
public final class QuantizeDequantizeKernel {
    private static final int WIDTH = ScaledPanel.WIDTH;
    /** With scales between these two no reciprocal and no product is flushed to zero, but for those that {@code flush} covers. */
    private static final float SMALLEST = 0x1p-100f;

    private static final float LARGEST = 0x1p126f;

    private final FourBitCode code;
    private final int blocksize;
    private final CodeSteps steps;
    private final ScaledPanel panel;
    private final float[] weights = new float[WIDTH];
    private final float[] reciprocals = new float[WIDTH];
    private final int[] numbers = new int[WIDTH];
    private final int[] smallest = new int[WIDTH];

    /** @param dtype F16, BF16 or F32, to which every value is rounded in the end */
    public QuantizeDequantizeKernel(FourBitCode code, int blocksize, DType dtype) {
        this.code = code;
        this.blocksize = blocksize;
        this.steps = CodeSteps.of(code);
        this.panel = new ScaledPanel(blocksize, dtype);
    }

    /**
     * Fills {@code absmax} with the scales of the blocks of {@code values[0, count)}, as CUDA's kernel finds them; with something that is not finite
     * where a value of the block is not.
     */
    public void absmax(float[] values, float[] absmax, int count) {
        int block = 0;
        for (int start = 0; start < count; start += blocksize) {
            float largest = largest(values, start, Math.min(start + blocksize, count));
            absmax[block++] = largest < Float.MIN_NORMAL ? 0 : largest;
        }
    }

    private static float largest(float[] values, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /**
     * {@code values[from, from + count)} as float32 values that the dtype holds exactly.
     *
     * @param absmax the scales of the blocks, as {@link #absmax} gives them, from {@code values[0]} on: they decide the codes
     * @param scales by which codes are multiplied: {@code absmax} again, or what double quantization left of it
     * @param into filled from index 0; may be {@code values} where {@code from} is 0
     */
    public void floats(float[] values, float[] absmax, float[] scales, int from, float[] into, int count) {
        for (int done = 0; done < count; done += WIDTH) {
            int width = Math.min(WIDTH, count - done);
            codes(values, absmax, from + done, width);
            panel.floats(scales, (from + done) / blocksize, (from + done) % blocksize, into, done, width);
        }
    }

    /** The same elements as little-endian bit patterns, from byte 0 of {@code into} on. */
    public void bytes(float[] values, float[] absmax, float[] scales, int from, MemorySegment into, int count) {
        for (int done = 0; done < count; done += WIDTH) {
            int width = Math.min(WIDTH, count - done);
            codes(values, absmax, from + done, width);
            panel.bytes(scales, (from + done) / blocksize, (from + done) % blocksize, into, done, width);
        }
    }

    /** Leaves the values of the codes of {@code values[from, from + width)} in the panel. */
    private void codes(float[] values, float[] absmax, int from, int width) {
        System.arraycopy(values, from, weights, 0, width);
        boolean ordinary = true;
        for (int start = 0; start < width; ) {
            int end = endOfBlock(from, start, width);
            float scale = absmax[(from + start) / blocksize];
            ordinary &= scale >= SMALLEST && scale <= LARGEST;
            fill(start, end, scale);
            start = end;
        }
        multiply(weights, reciprocals, width);
        MemorySegment.copy(
                MemorySegment.ofArray(weights), 0, MemorySegment.ofArray(numbers), 0, (long) width * Float.BYTES);
        if (code == FourBitCode.FP4) {
            flush(numbers, smallest, width);
        }
        CodeSteps.putInOrder(numbers, width);
        steps.values(numbers, panel.values(), width);
        if (!ordinary) {
            extraordinary(values, absmax, from, width);
        }
    }

    private int endOfBlock(int from, int start, int width) {
        return Math.min(start + blocksize - (from + start) % blocksize, width);
    }

    private void fill(int start, int end, float scale) {
        float reciprocal = FourBitQuantization.reciprocal(scale);
        Arrays.fill(reciprocals, start, end, reciprocal);
        if (code == FourBitCode.FP4) {
            float least = Float.MIN_NORMAL * Math.max(1, reciprocal);
            Arrays.fill(smallest, start, end, Float.floatToRawIntBits(least));
        }
    }

    private static void multiply(float[] values, float[] scales, int width) {
        for (int j = 0; j < width; j++) {
            values[j] = values[j] * scales[j];
        }
    }

    /**
     * What is zero to CUDA's kernel becomes positive zero: FP4 has a code for a negative number that is nearly zero, and one for zero. Below the
     * given number lies every product of a subnormal weight, or one that is subnormal itself, and no other.
     */
    private static void flush(int[] numbers, int[] smallest, int width) {
        for (int j = 0; j < width; j++) {
            int bits = numbers[j];
            numbers[j] = bits & ~((bits & 0x7FFF_FFFF) - smallest[j] >> 31);
        }
    }

    /** Blocks of zeros, of nearly nothing, and beyond any weight: one by one as the reference does it. */
    private void extraordinary(float[] values, float[] absmax, int from, int width) {
        float[] codes = panel.values();
        for (int j = 0; j < width; j++) {
            float scale = absmax[(from + j) / blocksize];
            if (!(scale >= SMALLEST && scale <= LARGEST)) {
                codes[j] = code.value(
                        FourBitQuantization.nibble(code, values[from + j], FourBitQuantization.reciprocal(scale)));
            }
        }
    }
}
