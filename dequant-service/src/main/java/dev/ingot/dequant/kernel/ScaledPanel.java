package dev.ingot.dequant.kernel;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.tile.PanelRounding;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The second half of every kernel: a panel of code values is multiplied by the scales of its blocks and rounded. */
final class ScaledPanel {
    static final int WIDTH = PanelRounding.PANEL;

    private final int blocksize;
    private final boolean half;
    private final int elementBytes;
    private final PanelRounding rounding;
    /** One more than a panel, for a kernel that writes pairs. */
    private final float[] values = new float[WIDTH + 2];

    private final float[] scales = new float[WIDTH];
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
        spread(absmax, block, blocksize - done, scales, width);
        multiply(values, scales, width);
        rounding.round(values, into, at, width);
    }

    /** The same as bit patterns, to elements {@code [at, at + width)} of {@code into}. */
    void bytes(float[] absmax, int block, int done, MemorySegment into, int at, int width) {
        spread(absmax, block, blocksize - done, scales, width);
        long offset = (long) at * elementBytes;
        if (half) {
            multiplyToHalf(values, scales, halves, width);
            MemorySegment.copy(halfBytes, 0, into, offset, (long) width * Short.BYTES);
        } else {
            multiply(values, scales, width);
            rounding.round(values, width);
            MemorySegment.copy(rounding.bits(), 0, into, offset, (long) width * elementBytes);
        }
    }

    /** Repeats one number per block, the first for {@code left} elements. */
    private void spread(float[] perBlock, int block, int left, float[] into, int width) {
        int end = Math.min(left, width);
        int next = block;
        for (int start = 0; start < width; end = Math.min(end + blocksize, width)) {
            Arrays.fill(into, start, end, perBlock[next++]);
            start = end;
        }
    }

    private static void multiply(float[] values, float[] scales, int width) {
        for (int j = 0; j < width; j++) {
            values[j] = values[j] * scales[j];
        }
    }

    /** In one loop, because C2 turns it into vector instructions as a whole; of the other dtypes' roundings it does not. */
    private static void multiplyToHalf(float[] values, float[] scales, short[] halves, int width) {
        for (int j = 0; j < width; j++) {
            halves[j] = Float.floatToFloat16(values[j] * scales[j]);
        }
    }
}
