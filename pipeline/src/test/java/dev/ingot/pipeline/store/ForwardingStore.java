package dev.ingot.pipeline.store;

import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A store with one flaw: everything that a test does not override goes to a store without any. */
public abstract class ForwardingStore implements ObjectStore {
    private final ObjectStore target;

    protected ForwardingStore(ObjectStore target) {
        this.target = target;
    }

    @Override
    public Optional<RangedFile> open(String key) throws IOException {
        return target.open(key);
    }

    @Override
    public boolean createOnce(String key, byte[] content) throws IOException {
        return target.createOnce(key, content);
    }

    @Override
    public ObjectUpload upload(String key) throws IOException {
        return target.upload(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix) throws IOException {
        return target.list(prefix);
    }

    @Override
    public void delete(String key) throws IOException {
        target.delete(key);
    }
}
