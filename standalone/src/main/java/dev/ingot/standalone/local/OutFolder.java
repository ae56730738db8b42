package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.standalone.Trees;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run delivers into. Until the verdict the run adds nothing to it but its lock and {@code .ingot-<run>}; then everything
 * moves up at once, config.json and the index last, so that a loader never finds half a checkpoint. What others put there is never
 * replaced and never removed.
 */
final class OutFolder {
    private static final List<String> LAST = List.of("model.safetensors.index.json", "config.json");
    private static final int TRIES = 5;

    private final Path out;
    private final Path own;
    private final Deque<Path> made = new ArrayDeque<>();
    private @Nullable OutLock lock;

    OutFolder(Path out, String run) {
        this.out = out.toAbsolutePath().normalize();
        this.own = this.out.resolve(OutContents.own(run));
    }

    Path path() {
        return out;
    }

    /** Where data is written until the verdict. */
    Path own() {
        return own;
    }

    /** Refuses a folder that something else stands in; changes nothing. */
    void check() throws IOException {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            requireFolder();
            if (OutLock.isHeld(out)) {
                throw inUse();
            }
            OutContents.of(out, own);
        }
    }

    private void requireFolder() {
        if (!Files.isDirectory(out)) {
            throw new RefusedInput(
                    "out.not-a-folder",
                    "--out " + out + " is a file: expected a folder, or nothing.",
                    "name another --out");
        }
    }

    /** Free bytes on the disk that the folder is or will be on. */
    long free() throws IOException {
        Path existing = out;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        FileStore disk = Files.getFileStore(existing);
        return disk.getUsableSpace();
    }

    /** Makes the folder this run's own: holds its lock until the end, and removes what killed runs left. RefusedInput where another run has it. */
    void take() throws IOException {
        lock = lock();
        OutContents.of(out, own).removeAbandoned(out);
        Files.createDirectory(own);
    }

    private OutLock lock() throws IOException {
        for (int attempt = 1; ; attempt++) {
            makeFolders();
            try {
                return OutLock.tryTake(out).orElseThrow(this::inUse);
            } catch (NoSuchFileException removedByAnotherRun) {
                if (attempt == TRIES) {
                    throw removedByAnotherRun;
                }
            }
        }
    }

    private void makeFolders() throws IOException {
        for (Path missing = out; missing != null && !Files.exists(missing); missing = missing.getParent()) {
            if (!made.contains(missing)) {
                made.push(missing);
            }
        }
        Files.createDirectories(out);
    }

    /**
     * Moves files up, by their name in the checkpoint; what a loader looks for first comes last. Then nothing of this run's own is left.
     * RefusedInput where something else was put into the folder meanwhile; then nothing is changed.
     */
    void deliver(Map<String, Path> files) throws IOException {
        if (lock == null) {
            throw new IllegalStateException(out + " was not taken before it is delivered into");
        }
        List<String> names = new ArrayList<>(files.keySet());
        names.forEach(OutFolder::requireInside);
        names.sort(Comparator.comparingInt(LAST::indexOf));
        OutContents contents = OutContents.of(out, own);
        try {
            new MovingUp(out, own).run(names, files, contents.reports());
        } catch (FileAlreadyExistsException putThereMeanwhile) {
            RefusedInput refused = OutContents.notEmpty(out, Path.of(putThereMeanwhile.getFile()));
            refused.addSuppressed(putThereMeanwhile);
            throw refused;
        }
        release();
    }

    private static void requireInside(String name) {
        for (Path segment : Path.of(name)) {
            if (segment.toString().matches("|\\.|\\.\\.") || name.startsWith("/")) {
                throw new IllegalArgumentException("'" + name + "' is no name of a file inside a checkpoint");
            }
        }
    }

    /** Removes everything that this run put here and did not deliver, the folder itself included where the run made it. */
    void discard() throws IOException {
        release();
        while (!made.isEmpty()) {
            MovingUp.deleteIfEmpty(made.removeLast());
        }
    }

    private void release() throws IOException {
        OutLock held = lock;
        lock = null;
        if (held != null) {
            try (held) {
                Trees.delete(own);
            }
        }
    }

    private RefusedInput inUse() {
        return new RefusedInput(
                "out.in-use", "another run is writing into " + out + ".", "wait for it, or name another --out");
    }
}
