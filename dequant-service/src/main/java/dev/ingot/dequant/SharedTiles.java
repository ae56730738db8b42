package dev.ingot.dequant;

import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.Transposed;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.PlanInputs;

/** What all threads that decode tiles of one plan share. Memory is bounded: what was used last is kept, the rest is made again. */
final class SharedTiles {
    private static final int VALUES = 8;
    /** The one that is left and the one that is begun. An expert of gpt-oss takes 33 MB. */
    private static final int SLABS = 2;

    private final SourceBytes source;
    private final PlainTiles plain;
    private final AbsmaxWindows windows;
    private final RecentlyUsed<Quantized4Bit, RequantizedScales> scales = new RecentlyUsed<>(VALUES);
    private final RecentlyUsed<SlabKey, TransposedSlab> slabs = new RecentlyUsed<>(SLABS);

    SharedTiles(PlanInputs inputs) {
        this.source = new SourceBytes(inputs);
        this.plain = new PlainTiles(inputs);
        this.windows = new AbsmaxWindows(source);
    }

    private record SlabKey(Transposed value, long number) {}

    SourceBytes source() {
        return source;
    }

    PlainTiles plain() {
        return plain;
    }

    AbsmaxWindows windows() {
        return windows;
    }

    RequantizedScales scales(Quantized4Bit value) {
        return scales.get(value, RequantizedScales::new);
    }

    TransposedSlab slab(Transposed value, long number) {
        return slabs.get(
                new SlabKey(value, number),
                key -> new TransposedSlab(key.value().of(), key.number()));
    }
}
