package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKeys;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.names.HeadlessCheckpoint;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.validate.adapter.KeyMatching;
import dev.ingot.validate.adapter.KeyMatching.Matched;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An adapter as PEFT wrote it, read for the judge alone. The opener closes it.
 *
 * @param training whether it is a training checkpoint, with copies of base tensors beside what was trained
 * @param mirrors whose values count where such copies differ from the base
 * @param frozen keys of such copies, by the base's names; none before it is {@code placed}
 * @param keys of every tensor; once it is {@code placed}, of those that belong to the model, by the base's names
 */
public record AdapterFolder(
        AdapterConfig config,
        CheckpointWeights weights,
        List<AdapterKey> keys,
        boolean placed,
        boolean training,
        MirrorPolicy mirrors,
        List<AdapterKey> frozen)
        implements AutoCloseable {
    public AdapterFolder {
        keys = List.copyOf(keys);
        frozen = List.copyOf(frozen);
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
        return new AdapterFolder(
                config,
                CheckpointWeights.open(files, catalog),
                keys,
                false,
                TrainingFolder.is(files),
                MirrorPolicy.REFUSE,
                List.of());
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
        List<String> raw = weights.catalog().tensors().keySet().stream()
                .filter(name -> !training || !TrainingFolder.isScale(name))
                .toList();
        Matched matched = KeyMatching.match(raw, config, names, model);
        FrozenKeys others = new FrozenKeys(config, base, new ParameterNames(names, model), ends, weights, mirrors);
        List<AdapterKey> own = training ? others.trained(matched.keys()) : matched.keys();
        List<AdapterKey> copies = training ? others.frozen(matched.keys()) : List.of();
        return new AdapterFolder(config.withTrained(matched.trained()), weights, own, true, training, mirrors, copies);
    }

    /** How a base that was saved without the head that this adapter was trained with is named; empty for another base. */
    public Optional<HeadlessCheckpoint> withoutHead(CheckpointWeights base, ModelConfig model) {
        return HeadlessCheckpoint.of(
                model,
                base.names(),
                config.taskType(),
                weights.catalog().tensors().keySet());
    }

    /** The same as it is read where the base is what its initialization left. */
    public AdapterFolder forResidual() {
        return new AdapterFolder(config.forResidual(), weights, keys, placed, training, mirrors, frozen);
    }

    /** The same adapter once its tensors were cast to {@code dtype}: what tools do that do not keep it in float32. Not to be closed. */
    public AdapterFolder rounded(DType dtype) {
        return new AdapterFolder(config, weights.rounded(dtype), keys, placed, training, mirrors, frozen);
    }

    /** The same with the weight that a run gives the adapter, and which of several in memory it is. */
    public static AdapterFolder open(AdapterFiles adapter) throws IOException {
        AdapterFolder folder = open(adapter.files());
        return new AdapterFolder(
                folder.config().weighted(adapter.weight()).inMemory(adapter.inMemory()),
                folder.weights(),
                folder.keys(),
                folder.placed(),
                folder.training(),
                adapter.mirrors(),
                folder.frozen());
    }

    private static AdapterKey parse(String key, AdapterConfig config) {
        return config.type().map(type -> AdapterKeys.parse(key, type)).orElseGet(() -> AdapterKeys.parse(key));
    }

    @Override
    public void close() throws IOException {
        weights.close();
    }
}
