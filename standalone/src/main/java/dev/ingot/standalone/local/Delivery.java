package dev.ingot.standalone.local;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.ReportSchema;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings what a run left in its store to the folder that the user named. */
final class Delivery {
    private static final int CHUNK = 1 << 20;

    private final ObjectStore store;
    private final RunFiles files;
    private final OutFolder out;
    private final boolean keepRejected;

    Delivery(ObjectStore store, OutFolder out, boolean keepRejected) {
        this.store = store;
        this.files = new RunFiles(store);
        this.out = out;
        this.keepRejected = keepRejected;
    }

    /** The checkpoint, its card and its report. */
    Delivered published(Verdict.Published verdict) throws IOException {
        String key = new ModelKeys(verdict.run().team(), verdict.model()).manifest(verdict.version());
        Manifest manifest = files.read(key, Manifest.class)
                .orElseThrow(() -> new IllegalStateException(key + " is missing although published"));
        Map<String, Path> up = new LinkedHashMap<>();
        for (Manifest.ManifestFile file : manifest.files()) {
            up.put(file.path(), local(file.key()));
        }
        up.putAll(reports(verdict.run()));
        out.deliver(up);
        return new Delivered(report(verdict.run()), true);
    }

    /** The report, and the checkpoint as well where the user asked for it. */
    Delivered rejected(Verdict.Rejected verdict) throws IOException {
        Map<String, Path> up = reports(verdict.run());
        if (keepRejected) {
            up.putAll(merged(verdict.run()));
        }
        out.deliver(up);
        return new Delivered(report(verdict.run()), keepRejected);
    }

    /** What merge wrote, by its markers: without a manifest nothing else says. */
    private Map<String, Path> merged(RunRef run) throws IOException {
        MergeBaseChoice choice = report(run).mergeBaseChoice();
        List<Plan> plans = files.plans(run);
        Plan plan = choice != null && choice.isOriginal() ? plans.getLast() : plans.getFirst();
        Map<String, Path> up = new LinkedHashMap<>();
        for (OutputShard shard : plan.shards()) {
            TaskId task = new TaskId(run, StageName.MERGE, shard.number());
            Marker marker =
                    files.marker(task).orElseThrow(() -> new IllegalStateException(task.id() + " has no marker"));
            if (marker.result() instanceof StageResult.MergedShard merged) {
                up.put(merged.file(), local(merged.object().key()));
                for (StageResult.NamedObject file : merged.files()) {
                    up.put(file.path(), local(file.object().key()));
                }
            }
        }
        return up;
    }

    private Map<String, Path> reports(RunRef run) throws IOException {
        RunKeys keys = new RunKeys(run);
        Map<String, Path> reports = new LinkedHashMap<>();
        reports.put("report.json", local(keys.report()));
        reports.put("report.html", local(keys.reportPage()));
        reports.put(ReportSchema.FILE, schema());
        return reports;
    }

    private Path schema() throws IOException {
        Path copy = out.own().resolve("documents").resolve(ReportSchema.FILE);
        Files.createDirectories(copy.getParent());
        return Files.write(copy, ReportSchema.bytes());
    }

    private Report report(RunRef run) throws IOException {
        return files.report(run).orElseThrow(() -> new IllegalStateException("run " + run + " has no report"));
    }

    /** The file of an object in the folder: where it lies already, or a copy. */
    private Path local(String key) throws IOException {
        Path there = out.own().resolve(key);
        if (Files.isRegularFile(there)) {
            return there;
        }
        Path copy = out.own().resolve("documents").resolve(key);
        Files.createDirectories(copy.getParent());
        try (RangedFile object = store.open(key).orElseThrow(() -> new IllegalStateException(key + " is missing"));
                FileChannel file = FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            long size = object.info().size();
            for (long at = 0; at < size; at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(CHUNK, size - at));
                object.read(at, chunk);
                chunk.flip();
                while (chunk.hasRemaining()) {
                    file.write(chunk);
                }
            }
        }
        return copy;
    }
}
