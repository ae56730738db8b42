package dev.ingot.dequant;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitLayout;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of a 4-bit tensor: read, then decoded as floats or as bytes. Keeps its buffers from tile to tile; used by one thread at a time.
 */
final class PackedTile implements ValueTile<Packed4Bit> {
    private final SharedTiles shared;
    private final KernelSource kernels;
    private byte[] packed = {};
    private float[] absmax = {};
    private @Nullable Packed4Bit kernelOf;
    private @Nullable FourBitKernel kernel;

    /** @param kernels that this tile may use; the opener closes them */
    PackedTile(SharedTiles shared, KernelSource kernels) {
        this.shared = shared;
        this.kernels = kernels;
    }

    @Override
    public void floats(Packed4Bit value, long first, float[] into, int count) throws IOException {
        read(value, first, count);
        kernel(value).floats(packed, absmax, first, into, count);
    }

    @Override
    public void bytes(Packed4Bit value, long first, ByteBuffer into) throws IOException {
        int count = (int) (into.remaining() * 8L / value.dtype().bits());
        read(value, first, count);
        try {
            kernel(value).bytes(packed, absmax, first, MemorySegment.ofBuffer(into), count);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        into.position(into.limit());
    }

    /** Tiles of one tensor follow one another, so the last kernel is the one to keep. */
    private FourBitKernel kernel(Packed4Bit value) {
        FourBitKernel current = kernel;
        if (current == null || !value.equals(kernelOf)) {
            current = kernels.kernel(new FourBitLayout(
                    FourBitCode.named(value.quantType()), value.blocksize(), value.lowNibbleFirst(), value.dtype()));
            kernel = current;
            kernelOf = value;
        }
        return current;
    }

    private void read(Packed4Bit value, long first, int count) throws IOException {
        int packedBytes = (int) ((first + count + 1) / 2 - first / 2);
        packed = packed.length < packedBytes ? new byte[packedBytes] : packed;
        shared.source().read(value.packed(), first / 2, packed, packedBytes);
        readAbsmax(value, first / value.blocksize(), (first + Math.max(count, 1) - 1) / value.blocksize());
    }

    private void readAbsmax(Packed4Bit value, long firstBlock, long lastBlock) throws IOException {
        int blocks = (int) (lastBlock - firstBlock + 1);
        absmax = absmax.length < blocks ? new float[blocks] : absmax;
        for (int done = 0; done < blocks; ) {
            long block = firstBlock + done;
            int from = (int) (block % AbsmaxWindows.BLOCKS);
            int here = Math.min(blocks - done, AbsmaxWindows.BLOCKS - from);
            System.arraycopy(shared.windows().window(value, block / AbsmaxWindows.BLOCKS), from, absmax, done, here);
            done += here;
        }
    }
}
