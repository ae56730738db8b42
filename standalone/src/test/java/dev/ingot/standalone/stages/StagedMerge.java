package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.dequant.DequantConfig;
import dev.ingot.dequant.Dequantize;
import dev.ingot.dequant.KernelTiles;
import dev.ingot.ingest.Ingest;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.tile.TileSources;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.NamedObject;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Ingest, dequant and merge of one run after another, in memory, without events. */
final class StagedMerge {
    private static final Sources SOURCES = Sources.anyFolder();

    private final MemoryStore store = new MemoryStore();
    private final RunRef run;
    private final Plan plan;
    private final boolean baseIsResidual;

    /** Plans the run, with shards of at most a mebibyte. */
    StagedMerge(Path base, Path adapter) throws Exception {
        this(base, adapter, RunRequest.OutputDType.AUTO, plan -> plan);
    }

    /** Plans the run for an output dtype, and carries out what {@code mistake} makes of the plan. */
    StagedMerge(Path base, Path adapter, RunRequest.OutputDType dtype, UnaryOperator<Plan> mistake) throws Exception {
        this(base, adapter, dtype, null, mistake);
    }

    /** @param quantizationConfig of training that quantized the base while loading, or null */
    StagedMerge(
            Path base,
            Path adapter,
            RunRequest.OutputDType dtype,
            @Nullable String quantizationConfig,
            UnaryOperator<Plan> mistake)
            throws Exception {
        this(base, List.of(WeightedAdapter.whole(uri(adapter))), dtype, quantizationConfig, mistake, false);
    }

    /** Plans the run of a case with one adapter. */
    static StagedMerge of(PeftCase each) throws Exception {
        Path adapter = each.adapters().getFirst();
        return each.onResidual() ? onResidual(each.base(), adapter) : new StagedMerge(each.base(), adapter);
    }

    /** Plans the run for a base that is what the adapter's initialization left. */
    static StagedMerge onResidual(Path base, Path adapter) throws Exception {
        List<WeightedAdapter> one = List.of(WeightedAdapter.whole(uri(adapter)));
        return new StagedMerge(base, one, RunRequest.OutputDType.AUTO, null, plan -> plan, true);
    }

    /** Several adapters, or one with a weight. */
    StagedMerge(Path base, List<WeightedAdapter> adapters, @Nullable String quantizationConfig) throws Exception {
        this(base, adapters, RunRequest.OutputDType.AUTO, quantizationConfig, plan -> plan, false);
    }

    /** The same, and carries out what {@code mistake} makes of the plan. */
    StagedMerge(
            Path base,
            List<WeightedAdapter> adapters,
            RunRequest.OutputDType dtype,
            @Nullable String quantizationConfig,
            UnaryOperator<Plan> mistake)
            throws Exception {
        this(base, adapters, dtype, quantizationConfig, mistake, false);
    }

    private StagedMerge(
            Path base,
            List<WeightedAdapter> adapters,
            RunRequest.OutputDType dtype,
            @Nullable String quantizationConfig,
            UnaryOperator<Plan> mistake,
            boolean baseIsResidual)
            throws Exception {
        this.baseIsResidual = baseIsResidual;
        run = new RunRef("team", "run-" + UUID.randomUUID());
        RunRequest request = RunRequest.builder(run, "model", uri(base))
                .adapters(adapters)
                .trainedOn(
                        quantizationConfig == null
                                ? RunRequest.TrainedOn.BASE_AS_STORED
                                : RunRequest.TrainedOn.QUANTIZED_WHILE_LOADING)
                .quantizationConfig(quantizationConfig)
                .baseIsResidual(baseIsResidual)
                .dtype(dtype)
                .validate(RunRequest.ValidationLevel.OFF)
                .maxShardBytes(1 << 20)
                .submitted("somebody", Instant.EPOCH)
                .build();
        store.createOnce(new RunKeys(run).request(), Documents.write(request));
        new Ingest(store, SOURCES).ingest(run);
        plan = mistake.apply(new RunFiles(store).plan(run).orElseThrow());
    }

    boolean baseIsResidual() {
        return baseIsResidual;
    }

    private static String uri(Path folder) {
        return folder.toAbsolutePath().normalize().toUri().toString();
    }

    Plan plan() {
        return plan;
    }

    /** Merges with tiles straight from dequant's kernel. */
    List<MergedShard> fused() throws Exception {
        return merge(KernelTiles.sources(SOURCES));
    }

    /** The same with threads and tiles of the caller's choice. */
    List<MergedShard> fused(int threads, int tileElements) throws Exception {
        return merge(KernelTiles.sources(SOURCES), new MergeConfig(threads, tileElements));
    }

    /** Dequantizes every shard into the store first. */
    List<MergedShard> stored() throws Exception {
        for (OutputShard shard : plan.shards()) {
            if (shard.hasQuantized()) {
                Attempt attempt = attempt(StageName.DEQUANT, shard.number());
                commit(
                        attempt,
                        new Dequantize(store, SOURCES, new DequantConfig(2, 1 << 16))
                                .dequantize(plan, shard.number(), attempt));
            }
        }
        return merge(new StoredTileSources(store, SOURCES));
    }

    /** Every tensor of what was merged, by name. */
    Map<String, Tensor> tensors(List<MergedShard> merged) throws Exception {
        Map<String, Tensor> tensors = new TreeMap<>();
        for (MergedShard shard : merged) {
            try (RangedFile file = store.open(shard.object().key()).orElseThrow()) {
                tensors.putAll(read(file));
            }
        }
        return tensors;
    }

    /** Writes the checkpoint into a new folder, as a consumer would download it. */
    Path write(List<MergedShard> merged, Path folder) throws Exception {
        Files.createDirectories(folder);
        for (MergedShard shard : merged) {
            copy(shard.object(), folder.resolve(shard.file()));
            for (NamedObject file : shard.files()) {
                copy(file.object(), folder.resolve(file.path()));
            }
        }
        return folder;
    }

    private void copy(ObjectRef object, Path to) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(object.size()));
        try (RangedFile file = store.open(object.key()).orElseThrow()) {
            file.read(0, bytes);
        }
        Files.write(to, bytes.array());
    }

    /** A tensor and its bytes. */
    record Tensor(TensorEntry entry, ByteBuffer bytes) {}

    static Map<String, Tensor> read(RangedFile file) throws Exception {
        Map<String, Tensor> tensors = new TreeMap<>();
        for (TensorEntry entry : SafetensorsFile.read(file).tensors()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) entry.length());
            file.read(entry.offset(), bytes);
            tensors.put(entry.name(), new Tensor(entry, bytes.flip()));
        }
        return tensors;
    }

    private List<MergedShard> merge(TileSources sources) throws Exception {
        return merge(sources, new MergeConfig(3, 1 << 14));
    }

    private List<MergedShard> merge(TileSources sources, MergeConfig config) throws Exception {
        MergeShard merge = new MergeShard(store, SOURCES, sources, config);
        List<MergedShard> merged = new ArrayList<>();
        for (OutputShard shard : plan.shards()) {
            merged.add(merge.merge(plan, shard.number(), attempt(StageName.MERGE, shard.number())));
        }
        return merged;
    }

    private Attempt attempt(StageName stage, int shard) {
        return new Attempt(new TaskId(run, stage, shard), 1, UUID.randomUUID().toString(), Progress.NONE);
    }

    private void commit(Attempt attempt, StageResult result) throws Exception {
        Marker marker =
                new Marker(attempt.task().id(), attempt.id(), "worker", "0", Instant.EPOCH, Duration.ZERO, result);
        store.createOnce(new RunKeys(run).done(attempt.task()), Documents.write(marker));
    }
}
