package dev.ingot.validate.weights;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKeys;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.validate.adapter.KeyMatching;
import dev.ingot.validate.adapter.KeyMatching.Matched;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An adapter as PEFT wrote it, read for the judge alone. The opener closes it.
 *
 * @param keys of every tensor; once it is {@code placed}, of those that belong to the model, by the base's names
 */
public record AdapterFolder(AdapterConfig config, CheckpointWeights weights, List<AdapterKey> keys, boolean placed)
        implements AutoCloseable {
    public AdapterFolder {
        keys = List.copyOf(keys);
    }

    /** Reads config and headers; RefusedInput {@code adapter.no-weights} when there are none. */
    public static AdapterFolder open(FileSet files) throws IOException {
        AdapterConfig config = AdapterConfig.read(files);
        TensorCatalog catalog = TensorCatalog.ofAdapter(files)
                .orElseThrow(() -> new RefusedInput(
                        "adapter.no-weights",
                        files.location() + " has neither adapter_model.safetensors nor adapter_model.bin.",
                        "name the folder that PEFT's save_pretrained wrote"));
        List<AdapterKey> keys = catalog.tensors().keySet().stream()
                .map(key -> parse(key, config))
                .toList();
        return new AdapterFolder(config, CheckpointWeights.open(files, catalog), keys, false);
    }

    /** The same by the names of a base, which the judge finds in its own way; Unmergeable where that is not certain. */
    public AdapterFolder onto(CheckpointWeights base, ModelConfig model) throws IOException {
        if (placed) {
            return this;
        }
        LayerReplication replication = LayerReplication.of(config);
        Set<String> names = new TreeSet<>(
                replication.isNone()
                        ? base.names()
                        : replication.names(Set.copyOf(base.names())).keySet());
        TrainedModel.Ends ends = TrainedModel.Ends.of(model, names::contains);
        if (ends.tied()) {
            names.add(ends.outputTensor());
        }
        Matched matched = KeyMatching.match(weights.catalog().tensors().keySet(), config, names, model);
        return new AdapterFolder(config.withTrained(matched.trained()), weights, matched.keys(), true);
    }

    /** The same as it is read where the base is what its initialization left. */
    public AdapterFolder forResidual() {
        return new AdapterFolder(config.forResidual(), weights, keys, placed);
    }

    /** The same with the weight that a run gives the adapter. */
    public static AdapterFolder open(AdapterFiles adapter) throws IOException {
        AdapterFolder folder = open(adapter.files());
        return new AdapterFolder(
                folder.config().weighted(adapter.weight()), folder.weights(), folder.keys(), folder.placed());
    }

    private static AdapterKey parse(String key, AdapterConfig config) {
        return config.type().map(type -> AdapterKeys.parse(key, type)).orElseGet(() -> AdapterKeys.parse(key));
    }

    @Override
    public void close() throws IOException {
        weights.close();
    }
}
