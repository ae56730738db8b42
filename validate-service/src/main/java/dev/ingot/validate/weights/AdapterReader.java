package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.validate.adapter.AdapterFormulas;
import dev.ingot.validate.adapter.ExpertFormulas;
import dev.ingot.validate.adapter.LoraModules;
import dev.ingot.validate.adapter.RowBlockFormulas;
import dev.ingot.validate.weights.OverlaidWeights.Place;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Reads what one adapter does to a model, on top of what the adapters before it did. */
final class AdapterReader {
    private static final Set<AdapterType> LORA_LIKE = EnumSet.of(AdapterType.LORA, AdapterType.TRAINABLE_TOKENS);

    private final WeightSource base;
    private final AdapterFolder adapter;
    private final ReadModel model;
    private final TrainedSteps before;
    private final Ends ends;
    private final RowBlockFormulas rowBlocks;
    private final Map<String, ModuleDelta> deltas = new LinkedHashMap<>();
    private final Map<String, TrainedRows> formulas = new LinkedHashMap<>();
    private final List<AdapterKey> factors = new ArrayList<>();

    /**
     * @param before what the adapters before this one did
     * @param names of the base
     */
    AdapterReader(
            WeightSource base, AdapterFolder adapter, ReadModel model, TrainedSteps before, ParameterNames names) {
        this.rowBlocks = new RowBlockFormulas(adapter.config(), base, names);
        this.base = base;
        this.adapter = adapter;
        this.model = model;
        this.before = before;
        this.ends = model.ends();
    }

    /** Plain deltas, by module. */
    Map<String, ModuleDelta> deltas() {
        return deltas;
    }

    /** All else, by tensor. */
    Map<String, TrainedRows> formulas() {
        return formulas;
    }

    void read() {
        AdapterType type = adapter.config()
                .type()
                .orElseThrow(() -> new Unmergeable(
                        "an adapter of type '" + adapter.config().peftType() + "'"));
        Predicate<AdapterKey> ofExperts = ExpertFormulas.taken(adapter.config(), base);
        List<AdapterKey> ofModules = adapter.keys().stream()
                .filter(key -> !ofExperts.test(key) && !rowBlocks.takes(key))
                .toList();
        ofModules.forEach(this::take);
        OverlaidWeights replaced = new OverlaidWeights(base, model.places());
        Pairs pairs = new Pairs(adapter, model.modelType());
        factors.stream()
                .filter(key -> LoraModules.isPlain(adapter.config(), replaced, key.module()))
                .forEach(pairs::add);
        pairs.deltas().forEach(this::addDelta);
        formulas.putAll(formulas(type, ofModules, replaced));
        formulas.putAll(
                ExpertFormulas.read(adapter.config(), adapter.keys(), adapter.weights(), replaced, model.modelType()));
        formulas.putAll(rowBlocks.read(adapter.keys(), adapter.weights()));
        tie();
        weigh(type);
    }

    /** A LoRA is read on the base's own values, of which DoRA takes its norms; other types on what was made of them. */
    private Map<String, TrainedRows> formulas(AdapterType type, List<AdapterKey> keys, WeightSource replaced) {
        return LORA_LIKE.contains(type)
                ? LoraModules.read(adapter.config(), keys, adapter.weights(), replaced, model.modelType())
                : AdapterFormulas.read(
                        adapter.config(), keys, adapter.weights(), before.after(replaced), model.modelType());
    }

    /** The scale of a LoRA has the weight in it. */
    private void weigh(AdapterType type) {
        double weight = adapter.config().weight();
        if (weight != 1 && type != AdapterType.LORA) {
            formulas.replaceAll((tensor, rows) -> new WeightedRows(rows, weight));
        }
    }

    boolean changesAnEnd() {
        return deltas.containsKey(ends.input())
                || deltas.containsKey(ends.output())
                || formulas.containsKey(ends.inputTensor())
                || formulas.containsKey(ends.outputTensor())
                || isSavedWhole(ends.inputTensor())
                || isSavedWhole(ends.outputTensor());
    }

    boolean endsMayBeEqual() {
        boolean sameDelta = Objects.equals(deltas.get(ends.input()), deltas.get(ends.output()))
                && Objects.equals(formulas.get(ends.inputTensor()), formulas.get(ends.outputTensor()));
        boolean bothTrained = formulas.containsKey(ends.inputTensor()) && formulas.containsKey(ends.outputTensor());
        boolean together = adapter.config().ensureWeightTying() || bothTrained;
        return (sameDelta || together) && isSavedWhole(ends.inputTensor()) == isSavedWhole(ends.outputTensor());
    }

    private boolean isSavedWhole(String tensor) {
        return model.isSavedWhole(adapter, tensor);
    }

    private void take(AdapterKey key) {
        if (!model.type().languageHead() && key.module().equals(model.ofBase().output())) {
            throw new Unmergeable("%s, a tensor for the output embedding that a %s has not"
                    .formatted(key.raw(), model.type().architecture()));
        }
        switch (key.role()) {
            case LORA_A, LORA_B, EMBEDDING_A, EMBEDDING_B -> factors.add(key);
            case WHOLE -> replace(key);
            case BASE_LAYER -> {} // taken before any adapter was read: what was changed is the copy
            case OPERAND, SHARED -> {} // read together, by the formula of the adapter's type
            case ORIGINAL -> {} // the frozen copy beside a module that was saved whole: not part of the model
            case LORA_B_BIAS, MAGNITUDE, DIAGONAL, TOKENS -> {} // read together with their module
        }
    }

    private void replace(AdapterKey key) {
        if (before.changes(key.target())) {
            throw new Unmergeable(
                    "%s, which drops what an adapter before it made of %s".formatted(key.raw(), key.target()));
        }
        model.replace(adapter, key);
    }

    private void addDelta(String module, ModuleDelta delta) {
        Shape shape = new OverlaidWeights(base, model.places())
                .shape(module + ".weight")
                .orElseThrow(() -> new Unmergeable("an adapter on " + module + ", of which the base has no weight"));
        if (!shape.equals(Shape.of(delta.rows(), delta.columns()))) {
            throw new Unmergeable("an adapter of shape %d x %d on %s, which has shape %s"
                    .formatted(delta.rows(), delta.columns(), module, shape));
        }
        deltas.put(module, delta);
    }

    /** What training with {@code ensure_weight_tying} did to one end, it did to the one matrix behind both. */
    private void tie() {
        if (ends.tied() && hasRowsOf(ends.input())) {
            tieRows();
        }
        if (!ends.tied() || !adapter.config().ensureWeightTying()) {
            return;
        }
        copyDelta(ends.input(), ends.output());
        copyDelta(ends.output(), ends.input());
        copyFormula(ends.inputTensor(), ends.outputTensor());
        copyFormula(ends.outputTensor(), ends.inputTensor());
        if (isSavedWhole(ends.inputTensor())) {
            model.places().put(ends.outputTensor(), model.places().get(ends.inputTensor()));
        }
    }

    /** Rows are trained in the one matrix; a LoRA on the head then stands beside what they became. */
    private void tieRows() {
        if (!changesOutput()) {
            copyFormula(ends.inputTensor(), ends.outputTensor());
        } else if (!isSavedWhole(ends.outputTensor()) && !hasRowsOf(ends.output())) {
            TrainedRows rows = formulas.get(ends.inputTensor());
            WeightSource withRows = new TrainedWeights(base, Map.of(ends.inputTensor(), rows));
            model.places().put(ends.outputTensor(), new Place(withRows, ends.inputTensor()));
        }
    }

    private boolean hasRowsOf(String module) {
        return adapter.keys().stream()
                .anyMatch(key ->
                        key.role() == AdapterKey.Role.TOKENS && key.module().equals(module));
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
