package dev.ingot.dequant;

import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.tile.TileSource;
import dev.ingot.pipeline.tile.TileSources;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Dequantizes in this process what merge asks for, so that nothing is written twice. Memory is a few tiles, whatever the tensor. */
public final class KernelTiles implements TileSource {
    private final PlanInputs inputs;
    private final SharedTiles shared;
    private final ConcurrentLinkedQueue<TileDecoder> idle = new ConcurrentLinkedQueue<>();

    /** Takes over the inputs: closing this closes them. */
    public KernelTiles(PlanInputs inputs) {
        this.inputs = inputs;
        this.shared = new SharedTiles(inputs);
    }

    /** Sources for any shard of any plan whose inputs {@code files} reaches. */
    public static TileSources sources(FileSets files) {
        return (Plan plan, int shard) -> new KernelTiles(new PlanInputs(plan.inputs(), files));
    }

    @Override
    public void floats(Value value, long first, float[] into, int count) throws IOException {
        TileDecoder decoder = borrow();
        decoder.floats(value, first, into, count);
        idle.add(decoder);
    }

    @Override
    public void bytes(Value value, long first, ByteBuffer into) throws IOException {
        TileDecoder decoder = borrow();
        decoder.bytes(value, first, into);
        idle.add(decoder);
    }

    @Override
    public boolean isKnownFinite(Value value) {
        return value instanceof Value.Packed4Bit packed && shared.windows().isKnownFinite(packed);
    }

    private TileDecoder borrow() {
        TileDecoder decoder = idle.poll();
        return decoder == null ? new TileDecoder(shared, FourBitKernels::of) : decoder;
    }

    @Override
    public void close() throws IOException {
        inputs.close();
    }
}
