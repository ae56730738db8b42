package dev.ingot.standalone.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one lock of a folder that runs deliver into: an empty file of a fixed name, locked while its run lives. The system lets go of what
 * a killed process held.
 */
final class OutLock implements AutoCloseable {
    static final String NAME = ".ingot-lock";

    private static final int TRIES = 5;

    private final Path file;
    private final FileChannel channel;

    private OutLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** The lock, or empty while another run has it. NoSuchFileException where the folder is gone. */
    static Optional<OutLock> tryTake(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            Object opened = identity(file);
            if (!lock(channel)) {
                channel.close();
                return Optional.empty();
            }
            // whoever had it removes the file last: then this is a lock on nothing
            if (opened != null && Objects.equals(opened, identity(file))) {
                return Optional.of(new OutLock(file, channel));
            }
            channel.close();
        }
        return Optional.empty();
    }

    /** Whether a run that lives has the lock. Changes nothing. */
    static boolean isHeld(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return !lock(channel);
        } catch (NoSuchFileException released) {
            return false;
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        }
    }

    private static @Nullable Object identity(Path file) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.fileKey() == null ? attributes.creationTime() : attributes.fileKey();
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    /** Removes the file while nobody else can have it, then lets go. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        }
    }
}
