package dev.ingot.pipeline.store.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Puts finished files into place, durably if asked to. */
final class FolderWrites {
    /** No upload takes that long; what is older was left by a process that is gone. */
    private static final Duration ABANDONED = Duration.ofDays(2);

    private static final int TRIES = 5;

    private final Path uploads;
    private final boolean synced;

    FolderWrites(Path uploads, boolean synced) throws IOException {
        this.uploads = uploads;
        this.synced = synced;
        makeFolders(uploads);
    }

    Path newTemporary() {
        return uploads.resolve(UUID.randomUUID().toString());
    }

    void discardAbandoned() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(uploads)) {
            for (Path file : files) {
                if (modified(file).isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Instant modified(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException endedMeanwhile) {
            return Instant.MAX;
        }
    }

    /** Gives a finished file its name if the name is free; FileAlreadyExistsException if not. Exact under concurrency. */
    void link(Path temporary, Path target) throws IOException {
        place(target, () -> {
            try {
                Files.createLink(target, temporary);
            } catch (UnsupportedOperationException e) {
                throw new IOException(
                        "the file system of " + uploads.getParent()
                                + " has no hard links, by which objects are created once",
                        e);
            }
        });
    }

    /** Gives a finished file its name; the name is the upload's own, so the check needs no more than to catch mistakes. */
    void move(Path temporary, Path target) throws IOException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "an upload never replaces an object");
        }
        place(target, () -> Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE));
    }

    /** The folder may be removed by someone who tidies up between making it and using it, hence the tries. */
    private void place(Path target, Placing placing) throws IOException {
        Path folder = target.getParent();
        for (int attempt = 1; ; attempt++) {
            makeFolders(folder);
            try {
                placing.place();
                break;
            } catch (NoSuchFileException e) {
                if (attempt == TRIES) {
                    throw e;
                }
            }
        }
        syncFolder(folder);
    }

    void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncFolder(file.getParent());
        }
    }

    void sync(FileChannel channel) throws IOException {
        if (synced) {
            channel.force(true);
        }
    }

    private void syncFolder(Path folder) throws IOException {
        if (synced) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** A new folder is durable only when the folder that names it is. */
    private void makeFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        makeFolders(folder.getParent());
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        syncFolder(folder.getParent());
    }

    /** One attempt to put a file into place. */
    private interface Placing {
        void place() throws IOException;
    }
}
