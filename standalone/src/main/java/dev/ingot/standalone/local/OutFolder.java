package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.standalone.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run delivers into. Until the verdict it holds nothing but {@code .ingot-<run>}; then everything moves up at once,
 * config.json and the index last, so that a loader never finds half a checkpoint.
 */
final class OutFolder {
    private static final String OWN = ".ingot-";
    private static final String LOCK = "lock";
    /** Names of the files that a run is about to move up: should it be killed half way, the next run knows them for its leftovers. */
    private static final String DELIVERING = "delivering";

    /** What a rejected run leaves, and the next run may replace. */
    private static final Set<String> REPORTS = Set.of("report.html", "report.json");

    private static final List<String> LAST = List.of("model.safetensors.index.json", "config.json");

    private final Path out;
    private final Path own;
    private final Deque<Path> made = new ArrayDeque<>();
    private @Nullable FileChannel channel;

    OutFolder(Path out, String run) {
        this.out = out.toAbsolutePath().normalize();
        this.own = this.out.resolve(OWN + run);
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
            leftovers();
        }
    }

    /** What earlier runs left here. RefusedInput when there is anything else. */
    private List<Path> leftovers() throws IOException {
        if (!Files.isDirectory(out)) {
            throw new RefusedInput(
                    "out.not-a-folder",
                    "--out " + out + " is a file: expected a folder, or nothing.",
                    "name another --out");
        }
        Set<String> known = new HashSet<>(REPORTS);
        List<Path> entries = entries();
        for (Path entry : entries) {
            if (entry.getFileName().toString().startsWith(OWN)) {
                requireAbandoned(entry);
                known.addAll(halfDelivered(entry));
            }
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (!name.startsWith(OWN) && !known.contains(name)) {
                throw new RefusedInput(
                        "out.not-empty",
                        "--out " + out + " is not empty: it holds " + name + ".",
                        "name another --out, or empty this one");
            }
        }
        return entries;
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

    /** Makes the folder this run's own: removes what killed or rejected runs left, and holds a lock until the end. */
    void take() throws IOException {
        for (Path missing = out; missing != null && !Files.exists(missing); missing = missing.getParent()) {
            made.push(missing);
        }
        Files.createDirectories(out);
        for (Path leftover : leftovers()) {
            Trees.delete(leftover);
        }
        Files.createDirectory(own);
        channel = FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            throw inUse(own);
        }
    }

    /** Moves files up, by their name in the checkpoint; what a loader looks for first comes last. Then nothing of this run's own is left. */
    void deliver(Map<String, Path> files) throws IOException {
        List<String> names = new ArrayList<>(files.keySet());
        names.forEach(OutFolder::requireInside);
        names.sort(Comparator.comparingInt(LAST::indexOf));
        Files.write(
                own.resolve(DELIVERING),
                names.stream().map(OutFolder::topSegment).toList());
        try {
            moveUp(names, files);
        } catch (IOException | RuntimeException e) {
            for (String name : names) {
                Trees.delete(out.resolve(topSegment(name)));
            }
            throw e;
        }
        release();
        Trees.delete(own);
    }

    private void moveUp(List<String> names, Map<String, Path> files) throws IOException {
        for (String name : names) {
            Path target = out.resolve(name);
            Files.createDirectories(target.getParent());
            Files.move(files.get(name), target);
        }
    }

    private static void requireInside(String name) {
        for (Path segment : Path.of(name)) {
            if (segment.toString().matches("|\\.|\\.\\.") || name.startsWith("/")) {
                throw new IllegalArgumentException("'" + name + "' is no name of a file inside a checkpoint");
            }
        }
    }

    private static String topSegment(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    private static List<String> halfDelivered(Path left) throws IOException {
        Path names = left.resolve(DELIVERING);
        return Files.isRegularFile(names) ? Files.readAllLines(names) : List.of();
    }

    /** Removes everything that this run put here, the folder itself included where the run made it. */
    void discard() throws IOException {
        release();
        Trees.delete(own);
        while (!made.isEmpty()) {
            Path last = made.removeLast();
            if (Files.isDirectory(last) && isEmpty(last)) {
                Files.delete(last);
            }
        }
    }

    private void release() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private List<Path> entries() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(out)) {
            List<Path> entries = new ArrayList<>();
            stream.forEach(entries::add);
            return entries;
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            return !stream.iterator().hasNext();
        }
    }

    private static void requireAbandoned(Path left) throws IOException {
        Path lock = left.resolve(LOCK);
        if (!Files.exists(lock)) {
            return;
        }
        try (FileChannel held = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock free = held.tryLock()) {
            if (free == null) {
                throw inUse(left);
            }
        }
    }

    private static RefusedInput inUse(Path own) {
        return new RefusedInput(
                "out.in-use",
                "another run is writing into " + own.getParent() + " (" + own.getFileName() + ").",
                "wait for it, or name another --out");
    }
}
