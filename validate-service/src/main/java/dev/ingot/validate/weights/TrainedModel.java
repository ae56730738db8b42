package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.adapter.AdapterFormulas;
import dev.ingot.validate.adapter.ExpertFormulas;
import dev.ingot.validate.adapter.LoraModules;
import dev.ingot.validate.weights.OverlaidWeights.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The model that training left: base and adapter, unmerged. Scale, modules and tying come from adapter_config.json and the raw keys; no plan is
 * looked at, so that a wrong plan is caught too.
 *
 * @param type its class
 * @param base alone, as training saw it
 * @param weights with the adapter's own tensors in place of the base's, and with an output embedding under its own name even where it is tied
 * @param deltas by module
 * @param formulas by tensor, of adapters that are more than a product beside the weight
 * @param tensors every tensor of the model, the output embedding by its own name where the class has one
 * @param ends what input and output embedding are called; none where the class has no output embedding
 * @param changesAnEnd whether the adapter has anything for one of the two ends
 * @param endsMayBeEqual false where the two ends are sure to differ: another delta, or one of them saved whole alone
 * @param layers of a model that is deeper than the base; 0 for one that is not
 */
public record TrainedModel(
        TrainedClass type,
        WeightSource base,
        WeightSource weights,
        Map<String, ModuleDelta> deltas,
        Map<String, TrainedRows> formulas,
        Set<String> tensors,
        Ends ends,
        boolean changesAnEnd,
        boolean endsMayBeEqual,
        int layers) {
    public TrainedModel {
        deltas = Map.copyOf(deltas);
        formulas = Map.copyOf(formulas);
        tensors = Set.copyOf(tensors);
    }

    private static final Set<AdapterType> LORA_LIKE = EnumSet.of(AdapterType.LORA, AdapterType.TRAINABLE_TOKENS);

    /** What the unmerged model computes with, beside its {@code deltas}. */
    public WeightSource unmerged() {
        return formulas.isEmpty() ? weights : new TrainedWeights(weights, formulas);
    }

    /**
     * The two ends of the base.
     *
     * @param input module of the input embedding; empty where the model has no ends that anybody knows
     * @param output module of the output embedding
     * @param tied whether the base has one matrix for both
     */
    public record Ends(String input, String output, boolean tied) {
        static final Ends NONE = new Ends("", "", false);

        /** The same, and tied too where config says so and both ends are stored with the same values. */
        static Ends of(ModelConfig config, CheckpointWeights stored) throws IOException {
            Ends ends = of(config, stored.names()::contains);
            boolean twice = !ends.input().isEmpty()
                    && stored.names().contains(ends.outputTensor())
                    && config.tieWordEmbeddings().orElse(false);
            return twice && SameValues.in(stored, ends.inputTensor(), ends.outputTensor())
                    ? new Ends(ends.input(), ends.output(), true)
                    : ends;
        }

        /** The ends of a base with these tensors: tied where the config does not deny it and no output embedding is stored. */
        public static Ends of(ModelConfig config, Predicate<String> hasTensor) {
            Optional<Embeddings> known = Embeddings.of(hasTensor);
            if (known.isEmpty()) {
                return NONE;
            }
            boolean tied = !config.deniesTying() && !hasTensor.test(known.get().output());
            return new Ends(known.get().inputModule(), known.get().outputModule(), tied);
        }

        public String inputTensor() {
            return input + ".weight";
        }

        public String outputTensor() {
            return output + ".weight";
        }
    }

    /** Reads it; Unmergeable when the adapter has tensors of a kind that the judge does not know, RefusedInput when they do not fit. */
    public static TrainedModel of(CheckpointWeights base, ModelConfig config, AdapterFolder adapter)
            throws IOException {
        return of(base, config, adapter, Optional.empty());
    }

    /** @param quantization by which training quantized the base while loading it */
    public static TrainedModel of(
            CheckpointWeights base,
            ModelConfig config,
            AdapterFolder adapter,
            Optional<TrainingQuantization> quantization)
            throws IOException {
        return new Reader(base, config, adapter, quantization).read();
    }

    private static final class Reader {
        private final WeightSource base;
        private final AdapterFolder adapter;
        private final String modelType;
        private final TrainedClass type;
        private final Ends ofBase;
        private final Ends ends;
        private final Map<String, Place> places = new HashMap<>();
        private final Map<String, ModuleDelta> deltas = new LinkedHashMap<>();
        private final Map<String, TrainedRows> formulas = new LinkedHashMap<>();
        private final LayerReplication replication;
        private final List<AdapterKey> factors = new ArrayList<>();
        private final Set<String> tensors;

        Reader(
                CheckpointWeights stored,
                ModelConfig config,
                AdapterFolder adapter,
                Optional<TrainingQuantization> quantization)
                throws IOException {
            this.adapter = adapter;
            this.modelType = config.modelType();
            this.tensors = new TreeSet<>(stored.names());
            this.type = TrainedClass.of(config, tensors::contains, adapter);
            this.base = quantization
                    .map(how -> loaded(stored, how, config, type.architecture()))
                    .orElse(stored);
            this.ofBase = Ends.of(config, stored);
            this.replication = LayerReplication.of(adapter.config());
            this.ends = type.languageHead() ? ofBase : Ends.NONE;
        }

        private static WeightSource loaded(
                CheckpointWeights stored, TrainingQuantization how, ModelConfig config, String trainedClass) {
            Collection<LocatedTensor> tensors = stored.catalog().tensors().values();
            return new LoadedWeights(stored, LoadedBase.of(how, config, trainedClass, tensors));
        }

        TrainedModel read() {
            if (adapter.config().type().isEmpty()) {
                throw new Unmergeable("an adapter of type '" + adapter.config().peftType() + "'");
            }
            tensors.removeIf(tensor -> !type.keeps(tensor));
            if (ends.tied()) {
                places.put(ends.outputTensor(), new Place(base, ends.inputTensor()));
                tensors.add(ends.outputTensor());
            }
            replicate();
            List<AdapterKey> ofModules = adapter.keys().stream()
                    .filter(key -> !ExpertFormulas.takes(key, adapter.config(), base))
                    .toList();
            ofModules.forEach(this::take);
            OverlaidWeights replaced = new OverlaidWeights(base, places);
            Pairs pairs = new Pairs(adapter, modelType);
            factors.stream()
                    .filter(key -> LoraModules.isPlain(adapter.config(), replaced, key.module()))
                    .forEach(pairs::add);
            pairs.deltas().forEach(this::addDelta);
            formulas.putAll(formulas(ofModules, replaced));
            formulas.putAll(
                    ExpertFormulas.read(adapter.config(), adapter.keys(), adapter.weights(), replaced, modelType));
            tie();
            return new TrainedModel(
                    type,
                    base,
                    new OverlaidWeights(base, places),
                    deltas,
                    formulas,
                    tensors,
                    ends,
                    changesAnEnd(),
                    endsMayBeEqual(),
                    replication.sources().size());
        }

        /** Layers under the names that they have in the deeper model. */
        private void replicate() {
            if (!replication.isNone()) {
                Map<String, String> names = replication.names(Set.copyOf(tensors));
                tensors.clear();
                tensors.addAll(names.keySet());
                names.forEach((name, source) -> places.putIfAbsent(name, new Place(base, source)));
            }
        }

        private Map<String, TrainedRows> formulas(List<AdapterKey> keys, WeightSource replaced) {
            boolean lora = LORA_LIKE.contains(adapter.config().type().orElseThrow());
            return lora
                    ? LoraModules.read(adapter.config(), keys, adapter.weights(), replaced, modelType)
                    : AdapterFormulas.read(adapter.config(), keys, adapter.weights(), replaced, modelType);
        }

        private boolean changesAnEnd() {
            return deltas.containsKey(ends.input())
                    || deltas.containsKey(ends.output())
                    || formulas.containsKey(ends.inputTensor())
                    || formulas.containsKey(ends.outputTensor())
                    || isSavedWhole(ends.inputTensor())
                    || isSavedWhole(ends.outputTensor());
        }

        private boolean endsMayBeEqual() {
            boolean sameDelta = Objects.equals(deltas.get(ends.input()), deltas.get(ends.output()))
                    && Objects.equals(formulas.get(ends.inputTensor()), formulas.get(ends.outputTensor()));
            boolean bothTrained = formulas.containsKey(ends.inputTensor()) && formulas.containsKey(ends.outputTensor());
            boolean together = adapter.config().ensureWeightTying() || bothTrained;
            return (sameDelta || together) && isSavedWhole(ends.inputTensor()) == isSavedWhole(ends.outputTensor());
        }

        private boolean isSavedWhole(String tensor) {
            Place place = places.get(tensor);
            return place != null && place.source().equals(adapter.weights());
        }

        private void take(AdapterKey key) {
            if (!type.languageHead() && key.module().equals(ofBase.output())) {
                throw new Unmergeable("%s, a tensor for the output embedding that a %s has not"
                        .formatted(key.raw(), type.architecture()));
            }
            switch (key.role()) {
                case LORA_A, LORA_B, EMBEDDING_A, EMBEDDING_B -> factors.add(key);
                case WHOLE -> replace(key);
                case BASE_LAYER -> replaceShared(key);
                case OPERAND, SHARED -> {} // read together, by the formula of the adapter's type
                case ORIGINAL -> {} // the frozen copy beside a module that was saved whole: not part of the model
                case LORA_B_BIAS, MAGNITUDE, TOKENS -> {} // read together with their module
            }
        }

        private void replace(AdapterKey key) {
            places.put(key.target(), new Place(adapter.weights(), key.raw()));
            tensors.add(key.target());
        }

        /** PEFT loads such a copy into the parameter itself, which a tied base has at both ends. */
        private void replaceShared(AdapterKey key) {
            replace(key);
            boolean isEnd =
                    key.target().equals(ends.inputTensor()) || key.target().equals(ends.outputTensor());
            if (ends.tied() && isEnd) {
                Place place = new Place(adapter.weights(), key.raw());
                places.put(ends.inputTensor(), place);
                places.put(ends.outputTensor(), place);
            }
        }

        private void addDelta(String module, ModuleDelta delta) {
            Shape shape = new OverlaidWeights(base, places)
                    .shape(module + ".weight")
                    .orElseThrow(
                            () -> new Unmergeable("an adapter on " + module + ", of which the base has no weight"));
            if (!shape.equals(Shape.of(delta.rows(), delta.columns()))) {
                throw new Unmergeable("an adapter of shape %d x %d on %s, which has shape %s"
                        .formatted(delta.rows(), delta.columns(), module, shape));
            }
            deltas.put(module, delta);
        }

        /** What training with {@code ensure_weight_tying} did to one end, it did to the one matrix behind both. */
        private void tie() {
            if (ends.tied() && adapter.keys().stream().anyMatch(this::isRowsOfInput) && !changesOutput()) {
                copyFormula(ends.inputTensor(), ends.outputTensor());
            }
            if (!ends.tied() || !adapter.config().ensureWeightTying()) {
                return;
            }
            copyDelta(ends.input(), ends.output());
            copyDelta(ends.output(), ends.input());
            copyFormula(ends.inputTensor(), ends.outputTensor());
            copyFormula(ends.outputTensor(), ends.inputTensor());
            if (isSavedWhole(ends.inputTensor())) {
                places.put(ends.outputTensor(), places.get(ends.inputTensor()));
            }
        }

        private boolean isRowsOfInput(AdapterKey key) {
            return key.role() == AdapterKey.Role.TOKENS && key.module().equals(ends.input());
        }

        private boolean changesOutput() {
            return deltas.containsKey(ends.output())
                    || formulas.containsKey(ends.outputTensor())
                    || isSavedWhole(ends.outputTensor()) && !isSavedWhole(ends.inputTensor());
        }

        private void copyFormula(String from, String to) {
            TrainedRows formula = formulas.get(from);
            if (formula != null) {
                formulas.putIfAbsent(to, formula);
            }
        }

        private void copyDelta(String from, String to) {
            ModuleDelta delta = deltas.get(from);
            if (delta != null) {
                deltas.putIfAbsent(to, delta);
            }
        }
    }
}
