package dev.ingot.pipeline.tile;

import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.ReadAhead;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tile sources over what dequant left in the store: its marker names the object, the plan says what stands in it. */
public final class StoredTileSources implements TileSources {
    private final ObjectStore store;
    private final FileSets sources;

    public StoredTileSources(ObjectStore store, FileSets sources) {
        this.store = store;
        this.sources = sources;
    }

    @Override
    public TileSource open(Plan plan, int shard) throws IOException {
        PlanInputs inputs = new PlanInputs(plan.inputs(), sources);
        OutputShard output = plan.shard(shard);
        if (!output.hasQuantized()) {
            return new StoredTiles(inputs, null, Map.of());
        }
        RangedFile object = open(objectOf(plan, shard));
        try {
            return new StoredTiles(inputs, object, entries(output, SafetensorsFile.read(object)));
        } catch (IOException | RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private String objectOf(Plan plan, int shard) throws IOException {
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, shard);
        Marker marker = new RunFiles(store)
                .marker(task)
                .orElseThrow(() -> new IOException("expected a marker of " + task.id() + ", found none"));
        if (marker.result() instanceof DequantizedShard dequantized) {
            return dequantized.object().key();
        }
        throw new IllegalStateException("the marker of " + task.id() + " is not that of a dequantized shard");
    }

    private RangedFile open(String key) throws IOException {
        return store.open(key)
                .map(new ReadAhead()::of)
                .orElseThrow(() -> new IOException("expected an object at " + key + ", found none"));
    }

    private static Map<Value, TensorEntry> entries(OutputShard shard, SafetensorsFile file) {
        Map<String, TensorEntry> byName = new HashMap<>();
        file.tensors().forEach(entry -> byName.put(entry.name(), entry));
        Map<Value, TensorEntry> entries = new HashMap<>();
        for (OutputTensor tensor : shard.tensors()) {
            if (tensor.value().isQuantized()) {
                entries.put(tensor.value(), requireFits(tensor, byName.get(tensor.name())));
            }
        }
        return entries;
    }

    private static TensorEntry requireFits(OutputTensor tensor, @Nullable TensorEntry entry) {
        Value value = tensor.value();
        if (entry == null || entry.dtype() != value.dtype() || !entry.shape().equals(value.shape())) {
            throw new IllegalStateException("expected %s as %s of shape %s in the dequantized shard, found %s"
                    .formatted(tensor.name(), value.dtype(), value.shape(), entry));
        }
        return entry;
    }
}
