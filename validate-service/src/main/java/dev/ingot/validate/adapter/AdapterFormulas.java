package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.validate.adapter.TrainedModule.Extent;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads an adapter of a type other than LoRA: what it made of each tensor of the base. */
public final class AdapterFormulas {
    private final AdapterConfig config;
    private final AdapterType type;
    private final CheckpointWeights adapter;
    private final WeightSource base;
    private final String modelType;
    private final Map<String, Map<String, String>> modules = new TreeMap<>();
    private final Map<String, String> shared = new TreeMap<>();
    private final Map<String, TrainedRows> formulas = new LinkedHashMap<>();

    private AdapterFormulas(AdapterConfig config, CheckpointWeights adapter, WeightSource base, String modelType) {
        this.config = config;
        this.type = config.type().orElseThrow();
        this.adapter = adapter;
        this.base = base;
        this.modelType = modelType;
    }

    /**
     * Formulas by tensor of the base; Unmergeable for a module that the base has not, or an option that is not known here.
     *
     * @param keys of the adapter
     * @param base with what the adapter saved whole in place of its own
     */
    public static Map<String, TrainedRows> read(
            AdapterConfig config,
            List<AdapterKey> keys,
            CheckpointWeights adapter,
            WeightSource base,
            String modelType) {
        AdapterFormulas formulas = new AdapterFormulas(config, adapter, base, modelType);
        keys.forEach(formulas::take);
        formulas.modules.keySet().forEach(formulas::add);
        return formulas.formulas;
    }

    private void take(AdapterKey key) {
        if (key.role() == Role.SHARED) {
            shared.put(key.parameter(), key.raw());
        } else if (key.role() == Role.OPERAND) {
            modules.computeIfAbsent(key.module(), name -> new TreeMap<>()).put(key.parameter(), key.raw());
        }
    }

    private void add(String module) {
        String weight = module + ".weight";
        String bias = module + ".bias";
        Extent extent = extent(module);
        boolean transposed = isTransposed(module);
        TrainedModule plain = module(module, row -> new double[extent.in()], value -> value);
        if (type != AdapterType.BEFT) {
            formulas.put(
                    weight,
                    new FormulaRows(
                            base,
                            weight,
                            extent.out(),
                            extent.in(),
                            transposed,
                            (rows, rounder) -> TypeFormulas.weight(type, module(module, rows, rounder))));
        }
        if (base.shape(bias).isPresent() && BiasFormulas.changes(type, plain)) {
            formulas.put(
                    bias,
                    new FormulaRows(
                            base,
                            bias,
                            extent.out(),
                            1,
                            false,
                            (rows, rounder) -> BiasFormulas.of(
                                            type, module(module, rowsOf(weight, extent.in()), rounder), rows)
                                    .orElseThrow()));
        }
    }

    private Base rowsOf(String weight, int columns) {
        return new FormulaRows(base, weight, 1, columns, false, (rows, rounder) -> (row, values) -> {}).rowsOfBase();
    }

    private TrainedModule module(String module, Base rows, Rounder rounder) {
        Extent extent = extent(module);
        Shape shape = base.shape(module + ".weight").orElseThrow();
        int kernel = shape.rank() <= 2 ? 1 : (int) (shape.elements() / shape.dim(0) / shape.dim(1));
        return new TrainedModule(
                module,
                config,
                adapter,
                modules.get(module),
                shared,
                extent.out(),
                extent.in(),
                kernel,
                rounder,
                rows,
                extents());
    }

    private List<Extent> extents() {
        List<Extent> extents = new ArrayList<>();
        modules.keySet().forEach(module -> extents.add(extent(module)));
        return extents;
    }

    private Extent extent(String module) {
        Shape shape = base.shape(module + ".weight")
                .orElseThrow(() -> new Unmergeable("an adapter on " + module + ", of which the base has no weight"));
        if (shape.rank() < 2) {
            throw new Unmergeable("an adapter on %s.weight of shape %s".formatted(module, shape));
        }
        int out = (int) shape.dim(isTransposed(module) ? 1 : 0);
        return new Extent(module, out, Math.toIntExact(shape.elements() / out));
    }

    private boolean isTransposed(String module) {
        return Conv1dModules.isConv1d(modelType, module);
    }
}
