package dev.ingot.dequant;

import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.BlockScaledFp8;
import dev.ingot.pipeline.plan.Value.MicroscaledFp4;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.RowwiseInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Decodes stretches of any value. Keeps its buffers from tile to tile; used by one thread at a time. */
final class TileDecoder implements ValueTile<Value> {
    private final SharedTiles shared;
    private final PackedTile packed;
    private final Int8Tile int8;
    private final MicroscaledTile microscaled;
    private final Fp8Tile fp8;
    private final RequantizedTile requantized;
    private final RequantizedInt8Tile requantizedInt8;
    private final TransposedTile transposed;

    /** @param kernels that this decoder may use; the opener closes them */
    TileDecoder(SharedTiles shared, KernelSource kernels) {
        this.shared = shared;
        this.packed = new PackedTile(shared, kernels);
        this.int8 = new Int8Tile(shared.source());
        this.microscaled = new MicroscaledTile(shared.source());
        this.fp8 = new Fp8Tile(shared.source());
        this.requantized = new RequantizedTile(shared, kernels);
        this.requantizedInt8 = new RequantizedInt8Tile(shared, kernels);
        this.transposed = new TransposedTile(shared, kernels);
    }

    @Override
    public void floats(Value value, long first, float[] into, int count) throws IOException {
        requireInside(value, first, count);
        switch (value) {
            case Stored it -> shared.plain().floats(it, first, into, count);
            case Packed4Bit it -> packed.floats(it, first, into, count);
            case RowwiseInt8 it -> int8.floats(it, first, into, count);
            case MicroscaledFp4 it -> microscaled.floats(it, first, into, count);
            case BlockScaledFp8 it -> fp8.floats(it, first, into, count);
            case Quantized4Bit it -> requantized.floats(it, first, into, count);
            case QuantizedInt8 it -> requantizedInt8.floats(it, first, into, count);
            case Transposed it -> transposed.floats(it, first, into, count);
        }
    }

    @Override
    public void bytes(Value value, long first, ByteBuffer into) throws IOException {
        requireInside(value, first, into.remaining() * 8L / value.dtype().bits());
        switch (value) {
            case Stored it -> shared.plain().bytes(it, first, into);
            case Packed4Bit it -> packed.bytes(it, first, into);
            case RowwiseInt8 it -> int8.bytes(it, first, into);
            case MicroscaledFp4 it -> microscaled.bytes(it, first, into);
            case BlockScaledFp8 it -> fp8.bytes(it, first, into);
            case Quantized4Bit it -> requantized.bytes(it, first, into);
            case QuantizedInt8 it -> requantizedInt8.bytes(it, first, into);
            case Transposed it -> transposed.bytes(it, first, into);
        }
    }

    private static void requireInside(Value value, long first, long count) {
        if (first < 0 || count < 0 || count > value.shape().elements() - first) {
            throw new IllegalArgumentException("%d elements from %d on are not inside %s of shape %s"
                    .formatted(count, first, value.parts().getFirst().name(), value.shape()));
        }
    }
}
