package dev.ingot.validate.weights;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.validate.adapter.RowBlockFormulas;
import dev.ingot.validate.weights.OverlaidWeights.Place;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a base and its adapters, one after the other, as the model that they are together. */
final class ModelReader {
    private final WeightSource base;
    private final List<AdapterFolder> adapters;
    private final ReadModel model;
    private final ParameterNames names;
    private final LayerReplication replication;
    private final TrainedSteps steps = new TrainedSteps();
    private boolean changesAnEnd;
    private boolean endsMayBeEqual = true;

    ModelReader(
            CheckpointWeights stored,
            ModelConfig config,
            List<AdapterFolder> adapters,
            Optional<TrainingQuantization> quantization)
            throws IOException {
        List<AdapterFolder> placed = new ArrayList<>();
        for (AdapterFolder adapter : adapters) {
            placed.add(adapter.onto(stored, config));
        }
        this.adapters = List.copyOf(placed);
        Set<String> tensors = new TreeSet<>(stored.names());
        TrainedClass type = trainedClass(config, tensors);
        this.base = quantization
                .map(how -> loaded(stored, how, config, type.architecture()))
                .orElse(stored);
        Ends ofBase = Ends.of(config, stored);
        this.names = new ParameterNames(tensors, config);
        this.replication = LayerReplication.of(adapters.getFirst().config());
        this.model = new ReadModel(
                config.modelType(), type, ofBase, type.languageHead() ? ofBase : Ends.NONE, tensors, new HashMap<>());
    }

    /** A classifier, if one of the adapters makes the model one. */
    private TrainedClass trainedClass(ModelConfig config, Set<String> tensors) {
        List<TrainedClass> classes = adapters.stream()
                .map(adapter -> TrainedClass.of(config, tensors::contains, adapter))
                .toList();
        return classes.stream().filter(type -> !type.languageHead()).findFirst().orElse(classes.getFirst());
    }

    private static WeightSource loaded(
            CheckpointWeights stored, TrainingQuantization how, ModelConfig config, String trainedClass) {
        Collection<LocatedTensor> tensors = stored.catalog().tensors().values();
        return new LoadedWeights(stored, LoadedBase.of(how, config, trainedClass, tensors));
    }

    TrainedModel read() {
        model.tensors().removeIf(tensor -> !model.type().keeps(tensor));
        if (model.ends().tied()) {
            model.places()
                    .put(
                            model.ends().outputTensor(),
                            new Place(base, model.ends().inputTensor()));
            model.tensors().add(model.ends().outputTensor());
        }
        replicate();
        adapters.forEach(this::takeCopies);
        adapters.forEach(this::read);
        return new TrainedModel(
                model.type(),
                base,
                new OverlaidWeights(base, model.places()),
                steps.deltas(),
                steps.formulas(),
                model.tensors(),
                model.ends(),
                changesAnEnd,
                endsMayBeEqual,
                replication.sources().size());
    }

    /** What stands in the base under another layer's rows is read with those. */
    private void takeCopies(AdapterFolder adapter) {
        RowBlockFormulas rows = new RowBlockFormulas(adapter.config(), base, names);
        adapter.keys().stream()
                .filter(key -> key.role() == AdapterKey.Role.BASE_LAYER && !rows.takes(key))
                .forEach(key -> model.replaceShared(adapter, key));
    }

    private void read(AdapterFolder adapter) {
        AdapterReader reader = new AdapterReader(base, adapter, model, steps, names);
        reader.read();
        changesAnEnd |= reader.changesAnEnd();
        endsMayBeEqual &= reader.endsMayBeEqual();
        steps.add(reader.deltas(), reader.formulas());
    }

    /** Layers under the names that they have in the deeper model. */
    private void replicate() {
        if (!replication.isNone()) {
            Map<String, String> names = replication.names(Set.copyOf(model.tensors()));
            model.tensors().clear();
            model.tensors().addAll(names.keySet());
            names.forEach((name, source) -> model.places().putIfAbsent(name, new Place(base, source)));
        }
    }
}
