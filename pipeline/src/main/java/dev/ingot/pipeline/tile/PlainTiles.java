package dev.ingot.pipeline.tile;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Tiles of plain tensors, straight from the files of the plan. Safe for several threads. */
public final class PlainTiles {
    private final PlanInputs inputs;
    private final ConcurrentLinkedQueue<ElementReader> readers = new ConcurrentLinkedQueue<>();

    public PlainTiles(PlanInputs inputs) {
        this.inputs = inputs;
    }

    /** As {@link TileSource#floats}. */
    public void floats(Stored value, long first, float[] into, int count) throws IOException {
        TensorRef tensor = value.tensor();
        requireInside(tensor, first, count);
        ElementReader borrowed = readers.poll();
        ElementReader reader = borrowed == null ? new ElementReader() : borrowed;
        long position = tensor.offset() + tensor.dtype().bytes(first);
        reader.floats(inputs.file(tensor.file()), position, tensor.dtype(), into, count);
        readers.add(reader);
        if (tensor.dtype() != value.dtype()) {
            ElementReader.round(value.dtype(), into, count);
        }
    }

    /** As {@link TileSource#bytes}. */
    public void bytes(Stored value, long first, ByteBuffer into) throws IOException {
        DType dtype = value.dtype();
        if (value.tensor().dtype() == dtype) {
            inputs.read(value.tensor(), dtype.bytes(first), into);
            return;
        }
        int count = (int) (into.remaining() * 8L / dtype.bits());
        float[] values = new float[count];
        floats(value, first, values, count);
        ElementReader.encode(dtype, values, into, count);
    }

    private static void requireInside(TensorRef tensor, long first, int count) {
        if (first < 0 || count > tensor.shape().elements() - first) {
            throw new IllegalArgumentException("%d elements from %d on are not inside %s of shape %s"
                    .formatted(count, first, tensor.name(), tensor.shape()));
        }
    }
}
