package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.CacheKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.folder.FolderStore;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class CacheSweepTest {
    private static final String FILE = "four-bit.safetensors";
    private static final CacheKeys KEYS = new CacheKeys("team");
    private static final Duration GRACE = Duration.ofMinutes(15);
    private static final CacheLimits ROOMY = new CacheLimits(Long.MAX_VALUE, Duration.ofDays(30), GRACE);
    private static final CacheLimits NOTHING = new CacheLimits(0, Duration.ofDays(30), GRACE);

    private final Sources sources = Sources.anyFolder();

    @TempDir
    private Path folder;

    /** The stores that every test runs on. */
    enum Kind {
        MEMORY,
        FOLDER;

        ObjectStore make(Path folder) throws IOException {
            return this == MEMORY ? new MemoryStore() : FolderStore.scratch(folder.resolve("store"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatNoRunFoundForLongGoes(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        DequantizedShard shard = ended(store, base("one", 0), "one");
        sweep(store, ROOMY, Duration.ofDays(29));
        assertTrue(isThere(store, shard));
        sweep(store, ROOMY, Duration.ofDays(31));
        assertEquals(List.of(), entries(store));
        sweep(store, ROOMY, Duration.ofDays(32));
        assertEquals(List.of(), data(store));
    }

    @ParameterizedTest
    @EnumSource
    void whatARunFoundLatelyStaysAndTheOtherMakesRoom(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        Path used = base("used", 0);
        DequantizedShard first = ended(store, used, "one");
        DequantizedShard second = ended(store, base("unused", 1), "two");
        assertTrue(ended(store, used, "three").fromCache());
        CacheLimits forOne = new CacheLimits(first.object().size(), Duration.ofDays(30), GRACE);
        sweep(store, forOne, Duration.ofHours(1));
        assertEquals(List.of(KEYS.entry(first.sourceDigest())), entries(store));
        sweep(store, forOne, Duration.ofHours(2));
        assertTrue(isThere(store, first));
        assertFalse(isThere(store, second));
    }

    @ParameterizedTest
    @EnumSource
    void whatAPlanOfARunWithoutResultNamesStaysHoweverOld(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        Path base = base("one", 0);
        DequantizedShard shard = ended(store, base, "one");
        plan(store, base, "running");
        sweep(store, NOTHING, Duration.ofDays(400));
        sweep(store, NOTHING, Duration.ofDays(401));
        assertTrue(isThere(store, shard));
        assertEquals(1, entries(store).size());
        end(store, "running");
        sweep(store, NOTHING, Duration.ofDays(402));
        sweep(store, NOTHING, Duration.ofDays(403));
        assertFalse(isThere(store, shard));
    }

    /** The entry went just after a run had found it: its marker came later, and merge has yet to read. */
    @ParameterizedTest
    @EnumSource
    void whatAMarkerNamesStaysAfterItsEntryIsGone(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        Path base = base("one", 0);
        DequantizedShard shard = ended(store, base, "one");
        sweep(store, NOTHING, Duration.ofHours(1));
        assertEquals(List.of(), entries(store));
        Plan plan = plan(store, base, "late");
        mark(store, plan, shard);
        sweep(store, NOTHING, Duration.ofDays(1));
        assertTrue(isThere(store, shard));
        end(store, "late");
        sweep(store, NOTHING, Duration.ofDays(2));
        assertFalse(isThere(store, shard));
    }

    @ParameterizedTest
    @EnumSource
    void dataOutlivesItsEntryByTheGracePeriod(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        DequantizedShard shard = ended(store, base("one", 0), "one");
        sweep(store, NOTHING, Duration.ofSeconds(1));
        assertEquals(List.of(), entries(store));
        sweep(store, NOTHING, GRACE.minusMinutes(1));
        assertTrue(isThere(store, shard));
        sweep(store, NOTHING, GRACE.plusMinutes(1));
        assertFalse(isThere(store, shard));
    }

    @ParameterizedTest
    @EnumSource
    void anEvictedShardIsMadeAgain(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        Path base = base("one", 0);
        DequantizedShard first = ended(store, base, "one");
        sweep(store, NOTHING, Duration.ofHours(1));
        DequantizedShard second = ended(store, base, "two");
        assertFalse(second.fromCache());
        assertEquals(first.object().crc32c(), second.object().crc32c());
        assertTrue(ended(store, base, "three").fromCache());
    }

    @ParameterizedTest
    @EnumSource
    void dataThatNeverGotAnEntryGoesAfterTheGracePeriod(Kind kind) throws Exception {
        ObjectStore store = kind.make(folder);
        try (var upload = store.upload(KEYS.data("crashed"))) {
            upload.complete();
        }
        sweep(store, ROOMY, GRACE.minusMinutes(1));
        assertEquals(1, data(store).size());
        sweep(store, ROOMY, GRACE.plusMinutes(1));
        assertEquals(0, data(store).size());
    }

    /** A base of its own for every {@code variant}: one packed byte differs. */
    private Path base(String name, int variant) throws IOException {
        Path base = Files.createDirectory(folder.resolve(name));
        byte[] content = Files.readAllBytes(Path.of("src/test/resources/oracle", FILE));
        Files.write(base.resolve(FILE), content);
        Plan plan = OraclePlan.of("any", sources.open(base.toString()), FILE);
        content[(int) plan.outputs().getFirst().value().parts().getFirst().offset()] ^= (byte) variant;
        Files.write(base.resolve(FILE), content);
        return base;
    }

    private Plan plan(ObjectStore store, Path base, String run) throws IOException {
        Plan plan = OraclePlan.of(run, sources.open(base.toString()), FILE);
        store.createOnce(new RunKeys(plan.run()).plan(), Documents.write(plan));
        return plan;
    }

    /** Dequantizes a shard for a run that then ends. */
    private DequantizedShard ended(ObjectStore store, Path base, String run) throws Exception {
        Plan plan = plan(store, base, run);
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, 1);
        Attempt attempt = new Attempt(task, 1, UUID.randomUUID().toString(), Progress.NONE);
        DequantizedShard shard =
                new Dequantize(store, sources, DequantConfig.ofThisMachine()).dequantize(plan, 1, attempt);
        mark(store, plan, shard);
        end(store, run);
        return shard;
    }

    private static void mark(ObjectStore store, Plan plan, DequantizedShard shard) throws IOException {
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, 1);
        Marker marker = new Marker(task.id(), "a", "worker", "0", Instant.EPOCH, Duration.ZERO, shard);
        store.createOnce(new RunKeys(plan.run()).done(task), Documents.write(marker));
    }

    private static void end(ObjectStore store, String run) throws IOException {
        store.createOnce("teams/team/runs/" + run + "/result.json", new byte[] {'{', '}'});
    }

    private static void sweep(ObjectStore store, CacheLimits limits, Duration later) throws IOException {
        new CacheSweep(store, limits, Clock.offset(Clock.systemUTC(), later)).sweep();
    }

    private static List<String> entries(ObjectStore store) throws IOException {
        return store.list(KEYS.all()).stream()
                .map(ObjectInfo::key)
                .filter(key -> KEYS.digestOfEntry(key).isPresent())
                .toList();
    }

    private static List<String> data(ObjectStore store) throws IOException {
        return store.list(KEYS.all()).stream()
                .map(ObjectInfo::key)
                .filter(KEYS::isData)
                .toList();
    }

    private static boolean isThere(ObjectStore store, DequantizedShard shard) throws IOException {
        return store.list(KEYS.all()).stream()
                .anyMatch(object -> object.key().equals(shard.object().key()));
    }
}
