package dev.ingot.dequant;

import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.tile.TileSource;
import dev.ingot.pipeline.tile.TileSources;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Dequantizes in this process what merge asks for, so that nothing is written twice. Memory is a few tiles, whatever the tensor. */
public final class KernelTiles implements TileSource {
    private final PlanInputs inputs;
    private final PlainTiles plain;
    private final AbsmaxWindows windows;
    private final ConcurrentLinkedQueue<PackedTile> idle = new ConcurrentLinkedQueue<>();

    /** Takes over the inputs: closing this closes them. */
    public KernelTiles(PlanInputs inputs) {
        this.inputs = inputs;
        this.plain = new PlainTiles(inputs);
        this.windows = new AbsmaxWindows(inputs);
    }

    /** Sources for any shard of any plan whose inputs {@code files} reaches. */
    public static TileSources sources(FileSets files) {
        return (Plan plan, int shard) -> new KernelTiles(new PlanInputs(plan.inputs(), files));
    }

    @Override
    public void floats(Value value, long first, float[] into, int count) throws IOException {
        switch (value) {
            case Stored stored -> plain.floats(stored, first, into, count);
            case Packed4Bit packed -> {
                PackedTile tile = borrow();
                tile.floats(packed, first, into, count);
                idle.add(tile);
            }
            default -> throw new IllegalStateException("no kernel for " + value);
        }
    }

    @Override
    public void bytes(Value value, long first, ByteBuffer into) throws IOException {
        switch (value) {
            case Stored stored -> plain.bytes(stored, first, into);
            case Packed4Bit packed -> {
                PackedTile tile = borrow();
                tile.bytes(packed, first, into);
                idle.add(tile);
            }
            default -> throw new IllegalStateException("no kernel for " + value);
        }
    }

    private PackedTile borrow() {
        PackedTile tile = idle.poll();
        return tile == null ? new PackedTile(inputs, windows, FourBitKernels::of) : tile;
    }

    @Override
    public void close() throws IOException {
        inputs.close();
    }
}
