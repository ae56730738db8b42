package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A file that can be read after it was closed: it is opened again for each read then. For one thread. */
final class ReopenedFile implements RangedFile {
    private final FileSet files;
    private final FileInfo info;
    private @Nullable RangedFile current;

    private ReopenedFile(FileSet files, RangedFile opened) {
        this.files = files;
        this.info = opened.info();
        this.current = opened;
    }

    /** Opens a file that was listed; IOException when it is gone. */
    static ReopenedFile open(FileSet files, String name) throws IOException {
        return new ReopenedFile(files, opened(files, name));
    }

    private static RangedFile opened(FileSet files, String name) throws IOException {
        return files.open(name)
                .orElseThrow(() -> new IOException(name + " vanished from " + files.location() + " while it was read"));
    }

    @Override
    public FileInfo info() {
        return info;
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
        if (current != null) {
            current.read(position, into);
            return;
        }
        try (RangedFile again = opened(files, info.name())) {
            if (!again.info().equals(info)) {
                throw new IOException(info.name() + " in " + files.location() + " changed while it was read");
            }
            again.read(position, into);
        }
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
