package dev.ingot.dequant.kernel;

import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;

/**
 * With the Vector API: a block's 16 possible outputs are rounded once and then looked up by vector instructions. For float16 and bfloat16, high
 * nibble first, and blocks of a power of two; parts of blocks at either end of a tile go to the plain kernel.
 */
final class VectorFourBitKernel implements FourBitKernel {
    private static final int BLOCKS = 64;
    private static final int CHUNK = 1 << 11;
    private static final int LANES = VectorLoops.LANES;

    private final PlainFourBitKernel edges;
    private final boolean half;
    private final int blocksize;
    /** Binary logarithm of the bytes of a block. */
    private final int shift;

    private final TableCodes codes;
    private final float[] products = new float[BLOCKS * LANES];
    private final short[] tables = new short[BLOCKS * LANES];
    private final short[] chunk;
    private final MemorySegment chunkBytes;
    private final float[] wide;

    VectorFourBitKernel(FourBitLayout layout) {
        if (!suits(layout)) {
            throw new IllegalArgumentException("the vector kernel does not read " + layout);
        }
        this.edges = new PlainFourBitKernel(layout);
        this.half = layout.dtype() == DType.F16;
        this.blocksize = layout.blocksize();
        this.shift = Integer.numberOfTrailingZeros(blocksize / 2);
        this.codes = TableCodes.of(layout.code());
        this.chunk = new short[Math.max(CHUNK, 2 * blocksize)];
        this.chunkBytes = MemorySegment.ofArray(chunk);
        this.wide = new float[chunk.length];
    }

    static boolean suits(FourBitLayout layout) {
        int blocksize = layout.blocksize();
        return layout.dtype() != DType.F32
                && !layout.lowNibbleFirst()
                && blocksize >= LANES
                && Integer.bitCount(blocksize) == 1;
    }

    @Override
    public void floats(byte[] packed, float[] absmax, long first, float[] into, int count) {
        for (int done = 0; done < count; ) {
            int width = chunk(packed, absmax, first, first + done, count - done);
            if (half) {
                widen(chunk, wide, width);
            } else {
                VectorLoops.widen(chunk, wide, Math.ceilDiv(width, LANES) * LANES);
            }
            System.arraycopy(wide, 0, into, done, width);
            done += width;
        }
    }

    private static void widen(short[] halves, float[] into, int count) {
        for (int j = 0; j < count; j++) {
            into[j] = Float.float16ToFloat(halves[j]);
        }
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        if (into.isNative()) {
            Stretch stretch = new Stretch(first, first, count, blocksize);
            edges.bytes(packed, absmax, first, first, into, 0, stretch.head());
            for (int done = 0; done < stretch.blocks(); done += BLOCKS) {
                int now = Math.min(BLOCKS, stretch.blocks() - done);
                tables(absmax, stretch.block(done), now);
                VectorLoops.unpack(
                        packed, stretch.at(done), tables, shift, into, 2L * stretch.output(done), now << shift);
            }
            int tail = stretch.output(stretch.blocks());
            edges.bytes(packed, absmax, first, first + tail, into, tail, count - tail);
        } else {
            for (int done = 0; done < count; ) {
                int width = chunk(packed, absmax, first, first + done, count - done);
                MemorySegment.copy(chunkBytes, 0, into, 2L * done, 2L * width);
                done += width;
            }
        }
    }

    /**
     * Fills the chunk with elements from {@code first} on, of a tile that begins with element {@code base}: as many as fit, up to the end of a
     * block.
     *
     * @return how many, at most {@code count}
     */
    private int chunk(byte[] packed, float[] absmax, long base, long first, int count) {
        long end = (first + chunk.length) / blocksize * blocksize;
        int width = (int) Math.min(end - first, count);
        Stretch stretch = new Stretch(base, first, width, blocksize);
        edges.bytes(packed, absmax, base, first, chunkBytes, 0, stretch.head());
        for (int done = 0; done < stretch.blocks(); done += BLOCKS) {
            int now = Math.min(BLOCKS, stretch.blocks() - done);
            tables(absmax, stretch.block(done), now);
            VectorLoops.unpack(packed, stretch.at(done), tables, shift, chunk, stretch.output(done), now << shift);
        }
        int tail = stretch.output(stretch.blocks());
        edges.bytes(packed, absmax, base, first + tail, chunkBytes, tail, width - tail);
        return width;
    }

    /** Elements {@code [first, first + count)} of a tile that begins with element {@code base}: part of a block, whole blocks, part of one. */
    private record Stretch(long base, long first, int count, int blocksize) {
        /** Elements before the first whole block. */
        int head() {
            return (int) Math.min(firstWhole() - first, count);
        }

        int blocks() {
            return (count - head()) / blocksize;
        }

        /** Index of a whole block's scale in the tile. */
        int block(int whole) {
            return (int) (element(whole) / blocksize - base / blocksize);
        }

        /** Index of a whole block's first byte in the tile. */
        int at(int whole) {
            return (int) ((element(whole) >> 1) - (base >> 1));
        }

        /** Where a whole block goes, in elements from {@code first} on. */
        int output(int whole) {
            return head() + whole * blocksize;
        }

        private long element(int whole) {
            return firstWhole() + (long) whole * blocksize;
        }

        private long firstWhole() {
            return Math.ceilDiv(first, (long) blocksize) * blocksize;
        }
    }

    private void tables(float[] absmax, int block, int blocks) {
        if (!half) {
            VectorLoops.bfloat16Tables(codes.parted(), absmax, block, tables, blocks);
        } else if (!VectorLoops.float16Tables(codes, absmax, block, tables, blocks)) {
            VectorLoops.products(codes.inOrder(), absmax, block, products, blocks);
            narrow(products, tables, blocks * LANES);
        }
    }

    /** A plain loop: C2 turns it into the machine's own conversion, which the Vector API does not offer. */
    private static void narrow(float[] products, short[] tables, int count) {
        for (int j = 0; j < count; j++) {
            tables[j] = Float.floatToFloat16(products[j]);
        }
    }
}
