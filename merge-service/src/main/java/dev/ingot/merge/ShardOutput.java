package dev.ingot.merge;

import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The object that a shard becomes: bytes in order, digested as they pass. Used by one thread at a time. */
final class ShardOutput {
    private final ObjectUpload upload;
    private final StreamDigest digest;
    private final long size;
    private final Progress progress;

    /** @param size that the object is going to have, in bytes */
    ShardOutput(ObjectUpload upload, boolean provenance, long size, Progress progress) {
        this.upload = upload;
        this.digest = StreamDigest.forRun(provenance);
        this.size = size;
        this.progress = progress;
    }

    void write(ByteBuffer bytes, int crc32c, String note) throws IOException {
        digest.update(bytes, crc32c);
        upload.write(bytes);
        progress.at(digest.bytes(), size, "bytes", note);
    }

    /** Makes the object visible; IllegalStateException when it is not as long as it was to be. */
    ObjectRef complete() throws IOException {
        if (digest.bytes() != size) {
            throw new IllegalStateException("wrote " + digest.bytes() + " bytes of a shard of " + size);
        }
        ObjectInfo info = upload.complete();
        int crc32c = digest.crc32c();
        return new ObjectRef(info.key(), size, digest.sha256(), crc32c);
    }
}
