package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.standalone.CommandFailed;
import dev.ingot.standalone.Trees;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.Complaint;
import dev.ingot.standalone.terminal.ExitCode;
import java.io.IOException;
import java.net.URI;
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
final class OutFolder implements AutoCloseable {
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

    /**
     * Refuses a folder that is, or is inside, one that the run reads: it would deliver among what it was made from.
     *
     * @param what {@code base} or {@code adapter}
     * @param location URI; only a folder can be one
     */
    void requireApart(String what, String location) throws IOException {
        if (location.startsWith("file:")) {
            requireApart(what, Path.of(URI.create(location)));
        }
    }

    void requireApart(String what, Path folder) throws IOException {
        if (!Files.exists(folder) || !real(out).startsWith(folder.toRealPath())) {
            return;
        }
        boolean same = real(out).equals(folder.toRealPath());
        throw new RefusedInput(
                "out.in-" + what,
                "--out %s is %s--%s %s: expected a folder of its own."
                        .formatted(out, same ? "" : "inside ", what, folder),
                "name an --out outside of it");
    }

    /** Where a path leads that may not be there yet. */
    private static Path real(Path path) throws IOException {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null
                ? path.toRealPath()
                : real(parent).resolve(path.getFileName());
    }

    private void requireFolder() throws IOException {
        if (!Files.isDirectory(out)) {
            throw new RefusedInput(
                    "out.not-a-folder",
                    "--out " + out + " is " + kind() + ": expected a folder, or nothing.",
                    "name another --out");
        }
    }

    private String kind() throws IOException {
        if (!Files.isSymbolicLink(out)) {
            return "a file";
        }
        String target = Files.readSymbolicLink(out).toString();
        return Files.exists(out) ? "a link to a file, " + target : "a link to " + target + ", where nothing is";
    }

    /** Ends the command where the disk that the folder is or will be on has less room than the checkpoint takes. */
    void requireSpace(long needed) throws IOException {
        long free = free();
        if (needed > free) {
            throw new CommandFailed(new Complaint(
                    ExitCode.DEPENDENCY,
                    "out.no-space",
                    "the checkpoint takes %s, the disk of %s has %s free"
                            .formatted(Amounts.bytes(needed), out, Amounts.bytes(free)),
                    "free some space, name an --out on another disk, or choose a smaller --dtype",
                    ""));
        }
    }

    private long free() throws IOException {
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
    @Override
    public void close() throws IOException {
        release();
        while (!made.isEmpty()) {
            MovingUp.deleteIfEmpty(made.removeLast());
        }
    }

    /** Whether nothing of this run's own is left. */
    boolean isTidy() {
        return !Files.exists(own, LinkOption.NOFOLLOW_LINKS);
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
