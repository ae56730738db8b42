package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one process needs of the folder of downloaded files: a file that lists them, locked until the process ends, however it ends. Safe for several threads. A process opens its
 * own file once: on POSIX systems, closing it a second time would give up the lock.
 */
final class HubLease {
    private static final String PATTERN = "lease-*";

    private static final Map<Path, HubLease> OWN = new ConcurrentHashMap<>();

    private final Set<String> held = new TreeSet<>();
    private FileChannel channel;

    /** Holds a file; the folder has to be there. */
    synchronized void hold(Path folder, String name) throws IOException {
        if (!held.add(name)) {
            return;
        }
        if (channel == null) {
            Path file = Files.createTempFile(folder, "lease-", ".txt").toRealPath();
            file.toFile().deleteOnExit();
            OWN.put(file, this);
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            FileLock lock = channel.lock();
            assert lock.isValid();
        }
        ByteBuffer line = ByteBuffer.wrap((name + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            channel.write(line, channel.size());
        }
    }

    /** Names of all files that processes which still run hold; removes what ended ones left. */
    static Set<String> held(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> leases = Files.newDirectoryStream(folder, PATTERN)) {
            for (Path lease : leases) {
                names.addAll(names(lease));
            }
        }
        return names;
    }

    private static Collection<String> names(Path lease) throws IOException {
        try {
            HubLease own = OWN.get(lease.toRealPath());
            if (own != null) {
                return own.names();
            }
            if (!isOver(lease)) {
                return Files.readAllLines(lease);
            }
            Files.deleteIfExists(lease);
            return Set.of();
        } catch (NoSuchFileException justEnded) {
            // its process removed it: nothing is held
            return Set.of();
        }
    }

    private synchronized Set<String> names() {
        return Set.copyOf(held);
    }

    private static boolean isOver(Path lease) throws IOException {
        try (FileChannel other = FileChannel.open(lease, StandardOpenOption.WRITE);
                FileLock lock = other.tryLock()) {
            return lock != null;
        }
    }
}
