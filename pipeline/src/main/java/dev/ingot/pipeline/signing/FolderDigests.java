package dev.ingot.pipeline.signing;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.digest.StreamDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Every file of a folder with its SHA-256, several at once.
 *
 * @param allowLinks whether a symbolic link counts as what it leads to; otherwise it is refused, as the reference implementation does
 */
public record FolderDigests(Path folder, List<String> ignored, boolean allowLinks) {
    private static final int CHUNK = 1 << 20;

    /** No disk gives more than what these sum. */
    private static final int AT_ONCE = 8;

    public FolderDigests {
        ignored = List.copyOf(ignored);
    }

    /** Path to lower-case hex, in the order in which files are signed; RefusedInput {@code signature.not-a-file} for links, pipes and devices. */
    public SequencedMap<String, String> read() throws IOException, InterruptedException {
        Map<String, Future<String>> sums = new HashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(AT_ONCE, Runtime.getRuntime().availableProcessors()))) {
            for (Path file : files()) {
                sums.put(name(file), threads.submit(() -> sha256(file)));
            }
            Map<String, String> digests = new HashMap<>();
            for (Map.Entry<String, Future<String>> sum : sums.entrySet()) {
                digests.put(sum.getKey(), sum.getValue().get());
            }
            return PathOrder.sorted(digests);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private List<Path> files() throws IOException {
        FileVisitOption[] options =
                allowLinks ? new FileVisitOption[] {FileVisitOption.FOLLOW_LINKS} : new FileVisitOption[0];
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder, options)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                if (path.equals(folder) || isIgnored(name(path)) || Files.isDirectory(path, links())) {
                    continue;
                }
                if (!Files.isRegularFile(path, links())) {
                    throw notAFile(path);
                }
                files.add(path);
            }
        }
        return files;
    }

    private LinkOption[] links() {
        return allowLinks ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
    }

    private boolean isIgnored(String name) {
        return ignored.stream().anyMatch(path -> name.equals(path) || name.startsWith(path + "/"));
    }

    private String name(Path path) {
        return folder.relativize(path).toString().replace(folder.getFileSystem().getSeparator(), "/");
    }

    /** SHA-256 of a file in lower-case hex. */
    public static String sha256(Path file) throws IOException {
        StreamDigest digest = StreamDigest.of(StreamDigest.Algorithm.SHA256);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(chunk.clear()) >= 0) {
                digest.update(chunk.flip());
            }
        }
        return digest.sha256();
    }

    private static RefusedInput notAFile(Path path) {
        return Files.isSymbolicLink(path)
                ? new RefusedInput(
                        "signature.not-a-file",
                        path + " is a symbolic link; expected files and folders.",
                        "pass --allow-symlinks to verify what links lead to")
                : new RefusedInput(
                        "signature.not-a-file",
                        path + " is neither a file nor a folder.",
                        "remove it: a pipe or a device is no part of a model");
    }
}
