package dev.ingot.standalone.local;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Takes objects and keeps nothing: for a run of which only the digests are wanted, which the writer sums while the bytes pass. */
final class ForgetfulStore implements ObjectStore {
    @Override
    public Optional<RangedFile> open(String key) {
        return Optional.empty();
    }

    @Override
    public boolean createOnce(String key, byte[] content) {
        return true;
    }

    @Override
    public ObjectUpload upload(String key) {
        return new Upload(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        return List.of();
    }

    @Override
    public void delete(String key) {
        // there is none
    }

    private static final class Upload implements ObjectUpload {
        private final String key;
        private long size;

        Upload(String key) {
            this.key = key;
        }

        @Override
        public void write(ByteBuffer bytes) {
            size += bytes.remaining();
            bytes.position(bytes.limit());
        }

        @Override
        public ObjectInfo complete() {
            return new ObjectInfo(key, size, "", Instant.EPOCH);
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
