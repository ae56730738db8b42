package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * In plain Java: a panel of bytes becomes pairs of codes by one look-up each; scaling and rounding then run over the panel as loops that C2
 * vectorizes. (A table of 16 rounded outputs per block, which does without the arithmetic, is slower: look-ups are what costs, and it needs two
 * per byte.)
 */
final class PlainFourBitKernel implements FourBitKernel {
    private final long[] pairs;
    private final int blocksize;
    private final ScaledPanel panel;
    private final MemorySegment values;

    PlainFourBitKernel(FourBitLayout layout) {
        this.pairs = pairs(layout.code(), layout.lowNibbleFirst());
        this.blocksize = layout.blocksize();
        this.panel = new ScaledPanel(layout.blocksize(), layout.dtype());
        this.values = MemorySegment.ofArray(panel.values());
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
        for (int done = 0; done < count; done += ScaledPanel.WIDTH) {
            int width = Math.min(ScaledPanel.WIDTH, count - done);
            long element = first + done;
            lookUp(packed, (int) ((element >> 1) - (first >> 1)), element, width);
            panel.floats(absmax, block(element, first), (int) (element % blocksize), into, done, width);
        }
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        bytes(packed, absmax, first, first, into, 0, count);
    }

    /**
     * As above, for a stretch within a tile.
     *
     * @param base the element that {@code packed} and {@code absmax} begin with
     * @param at where element {@code first} goes in {@code into}, in elements
     */
    void bytes(byte[] packed, float[] absmax, long base, long first, MemorySegment into, int at, int count) {
        for (int done = 0; done < count; done += ScaledPanel.WIDTH) {
            int width = Math.min(ScaledPanel.WIDTH, count - done);
            long element = first + done;
            lookUp(packed, (int) ((element >> 1) - (base >> 1)), element, width);
            panel.bytes(absmax, block(element, base), (int) (element % blocksize), into, at + done, width);
        }
    }

    private int block(long element, long base) {
        return (int) (element / blocksize - base / blocksize);
    }

    /** Leaves the codes of {@code width} elements in the panel. */
    private void lookUp(byte[] packed, int from, long element, int width) {
        int odd = (int) (element & 1);
        lookUp(pairs, packed, from, values, (width + odd + 1) / 2);
        if (odd != 0) {
            System.arraycopy(panel.values(), 1, panel.values(), 0, width);
        }
    }

    private static void lookUp(long[] pairs, byte[] packed, int from, MemorySegment values, int count) {
        for (int i = 0; i < count; i++) {
            values.set(ValueLayout.JAVA_LONG_UNALIGNED, (long) i * Long.BYTES, pairs[packed[from + i] & 0xFF]);
        }
    }
}
