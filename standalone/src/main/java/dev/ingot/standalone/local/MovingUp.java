package dev.ingot.standalone.local;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves a run's files up into the folder that it delivers into. Nothing is replaced, and what is taken back is exactly what was moved. A
 * note of what is about to move is left in the run's own folder, by which the next run knows the files of one that was killed half way.
 */
final class MovingUp {
    private static final String NOTE = "delivering";
    private static final String ASIDE = "replaced";

    private final Path out;
    private final Path own;
    private final Deque<Step> moved = new ArrayDeque<>();
    private final Deque<Path> made = new ArrayDeque<>();

    private record Step(Path from, Path to) {}

    MovingUp(Path out, Path own) {
        this.out = out;
        this.own = own;
    }

    /** Moves files up in the order of {@code names}, in the place of {@code replaced}; all or, where an exception is thrown, none. */
    void run(List<String> names, Map<String, Path> files, List<Path> replaced) throws IOException {
        List<String> note = new ArrayList<>();
        for (String name : names) {
            note.add(fingerprint(files.get(name)) + " " + name);
        }
        Files.write(own.resolve(NOTE), note);
        try {
            for (Path old : replaced) {
                move(old, Files.createDirectories(own.resolve(ASIDE)).resolve(old.getFileName()));
            }
            for (String name : names) {
                Path target = out.resolve(name);
                makeFolders(target.getParent());
                move(files.get(name), target);
            }
        } catch (IOException | RuntimeException failed) {
            takeBack(failed);
            throw failed;
        }
    }

    private void makeFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            makeFolders(folder.getParent());
            Files.createDirectory(folder);
            made.push(folder);
        }
    }

    private void move(Path from, Path to) throws IOException {
        Files.move(from, to);
        moved.push(new Step(from, to));
    }

    private void takeBack(Exception cause) {
        try {
            while (!moved.isEmpty()) {
                Step last = moved.pop();
                Files.move(last.to(), last.from());
            }
            while (!made.isEmpty()) {
                deleteIfEmpty(made.pop());
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Those files which the run whose folder is {@code own} moved up before it was killed, and which are still the same. */
    static Set<Path> halfDelivered(Path out, Path own) throws IOException {
        Set<Path> files = new HashSet<>();
        Path note = own.resolve(NOTE);
        if (Files.isRegularFile(note, LinkOption.NOFOLLOW_LINKS)) {
            for (String line : Files.readAllLines(note)) {
                int space = line.indexOf(' ');
                Path file = out.resolve(line.substring(space + 1));
                if (space > 0
                        && isBelow(file, out)
                        && isFile(file)
                        && fingerprint(file).equals(line.substring(0, space))) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    private static boolean isBelow(Path file, Path out) {
        return file.startsWith(out) && file.normalize().equals(file) && !file.equals(out);
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Size and time of a file, which moving keeps. */
    private static String fingerprint(Path file) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.size() + "@" + attributes.lastModifiedTime();
    }

    /** Removes a folder unless something is in it. */
    static void deleteIfEmpty(Path folder) throws IOException {
        try {
            Files.delete(folder);
        } catch (DirectoryNotEmptyException | NoSuchFileException kept) {
            return;
        }
    }
}
