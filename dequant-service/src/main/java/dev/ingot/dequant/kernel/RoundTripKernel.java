package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Quantizes to 4 bit and back, fast: what {@link FourBitQuantization} and then {@link dev.ingot.arithmetic.FourBitDequantization} give. One look-up
 * and one comparison find a nibble, and a table per block holds what its 16 nibbles are worth, already rounded. Used by one thread at a time.
 *
 * <pre>
 * y = x / absmax     -1 ........... 1      bins of 1/128 (FP4: of the magnitude, 1/256); a bin holds at most one threshold
 * </pre>
 *
 * In all methods {@code values} begins with a block; the last block may be short.
 */
public final class RoundTripKernel {
    private static final int BINS = 257;
    /** Outside of these, reciprocals or products may be subnormal, which the GPU takes for zero. */
    private static final float SMALLEST_ABSMAX = 0x1p-60f;

    private static final float LARGEST_ABSMAX = 0x1p126f;

    private final FourBitCode code;
    private final int blocksize;
    private final DType dtype;
    private final int[] low = new int[BINS];
    private final float[] threshold = new float[BINS];
    private final int[] nibbles = new int[16];
    private final float[] rounded = new float[16];
    private final short[] patterns = new short[16];
    private final float[] floats;
    private final short[] halves;

    /** @param dtype F16, BF16 or F32, to which every value is rounded */
    public RoundTripKernel(FourBitCode code, int blocksize, DType dtype) {
        this.code = code;
        this.blocksize = blocksize;
        this.dtype = dtype;
        this.floats = new float[blocksize];
        this.halves = new short[blocksize];
        Arrays.fill(threshold, Float.POSITIVE_INFINITY);
        float[] thresholds = code.thresholds();
        for (int bin = 0; bin < BINS; bin++) {
            for (float each : thresholds) {
                if (bin(each) < bin) {
                    low[bin]++;
                } else if (bin(each) == bin) {
                    threshold[bin] = each;
                }
            }
        }
        for (int step = 0; step <= thresholds.length; step++) {
            float value = step == 0 ? 0 : Math.nextUp(thresholds[step - 1]);
            nibbles[step] = code == FourBitCode.NF4 ? step : code.nibble(value);
        }
    }

    private int bin(float relative) {
        return code == FourBitCode.NF4 ? signedBin(relative) : magnitudeBin(relative);
    }

    private static int signedBin(float relative) {
        return (int) (relative * 128f + 128f);
    }

    private static int magnitudeBin(float magnitude) {
        return (int) (magnitude * 256f);
    }

    /** Absmax of every block of {@code count} values, or something that is not finite where a value is not. */
    public void absmax(float[] values, int count, float[] absmax) {
        for (int start = 0; start < count; start += blocksize) {
            float largest = Float.intBitsToFloat(largest(values, start, Math.min(start + blocksize, count)));
            absmax[start / blocksize] = largest < Float.MIN_NORMAL ? 0 : largest;
        }
    }

    /** Magnitudes order as their patterns do; a NaN is above them all. */
    private static int largest(float[] values, int from, int to) {
        int largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & 0x7FFF_FFFF);
        }
        return largest;
    }

    /**
     * What {@code values[from, to)} are worth after the round trip, as float32 values that the dtype holds exactly.
     *
     * @param absmax of every block, from {@link #absmax}
     * @param scales by which every block is restored: absmax itself, or what double quantization makes of it
     * @param into filled from index 0
     */
    public void floats(float[] values, float[] absmax, float[] scales, int from, int to, float[] into) {
        for (int start = from; start < to; ) {
            int end = Math.min((start / blocksize + 1) * blocksize, to);
            prepare(scales[start / blocksize]);
            block(values, absmax[start / blocksize], start, end, into, start - from);
            start = end;
        }
    }

    /** The same as little-endian bit patterns, from byte 0 of {@code into} on. */
    public void bytes(float[] values, float[] absmax, float[] scales, int from, int to, MemorySegment into) {
        for (int start = from; start < to; ) {
            int end = Math.min((start / blocksize + 1) * blocksize, to);
            prepare(scales[start / blocksize]);
            if (dtype == DType.F32) {
                block(values, absmax[start / blocksize], start, end, floats, 0);
                copy(MemorySegment.ofArray(floats), Float.BYTES, start - from, end - start, into);
            } else {
                block(values, absmax[start / blocksize], start, end, halves);
                copy(MemorySegment.ofArray(halves), Short.BYTES, start - from, end - start, into);
            }
            start = end;
        }
    }

    private static void copy(MemorySegment block, long width, int at, int count, MemorySegment into) {
        MemorySegment.copy(block, 0, into, at * width, count * width);
    }

    /** What every nibble is worth in a block. */
    private void prepare(float scale) {
        for (int nibble = 0; nibble < rounded.length; nibble++) {
            int bits = Rounding.bits(dtype, code.value(nibble) * scale);
            rounded[nibble] = Rounding.fromBits(dtype, bits);
            patterns[nibble] = (short) bits;
        }
    }

    private void block(float[] values, float absmax, int start, int end, float[] into, int at) {
        float reciprocal = 1f / absmax;
        if (isExtreme(absmax)) {
            for (int i = start; i < end; i++) {
                into[at + i - start] = rounded[reference(values[i], absmax)];
            }
        } else if (code == FourBitCode.NF4) {
            normalFloat(values, reciprocal, start, end, into, at);
        } else {
            for (int i = start; i < end; i++) {
                into[at + i - start] = rounded[signMagnitude(values[i], reciprocal)];
            }
        }
    }

    private void block(float[] values, float absmax, int start, int end, short[] into) {
        float reciprocal = 1f / absmax;
        if (isExtreme(absmax)) {
            for (int i = start; i < end; i++) {
                into[i - start] = patterns[reference(values[i], absmax)];
            }
        } else if (code == FourBitCode.NF4) {
            normalFloat(values, reciprocal, start, end, into);
        } else {
            for (int i = start; i < end; i++) {
                into[i - start] = patterns[signMagnitude(values[i], reciprocal)];
            }
        }
    }

    private static boolean isExtreme(float absmax) {
        return !(absmax >= SMALLEST_ABSMAX && absmax <= LARGEST_ABSMAX);
    }

    private int reference(float value, float absmax) {
        return FourBitQuantization.nibble(code, value, FourBitQuantization.reciprocal(absmax));
    }

    private void normalFloat(float[] values, float reciprocal, int start, int end, float[] into, int at) {
        for (int i = start; i < end; i++) {
            float relative = values[i] * reciprocal;
            int bin = signedBin(relative);
            into[at + i - start] = rounded[low[bin] + (relative > threshold[bin] ? 1 : 0)];
        }
    }

    private void normalFloat(float[] values, float reciprocal, int start, int end, short[] into) {
        for (int i = start; i < end; i++) {
            float relative = values[i] * reciprocal;
            int bin = signedBin(relative);
            into[i - start] = patterns[low[bin] + (relative > threshold[bin] ? 1 : 0)];
        }
    }

    /** Negative zero is for negative values that are not subnormal, before and after the product. */
    private int signMagnitude(float value, float reciprocal) {
        float relative = value * reciprocal;
        float magnitude = Math.abs(relative);
        int bin = magnitudeBin(magnitude);
        int step = low[bin] + (magnitude > threshold[bin] ? 1 : 0);
        boolean negative = value <= -Float.MIN_NORMAL && relative <= -Float.MIN_NORMAL;
        return negative ? nibbles[step] | 8 : nibbles[step];
    }
}
