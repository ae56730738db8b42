package dev.ingot.pipeline.tile;

import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Tiles of a shard that dequant has written, with its plain tensors from the base. */
public final class StoredTiles implements TileSource {
    private final PlanInputs inputs;
    private final PlainTiles plain;
    private final @Nullable RangedFile dequantized;
    private final Map<Value, TensorEntry> entries;
    private final ConcurrentLinkedQueue<ElementReader> readers = new ConcurrentLinkedQueue<>();

    /**
     * Takes over inputs and object: closing this closes both.
     *
     * @param dequantized the shard's object; null when it has no quantized values
     * @param entries where in that object each quantized value stands
     */
    public StoredTiles(PlanInputs inputs, @Nullable RangedFile dequantized, Map<Value, TensorEntry> entries) {
        this.inputs = inputs;
        this.plain = new PlainTiles(inputs);
        this.dequantized = dequantized;
        this.entries = Map.copyOf(entries);
    }

    @Override
    public void floats(Value value, long first, float[] into, int count) throws IOException {
        if (value instanceof Stored stored) {
            plain.floats(stored, first, into, count);
        } else {
            dequantizedFloats(value, first, into, count);
        }
    }

    @Override
    public void bytes(Value value, long first, ByteBuffer into) throws IOException {
        if (value instanceof Stored stored) {
            plain.bytes(stored, first, into);
        } else {
            object().read(position(value, first, into.remaining()), into);
        }
    }

    private void dequantizedFloats(Value value, long first, float[] into, int count) throws IOException {
        ElementReader borrowed = readers.poll();
        ElementReader reader = borrowed == null ? new ElementReader() : borrowed;
        long position = position(value, first, value.dtype().bytes(count));
        reader.floats(object(), position, value.dtype(), into, count);
        readers.add(reader);
    }

    private long position(Value value, long first, long length) {
        TensorEntry entry = entries.get(value);
        if (entry == null) {
            throw new IllegalArgumentException(value.parts().getFirst().name() + " is not among the " + entries.size()
                    + " values that dequant wrote");
        }
        long from = value.dtype().bytes(first);
        if (from < 0 || length > entry.length() - from) {
            throw new IllegalArgumentException("%d bytes from byte %d on are not inside %s, which has %d"
                    .formatted(length, from, entry.name(), entry.length()));
        }
        return entry.offset() + from;
    }

    private RangedFile object() {
        if (dequantized == null) {
            throw new IllegalStateException("this shard has no dequantized object");
        }
        return dequantized;
    }

    @Override
    public void close() throws IOException {
        try (inputs) {
            if (dequantized != null) {
                dequantized.close();
            }
        }
    }
}
