package dev.ingot.pipeline.store.s3;

import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectUpload;
import io.minio.messages.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object on its way: one PUT if it fits into a part, a multipart upload with several parts in flight if not. */
final class S3Upload implements ObjectUpload {
    private static final int TRIES = 4;

    private final S3Store store;
    private final S3Writes writes;
    private final String key;
    private final String fullKey;
    private final S3Transfer transfer;
    private ByteBuffer current;
    private @Nullable S3Parts parts;
    private long size;
    private boolean ended;

    S3Upload(S3Store store, S3Writes writes, S3Transfer transfer, String key, String fullKey) {
        this.store = store;
        this.writes = writes;
        this.transfer = transfer;
        this.key = key;
        this.fullKey = fullKey;
        this.current = ByteBuffer.allocate(0);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOpen();
        while (bytes.hasRemaining()) {
            makeRoom(bytes.remaining());
            int count = Math.min(bytes.remaining(), current.remaining());
            current.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            size += count;
        }
    }

    /** Small objects need no whole part of heap: the buffer doubles up to one. */
    private void makeRoom(int wanted) throws IOException {
        if (current.hasRemaining()) {
            return;
        }
        if (current.capacity() < transfer.partBytes()) {
            int capacity = (int) Math.min(
                    transfer.partBytes(), Math.max(2L * current.capacity(), (long) current.position() + wanted));
            current = ByteBuffer.allocate(capacity).put(current.flip());
            return;
        }
        current = startedParts().send(current);
    }

    private S3Parts startedParts() throws IOException {
        if (parts == null) {
            parts = new S3Parts(writes, fullKey, writes.startMultipart(fullKey), transfer);
        }
        return parts;
    }

    @Override
    public ObjectInfo complete() throws IOException {
        requireOpen();
        ended = true;
        if (parts == null) {
            finish(() -> writes.put(fullKey, current.array(), current.position()));
        } else {
            List<Part> sent = parts.sendLast(current);
            finish(() -> writes.completeMultipart(fullKey, parts.uploadId(), sent));
            parts = null;
        }
        return store.find(key)
                .filter(info -> info.size() == size)
                .orElseThrow(() -> new IOException(
                        writes.describe(fullKey) + " was completed with " + size + " bytes, but is not there as such"));
    }

    /**
     * Makes the object appear. When an earlier try may have been carried out without our hearing of it, an object of our size under this
     * key, which no other upload has, is ours.
     */
    private void finish(Finishing finishing) throws IOException {
        boolean mayBeDone = false;
        for (int attempt = 1; ; attempt++) {
            try {
                finishing.send();
                return;
            } catch (S3Failure e) {
                if (mayBeDone && (e.isPreconditionFailed() || e.isMissing()) && isThere()) {
                    return;
                }
                if (!e.isTransient() || attempt == TRIES) {
                    throw e.isPreconditionFailed()
                            ? new IOException(
                                    writes.describe(fullKey) + " exists already; an upload never replaces one", e)
                            : e;
                }
                mayBeDone = true;
                S3Calls.pause("complete " + fullKey, attempt);
            }
        }
    }

    private boolean isThere() throws IOException {
        Optional<ObjectInfo> found = store.find(key);
        return found.isPresent() && found.get().size() == size;
    }

    private void requireOpen() throws IOException {
        if (ended) {
            throw new IOException("upload of " + writes.describe(fullKey) + " has ended");
        }
    }

    @Override
    public void close() throws IOException {
        ended = true;
        current = ByteBuffer.allocate(0);
        if (parts != null) {
            S3Parts abandoned = parts;
            parts = null;
            abandoned.abandon();
        }
    }

    /** The request that makes the object visible. */
    private interface Finishing {
        void send() throws IOException;
    }
}
