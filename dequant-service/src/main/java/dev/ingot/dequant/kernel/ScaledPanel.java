package dev.ingot.dequant.kernel;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.tile.PanelRounding;
import java.lang.foreign.MemorySegment;

/** The second half of every kernel: a panel of code values is multiplied by the scales of its blocks and rounded. */
final class ScaledPanel {
    static final int WIDTH = PanelRounding.PANEL;

    private final int blocksize;
    private final boolean half;
    private final int elementBytes;
    private final PanelRounding rounding;
    /** One more than a panel, for a kernel that writes pairs. */
    private final float[] values = new float[WIDTH + 2];

    private final short[] halves = new short[WIDTH];
    private final MemorySegment halfBytes = MemorySegment.ofArray(halves);

    ScaledPanel(int blocksize, DType dtype) {
        this.blocksize = blocksize;
        this.half = dtype == DType.F16;
        this.elementBytes = dtype.bits() / Byte.SIZE;
        this.rounding = PanelRounding.to(dtype);
    }

    /** To be filled with the code values of the next panel, from index 0. */
    float[] values() {
        return values;
    }

    /** The panel's {@code width} values, times the scales from {@code absmax[block]} on, of which the first {@code done} elements are past. */
    void floats(float[] absmax, int block, int done, float[] into, int at, int width) {
        multiply(absmax, block, done, width);
        rounding.round(values, into, at, width);
    }

    /** The same as bit patterns, to elements {@code [at, at + width)} of {@code into}. */
    void bytes(float[] absmax, int block, int done, MemorySegment into, int at, int width) {
        long offset = (long) at * elementBytes;
        if (half) {
            multiplyToHalf(absmax, block, done, width);
            MemorySegment.copy(halfBytes, 0, into, offset, (long) width * Short.BYTES);
        } else {
            multiply(absmax, block, done, width);
            rounding.round(values, width);
            MemorySegment.copy(rounding.bits(), 0, into, offset, (long) width * elementBytes);
        }
    }

    /** Block by block: a stretch under one scale is a loop that C2 vectorizes, and costs less than an array of scales to multiply with. */
    private void multiply(float[] absmax, int block, int done, int width) {
        int end = Math.min(blocksize - done, width);
        int next = block;
        for (int start = 0; start < width; end = Math.min(end + blocksize, width)) {
            multiply(values, start, end, absmax[next++]);
            start = end;
        }
    }

    private void multiplyToHalf(float[] absmax, int block, int done, int width) {
        int end = Math.min(blocksize - done, width);
        int next = block;
        for (int start = 0; start < width; end = Math.min(end + blocksize, width)) {
            multiplyToHalf(values, start, end, absmax[next++], halves);
            start = end;
        }
    }

    private static void multiply(float[] values, int from, int to, float scale) {
        for (int j = from; j < to; j++) {
            values[j] = values[j] * scale;
        }
    }

    /** In one loop, because C2 turns it into vector instructions as a whole; of the other dtypes' roundings it does not. */
    private static void multiplyToHalf(float[] values, int from, int to, float scale, short[] halves) {
        for (int j = from; j < to; j++) {
            halves[j] = Float.floatToFloat16(values[j] * scale);
        }
    }
}
