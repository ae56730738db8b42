package dev.ingot.checkpoint.source;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads small files whole, with a cap. */
public final class SmallFiles {
    private SmallFiles() {}

    /**
     * The content of {@code name}, or empty when the set has no such file.
     *
     * @param limit in bytes; a larger file is refused with {@code source.file-too-large}
     */
    public static Optional<byte[]> readSmall(FileSet files, String name, int limit) throws IOException {
        Optional<RangedFile> opened = files.open(name);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (RangedFile file = opened.get()) {
            long size = file.info().size();
            if (size > limit) {
                throw new RefusedInput(
                        "source.file-too-large",
                        "%s in %s has %d bytes; at most %d were expected."
                                .formatted(name, files.location(), size, limit),
                        "check that " + name + " is what its name says");
            }
            byte[] content = new byte[(int) size];
            file.read(0, ByteBuffer.wrap(content));
            return Optional.of(content);
        }
    }
}
