package dev.ingot.dequant;

import dev.ingot.arithmetic.RowwiseInt8;
import dev.ingot.dequant.kernel.KernelSource;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What an LLM.int8 base that was quantized while loading is worth. A stretch is widened to whole rows, of which each has its scale. */
final class RequantizedInt8Tile extends ProductTile<QuantizedInt8> {
    private final SharedTiles shared;
    private final KernelSource kernels;
    private float[] values = {};
    private @Nullable TileDecoder decoder;

    RequantizedInt8Tile(SharedTiles shared, KernelSource kernels) {
        this.shared = shared;
        this.kernels = kernels;
    }

    @Override
    void products(QuantizedInt8 value, long first, float[] into, int count) throws IOException {
        if (count == 0) {
            return;
        }
        int columns = Math.toIntExact(value.shape().columns());
        long firstRow = first / columns;
        int rows = (int) (Math.ceilDiv(first + count, (long) columns) - firstRow);
        long from = firstRow * columns;
        int all = Math.multiplyExact(rows, columns);
        values = values.length < all ? new float[all] : values;
        decoder().floats(value.of(), from, values, all);
        for (int start = 0; start < all; start += columns) {
            row(value, from, start, start + columns);
        }
        System.arraycopy(values, (int) (first - from), into, 0, count);
    }

    private void row(QuantizedInt8 value, long from, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Float.isFinite(RowwiseInt8.cast(values[i]))) {
                throw shared.source()
                        .nonFinite(
                                "Element " + (from + i) + ", cast to float16 as LLM.int8 does,",
                                value.parts().getFirst(),
                                RowwiseInt8.cast(values[i]));
            }
        }
        float absmax = RowwiseInt8.absmax(values, start, end);
        float multiplier = RowwiseInt8.multiplier(absmax);
        for (int i = start; i < end; i++) {
            values[i] = RowwiseInt8.value(RowwiseInt8.code(values[i], multiplier), absmax);
        }
    }

    private TileDecoder decoder() {
        TileDecoder inner = decoder == null ? new TileDecoder(shared, kernels) : decoder;
        decoder = inner;
        return inner;
    }
}
