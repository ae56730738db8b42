package dev.ingot.dequant.kernel;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a kernel has done. */
record CountedKernel(FourBitKernel kernel, LongAdder elements) implements FourBitKernel {
    @Override
    public void floats(byte[] packed, float[] absmax, long first, float[] into, int count) {
        kernel.floats(packed, absmax, first, into, count);
        elements.add(count);
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        kernel.bytes(packed, absmax, first, into, count);
        elements.add(count);
    }
}
