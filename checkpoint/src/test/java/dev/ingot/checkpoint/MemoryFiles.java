package dev.ingot.checkpoint;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A file set in memory. */
public record MemoryFiles(Map<String, byte[]> files) implements FileSet {
    public static MemoryFiles of(String name, byte[] content) {
        return new MemoryFiles(Map.of(name, content));
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public List<FileInfo> list() {
        return new TreeMap<>(files)
                .entrySet().stream()
                        .map(file -> new FileInfo(file.getKey(), file.getValue().length, "test"))
                        .toList();
    }

    @Override
    public Optional<RangedFile> open(String name) {
        return Optional.ofNullable(files.get(name))
                .map(content -> new Opened(new FileInfo(name, content.length, "test"), content));
    }

    private static final class Opened implements RangedFile {
        private final FileInfo info;
        private final byte[] content;
        private boolean closed;

        Opened(FileInfo info, byte[] content) {
            this.info = info;
            this.content = content;
        }

        @Override
        public FileInfo info() {
            return info;
        }

        @Override
        public void read(long position, ByteBuffer into) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (position + into.remaining() > content.length) {
                throw new EOFException("past the end of " + info.name());
            }
            into.put(content, (int) position, into.remaining());
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
