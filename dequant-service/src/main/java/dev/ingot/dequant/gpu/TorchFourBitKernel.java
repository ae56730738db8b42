package dev.ingot.dequant.gpu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.dequant.kernel.FourBitLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jboss.logging.Logger;

/**
 * Dequantizes whole blocks on a device; the ends of a tile that begins or ends inside a block, a block at most each, are computed here, and so is
 * everything once the device has failed. Gives the bytes of every other kernel.
 */
final class TorchFourBitKernel implements FourBitKernel, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TorchFourBitKernel.class);
    private static final int BYTE_VALUES = 256;

    private final DeviceScript script;
    private final FourBitLayout layout;
    private final FourBitKernel ends;
    private final NDManager memory;
    private final NDArray pairs;
    private ByteBuffer sent = ByteBuffer.allocateDirect(0);
    private boolean failed;

    TorchFourBitKernel(DeviceScript script, FourBitLayout layout) {
        this.script = script;
        this.layout = layout;
        this.ends = FourBitKernels.of(layout);
        this.memory = script.memory();
        this.pairs = memory.create(pairs(layout), new Shape(BYTE_VALUES, 2));
    }

    private static float[] pairs(FourBitLayout layout) {
        float[] pairs = new float[2 * BYTE_VALUES];
        for (int i = 0; i < BYTE_VALUES; i++) {
            float high = layout.code().value(i >>> 4);
            float low = layout.code().value(i & 0xF);
            pairs[2 * i] = layout.lowNibbleFirst() ? low : high;
            pairs[2 * i + 1] = layout.lowNibbleFirst() ? high : low;
        }
        return pairs;
    }

    /** Floats are for a merge in this process: fetching them from a device costs more than computing them here. */
    @Override
    public void floats(byte[] packed, float[] absmax, long first, float[] into, int count) {
        ends.floats(packed, absmax, first, into, count);
    }

    @Override
    public void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count) {
        int blocksize = layout.blocksize();
        int head = (int) Math.min(Math.floorMod(-first, (long) blocksize), count);
        int whole = blocksize % 2 == 0 && !failed ? (count - head) / blocksize * blocksize : 0;
        onHost(packed, absmax, first, 0, into, head);
        if (whole > 0) {
            onDevice(packed, absmax, first, head, into, whole);
        }
        onHost(packed, absmax, first, head + whole, into, count - head - whole);
    }

    private void onHost(byte[] packed, float[] absmax, long first, int done, MemorySegment into, int count) {
        if (count > 0) {
            byte[] bytes =
                    Arrays.copyOfRange(packed, packedIndex(first, done), packedIndex(first, done + count - 1) + 1);
            float[] scales = Arrays.copyOfRange(absmax, block(first, done), block(first, done + count - 1) + 1);
            ends.bytes(bytes, scales, first + done, into.asSlice(layout.dtype().bytes(done)), count);
        }
    }

    private void onDevice(byte[] packed, float[] absmax, long first, int done, MemorySegment into, int count) {
        int block = block(first, done);
        ByteBuffer bytes = send(packed, packedIndex(first, done), count / 2);
        float[] scales = Arrays.copyOfRange(absmax, block, block + count / layout.blocksize());
        MemorySegment target =
                into.asSlice(layout.dtype().bytes(done), layout.dtype().bytes(count));
        try {
            script.dequantize(bytes, scales, pairs, layout.dtype(), target.asByteBuffer());
        } catch (IOException e) {
            failed = true;
            LOG.warnf(e, "the processor takes over from a GPU that failed: layout=%s", layout);
            onHost(packed, absmax, first, done, into, count);
        }
    }

    private ByteBuffer send(byte[] packed, int from, int length) {
        if (sent.capacity() < length) {
            sent = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
        }
        return sent.clear().put(packed, from, length).flip();
    }

    private static int packedIndex(long first, int done) {
        return (int) ((first + done >> 1) - (first >> 1));
    }

    private int block(long first, int done) {
        return (int) ((first + done) / layout.blocksize() - first / layout.blocksize());
    }

    @Override
    public void close() {
        memory.close();
    }
}
