package dev.ingot.dequant;

import dev.ingot.pipeline.store.CacheKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Keeps the teams' caches within their limits. A shard goes in two steps, of which any may be the last before a crash:
 *
 * <pre>
 * eviction written ──► entry removed ──(grace: who found the shard before has written a marker by now)──► data removed
 * </pre>
 *
 * What the plan or a marker of a run without result names stays, in either step. Data that never got an entry goes the same way. Several sweepers
 * may work at once.
 */
final class CacheSweep {
    private static final Logger LOG = Logger.getLogger(CacheSweep.class);

    private final ObjectStore store;
    private final RunFiles files;
    private final CacheLimits limits;
    private final Clock clock;

    CacheSweep(ObjectStore store, CacheLimits limits, Clock clock) {
        this.store = store;
        this.files = new RunFiles(store);
        this.limits = limits;
        this.clock = clock;
    }

    /** Sweeps every team's cache once. */
    void sweep() throws IOException {
        Set<String> teams = store.list(CacheKeys.teams()).stream()
                .map(object -> CacheKeys.teamOf(object.key()))
                .flatMap(Optional::stream)
                .collect(Collectors.toCollection(TreeSet::new));
        for (String team : teams) {
            sweep(new CacheKeys(team));
        }
    }

    private void sweep(CacheKeys keys) throws IOException {
        List<ObjectInfo> listed = store.list(keys.all());
        List<Shard> shards = shards(keys, listed);
        RunningPlans running = RunningPlans.of(store, keys.team());
        Set<String> named = shards.stream().map(Shard::key).collect(Collectors.toSet());
        for (ObjectInfo object : listed) {
            boolean needed = named.contains(object.key()) || running.objects().contains(object.key());
            if (keys.isData(object.key()) && !needed && isOver(unnamedSince(keys, object, listed))) {
                remove(keys, object);
            }
        }
        evict(keys, shards, running);
    }

    /** A shard that has an entry, whether its object is there or not. */
    private record Shard(String digest, ObjectRef object, Instant lastUse) {
        String key() {
            return object.key();
        }
    }

    private List<Shard> shards(CacheKeys keys, List<ObjectInfo> listed) throws IOException {
        List<Shard> shards = new ArrayList<>();
        for (ObjectInfo info : listed) {
            Optional<String> digest = keys.digestOfEntry(info.key());
            if (digest.isPresent()) {
                Instant lastUse = listed.stream()
                        .filter(object -> object.key().startsWith(keys.uses(digest.get())))
                        .map(ObjectInfo::modified)
                        .reduce(info.modified(), (a, b) -> a.isAfter(b) ? a : b);
                files.read(info.key(), CacheEntry.class)
                        .ifPresent(entry -> shards.add(new Shard(digest.get(), entry.object(), lastUse)));
            }
        }
        return shards;
    }

    private void evict(CacheKeys keys, List<Shard> shards, RunningPlans running) throws IOException {
        List<Shard> oldestFirst = new ArrayList<>(shards);
        oldestFirst.sort(Comparator.comparing(Shard::lastUse).thenComparing(Shard::digest));
        long bytes =
                oldestFirst.stream().mapToLong(shard -> shard.object().size()).sum();
        Instant tooOld = clock.instant().minus(limits.maxAge());
        for (Shard shard : oldestFirst) {
            boolean wanted = bytes <= limits.maxBytes() && !shard.lastUse().isBefore(tooOld);
            if (!wanted
                    && !running.digests().contains(shard.digest())
                    && !running.objects().contains(shard.key())) {
                evict(keys, shard);
                bytes -= shard.object().size();
            }
        }
    }

    /** The date of the eviction has to be that of this one, not of an earlier sweep that got no further. */
    private void evict(CacheKeys keys, Shard shard) throws IOException {
        String eviction = keys.eviction(shard.key());
        store.delete(eviction);
        store.createOnce(eviction, new byte[] {'{', '}'});
        store.delete(keys.entry(shard.digest()));
        for (ObjectInfo use : store.list(keys.uses(shard.digest()))) {
            store.delete(use.key());
        }
        LOG.infof(
                "evicted from the cache: object=%s bytes=%d lastUse=%s",
                shard.key(), shard.object().size(), shard.lastUse());
    }

    /** When data lost its entry; when it was written, where it never had one. */
    private static Instant unnamedSince(CacheKeys keys, ObjectInfo data, List<ObjectInfo> listed) {
        String eviction = keys.eviction(data.key());
        return listed.stream()
                .filter(object -> object.key().equals(eviction))
                .map(ObjectInfo::modified)
                .findFirst()
                .orElse(data.modified());
    }

    private boolean isOver(Instant since) {
        return since.plus(limits.grace()).isBefore(clock.instant());
    }

    private void remove(CacheKeys keys, ObjectInfo data) throws IOException {
        store.delete(data.key());
        store.delete(keys.eviction(data.key()));
        LOG.infof("removed from the cache: object=%s bytes=%d", data.key(), data.size());
    }
}
