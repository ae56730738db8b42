package dev.ingot.pipeline.store;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where the bytes live and the truth stands. Keys are {@code /}-separated segments of letters, digits, {@code . _ -} as {@link ObjectKeys}
 * checks them; no key is a prefix of another. IOException means that the store failed and the caller may try again.
 */
public interface ObjectStore extends ObjectReader {
    @Override
    Optional<RangedFile> open(String key) throws IOException;

    /**
     * Writes a small object if and only if the key is free. The answer is exact under concurrency: of many writers one gets true. After a
     * lost reply it may be false although this very call wrote it: read it back.
     */
    boolean createOnce(String key, byte[] content) throws IOException;

    /** Starts a large object; it appears whole on completion or not at all. Never used on a key that exists: completing fails then. */
    ObjectUpload upload(String key) throws IOException;

    @Override
    List<ObjectInfo> list(String prefix) throws IOException;

    /** Removes an object; no error when there is none. */
    void delete(String key) throws IOException;
}
