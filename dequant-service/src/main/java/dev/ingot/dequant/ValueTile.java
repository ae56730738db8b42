package dev.ingot.dequant;

import dev.ingot.pipeline.plan.Value;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Decodes stretches of one kind of value, which lie inside it. Keeps its buffers from tile to tile; used by one thread at a time. */
interface ValueTile<V extends Value> {
    /** Elements {@code [first, first + count)}, rounded to the value's dtype, as float32, into {@code into[0..count)}. */
    void floats(V value, long first, float[] into, int count) throws IOException;

    /** The same elements as little-endian bytes in the value's dtype; as many as {@code into} has room for. */
    void bytes(V value, long first, ByteBuffer into) throws IOException;
}
