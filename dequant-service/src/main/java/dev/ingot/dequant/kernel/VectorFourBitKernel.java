package dev.ingot.dequant.kernel;

import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;

/**
 * With the Vector API: a block's 16 possible outputs are rounded once and then looked up by vector instructions. For float16 and bfloat16, high
 * nibble first, and blocks that are a multiple of a vector; parts of blocks at either end of a tile go to the plain kernel.
 */
final class VectorFourBitKernel implements FourBitKernel {
    private static final int BLOCKS = 64;
    private static final int CHUNK = 1 << 13;
    private static final int LANES = VectorLoops.LANES;

    private final PlainFourBitKernel edges;
    private final boolean half;
    private final int blocksize;
    private final float[] codes;
    private final float[] products = new float[BLOCKS * LANES];
    private final short[] tables = new short[BLOCKS * LANES];
    private final short[] chunk;
    private final MemorySegment chunkBytes;

    VectorFourBitKernel(FourBitLayout layout) {
        if (!suits(layout)) {
            throw new IllegalArgumentException("the vector kernel does not read " + layout);
        }
        this.edges = new PlainFourBitKernel(layout);
        this.half = layout.dtype() == DType.F16;
        this.blocksize = layout.blocksize();
        this.codes = codes(layout, half);
        this.chunk = new short[Math.max(CHUNK, 2 * blocksize)];
        this.chunkBytes = MemorySegment.ofArray(chunk);
    }

    static boolean suits(FourBitLayout layout) {
        return layout.dtype() != DType.F32 && !layout.lowNibbleFirst() && layout.blocksize() % LANES == 0;
    }

    /** The 16 values as often as lanes hold them; for bfloat16 those with an even index first, as {@code bfloat16Tables} wants them. */
    private static float[] codes(FourBitLayout layout, boolean half) {
        float[] codes = new float[LANES];
        for (int i = 0; i < LANES; i++) {
            int nibble = half ? i : i < LANES / 2 ? 2 * i : 2 * (i - LANES / 2) + 1;
            codes[i] = layout.code().value(nibble & 0xF);
        }
        return codes;
    }

    @Override
    public void floats(byte[] packed, float[] absmax, long first, float[] into, int count) {
        for (int done = 0; done < count; ) {
            long start = first + done;
            long end = (start + chunk.length) / blocksize * blocksize;
            int width = (int) Math.min(end - start, count - done);
            bytes(packed, absmax, first, start, chunkBytes, width);
            if (half) {
                widenHalf(chunk, into, done, width);
            } else {
                widenBFloat16(chunk, into, done, width);
            }
            done += width;
        }
    }

    private static void widenHalf(short[] halves, float[] into, int at, int width) {
        for (int j = 0; j < width; j++) {
            into[at + j] = Float.float16ToFloat(halves[j]);
        }
    }

    private static void widenBFloat16(short[] halves, float[] into, int at, int width) {
        for (int j = 0; j < width; j++) {
            into[at + j] = Float.intBitsToFloat(halves[j] << 16);
        }
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        bytes(packed, absmax, first, first, into, count);
    }

    /** Elements {@code [first, first + count)} of a tile that begins with element {@code base}. */
    private void bytes(byte[] packed, float[] absmax, long base, long first, MemorySegment into, int count) {
        long whole = Math.ceilDiv(first, (long) blocksize) * blocksize;
        int head = (int) Math.min(whole - first, count);
        int blocks = (count - head) / blocksize;
        int tail = head + blocks * blocksize;
        edges.bytes(packed, absmax, base, first, into, 0, head);
        for (int done = 0; done < blocks; done += BLOCKS) {
            int now = Math.min(BLOCKS, blocks - done);
            long element = whole + (long) done * blocksize;
            tables(absmax, (int) (element / blocksize - base / blocksize), now);
            VectorLoops.unpack(
                    packed,
                    (int) ((element >> 1) - (base >> 1)),
                    tables,
                    into,
                    2 * (element - first),
                    now,
                    blocksize / 2);
        }
        edges.bytes(packed, absmax, base, first + tail, into, tail, count - tail);
    }

    private void tables(float[] absmax, int block, int blocks) {
        if (half) {
            VectorLoops.products(codes, absmax, block, products, blocks);
            narrow(products, tables, blocks * LANES);
        } else {
            VectorLoops.bfloat16Tables(codes, absmax, block, tables, blocks);
        }
    }

    /** A plain loop: C2 turns it into the machine's own conversion, which the Vector API does not offer. */
    private static void narrow(float[] products, short[] tables, int count) {
        for (int j = 0; j < count; j++) {
            tables[j] = Float.floatToFloat16(products[j]);
        }
    }
}
