package dev.ingot.dequant;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.tile.PanelRounding;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/** Tiles of values that are float32 numbers, rounded once. */
abstract class ProductTile<V extends Value> implements ValueTile<V> {
    private final Map<DType, PanelRounding> roundings = new EnumMap<>(DType.class);
    private final float[] panel = new float[PanelRounding.PANEL];
    private float[] products = {};

    /** Fills {@code into[0..count)} with elements {@code [first, first + count)} before they are rounded. */
    abstract void products(V value, long first, float[] into, int count) throws IOException;

    @Override
    public void floats(V value, long first, float[] into, int count) throws IOException {
        products(value, first, into, count);
        PanelRounding rounding = rounding(value.dtype());
        for (int done = 0; done < count; done += panel.length) {
            int width = Math.min(panel.length, count - done);
            System.arraycopy(into, done, panel, 0, width);
            rounding.round(panel, into, done, width);
        }
    }

    @Override
    public void bytes(V value, long first, ByteBuffer into) throws IOException {
        int elementBytes = value.dtype().bits() / Byte.SIZE;
        int count = into.remaining() / elementBytes;
        products = products.length < count ? new float[count] : products;
        products(value, first, products, count);
        PanelRounding rounding = rounding(value.dtype());
        MemorySegment out = MemorySegment.ofBuffer(into);
        for (int done = 0; done < count; done += panel.length) {
            int width = Math.min(panel.length, count - done);
            System.arraycopy(products, done, panel, 0, width);
            rounding.round(panel, width);
            MemorySegment.copy(rounding.bits(), 0, out, (long) done * elementBytes, (long) width * elementBytes);
        }
        into.position(into.limit());
    }

    private PanelRounding rounding(DType dtype) {
        return roundings.computeIfAbsent(dtype, PanelRounding::to);
    }
}
