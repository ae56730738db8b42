package dev.ingot.validate;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.pipeline.report.Report.TensorDigest;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.TensorFact;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the stages before left behind, as their markers tell it. */
final class MergedRun {
    private final Plan plan;
    private final Optional<Marker> ingest;
    private final List<Marker> dequants = new ArrayList<>();
    private final List<Marker> merges = new ArrayList<>();

    private MergedRun(Plan plan, Optional<Marker> ingest) {
        this.plan = plan;
        this.ingest = ingest;
    }

    /** Reads the markers of a plan's tasks; IOException when a merge is not there, although the event says that all are. */
    static MergedRun read(RunFiles files, Plan plan) throws IOException {
        MergedRun run = new MergedRun(plan, files.marker(new TaskId(plan.run(), StageName.INGEST, 0)));
        for (OutputShard shard : plan.shards()) {
            files.marker(new TaskId(plan.run(), StageName.DEQUANT, shard.number()))
                    .ifPresent(run.dequants::add);
            TaskId merge = new TaskId(plan.run(), StageName.MERGE, shard.number());
            run.merges.add(files.marker(merge)
                    .orElseThrow(() -> new IOException(merge.id() + " of " + plan.run() + " has no marker (yet)")));
        }
        return run;
    }

    private List<MergedShard> shards() {
        return merges.stream()
                .map(Marker::result)
                .filter(MergedShard.class::isInstance)
                .map(MergedShard.class::cast)
                .toList();
    }

    /** Every file of the checkpoint, by path. */
    Map<String, ObjectRef> objects() {
        Map<String, ObjectRef> objects = new LinkedHashMap<>();
        for (MergedShard shard : shards()) {
            objects.put(shard.file(), shard.object());
            shard.files().forEach(file -> objects.put(file.path(), file.object()));
        }
        return objects;
    }

    /** What the adapter does to each module, measured by merge on every value. */
    List<ModuleEffect> effects() {
        return shards().stream()
                .flatMap(shard -> shard.tensors().stream())
                .filter(tensor -> tensor.touched() && tensor.weightNorm() > 0)
                .map(MergedRun::effect)
                .toList();
    }

    private static ModuleEffect effect(TensorFact tensor) {
        double lost = tensor.deltaNorm() == 0 ? 0 : tensor.lostNorm() / tensor.deltaNorm();
        return new ModuleEffect(module(tensor.name()), tensor.deltaNorm() / tensor.weightNorm(), lost);
    }

    /** What merge copied: the digest of the written bytes is that of the base's. */
    List<TensorDigest> untouched() {
        String algorithm = plan.provenance() ? "sha256:" : "crc32c:";
        return shards().stream()
                .flatMap(shard -> shard.tensors().stream())
                .filter(tensor -> !tensor.touched() && tensor.digest().equals(tensor.sourceDigest()))
                .map(tensor -> new TensorDigest(tensor.name(), algorithm + tensor.digest()))
                .toList();
    }

    private static String module(String tensor) {
        return tensor.endsWith(".weight") ? tensor.substring(0, tensor.length() - ".weight".length()) : tensor;
    }

    List<String> notes() {
        List<String> notes = new ArrayList<>();
        List<CopyFact> copies = new ArrayList<>();
        for (MergedShard shard : shards()) {
            notes.addAll(shard.notes());
            List<CopyFact> own = shard.copies();
            copies.addAll(own == null ? List.of() : own);
        }
        notes.addAll(CopyNotes.of(copies, taken()));
        return notes;
    }

    /** The outputs whose base value is a checkpoint's own copy. */
    private Set<String> taken() {
        return plan.outputs().stream()
                .filter(output -> output.value().parts().stream()
                        .anyMatch(part -> plan.inputs().get(part.file()).role() == InputRole.ADAPTER))
                .map(OutputTensor::name)
                .collect(Collectors.toSet());
    }

    /** How long the shards of the checkpoint took, all together. */
    Duration mergeTime() {
        return total(merges).plus(total(dequants));
    }

    private static Duration total(List<Marker> markers) {
        return markers.stream().map(Marker::took).reduce(Duration.ZERO, Duration::plus);
    }

    List<StageTiming> timings() {
        List<StageTiming> timings = new ArrayList<>();
        ingest.ifPresent(marker -> timings.add(new StageTiming("ingest", seconds(marker.took()), 0, 0, "")));
        if (!dequants.isEmpty()) {
            timings.add(dequant());
        }
        long out = objects().values().stream().mapToLong(ObjectRef::size).sum();
        timings.add(new StageTiming(
                "merge",
                seconds(total(merges)),
                plan.estimate().bytesIn(),
                out,
                plan.estimate().modules() + " modules"));
        return timings;
    }

    private StageTiming dequant() {
        long in = 0;
        long out = 0;
        int cached = 0;
        long spared = 0;
        for (Marker marker : dequants) {
            if (marker.result() instanceof DequantizedShard shard) {
                in += shard.bytesRead();
                // a worker that lost the race for an entry has dequantized all the same
                boolean found = shard.fromCache() && shard.bytesRead() == 0;
                cached += found ? 1 : 0;
                spared += found ? shard.object().size() : 0;
                out += found ? 0 : shard.object().size();
            }
        }
        String note = cached == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%d of %d shards from the cache, %s not dequantized again",
                        cached,
                        dequants.size(),
                        NumberText.bytes(spared));
        return new StageTiming("dequant", seconds(total(dequants)), in, out, note);
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1e3;
    }
}
