package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * The folder of what was downloaded from hubs, kept within limits: what was unused for longest goes first. What a running process holds, what somebody names as needed, and what
 * was used within the last hour stays. A file that goes costs whoever wants it later another download, never a result.
 *
 * @param folder need not be there
 */
public record HubCache(Path folder, Clock clock) {
    private static final Logger LOG = Logger.getLogger(HubCache.class);
    private static final Duration JUST_USED = Duration.ofHours(1);

    /**
     * What may stay.
     *
     * @param maxBytes of all files together
     * @param maxUnused since a file was last read
     */
    public record Limits(long maxBytes, Duration maxUnused) {
        public static final Limits NONE = new Limits(Long.MAX_VALUE, Duration.ofDays(365_000));

        public Limits {
            if (maxBytes < 0 || maxUnused.isNegative()) {
                throw new IllegalArgumentException("limits of a cache cannot be negative");
            }
        }
    }

    /** What a sweep removed, and what is left. */
    public record Swept(int removedFiles, long removedBytes, int files, long bytes) {}

    /** The name under which a content that a plan names by its identity stands in the folder. */
    public static String nameOf(String identity) {
        return identity.replace(':', '-');
    }

    /**
     * Removes what is over the limits.
     *
     * @param needed names of files, as {@link #nameOf} gives them
     */
    public Swept sweep(Limits limits, Set<String> needed) throws IOException {
        if (!Files.isDirectory(folder)) {
            return new Swept(0, 0, 0, 0);
        }
        Set<String> spared = new TreeSet<>(needed);
        spared.addAll(HubLease.held(folder));
        List<Blob> oldestFirst = blobs();
        oldestFirst.sort(Comparator.comparing(Blob::used).thenComparing(Blob::name));
        long bytes = oldestFirst.stream().mapToLong(Blob::size).sum();
        long before = bytes;
        int removed = 0;
        Instant now = clock.instant();
        for (Blob blob : oldestFirst) {
            boolean tooMuch = bytes > limits.maxBytes() || blob.used().isBefore(now.minus(limits.maxUnused()));
            boolean free = !spared.contains(blob.content()) && blob.used().isBefore(now.minus(JUST_USED));
            if (tooMuch && free && Files.deleteIfExists(folder.resolve(blob.name()))) {
                LOG.infof("removed from the hub's cache: object=%s bytes=%d", blob.name(), blob.size());
                bytes -= blob.size();
                removed++;
            }
        }
        return new Swept(removed, before - bytes, oldestFirst.size() - removed, bytes);
    }

    private record Blob(String name, long size, Instant used) {
        /** Without the ending of a download that has not arrived yet. */
        String content() {
            return name.replaceFirst("\\.part$", "");
        }
    }

    private List<Blob> blobs() throws IOException {
        List<Blob> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "{sha256,git-sha1}-*")) {
            for (Path file : files) {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    found.add(new Blob(
                            file.getFileName().toString(),
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()));
                } catch (NoSuchFileException removedMeanwhile) {
                    // by another sweep
                    continue;
                }
            }
        }
        return found;
    }
}
