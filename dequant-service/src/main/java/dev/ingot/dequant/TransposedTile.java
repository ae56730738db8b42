package dev.ingot.dequant;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.plan.Value.Transposed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Values with their last two dimensions exchanged, matrix by matrix. */
final class TransposedTile implements ValueTile<Transposed> {
    private final SharedTiles shared;
    private final KernelSource kernels;
    private byte[] tile = {};
    private @Nullable TileDecoder decoder;

    TransposedTile(SharedTiles shared, KernelSource kernels) {
        this.shared = shared;
        this.kernels = kernels;
    }

    @Override
    public void floats(Transposed value, long first, float[] into, int count) throws IOException {
        gather(value, first, count);
        DType dtype = value.dtype();
        ByteBuffer bytes = ByteBuffer.wrap(tile).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            into[i] = Rounding.fromBits(dtype, dtype == DType.F32 ? bytes.getInt() : bytes.getShort());
        }
    }

    @Override
    public void bytes(Transposed value, long first, ByteBuffer into) throws IOException {
        int length = into.remaining();
        gather(value, first, (int) (length * 8L / value.dtype().bits()));
        into.put(tile, 0, length);
    }

    private void gather(Transposed value, long first, int count) throws IOException {
        int width = value.dtype().bits() / Byte.SIZE;
        tile = tile.length < count * width ? new byte[count * width] : tile;
        Shape shape = value.shape();
        long matrix = shape.dim(shape.rank() - 2) * shape.columns();
        for (int done = 0; done < count; ) {
            TransposedSlab slab = shared.slab(value, (first + done) / matrix);
            slab.complete(decoder());
            int from = (int) ((first + done) % matrix);
            int here = Math.min(slab.elements() - from, count - done);
            slab.gather(from, here, tile, done * width);
            done += here;
        }
    }

    private TileDecoder decoder() {
        TileDecoder inner = decoder == null ? new TileDecoder(shared, kernels) : decoder;
        decoder = inner;
        return inner;
    }
}
