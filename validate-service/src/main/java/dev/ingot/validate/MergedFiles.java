package dev.ingot.validate;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectReader;
import dev.ingot.pipeline.work.ObjectRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A merged checkpoint as its markers name it: the folder that a consumer would download. */
public final class MergedFiles implements FileSet {
    private final ObjectReader store;
    private final String location;
    private final Map<String, ObjectRef> objects;

    /** @param objects by path in the checkpoint */
    public MergedFiles(ObjectReader store, String location, Map<String, ObjectRef> objects) {
        this.store = store;
        this.location = location;
        this.objects = new TreeMap<>(objects);
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public List<FileInfo> list() {
        return objects.entrySet().stream()
                .map(file -> new FileInfo(
                        file.getKey(), file.getValue().size(), file.getValue().key()))
                .toList();
    }

    /** IOException when an object that a marker names is not there (yet), or has another size. */
    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        ObjectRef object = objects.get(name);
        if (object == null) {
            return Optional.empty();
        }
        RangedFile file = store.open(object.key())
                .orElseThrow(() -> new IOException("the object " + object.key() + " that a marker names is not there"));
        if (file.info().size() != object.size()) {
            long found = file.info().size();
            file.close();
            throw new IOException("%s has %d bytes; its marker says %d".formatted(object.key(), found, object.size()));
        }
        return Optional.of(new Named(new FileInfo(name, object.size(), object.key()), file));
    }

    private record Named(FileInfo info, RangedFile file) implements RangedFile {
        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            file.read(position, into);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
