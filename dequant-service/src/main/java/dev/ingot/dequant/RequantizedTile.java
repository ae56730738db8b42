package dev.ingot.dequant;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.dequant.kernel.QuantizeDequantizeKernel;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a 4-bit base that was quantized while loading is worth, from its 16-bit original: quantized and dequantized in one go. A stretch is widened
 * to whole blocks; with double quantization all scales are looked at first.
 */
final class RequantizedTile implements ValueTile<Quantized4Bit> {
    private final SharedTiles shared;
    private final KernelSource kernels;
    private float[] values = {};
    private float[] absmax = {};
    private float[] restored = {};
    private @Nullable TileDecoder decoder;
    private @Nullable Quantized4Bit kernelOf;
    private @Nullable QuantizeDequantizeKernel kernel;

    RequantizedTile(SharedTiles shared, KernelSource kernels) {
        this.shared = shared;
        this.kernels = kernels;
    }

    @Override
    public void floats(Quantized4Bit value, long first, float[] into, int count) throws IOException {
        float[] scales = read(value, first, count);
        int from = (int) (first % value.blocksize());
        kernel(value).floats(values, absmax, scales, from, into, count);
    }

    @Override
    public void bytes(Quantized4Bit value, long first, ByteBuffer into) throws IOException {
        int count = (int) (into.remaining() * 8L / value.dtype().bits());
        float[] scales = read(value, first, count);
        int from = (int) (first % value.blocksize());
        kernel(value).bytes(values, absmax, scales, from, MemorySegment.ofBuffer(into), count);
        into.position(into.limit());
    }

    /** Leaves the values of all blocks of a stretch, and their absmax; gives the scales by which they are restored. */
    private float[] read(Quantized4Bit value, long first, int count) throws IOException {
        int blocksize = value.blocksize();
        long firstBlock = first / blocksize;
        int blocks = (int) (Math.ceilDiv(first + count, (long) blocksize) - firstBlock);
        if (!value.doubleQuantized()) {
            read(value, firstBlock, blocks, blocksize);
            return absmax;
        }
        RequantizedScales scales = shared.scales(value);
        scales.complete((from, number) -> read(value, from, number, blocksize));
        read(value, firstBlock, blocks, blocksize);
        restored = restored.length < blocks ? new float[blocks] : restored;
        scales.restore(absmax, firstBlock, blocks, restored);
        return restored;
    }

    /** Leaves the values of blocks {@code [firstBlock, … + blocks)}, and gives their absmax. */
    private float[] read(Quantized4Bit value, long firstBlock, int blocks, int blocksize) throws IOException {
        long first = firstBlock * blocksize;
        int count = (int) Math.min((long) blocks * blocksize, value.shape().elements() - first);
        values = values.length < count ? new float[count] : values;
        absmax = absmax.length < blocks ? new float[blocks] : absmax;
        decoder().floats(value.of(), first, values, count);
        kernel(value).absmax(values, absmax, count);
        for (int block = 0; block < blocks; block++) {
            if (!Float.isFinite(absmax[block])) {
                throw nonFinite(value, first, count);
            }
        }
        return absmax;
    }

    private RuntimeException nonFinite(Quantized4Bit value, long first, int count) {
        int i = 0;
        while (i < count - 1 && Float.isFinite(values[i])) {
            i++;
        }
        return shared.source().nonFinite("Element " + (first + i), value.parts().getFirst(), values[i]);
    }

    private TileDecoder decoder() {
        TileDecoder inner = decoder == null ? new TileDecoder(shared, kernels) : decoder;
        decoder = inner;
        return inner;
    }

    /** Tiles of one tensor follow one another, so the last kernel is the one to keep. */
    private QuantizeDequantizeKernel kernel(Quantized4Bit value) {
        QuantizeDequantizeKernel current = kernel;
        if (current == null || !value.equals(kernelOf)) {
            current = new QuantizeDequantizeKernel(
                    FourBitCode.named(value.quantType()), value.blocksize(), value.dtype());
            kernel = current;
            kernelOf = value;
        }
        return current;
    }
}
