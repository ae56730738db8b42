package dev.ingot.dequant;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitLayout;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of a 4-bit tensor: read, then decoded as floats or as bytes. Keeps its buffers from tile to tile; used by one thread at a time.
 */
final class PackedTile {
    private final PlanInputs inputs;
    private final AbsmaxWindows windows;
    private final KernelSource kernels;
    private byte[] packed = {};
    private float[] absmax = {};
    private int packedBytes;
    private @Nullable Packed4Bit kernelOf;
    private @Nullable FourBitKernel kernel;

    /** @param kernels that this tile may use; the opener closes them */
    PackedTile(PlanInputs inputs, AbsmaxWindows windows, KernelSource kernels) {
        this.kernels = kernels;
        this.inputs = inputs;
        this.windows = windows;
    }

    /** As {@link dev.ingot.pipeline.tile.TileSource#floats}. */
    void floats(Packed4Bit value, long first, float[] into, int count) throws IOException {
        read(value, first, count);
        kernel(value).floats(packed, absmax, first, into, count);
    }

    /** As {@link dev.ingot.pipeline.tile.TileSource#bytes}. */
    void bytes(Packed4Bit value, long first, ByteBuffer into) throws IOException {
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

    /** The packed bytes of the tile that was read last, read-only. */
    ByteBuffer source() {
        return ByteBuffer.wrap(packed, 0, packedBytes).asReadOnlyBuffer();
    }

    private void read(Packed4Bit value, long first, int count) throws IOException {
        requireInside(value, first, count);
        packedBytes = (int) ((first + count + 1) / 2 - first / 2);
        packed = packed.length < packedBytes ? new byte[packedBytes] : packed;
        TensorRef tensor = value.packed();
        inputs.read(tensor, first / 2, ByteBuffer.wrap(packed, 0, packedBytes));
        readAbsmax(value, first / value.blocksize(), (first + Math.max(count, 1) - 1) / value.blocksize());
    }

    private void readAbsmax(Packed4Bit value, long firstBlock, long lastBlock) throws IOException {
        int blocks = (int) (lastBlock - firstBlock + 1);
        absmax = absmax.length < blocks ? new float[blocks] : absmax;
        for (int done = 0; done < blocks; ) {
            long block = firstBlock + done;
            int from = (int) (block % AbsmaxWindows.BLOCKS);
            int here = Math.min(blocks - done, AbsmaxWindows.BLOCKS - from);
            System.arraycopy(windows.window(value, block / AbsmaxWindows.BLOCKS), from, absmax, done, here);
            done += here;
        }
    }

    private static void requireInside(Packed4Bit value, long first, int count) {
        if (first < 0 || count > value.shape().elements() - first) {
            throw new IllegalArgumentException("%d elements from %d on are not inside %s of shape %s"
                    .formatted(count, first, value.packed().name(), value.shape()));
        }
    }
}
