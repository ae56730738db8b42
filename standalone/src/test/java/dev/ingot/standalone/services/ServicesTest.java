package dev.ingot.standalone.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Manifest.ManifestFile;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.CrashPoint;
import dev.ingot.pipeline.work.RunFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The demo through five services as processes of their own, each of which is killed in the middle of a run and started again. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class ServicesTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Path DEMO = Installation.ROOT.resolve("demo");

    /** Where each stage dies, as of a kill -9: together, every step that a task goes through. */
    private static final Map<StageName, String> DEATHS = Map.of(
            StageName.INGEST, "ingest.after-marker-before-announce",
            StageName.DEQUANT, "dequant.after-attempt-record",
            StageName.MERGE, "merge.after-run-before-marker",
            StageName.VALIDATE, "validate.after-run-before-marker");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static Installation installation;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        installation = new Installation(folder);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    void aRunFinishesAlthoughEveryServiceDiesOnceInTheMiddleOfIt() throws Exception {
        startAll(DEATHS);
        RunRef run = registry().submit(DEMO, "jargon-lora", "jargon");
        killAndStart("registry");

        for (StageName stage : StageName.values()) {
            assertEquals(CrashPoint.STATUS, installation.process(stage.id()).awaitEnd(LIMIT), stage.id());
            installation.start(stage.id());
        }

        Plan plan = assertPublishedOnce(run, "jargon");
        assertEquals(1, attempts(run, StageName.INGEST), "its marker was there already");
        assertEquals(tasks(plan, StageName.DEQUANT).size() + 1, attempts(run, StageName.DEQUANT));
        assertEquals(tasks(plan, StageName.MERGE).size() + 1, attempts(run, StageName.MERGE));
        assertEquals(2, attempts(run, StageName.VALIDATE));
    }

    @Test
    void aRunFinishesWheneverItsServicesAreKilled() throws Exception {
        startAll(Map.of());
        RunRef run = registry().submit(DEMO, "jargon-lora-ends", "jargon-ends");

        for (StageName stage : StageName.values()) {
            Eventually.holds(stage.id() + " has begun", LIMIT, () -> attempts(run, stage) > 0);
            killAndStart(stage.id());
        }
        killAndStart("registry");

        assertPublishedOnce(run, "jargon-ends");
    }

    /** Returns when all five are ready; those that are to die are started afresh, others that run already stay. */
    private static void startAll(Map<StageName, String> deaths) throws IOException, InterruptedException {
        for (StageName stage : StageName.values()) {
            if (deaths.containsKey(stage)) {
                installation.kill(stage.id());
                installation.start(stage.id(), deaths.get(stage));
            }
        }
        for (String service : ComposeFile.INGOT) {
            if (!installation.runs(service)) {
                installation.start(service);
            }
        }
        for (String service : ComposeFile.INGOT) {
            installation.awaitReady(service);
        }
    }

    private static void killAndStart(String service) throws IOException, InterruptedException {
        installation.kill(service);
        installation.start(service);
    }

    /** Every task of the plan has its marker and no other has, one version exists, and what the registry hands out is what was made. */
    private static Plan assertPublishedOnce(RunRef run, String model) throws Exception {
        installation.awaitReady("registry");
        Eventually.holds(
                run + " is over; " + installation.logs(),
                LIMIT,
                () -> Set.of("published", "rejected").contains(registry().state(run)));
        assertEquals("published", registry().state(run), installation::logs);

        RunFiles files = new RunFiles(installation.store());
        Plan plan = files.plan(run).orElseThrow();
        Set<String> expected = new TreeSet<>();
        for (StageName stage : StageName.values()) {
            tasks(plan, stage).forEach(task -> expected.add(task.id()));
        }
        assertEquals(expected, new TreeSet<>(files.done(run)));

        ModelKeys keys = new ModelKeys(run.team(), model);
        assertEquals(1, installation.store().list(keys.versions()).size());
        Manifest manifest = files.read(keys.manifest(1), Manifest.class).orElseThrow();
        for (ManifestFile file : manifest.files()) {
            byte[] bytes = registry().file(model, 1, file.path());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            assertEquals(file.sha256(), HexFormat.of().formatHex(digest), file.path());
        }
        return plan;
    }

    private static List<TaskId> tasks(Plan plan, StageName stage) {
        return switch (stage) {
            case INGEST, VALIDATE -> List.of(new TaskId(plan.run(), stage, 0));
            case DEQUANT ->
                plan.shards().stream()
                        .filter(OutputShard::hasQuantized)
                        .map(shard -> new TaskId(plan.run(), stage, shard.number()))
                        .toList();
            case MERGE ->
                plan.shards().stream()
                        .map(shard -> new TaskId(plan.run(), stage, shard.number()))
                        .toList();
        };
    }

    /** Of all tasks of a stage together. */
    private static long attempts(RunRef run, StageName stage) throws IOException {
        String ofOne = new RunKeys(run).attempts(new TaskId(run, StageName.INGEST, 0));
        String ofAll = ofOne.substring(0, ofOne.length() - "ingest/".length());
        return installation.store().list(ofAll).stream()
                .filter(object -> object.key().startsWith(ofAll + stage.id()))
                .count();
    }

    private static RegistryClient registry() {
        return new RegistryClient(installation.address("registry", "/"), "demo");
    }
}
