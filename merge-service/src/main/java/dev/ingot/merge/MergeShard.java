package dev.ingot.merge;

import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.tile.OrderedTiles;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.tile.TileSource;
import dev.ingot.pipeline.tile.TileSources;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.pipeline.work.StageResult.NamedObject;
import dev.ingot.pipeline.work.StageResult.TensorFact;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The use case: one shard of the plan becomes one file of the checkpoint. Header first, then tiles, computed by several threads and written in
 * order; memory is a few tiles per thread and the factors of the tensor at hand.
 */
public final class MergeShard {
    private final ObjectStore store;
    private final FileSets files;
    private final TileSources sources;
    private final MergeConfig config;

    /**
     * @param files opens what the plan names
     * @param sources gives the base's values: what dequant wrote, or its kernel in this process
     */
    public MergeShard(ObjectStore store, FileSets files, TileSources sources, MergeConfig config) {
        this.store = store;
        this.files = files;
        this.sources = sources;
        this.config = config;
    }

    /**
     * Merges one shard; with the first the checkpoint's small files are written too.
     *
     * @throws dev.ingot.checkpoint.RefusedInput {@code base.non-finite}, {@code adapter.non-finite}, the plan's own code
     *     where a value is no finite number; {@code merge.float16-overflow}, {@code base.float16-overflow} (bfloat16 likewise) where it is one that
     *     the dtype cannot hold; {@code input.changed}
     */
    public MergedShard merge(Plan plan, int number, Attempt attempt) throws IOException, InterruptedException {
        OutputShard shard = plan.shard(number);
        SafetensorsLayout layout = SafetensorsLayout.of(
                shard.tensors().stream().map(MergeShard::spec).toList());
        String key = new RunKeys(plan.run()).data(attempt.task(), attempt.id(), shard.file());
        try (TileSource values = sources.open(plan, number);
                PlanInputs inputs = new PlanInputs(plan.inputs(), files);
                ObjectUpload upload = store.upload(key)) {
            ShardOutput output = new ShardOutput(upload, plan.provenance(), layout.fileSize(), attempt.progress());
            ByteBuffer header = ByteBuffer.wrap(layout.header());
            output.write(header, StreamDigest.crc32c(header), shard.file());
            MergeJob job = MergeJob.of(plan, shard, values, new PlainTiles(inputs), output, config.tileElements());
            try (Arena arena = Arena.ofShared()) {
                OrderedTiles.run(job.tiles().size(), config.threads(), () -> new TileWorker(job, arena));
            }
            List<CopyFact> copies = Drift.require(job.tallies());
            return result(plan, shard, job, copies, output.complete(), inputs, attempt);
        }
    }

    private MergedShard result(
            Plan plan,
            OutputShard shard,
            MergeJob job,
            List<CopyFact> copies,
            ObjectRef object,
            PlanInputs inputs,
            Attempt attempt)
            throws IOException {
        List<TensorFact> facts = job.tallies().stream().map(TensorTally::fact).toList();
        List<String> notes = job.tallies().stream()
                .map(TensorTally::note)
                .flatMap(Optional::stream)
                .toList();
        List<NamedObject> small = shard.number() == plan.firstShard()
                ? new CheckpointFiles(store, plan, inputs, attempt).write()
                : List.of();
        return new MergedShard(shard.number(), shard.file(), object, facts, small, notes, copies);
    }

    private static TensorSpec spec(OutputTensor tensor) {
        return new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape());
    }
}
