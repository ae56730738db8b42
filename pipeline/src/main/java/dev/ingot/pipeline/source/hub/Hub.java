package dev.ingot.pipeline.source.hub;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FileRange;
import dev.ingot.pipeline.source.FileSets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Dns;

/**
 * A Hugging Face hub, or one that answers as it does. A location opens at the commit that its revision is at that moment; the set's own location names the commit. Files are
 * downloaded when they are opened; of large safetensors files only what is read, until it is more than headers. Safe for several threads.
 *
 * <p>Refusals: {@code source.location}, {@code source.not-allowed}, {@code source.missing}, {@code source.hub-*}, {@code source.host-not-allowed},
 * {@code source.private-address}, {@code source.redirects}, {@code source.digest}.
 */
public final class Hub implements FileSets {
    /** Of one content; more is a download. */
    static final long MOST_BY_RANGES = 32L << 20;

    private static final long SMALL = 8L << 20;
    private static final int COMMITS_KEPT = 32;

    private final HubTree tree;
    private final HubContent content;
    private final HubBlobs blobs;
    private final HubPatience patience;
    private final Optional<List<String>> allowed;
    private final HubProgress progress;
    private final Map<HubAddress, HubFiles> commits = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, AtomicLong> byRanges = new ConcurrentHashMap<>();

    Hub(HubAccess access, Optional<List<String>> allowed, HubProgress progress, HubPatience patience, Dns names) {
        HubHttp http = new HubHttp(access, names);
        this.tree = new HubTree(http, patience);
        this.content = new HubContent(http);
        this.blobs = new HubBlobs(
                access.cache(), content, patience, allowed.isEmpty() ? Optional.of(new HubLease()) : Optional.empty());
        this.patience = patience;
        this.allowed = allowed;
        this.progress = progress;
    }

    /** Every repository: for a command line, whose user names it. Sends nothing yet. What it has read stays in the cache until the process ends. */
    public static Hub any(HubAccess access, HubProgress progress) {
        return new Hub(access, Optional.empty(), progress, HubPatience.USUAL, Dns.SYSTEM);
    }

    /**
     * Some repositories: for a service, whose callers name them, and who sweeps the cache by the plans of its runs.
     *
     * @param allowed {@code hf://} (all), {@code hf://org} or {@code hf://org/name}
     */
    public static Hub only(HubAccess access, List<String> allowed) {
        return new Hub(access, Optional.of(List.copyOf(allowed)), HubProgress.NONE, HubPatience.USUAL, Dns.SYSTEM);
    }

    /** Opens {@code hf://org/name@revision#subfolder}. */
    @Override
    public FileSet open(String location) throws IOException {
        HubAddress address = HubAddress.parse(location);
        requireAllowed(address);
        return files(address.at(tree.commit(address)));
    }

    private HubFiles files(HubAddress pinned) throws IOException {
        synchronized (commits) {
            HubFiles known = commits.get(pinned);
            if (known != null) {
                return known;
            }
        }
        HubFiles listed = new HubFiles(pinned, tree.files(pinned), this);
        synchronized (commits) {
            commits.put(pinned, listed);
            if (commits.size() > COMMITS_KEPT) {
                commits.remove(commits.keySet().iterator().next());
            }
        }
        return listed;
    }

    private void requireAllowed(HubAddress address) {
        if (allowed.isEmpty() || allowed.get().stream().anyMatch(rule -> covers(rule, address.repository()))) {
            return;
        }
        throw new RefusedInput(
                "source.not-allowed",
                "The source %s is not allowed here; allowed of the hub: %s."
                        .formatted(address, String.join(", ", allowed.get())),
                "Allow it: ingot.sources.allowed of a service lists hf://org or hf://org/name.");
    }

    private static boolean covers(String rule, String repository) {
        String named = rule.substring(HubAddress.SCHEME.length());
        return named.isEmpty() || repository.equals(named) || repository.startsWith(named + "/");
    }

    RangedFile open(HubAddress pinned, HubEntry entry, FileInfo info) throws IOException {
        Optional<Path> there = blobs.find(entry);
        boolean hasHeader = entry.path().endsWith(".safetensors");
        if (there.isPresent() || entry.size() <= SMALL || !hasHeader) {
            return FileRange.open(there.isPresent() ? there.get() : fetch(pinned, entry), info);
        }
        return new HubFile(
                pinned, entry, info, this, byRanges.computeIfAbsent(entry.identity(), _ -> new AtomicLong()));
    }

    void readRange(HubAddress pinned, HubEntry entry, long position, ByteBuffer into) throws IOException {
        patience.until("reading the header of %s in %s".formatted(entry.path(), pinned), () -> {
            content.read(pinned, entry, position, into);
            return into;
        });
    }

    Path fetch(HubAddress pinned, HubEntry entry) throws IOException {
        return blobs.fetch(pinned, entry, progress);
    }

    /** Downloads a file of a set that this hub opened, unless it is there; who opens it then reads from disk. */
    public void fetch(String location, String name) throws IOException {
        HubAddress address = HubAddress.parse(location);
        requireAllowed(address);
        HubAddress pinned = address.at(tree.commit(address));
        Optional<HubEntry> entry = files(pinned).entry(name);
        if (entry.isPresent()) {
            fetch(pinned, entry.get());
        }
    }
}
