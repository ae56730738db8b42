package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * A folder of downloaded files, each named by the digest that it was checked against. A download that broke off goes on where it stopped, in this process or the next.
 * Safe for several threads and processes.
 */
final class HubBlobs {
    private static final Logger LOG = Logger.getLogger(HubBlobs.class);
    private static final long MARGIN = 64L << 20;

    private final Path folder;
    private final HubContent content;
    private final HubPatience patience;
    private final Optional<HubLease> lease;
    private final Map<String, Object> busy = new ConcurrentHashMap<>();

    /** @param lease of this process, where what it has read once has to stay until it ends */
    HubBlobs(Path folder, HubContent content, HubPatience patience, Optional<HubLease> lease) {
        this.folder = folder;
        this.content = content;
        this.patience = patience;
        this.lease = lease;
    }

    /** The file with a content, if it is there. */
    Optional<Path> find(HubEntry entry) throws IOException {
        Path blob = folder.resolve(entry.blobName());
        if (!Files.isRegularFile(blob) || Files.size(blob) != entry.size()) {
            return Optional.empty();
        }
        used(entry, blob);
        return Optional.of(blob);
    }

    /** Whoever sweeps the folder goes by this. */
    private void used(HubEntry entry, Path blob) throws IOException {
        if (lease.isPresent()) {
            lease.get().hold(folder, entry.blobName());
        }
        try {
            Files.setLastModifiedTime(blob, FileTime.from(Instant.now()));
        } catch (IOException notOurs) {
            LOG.debugf("the folder is somebody else's to sweep: object=%s", blob);
        }
    }

    /** The same, downloaded where it is not there; RefusedInput {@code source.digest} when the hub sends something else twice. */
    Path fetch(HubAddress pinned, HubEntry entry, HubProgress progress) throws IOException {
        synchronized (busy.computeIfAbsent(entry.blobName(), _ -> new Object())) {
            Optional<Path> found = find(entry);
            return found.isPresent() ? found.get() : download(pinned, entry, progress);
        }
    }

    private Path download(HubAddress pinned, HubEntry entry, HubProgress progress) throws IOException {
        Files.createDirectories(folder);
        if (lease.isPresent()) {
            lease.get().hold(folder, entry.blobName());
        }
        HubObject object = new HubObject(pinned, entry.path());
        Path blob = folder.resolve(entry.blobName());
        Path part = folder.resolve(entry.blobName() + ".part");
        try (PartialBlob partial = PartialBlob.open(part, entry)) {
            Optional<Path> meanwhile = find(entry);
            if (meanwhile.isPresent()) {
                // another process moved it there while this one waited
                Files.deleteIfExists(part);
                return meanwhile.get();
            }
            partial.resume();
            requireSpace(entry, partial.length());
            LOG.infof("download started: object=%s bytes=%d", object, entry.size() - partial.length());
            receive(pinned, entry, partial, progress);
            if (!partial.digest().equals(entry.hex())) {
                // what an earlier process left may have been the cause, or the way here: once more from the start
                partial.restart();
                receive(pinned, entry, partial, progress);
                String found = partial.digest();
                if (!found.equals(entry.hex())) {
                    Files.delete(part);
                    throw wrong(pinned, entry, found);
                }
            }
            partial.force();
            Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE);
            LOG.infof("download ended: object=%s bytes=%d", object, entry.size());
        }
        return blob;
    }

    /** Until all bytes are there; patience counts failures between which nothing arrived. */
    private void receive(HubAddress pinned, HubEntry entry, PartialBlob partial, HubProgress progress)
            throws IOException {
        int failed = 0;
        while (!partial.isComplete()) {
            long before = partial.length();
            try (HubAnswer answer = content.open(pinned, entry, before, entry.size() - before)) {
                if (answer.status() == 200 && before > 0) {
                    partial.restart();
                }
                partial.append(answer.body(), done -> progress.at(entry.path(), done, entry.size()));
            } catch (IOException e) {
                failed = partial.length() > before ? 1 : failed + 1;
                patience.rest("downloading %s of %s".formatted(entry.path(), pinned), failed, e);
            }
        }
    }

    private void requireSpace(HubEntry entry, long there) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        long needed = entry.size() - there + MARGIN;
        if (free < needed) {
            throw new IOException("No space left on device: %s needs %d MB in %s, %d MB are free"
                    .formatted(entry.path(), needed >> 20, folder, free >> 20));
        }
    }

    private static RefusedInput wrong(HubAddress pinned, HubEntry entry, String found) {
        return new RefusedInput(
                "source.digest",
                "%s of %s arrived twice with %s; the hub lists %s."
                        .formatted(
                                entry.path(), pinned, entry.identity().replace(entry.hex(), found), entry.identity()),
                "Do not use it. Try another endpoint or network path, and tell the owner of the repository.");
    }
}
