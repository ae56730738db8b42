package dev.ingot.pipeline.store.memory;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Objects in the heap, each at most 2 GiB. As strict as the strictest store, so that what passes here passes there. */
public final class MemoryStore implements ObjectStore {
    private final TreeMap<String, MemoryObject> objects = new TreeMap<>();
    private long written;

    @Override
    public synchronized Optional<RangedFile> open(String key) {
        return Optional.ofNullable(objects.get(ObjectKeys.require(key)));
    }

    @Override
    public synchronized boolean createOnce(String key, byte[] content) throws IOException {
        requireNoOverlap(ObjectKeys.require(key));
        if (objects.containsKey(key)) {
            return false;
        }
        put(key, content.clone());
        return true;
    }

    @Override
    public ObjectUpload upload(String key) {
        return new MemoryUpload(this, ObjectKeys.require(key));
    }

    synchronized ObjectInfo complete(String key, byte[] content) throws IOException {
        requireNoOverlap(key);
        if (objects.containsKey(key)) {
            throw new IOException("object " + key + " exists already; an upload never replaces one");
        }
        return put(key, content);
    }

    @Override
    public synchronized List<ObjectInfo> list(String prefix) {
        ObjectKeys.requirePrefix(prefix);
        List<ObjectInfo> found = new ArrayList<>();
        for (MemoryObject object : objects.tailMap(prefix).values()) {
            if (!object.listed().key().startsWith(prefix)) {
                break;
            }
            found.add(object.listed());
        }
        return List.copyOf(found);
    }

    @Override
    public synchronized void delete(String key) {
        objects.remove(ObjectKeys.require(key));
    }

    private ObjectInfo put(String key, byte[] content) {
        written++;
        ObjectInfo info = new ObjectInfo(key, content.length, "memory-" + written, Instant.now());
        objects.put(key, new MemoryObject(info, content));
        return info;
    }

    private void requireNoOverlap(String key) throws IOException {
        for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
            if (objects.containsKey(key.substring(0, slash))) {
                throw new IOException("key " + key + " lies below the object " + key.substring(0, slash));
            }
        }
        String below = objects.ceilingKey(key + "/");
        if (below != null && below.startsWith(key + "/")) {
            throw new IOException("key " + key + " is a prefix of the object " + below);
        }
    }
}
