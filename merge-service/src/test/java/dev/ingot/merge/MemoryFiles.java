package dev.ingot.merge;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Files in the heap, at the location {@code memory:}. */
final class MemoryFiles implements FileSet {
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    void put(String name, byte[] content) {
        files.put(name, content);
    }

    @Override
    public String location() {
        return "memory:";
    }

    @Override
    public List<FileInfo> list() {
        return files.keySet().stream().map(this::info).toList();
    }

    @Override
    public Optional<RangedFile> open(String name) {
        return Optional.ofNullable(files.get(name)).map(content -> new Open(info(name), content));
    }

    FileInfo info(String name) {
        byte[] content = files.get(name);
        return new FileInfo(name, content.length, "bytes-" + java.util.Arrays.hashCode(content));
    }

    private record Open(FileInfo info, byte[] content) implements RangedFile {
        @Override
        public void read(long position, ByteBuffer into) {
            into.put(content, (int) position, into.remaining());
        }

        @Override
        public void close() {}
    }
}
