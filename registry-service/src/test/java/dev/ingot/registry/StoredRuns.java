package dev.ingot.registry;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Manifest.ManifestFile;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.StageResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts runs into a store as the stages would leave them. */
public record StoredRuns(ObjectStore store) {
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
    private static final ObjectRef OBJECT = new ObjectRef("k", 1, "", 0);

    /** A run that was handed in. */
    public RunRef handedIn(String team, String run, String model) throws IOException {
        RunRef ref = new RunRef(team, run);
        create(
                new RunKeys(ref).request(),
                RunRequest.builder(ref, model, "file:///models/base-nf4")
                        .adapter("file:///adapters/" + model)
                        .trainedOn(TrainedOn.BASE_AS_STORED)
                        .provenance(true)
                        .submitted("hook", AT)
                        .build());
        return ref;
    }

    public void planned(RunRef run, int shards) throws IOException {
        marker(new TaskId(run, StageName.INGEST, 0), new StageResult.Planned(OBJECT, shards));
    }

    public void merged(RunRef run, int shard) throws IOException {
        marker(
                new TaskId(run, StageName.MERGE, shard),
                new StageResult.MergedShard(shard, "model.safetensors", OBJECT, List.of(), List.of(), List.of()));
    }

    public void rejected(RunRef run, String code, String sentence) throws IOException {
        create(
                new RunKeys(run).result(),
                new Verdict.Rejected(run, AT, StageName.INGEST, code, sentence, "Check --base."));
    }

    /** The run's result as a version with a config, a file in a folder and weights of {@code size} bytes. */
    public byte[] published(RunRef run, String model, int version, int size) throws IOException {
        byte[] weights = new byte[size];
        for (int i = 0; i < size; i++) {
            weights[i] = (byte) (i * 31);
        }
        ModelKeys keys = new ModelKeys(run.team(), model);
        create(
                keys.manifest(version),
                new Manifest(
                        1,
                        run.team(),
                        model,
                        version,
                        run,
                        AT,
                        List.of(
                                file(run, version, "model.safetensors", weights),
                                file(run, version, "config.json", "{}".getBytes(StandardCharsets.UTF_8)),
                                file(run, version, "extra/empty.txt", new byte[0]))));
        create(new RunKeys(run).report(), report(run));
        store.createOnce(
                new RunKeys(run).reportPage(), "<!doctype html><title>report</title>".getBytes(StandardCharsets.UTF_8));
        create(new RunKeys(run).result(), new Verdict.Published(run, AT, model, version));
        return weights;
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ManifestFile file(RunRef run, int version, String path, byte[] content) throws IOException {
        String key = new RunKeys(run).data(new TaskId(run, StageName.MERGE, 1), "a" + version, path.replace('/', '_'));
        try (ObjectUpload upload = store.upload(key)) {
            upload.write(ByteBuffer.wrap(content));
            upload.complete();
        }
        return new ManifestFile(path, key, content.length, sha256(content));
    }

    private void marker(TaskId task, StageResult result) throws IOException {
        create(
                new RunKeys(task.run()).done(task),
                new Marker(task.id(), "a1", "test", "0", AT, Duration.ofSeconds(1), result));
    }

    private void create(String key, Object document) throws IOException {
        if (!store.createOnce(key, Documents.write(document))) {
            throw new IOException(key + " is taken");
        }
    }

    private static Report report(RunRef run) {
        return new Report(
                1,
                run,
                run.team() + " / " + run.run(),
                "LoRA r=16 on base-nf4",
                AT,
                "Published as version 1. It is the trained model.",
                true,
                "",
                List.of(new Report.Gate(
                        "fidelity", "mean KL, merged ‖ unmerged", "1.7e-7", "≤ 9e-3", Report.Gate.State.PASSED, "")),
                List.of(new Report.Perplexity("domain", "Jargon <File>", "00", 2064, 6053.3, 168.083, 168.0833)),
                Optional.empty(),
                "",
                new TyingDecision(true, true, "a", "b", "Equal.", List.of()),
                new BaseStatement(BaseStatement.Kind.PACKED, true, "Packed."),
                List.of(),
                Map.of(),
                Map.of(),
                9,
                Report.Accounting.NONE,
                new Report.RoundingLoss(0.01, ""),
                List.of(),
                List.of(),
                List.of("load it"),
                new Report.Provenance("b", "i", "a", "i", "p", "0"),
                List.of());
    }
}
