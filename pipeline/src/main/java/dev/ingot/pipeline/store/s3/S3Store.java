package dev.ingot.pipeline.store.s3;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Objects in an S3 bucket. The one conditional write is {@code If-None-Match: *}; {@link dev.ingot.pipeline.store.StoreProbe} finds out
 * whether the service honours it. The client belongs to the caller.
 */
public final class S3Store implements ObjectStore {
    private final S3Bucket bucket;
    private final S3Writes writes;
    private final String prefix;
    private final S3Transfer transfer;

    S3Store(S3Client client, String bucket, String prefix, S3Transfer transfer) {
        this.bucket = client.bucket(bucket);
        this.writes = new S3Writes(client, bucket);
        this.prefix = ObjectKeys.requirePrefix(prefix);
        this.transfer = transfer;
    }

    @Override
    public Optional<RangedFile> open(String key) throws IOException {
        return bucket.open(inBucket(key), key);
    }

    /**
     * A failure that leaves open whether the object was written is answered by trying again: the second try then finds either a free key
     * or an object, and false for the latter is what the port allows.
     */
    @Override
    public boolean createOnce(String key, byte[] content) throws IOException {
        String full = inBucket(key);
        try {
            S3Calls.retrying("create " + writes.describe(full), () -> {
                writes.put(full, content, content.length);
                return true;
            });
            return true;
        } catch (S3Failure e) {
            if (e.isPreconditionFailed()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public ObjectUpload upload(String key) {
        return new S3Upload(this, writes, transfer, key, inBucket(key));
    }

    /** What stands under a key now, with the key as the caller knows it. */
    Optional<ObjectInfo> find(String key) throws IOException {
        return bucket.find(inBucket(key)).map(this::withoutPrefix);
    }

    @Override
    public List<ObjectInfo> list(String keyPrefix) throws IOException {
        ObjectKeys.requirePrefix(keyPrefix);
        return bucket.list(prefix + keyPrefix).stream().map(this::withoutPrefix).toList();
    }

    @Override
    public void delete(String key) throws IOException {
        writes.delete(inBucket(key));
    }

    private String inBucket(String key) {
        return prefix + ObjectKeys.require(key);
    }

    private ObjectInfo withoutPrefix(ObjectInfo info) {
        return new ObjectInfo(info.key().substring(prefix.length()), info.size(), info.identity(), info.modified());
    }

    @Override
    public String toString() {
        return bucket + (prefix.isEmpty() ? "" : " under " + prefix);
    }
}
