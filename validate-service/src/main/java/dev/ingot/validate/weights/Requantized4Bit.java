package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.arithmetic.AbsmaxQuantization;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import java.io.IOException;
import java.lang.ref.SoftReference;

/**
 * What 4-bit quantization leaves of a tensor's values. With double quantization the scales depend on the mean over the whole tensor, which is read
 * once for them.
 */
final class Requantized4Bit implements Dequantized {
    private static final int BLOCK = FourBit.BLOCKSIZE;
    private static final int STRIDE = 1 << 16;

    private final Dequantized values;
    private final long elements;
    private final FourBit scheme;
    private final FourBitCode code;
    private final DType dtype;
    private SoftReference<float[]> scales = new SoftReference<>(null);

    Requantized4Bit(Dequantized values, long elements, FourBit scheme, DType dtype) {
        this.values = values;
        this.elements = elements;
        this.scheme = scheme;
        this.code = FourBitCode.named(scheme.quantType());
        this.dtype = dtype;
    }

    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        long from = first / BLOCK * BLOCK;
        long to = Math.min(elements, Math.ceilDiv(first + count, (long) BLOCK) * BLOCK);
        float[] blocks = new float[Math.toIntExact(to - from)];
        values.floats(from, blocks, blocks.length);
        float[] restored = scheme.doubleQuantized() ? restored() : new float[0];
        for (int start = 0; start < blocks.length; start += BLOCK) {
            int end = Math.min(start + BLOCK, blocks.length);
            float absmax = FourBitQuantization.absmax(blocks, start, end);
            float scale = scheme.doubleQuantized() ? restored[Math.toIntExact((from + start) / BLOCK)] : absmax;
            replace(blocks, start, end, FourBitQuantization.reciprocal(absmax), scale);
        }
        System.arraycopy(blocks, (int) (first - from), into, 0, count);
    }

    private void replace(float[] block, int start, int end, float reciprocal, float scale) {
        for (int i = start; i < end; i++) {
            int nibble = FourBitQuantization.nibble(code, block[i], reciprocal);
            block[i] = Rounding.to(dtype, code.value(nibble) * scale);
        }
    }

    /** The scale of every block after it went through 8 bit. */
    private synchronized float[] restored() throws IOException {
        float[] known = scales.get();
        if (known == null) {
            known = absmaxOfBlocks();
            float offset = AbsmaxQuantization.offset(known);
            byte[] codes = new byte[known.length];
            float[] outer = new float[Math.ceilDiv(known.length, AbsmaxQuantization.BLOCKSIZE)];
            AbsmaxQuantization.quantize(known, offset, codes, outer);
            Absmax absmax = AbsmaxQuantization.absmax(offset);
            absmax.scales(codes, outer, 0, known, known.length);
            scales = new SoftReference<>(known);
        }
        return known;
    }

    private float[] absmaxOfBlocks() throws IOException {
        float[] found = new float[Math.toIntExact(Math.ceilDiv(elements, (long) BLOCK))];
        float[] some = new float[(int) Math.min(STRIDE, elements)];
        for (long at = 0; at < elements; at += STRIDE) {
            int count = (int) Math.min(STRIDE, elements - at);
            values.floats(at, some, count);
            for (int start = 0; start < count; start += BLOCK) {
                found[(int) ((at + start) / BLOCK)] =
                        FourBitQuantization.absmax(some, start, Math.min(start + BLOCK, count));
            }
        }
        return found;
    }
}
