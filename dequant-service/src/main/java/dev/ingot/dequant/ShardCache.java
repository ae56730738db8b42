package dev.ingot.dequant;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.store.CacheKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * A team's dequantized shards, found by what they were made of.
 *
 * <pre>
 * identities of the source ──memo──► digest of its bytes ──entry──► object
 * </pre>
 *
 * Both documents are create-once. An entry whose object was deleted counts as none, and makes way for the next. {@link CacheSweep} removes
 * what was not used for long.
 */
final class ShardCache {
    private final ObjectStore store;
    private final RunFiles files;
    private final CacheKeys keys;
    private final Clock clock;

    ShardCache(ObjectStore store, String team, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.files = new RunFiles(store);
        this.keys = new CacheKeys(team);
    }

    /** A shard that is there, and the digest of what it was made of. */
    record Found(String sourceDigest, ObjectRef object) {}

    /** Where an attempt writes a shard. */
    String data(String attempt) {
        return keys.data(attempt);
    }

    /** The shard that was made of files with these identities; finding it counts as using it. */
    Optional<Found> find(String identityDigest) throws IOException {
        Optional<CacheMemo> memo = files.read(keys.memo(identityDigest), CacheMemo.class);
        Optional<Found> found =
                memo.isEmpty() ? Optional.empty() : entry(memo.get().digest());
        if (found.isPresent()) {
            LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
            store.createOnce(keys.use(found.get().sourceDigest(), today), new byte[] {'{', '}'});
        }
        return found;
    }

    /** Makes a shard known; gives the one that stands for this source now, which may be another worker's. */
    Found publish(String identityDigest, String sourceDigest, ObjectRef mine) throws IOException {
        store.createOnce(keys.memo(identityDigest), Documents.write(new CacheMemo(sourceDigest)));
        files.createOrRead(keys.entry(sourceDigest), new CacheEntry(mine), CacheEntry.class);
        Optional<Found> stands = entry(sourceDigest);
        if (stands.isPresent()) {
            return stands.get();
        }
        store.delete(keys.entry(sourceDigest));
        files.createOrRead(keys.entry(sourceDigest), new CacheEntry(mine), CacheEntry.class);
        return entry(sourceDigest).orElse(new Found(sourceDigest, mine));
    }

    private Optional<Found> entry(String sourceDigest) throws IOException {
        Optional<CacheEntry> entry = files.read(keys.entry(sourceDigest), CacheEntry.class);
        if (entry.isEmpty() || !isThere(entry.get().object())) {
            return Optional.empty();
        }
        return Optional.of(new Found(sourceDigest, entry.get().object()));
    }

    private boolean isThere(ObjectRef object) throws IOException {
        Optional<RangedFile> found = store.open(object.key());
        if (found.isEmpty()) {
            return false;
        }
        try (RangedFile file = found.get()) {
            return file.info().size() == object.size();
        }
    }
}
