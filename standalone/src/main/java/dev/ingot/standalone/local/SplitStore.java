package dev.ingot.standalone.local;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Two stores as one: a run's data where it will be delivered, everything else (plan, markers, report) elsewhere. The data's store is made
 * when something is first written to it, so that a run that is refused before leaves no folder.
 *
 * @param prefix of the keys that are data, ending with {@code /}
 */
final class SplitStore implements ObjectStore {
    private final String prefix;
    private final Supplier<? extends ObjectStore> makeData;
    private final ObjectStore documents;
    private Optional<ObjectStore> data = Optional.empty();

    SplitStore(String prefix, Supplier<? extends ObjectStore> makeData, ObjectStore documents) {
        this.prefix = prefix;
        this.makeData = makeData;
        this.documents = documents;
    }

    private synchronized ObjectStore writable(String key) {
        if (!key.startsWith(prefix)) {
            return documents;
        }
        if (data.isEmpty()) {
            data = Optional.of(makeData.get());
        }
        return data.get();
    }

    private synchronized Optional<ObjectStore> readable(String key) {
        return key.startsWith(prefix) ? data : Optional.of(documents);
    }

    @Override
    public Optional<RangedFile> open(String key) throws IOException {
        Optional<ObjectStore> store = readable(key);
        return store.isEmpty() ? Optional.empty() : store.get().open(key);
    }

    @Override
    public boolean createOnce(String key, byte[] content) throws IOException {
        return writable(key).createOnce(key, content);
    }

    @Override
    public ObjectUpload upload(String key) throws IOException {
        return writable(key).upload(key);
    }

    @Override
    public List<ObjectInfo> list(String listed) throws IOException {
        List<ObjectInfo> all = new ArrayList<>(listed.startsWith(prefix) ? List.of() : documents.list(listed));
        Optional<ObjectStore> more = readable(prefix);
        if (more.isPresent() && (listed.startsWith(prefix) || prefix.startsWith(listed))) {
            all.addAll(more.get().list(listed));
            all.sort(Comparator.comparing(ObjectInfo::key));
        }
        return List.copyOf(all);
    }

    @Override
    public void delete(String key) throws IOException {
        Optional<ObjectStore> store = readable(key);
        if (store.isPresent()) {
            store.get().delete(key);
        }
    }
}
