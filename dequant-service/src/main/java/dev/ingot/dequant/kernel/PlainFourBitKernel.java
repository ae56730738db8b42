package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.pipeline.tile.PanelRounding;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * In plain Java: a panel of bytes becomes pairs of codes by one look-up each; scaling and rounding then run over the panel as loops that C2
 * vectorizes.
 */
final class PlainFourBitKernel implements FourBitKernel {
    private static final int WIDTH = PanelRounding.PANEL;

    private final long[] pairs;
    private final int blocksize;
    private final PanelRounding rounding;
    private final int elementBytes;
    private final long[] codes = new long[WIDTH / 2 + 1];
    private final MemorySegment codeBytes = MemorySegment.ofArray(codes);
    private final float[] values = new float[WIDTH];
    private final MemorySegment valueBytes = MemorySegment.ofArray(values);
    private final float[] scales = new float[WIDTH];
    private final float[] rounded = new float[WIDTH];

    PlainFourBitKernel(FourBitLayout layout) {
        this.pairs = pairs(layout.code(), layout.lowNibbleFirst());
        this.blocksize = layout.blocksize();
        this.rounding = PanelRounding.to(layout.dtype());
        this.elementBytes = layout.dtype().bits() / Byte.SIZE;
    }

    /** Both values of every byte, the first in the lower half. */
    private static long[] pairs(FourBitCode code, boolean lowNibbleFirst) {
        long[] pairs = new long[1 << Byte.SIZE];
        for (int i = 0; i < pairs.length; i++) {
            long high = Integer.toUnsignedLong(Float.floatToRawIntBits(code.value(i >>> 4)));
            long low = Integer.toUnsignedLong(Float.floatToRawIntBits(code.value(i & 0xF)));
            pairs[i] = lowNibbleFirst ? high << Integer.SIZE | low : low << Integer.SIZE | high;
        }
        return pairs;
    }

    @Override
    public void floats(byte[] packed, float[] absmax, long first, float[] into, int count) {
        for (int done = 0; done < count; done += WIDTH) {
            int width = Math.min(WIDTH, count - done);
            panel(packed, absmax, first, done, width);
            System.arraycopy(rounded, 0, into, done, width);
        }
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        for (int done = 0; done < count; done += WIDTH) {
            int width = Math.min(WIDTH, count - done);
            panel(packed, absmax, first, done, width);
            MemorySegment.copy(rounding.bits(), 0, into, (long) done * elementBytes, (long) width * elementBytes);
        }
    }

    /** Leaves elements {@code [first + done, … + width)} in {@code rounded} and in the rounding's bits. */
    private void panel(byte[] packed, float[] absmax, long first, int done, int width) {
        int odd = (int) (first + done & 1);
        int from = (int) ((first + done >> 1) - (first >> 1));
        lookUp(pairs, packed, from, codes, (width + odd + 1) / 2);
        MemorySegment.copy(codeBytes, (long) odd * Float.BYTES, valueBytes, 0, (long) width * Float.BYTES);
        spread(absmax, first, done, width);
        multiply(values, scales, width);
        rounding.round(values, rounded, width);
    }

    private static void lookUp(long[] pairs, byte[] packed, int from, long[] codes, int count) {
        for (int i = 0; i < count; i++) {
            codes[i] = pairs[packed[from + i] & 0xFF];
        }
    }

    private void spread(float[] absmax, long first, int done, int width) {
        int block = (int) ((first + done) / blocksize - first / blocksize);
        int end = (int) Math.min(blocksize - (first + done) % blocksize, width);
        for (int start = 0; start < width; end = Math.min(end + blocksize, width)) {
            Arrays.fill(scales, start, end, absmax[block++]);
            start = end;
        }
    }

    private static void multiply(float[] values, float[] scales, int width) {
        for (int j = 0; j < width; j++) {
            values[j] = values[j] * scales[j];
        }
    }
}
