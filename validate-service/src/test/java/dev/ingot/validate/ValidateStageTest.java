package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.provenance.ProvenanceStatement;
import dev.ingot.pipeline.provenance.PublishedFolder;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.signing.FolderDigests;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.signing.PemSetting;
import dev.ingot.pipeline.signing.Trust;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.NamedObject;
import dev.ingot.pipeline.work.StageResult.Validated;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.policy.PolicyPlaces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateStageTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final RunRef RUN = new RunRef("acme", "run-1");

    @TempDir
    Path folder;

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final MemoryStore store = new MemoryStore();
    private static final String KEYS = "../pipeline/src/test/resources/signing/keys/p256";

    private final RunFiles files = new RunFiles(store);
    private RandomRun run;

    @BeforeEach
    void writeRun() throws IOException {
        run = RandomRun.write(folder, DType.BF16, 0.1);
    }

    @Test
    void publishesARightMerge() throws IOException, InterruptedException {
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        Outcome.Done done = assertInstanceOf(Outcome.Done.class, run(stage(GatePolicy.publishing()), "1"));
        Validated validated = assertInstanceOf(Validated.class, done.result());
        assertEquals(1, validated.version());
        Report report = files.report(RUN).orElseThrow();
        assertTrue(report.delivered());
        assertEquals(1, report.perplexities().size());
        assertTrue(store.open(new RunKeys(RUN).reportPage()).isPresent());
        Manifest manifest = manifest(1);
        assertEquals(
                List.of(
                        "README.md",
                        "config.json",
                        "model.safetensors",
                        "plan.json",
                        "provenance.json",
                        "tokenizer.json"),
                manifest.files().stream().map(Manifest.ManifestFile::path).toList());
        assertTrue(files.verdict(RUN).isEmpty(), "a run with a verdict is over: its marker comes first");
        assertTrue(report.notes().stream().anyMatch(note -> note.startsWith("Not signed")), "nobody signed it");
    }

    @Test
    void aVersionIsSignedWhereThereIsAKey() throws IOException, InterruptedException {
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        Optional<ModelSigner> signer =
                PemSetting.signer(Optional.of(KEYS + ".pem"), Optional.empty(), Optional.empty());
        assertInstanceOf(Outcome.Done.class, run(stage(GatePolicy.publishing(), signer), "1"));
        Path version = Files.createDirectory(folder.resolve("version"));
        for (Manifest.ManifestFile file : manifest(1).files()) {
            try (RangedFile object = store.open(file.key()).orElseThrow()) {
                ByteBuffer content = ByteBuffer.allocate((int) file.size());
                object.read(0, content);
                Files.write(version.resolve(file.path()), content.array());
            }
            assertEquals(file.sha256(), FolderDigests.sha256(version.resolve(file.path())));
        }
        Trust trust =
                PemSetting.trust(Optional.of(KEYS + ".pub.pem"), List.of()).orElseThrow();
        ProvenanceStatement statement =
                PublishedFolder.of(version, false).verify(trust).statement().orElseThrow();
        assertEquals(FolderDigests.sha256(version.resolve("plan.json")), statement.planDigest());
        assertEquals(manifest(1).files().size() - 2, statement.files().size(), "all but itself and the signature");
    }

    @Test
    void givesAndAnnouncesTheVerdictOnceItsMarkerStands() throws IOException, InterruptedException {
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        ValidateStage stage = stage(GatePolicy.publishing());
        Outcome.Done done = (Outcome.Done) run(stage, "1");
        Marker marker = new Marker("validate", "1", "w", "0", NOW, Duration.ZERO, done.result());
        Event.ModelPublished published =
                (Event.ModelPublished) stage.announce(event(RUN), marker).getFirst();
        assertEquals("tiny", published.model());
        assertEquals(1, published.version());
        assertInstanceOf(Verdict.Published.class, files.verdict(RUN).orElseThrow());
    }

    @Test
    void asecondTryGivesTheSameVersion() throws IOException, InterruptedException {
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        run(stage(GatePolicy.publishing()), "1");
        Outcome.Done again = (Outcome.Done) run(stage(GatePolicy.publishing()), "2");
        assertEquals(1, ((Validated) again.result()).version());
        assertFalse(store.open(new ModelKeys("acme", "tiny").manifest(2)).isPresent());
    }

    @Test
    void asecondRunIsTheNextVersion() throws IOException, InterruptedException {
        RunRef second = new RunRef("acme", "run-2");
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        merged(second, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        run(stage(GatePolicy.publishing()), "1");
        ValidateStage stage = stage(GatePolicy.publishing());
        Outcome.Done done = (Outcome.Done) stage.run(event(second), attempt(second, "1"));
        assertEquals(2, ((Validated) done.result()).version());
    }

    @Test
    void rejectsAWrongMergeAndKeepsItsReport() throws IOException, InterruptedException {
        ReferenceMerge wrong = ReferenceMerge.of(run.base(), run.adapter(), WrongMergesFailTest.Slip.SCALE_DOUBLED);
        merged(RUN, wrong, RunRequest.ValidationLevel.SMOKE);
        Outcome.Rejected rejected = assertInstanceOf(Outcome.Rejected.class, run(stage(GatePolicy.publishing()), "1"));
        assertEquals("gate.weights", rejected.code());
        assertFalse(files.report(RUN).orElseThrow().delivered());
        assertTrue(store.list(new ModelKeys("acme", "tiny").versions()).isEmpty());
    }

    @Test
    void whatIsNotMeasuredIsNotPublishedButDeliveredIntoAFolder() throws IOException, InterruptedException {
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.STRUCTURE);
        Outcome.Rejected rejected = assertInstanceOf(Outcome.Rejected.class, run(stage(GatePolicy.publishing()), "1"));
        assertEquals("gate.fidelity-not-measured", rejected.code());
        assertTrue(rejected.remedy().contains("INGOT_VALIDATE_PUBLISH_UNMEASURED=true"), rejected.remedy());
        store.delete(new RunKeys(RUN).report());
        assertInstanceOf(Outcome.Done.class, run(stage(GatePolicy.delivering()), "2"));
    }

    @Test
    void aTeamsPolicyKeepsBackWhatANamedPersonCanLetPast() throws IOException, InterruptedException {
        store.createOnce(PolicyPlaces.key("acme"), "regression: {general: 0.001}".getBytes(StandardCharsets.UTF_8));
        merged(RUN, ReferenceMerge.of(run.base(), run.adapter()), RunRequest.ValidationLevel.SMOKE);
        Outcome.Rejected rejected = assertInstanceOf(Outcome.Rejected.class, run(stage(GatePolicy.publishing()), "1"));
        assertEquals("gate.regression", rejected.code());
        GateOverride ada = new GateOverride("regression", "Ada", NOW, "It is a test.");
        store.delete(new RunKeys(RUN).report());
        store.delete(new RunKeys(RUN).request());
        RunRequest overriding = request(RUN, RunRequest.ValidationLevel.SMOKE).toBuilder()
                .overrides(List.of(ada))
                .build();
        files.createOrRead(new RunKeys(RUN).request(), overriding, RunRequest.class);
        assertInstanceOf(Outcome.Done.class, run(stage(GatePolicy.publishing()), "2"));
        assertEquals(List.of(ada), manifest(1).overrides());
        assertEquals(List.of(ada), files.report(RUN).orElseThrow().overrides());
        assertTrue(files.report(RUN).orElseThrow().verdict().startsWith("Let past gate regression"));
    }

    private ValidateStage stage(GatePolicy policy) {
        return stage(policy, Optional.empty());
    }

    private ValidateStage stage(GatePolicy policy, Optional<ModelSigner> signer) {
        ValidateConfig config = new ValidateConfig(policy, ValidateConfig.Destination.REGISTRY, 64, 256, 64, 2);
        Sources sources = Sources.anyFolder();
        return new ValidateStage(
                new Validate(store, sources::open, config, new Worker("here", "0.1.0"), clock, signer), files, clock);
    }

    private Outcome run(ValidateStage stage, String attempt) throws IOException, InterruptedException {
        return stage.run(event(RUN), attempt(RUN, attempt));
    }

    private Event.CheckpointMerged event(RunRef ref) {
        return new Event.CheckpointMerged(EventHeader.now(ref, clock));
    }

    private static Attempt attempt(RunRef ref, String id) {
        return new Attempt(new TaskId(ref, StageName.VALIDATE, 0), 1, id, Progress.NONE);
    }

    private Manifest manifest(int version) throws IOException {
        return files.read(new ModelKeys("acme", "tiny").manifest(version), Manifest.class)
                .orElseThrow();
    }

    /** Leaves what ingest and merge would leave. */
    private void merged(RunRef ref, ReferenceMerge merge, RunRequest.ValidationLevel level) throws IOException {
        Path out = merge.write(folder.resolve(ref.run()));
        RunKeys keys = new RunKeys(ref);
        files.createOrRead(keys.request(), request(ref, level), RunRequest.class);
        Plan plan = Plans.withLedger(
                ref,
                List.of(new OutputShard(1, "model.safetensors", List.of())),
                Plans.ledger(run.base(), run.adapter()));
        files.createOrRead(keys.plan(), plan, Plan.class);
        Map<String, ObjectRef> objects = List.of("config.json", "model.safetensors", "tokenizer.json").stream()
                .collect(Collectors.toMap(name -> name, name -> upload(ref, out.resolve(name))));
        MergedShard shard = new MergedShard(
                1,
                "model.safetensors",
                objects.get("model.safetensors"),
                List.of(),
                List.of(
                        new NamedObject("config.json", objects.get("config.json")),
                        new NamedObject("tokenizer.json", objects.get("tokenizer.json"))),
                List.of());
        TaskId task = new TaskId(ref, StageName.MERGE, 1);
        Marker marker = new Marker(task.id(), "1", "here", "0.1.0", NOW, Duration.ofSeconds(1), shard);
        files.createOrRead(keys.done(task), marker, Marker.class);
    }

    private ObjectRef upload(RunRef ref, Path file) {
        String key = new RunKeys(ref)
                .data(
                        new TaskId(ref, StageName.MERGE, 1),
                        "1",
                        file.getFileName().toString());
        try (ObjectUpload upload = store.upload(key)) {
            byte[] content = Files.readAllBytes(file);
            upload.write(ByteBuffer.wrap(content));
            upload.complete();
            return new ObjectRef(key, content.length, "", 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RunRequest request(RunRef ref, RunRequest.ValidationLevel level) {
        return RunRequest.builder(ref, "tiny", run.base().toUri().toString())
                .adapter(run.adapter().toUri().toString())
                .validate(level)
                .submitted("me", NOW)
                .build();
    }
}
