package dev.ingot.standalone.stages;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.dequant.DequantConfig;
import dev.ingot.dequant.Dequantize;
import dev.ingot.dequant.KernelTiles;
import dev.ingot.ingest.Planner;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.tile.TileSources;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A base without an adapter, in memory: planned, dequantized and written, in two ways that have to agree. */
final class StagedDequantization {
    private static final Sources SOURCES = Sources.anyFolder();

    private final MemoryStore store = new MemoryStore();
    private final Plan plan;

    /** @param quantizationConfig of training that quantized the base while loading, or null */
    StagedDequantization(Path base, OutputDType dtype, boolean swapNibbles, @Nullable String quantizationConfig)
            throws Exception {
        RunRequest request = RunRequest.builder(
                        new RunRef("team", "run"),
                        "model",
                        base.toAbsolutePath().normalize().toUri().toString())
                .trainedOn(
                        quantizationConfig == null
                                ? RunRequest.TrainedOn.UNDECLARED
                                : RunRequest.TrainedOn.QUANTIZED_WHILE_LOADING)
                .quantizationConfig(quantizationConfig)
                .swapNibbles(swapNibbles)
                .dtype(dtype)
                .validate(RunRequest.ValidationLevel.OFF)
                .maxShardBytes(1 << 20)
                .submitted("somebody", Instant.EPOCH)
                .build();
        plan = new Planner().plan(request, SOURCES.open(request.base()));
    }

    /** By tiles straight from dequant's kernel, as large as these tensors. */
    Map<String, Tensor> inOneProcess() throws Exception {
        return written(KernelTiles.sources(SOURCES), new MergeConfig(1, 1 << 16));
    }

    /** By shards that dequant wrote first, both in tiles that no tensor is a multiple of, on several threads. */
    Map<String, Tensor> throughShards() throws Exception {
        Dequantize dequantize = new Dequantize(store, SOURCES, new DequantConfig(3, 38));
        for (OutputShard shard : plan.shards()) {
            if (shard.hasQuantized()) {
                Attempt attempt = attempt(StageName.DEQUANT, shard);
                var result = dequantize.dequantize(plan, shard.number(), attempt);
                Marker marker = new Marker(
                        attempt.task().id(), attempt.id(), "worker", "0", Instant.EPOCH, Duration.ZERO, result);
                store.createOnce(new RunKeys(plan.run()).done(attempt.task()), Documents.write(marker));
            }
        }
        return written(new StoredTileSources(store, SOURCES), new MergeConfig(2, 1031));
    }

    private Map<String, Tensor> written(TileSources sources, MergeConfig config) throws Exception {
        MemoryStore out = new MemoryStore();
        MergeShard merge = new MergeShard(out, SOURCES, sources, config);
        Map<String, Tensor> tensors = new TreeMap<>();
        for (OutputShard shard : plan.shards()) {
            MergedShard merged = merge.merge(plan, shard.number(), attempt(StageName.MERGE, shard));
            try (RangedFile file = out.open(merged.object().key()).orElseThrow()) {
                tensors.putAll(StagedMerge.read(file));
            }
        }
        return tensors;
    }

    private Attempt attempt(StageName stage, OutputShard shard) {
        return new Attempt(new TaskId(plan.run(), stage, shard.number()), 1, "1", Progress.NONE);
    }
}
