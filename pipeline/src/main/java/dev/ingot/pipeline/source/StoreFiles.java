package dev.ingot.pipeline.source;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The objects directly under a prefix of a bucket or store and one level below it, as files. What begins with a dot is left out, and so
 * are the empty objects ending in {@code /} that some tools make for folders. Identity is the store's, an etag as a rule.
 */
public final class StoreFiles implements FileSet {
    private final ObjectReader reader;
    private final String prefix;
    private final String location;

    /**
     * @param prefix empty, or ending in {@code /}
     * @param location how to name it: {@code s3://bucket/prefix}
     */
    public StoreFiles(ObjectReader reader, String prefix, String location) {
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("prefix '" + prefix + "' does not end in '/'");
        }
        this.reader = reader;
        this.prefix = prefix;
        this.location = location;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public List<FileInfo> list() throws IOException {
        List<FileInfo> found = reader.list(prefix).stream()
                .filter(info -> isFile(info.key().substring(prefix.length())))
                .map(this::infoOf)
                .toList();
        SourceNames.requireDistinct(location, found.stream().map(FileInfo::name).toList());
        return found;
    }

    @Override
    public Optional<RangedFile> open(String name) throws IOException {
        SourceNames.require(location, name);
        return isFile(name) ? reader.open(prefix + name).map(file -> new Named(file, name)) : Optional.empty();
    }

    private FileInfo infoOf(ObjectInfo info) {
        String name = SourceNames.require(location, info.key().substring(prefix.length()));
        return new FileInfo(name, info.size(), info.identity());
    }

    private static boolean isFile(String name) {
        return !name.isEmpty() && !name.endsWith("/") && SourceNames.isSeen(name);
    }

    @Override
    public String toString() {
        return location;
    }

    /** An object under its name in the set. */
    private record Named(RangedFile file, String name) implements RangedFile {
        @Override
        public FileInfo info() {
            return new FileInfo(name, file.info().size(), file.info().identity());
        }

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
