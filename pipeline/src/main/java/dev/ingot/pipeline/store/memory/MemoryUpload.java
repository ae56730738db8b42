package dev.ingot.pipeline.store.memory;

import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Gathers an object; the store sees it on completion. */
final class MemoryUpload implements ObjectUpload {
    private final MemoryStore store;
    private final String key;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private boolean ended;

    MemoryUpload(MemoryStore store, String key) {
        this.store = store;
        this.key = key;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOpen();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        gathered.writeBytes(copy);
    }

    @Override
    public ObjectInfo complete() throws IOException {
        requireOpen();
        ended = true;
        return store.complete(key, gathered.toByteArray());
    }

    private void requireOpen() throws IOException {
        if (ended) {
            throw new IOException("upload of " + key + " has ended");
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
