package dev.ingot.pipeline.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A large object on its way into the store, written front to back by one thread at a time. Closing without completing discards it. */
public interface ObjectUpload extends AutoCloseable {
    /** Takes all remaining bytes; the buffer may be reused afterwards. */
    void write(ByteBuffer bytes) throws IOException;

    /** Makes the object visible, durable as far as the store can. */
    ObjectInfo complete() throws IOException;

    @Override
    void close() throws IOException;
}
