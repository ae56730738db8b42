package dev.ingot.standalone.local;

import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.Hub;
import dev.ingot.pipeline.source.hub.HubAccess;
import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.source.hub.HubCache;
import dev.ingot.pipeline.source.hub.HubCache.Limits;
import dev.ingot.pipeline.source.hub.HubCache.Swept;
import dev.ingot.standalone.terminal.Amounts;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What one command reads: any folder, any bucket of the S3 service of the environment, and any repository on its hub, whose files are downloaded before anything is computed.
 */
final class LocalSources {
    private static final String DOWNLOAD = "download";
    private static final int AT_ONCE = 4;

    private final Hub hub;
    private final HubCache cache;
    private final Optional<Limits> limits;
    private final LocalBuckets buckets;
    private final Map<String, Long> arrived = new ConcurrentHashMap<>();
    private volatile Progress progress = (done) -> {};

    /** Hears how many bytes of all files are there. */
    @FunctionalInterface
    private interface Progress {
        void at(long done);
    }

    LocalSources(Map<String, String> variables) {
        this.buckets = new LocalBuckets(variables);
        this.cache = new HubCache(HubAccess.cache(variables), Clock.systemUTC());
        this.limits = CacheLimits.of(variables);
        this.hub = Hub.any(HubAccess.fromEnvironment(variables), (file, done, total) -> {
            arrived.put(file, done);
            progress.at(arrived.values().stream().mapToLong(Long::longValue).sum());
        });
    }

    /** Sends nothing until something on the hub is opened. */
    Sources open() {
        return Sources.anyFolder().withBuckets(buckets).withHub(hub);
    }

    /** Downloads the files on the hub that a plan names, some at a time, and shows how far it got; does nothing where there are none. */
    void download(Plan plan, Terminal terminal) throws IOException {
        List<InputFile> remote = plan.inputs().stream()
                .filter(input -> HubAddress.isOne(input.location()))
                .toList();
        if (remote.isEmpty()) {
            return;
        }
        long total = remote.stream().mapToLong(InputFile::size).sum();
        try (ProgressBoard board = new ProgressBoard(terminal, List.of(DOWNLOAD))) {
            progress = done -> board.at(DOWNLOAD, 0, Math.min(done, total), total, "bytes", "");
            fetch(remote);
            board.ended(
                    DOWNLOAD,
                    Amounts.count(remote.size(), "file") + ", " + Amounts.bytes(total)
                            + ", each of the digest that the hub lists");
        } finally {
            progress = done -> {};
        }
        if (limits.isPresent()) {
            // after the downloads, which hold what this plan needs
            Swept swept = cache.sweep(limits.get(), Set.of());
            if (swept.removedFiles() > 0) {
                terminal.say("removed from %s: %s, %s"
                        .formatted(
                                cache.folder(),
                                Amounts.count(swept.removedFiles(), "file"),
                                Amounts.bytes(swept.removedBytes())));
            }
        }
    }

    private void fetch(List<InputFile> remote) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofPlatform().name("download-", 1).daemon().factory());
        try {
            CompletionService<InputFile> downloads = new ExecutorCompletionService<>(threads);
            for (InputFile input : remote) {
                downloads.submit(() -> {
                    hub.fetch(input.location(), input.name());
                    return input;
                });
            }
            for (int i = 0; i < remote.size(); i++) {
                downloads.take().get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException refused -> throw refused;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while downloading").initCause(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
