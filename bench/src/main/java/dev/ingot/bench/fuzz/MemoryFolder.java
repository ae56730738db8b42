package dev.ingot.bench.fuzz;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A folder that never touches a disk. */
record MemoryFolder(String location, Map<String, byte[]> files) implements FileSet {
    @Override
    public List<FileInfo> list() {
        return new TreeMap<>(files)
                .entrySet().stream()
                        .map(file -> info(file.getKey(), file.getValue()))
                        .toList();
    }

    @Override
    public Optional<RangedFile> open(String name) {
        byte[] content = files.get(name);
        return content == null ? Optional.empty() : Optional.of(new Opened(info(name, content), content));
    }

    private static FileInfo info(String name, byte[] content) {
        return new FileInfo(name, content.length, "memory");
    }

    private record Opened(FileInfo info, byte[] content) implements RangedFile {
        @Override
        public void read(long position, ByteBuffer into) throws EOFException {
            if (position < 0 || into.remaining() > content.length - position) {
                throw new EOFException("past the end of " + info.name());
            }
            into.put(content, (int) position, into.remaining());
        }

        @Override
        public void close() {
            // nothing is held open
        }
    }
}
