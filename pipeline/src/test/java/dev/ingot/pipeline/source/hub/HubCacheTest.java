package dev.ingot.pipeline.source.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.source.hub.HubCache.Limits;
import dev.ingot.pipeline.source.hub.HubCache.Swept;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.RunningDownloads;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
    private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");
    private static final Duration EVER = Limits.NONE.maxUnused();

    @TempDir
    Path dir;

    private HubCache cache() {
        return new HubCache(dir, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private String blob(String hex, int bytes, Duration unused) throws IOException {
        String name = HubCache.nameOf("sha256:" + hex);
        Files.write(dir.resolve(name), new byte[bytes]);
        Files.setLastModifiedTime(dir.resolve(name), FileTime.from(NOW.minus(unused)));
        return name;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("lease-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatWasUnusedForLongestGoesUntilTheRestFits() throws IOException {
        blob("a", 100, Duration.ofDays(3));
        String kept = blob("b", 100, Duration.ofDays(1));
        assertEquals(new Swept(1, 100, 1, 100), cache().sweep(new Limits(100, EVER), Set.of()));
        assertEquals(List.of(kept), left());
    }

    @Test
    void whatIsTooOldGoesAndUnfinishedDownloadsWithIt() throws IOException {
        blob("a", 1, Duration.ofDays(31));
        Path part = dir.resolve("sha256-b.part");
        Files.write(part, new byte[7]);
        Files.setLastModifiedTime(part, FileTime.from(NOW.minus(Duration.ofDays(31))));
        String kept = blob("c", 1, Duration.ofDays(29));
        Files.writeString(dir.resolve("notes.txt"), "not a download");
        assertEquals(
                8,
                cache().sweep(new Limits(Long.MAX_VALUE, Duration.ofDays(30)), Set.of())
                        .removedBytes());
        assertEquals(List.of("notes.txt", kept), left());
    }

    @Test
    void whatAPlanNamesOrAProcessHoldsOrJustReadStays() throws IOException {
        String planned = blob("a", 10, Duration.ofDays(50));
        String held = blob("b", 10, Duration.ofDays(50));
        String fresh = blob("c", 10, Duration.ofMinutes(59));
        blob("d", 10, Duration.ofMinutes(61));
        new HubLease().hold(dir, held);
        assertEquals(new Swept(1, 10, 3, 30), cache().sweep(new Limits(0, Duration.ZERO), Set.of(planned)));
        assertEquals(List.of(planned, held, fresh), left());
    }

    @Test
    void whatTheInputsOfARunningPlanNameIsNeededUntilItsResultStands() throws IOException {
        MemoryStore store = new MemoryStore();
        RunKeys keys = new RunKeys(new RunRef("team", "run"));
        assertTrue(store.createOnce(keys.plan(), Documents.write(planOf(keys, "hf://org/name@" + "1".repeat(40), "sha256:aa"))));
        assertEquals(Set.of("sha256-aa"), RunningDownloads.names(store));
        assertTrue(store.createOnce(keys.result(), new byte[] {'{', '}'}));
        assertEquals(Set.of(), RunningDownloads.names(store));
    }

    /** Downloaded by a service, swept by it with no bytes and no time allowed, and read by the next stage: without another request while the run goes on. */
    @Test
    void aSweepNeverTakesWhatARunningPlanNames() throws IOException {
        byte[] content = new byte[100];
        MemoryStore store = new MemoryStore();
        RunKeys keys = new RunKeys(new RunRef("team", "run"));
        try (FakeHub fake = new FakeHub().with("model.safetensors", content).with("other.safetensors", new byte[50])) {
            HubAccess access = HubAccess.of(
                    fake.endpoint(), Optional.empty(), List.of(FakeHub.BLOB_HOST + ":" + fake.port()), dir);
            Hub hub = new Hub(
                    access,
                    Optional.of(List.of("hf://")),
                    HubProgress.NONE,
                    HubPatience.USUAL,
                    _ -> List.of(InetAddress.getLoopbackAddress()));
            hub.fetch("hf://team-a/tiny", "model.safetensors");
            hub.fetch("hf://team-a/tiny", "other.safetensors");
            Plan plan = planOf(keys, "hf://team-a/tiny@" + FakeHub.COMMIT, "sha256:" + FakeHub.sha256(content));
            assertTrue(store.createOnce(keys.plan(), Documents.write(plan)));
            HubCache later = new HubCache(dir, Clock.fixed(Instant.now().plus(Duration.ofDays(99)), ZoneOffset.UTC));
            Limits nothing = new Limits(0, Duration.ZERO);

            assertEquals(new Swept(1, 50, 1, 100), later.sweep(nothing, RunningDownloads.names(store)));
            assertEquals(List.of("sha256-" + FakeHub.sha256(content)), left());
            int asked = fake.requests.size();
            hub.fetch("hf://team-a/tiny@" + FakeHub.COMMIT, "model.safetensors");
            assertEquals(asked, fake.requests.size());

            assertTrue(store.createOnce(keys.result(), new byte[] {'{', '}'}));
            assertEquals(new Swept(1, 100, 0, 0), later.sweep(nothing, RunningDownloads.names(store)));
        }
    }

    private static Plan planOf(RunKeys keys, String base, String identity) {
        return new Plan(
                Plan.SCHEMA,
                keys.run(),
                "llama",
                "LlamaForCausalLM",
                List.of(
                        new InputFile(InputRole.BASE, base, "m", 1, identity),
                        new InputFile(InputRole.ADAPTER, "file:///here", "a", 1, "mtime-1")),
                List.of(),
                List.of(),
                new TyingDecision(false, false, "", "", "", List.of()),
                new BaseStatement(BaseStatement.Kind.STORED, true, ""),
                List.of(),
                "{}",
                List.of(),
                List.of(),
                "",
                new Estimate(0, 0, 0),
                false,
                List.of());
    }

    @Test
    void aLeaseThatAKilledProcessLeftHoldsNothing() throws IOException {
        String name = blob("a", 10, Duration.ofDays(50));
        Files.writeString(dir.resolve("lease-1.txt"), name + "\n");
        assertEquals(1, cache().sweep(new Limits(0, EVER), Set.of()).removedFiles());
        assertEquals(List.of(), left());
        assertEquals(Set.of(), HubLease.held(dir));
    }

    @Test
    void aFolderThatIsNotThereIsEmpty() throws IOException {
        HubCache none = new HubCache(dir.resolve("none"), Clock.systemUTC());
        assertEquals(new Swept(0, 0, 0, 0), none.sweep(new Limits(0, Duration.ZERO), Set.of()));
    }
}
