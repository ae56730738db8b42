package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.ingest.AdaptedModule.Siblings;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Turns the tensors of a type other than LoRA into operations on the parameters of their modules. */
final class FormulaChanges {
    private final BaseModel base;
    private final AdapterConfig config;
    private final Inputs inputs;
    private final Map<String, Map<String, AdapterTensor>> modules = new TreeMap<>(NaturalOrder.INSTANCE);
    private final Map<String, AdapterTensor> shared = new TreeMap<>();

    FormulaChanges(BaseModel base, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.config = adapter.config();
        this.inputs = inputs;
        adapter.tensors().forEach(this::take);
    }

    private void take(AdapterTensor tensor) {
        if (tensor.key().role() == Role.SHARED) {
            shared.put(tensor.key().parameter(), tensor);
        } else if (tensor.key().role() == Role.OPERAND) {
            modules.computeIfAbsent(tensor.key().module(), name -> new TreeMap<>())
                    .put(tensor.key().parameter(), tensor);
        }
    }

    /** The modules that have such tensors, in natural order. */
    Set<String> modules() {
        return modules.keySet();
    }

    /** Tensors of a module, by name. */
    Map<String, AdapterTensor> tensorsOf(String module) {
        return modules.get(module);
    }

    /** Tensors of all modules. */
    Map<String, AdapterTensor> shared() {
        return shared;
    }

    /** Whether the base has the weight of a module. */
    boolean fits(String module) {
        return base.has(module + ".weight");
    }

    /** What becomes of the parameters of a module, by name; RefusedInput {@code adapter.shape}, {@code adapter.half-pair}, …. */
    Map<String, Become> operationsOf(String module) {
        Map<String, AdapterTensor> own = modules.get(module);
        requireTargeted(module, own.values().iterator().next());
        AdaptedModule adapted = adapted(module, own);
        ModuleFormula formula = formula(adapted);
        Map<String, Become> operations = new TreeMap<>();
        formula.weight().ifPresent(weight -> operations.put(module + ".weight", new Become(weight)));
        formula.bias().ifPresent(bias -> operations.put(module + ".bias", new Become(bias)));
        return operations;
    }

    private ModuleFormula formula(AdaptedModule module) {
        try {
            return AdapterFormulas.of(config.type().orElseThrow()).of(module);
        } catch (IllegalArgumentException | ArithmeticException unfit) {
            throw new RefusedInput(
                    "adapter.shape",
                    "The adapter's tensors for %s do not fit one another, or its weight of shape %s: %s."
                            .formatted(module.name(), module.weight(), unfit.getMessage()),
                    "check --base: the adapter was trained on a model of another size");
        }
    }

    private AdaptedModule adapted(String module, Map<String, AdapterTensor> own) {
        Shape weight = base.shapeOf(module + ".weight");
        if (weight.rank() < 2) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "%s.weight has shape %s; expected a matrix or a convolution.".formatted(module, weight),
                    "check --base");
        }
        boolean embedding = own.keySet().stream().anyMatch(name -> name.contains("embedding"));
        return new AdaptedModule(
                module,
                config,
                weight,
                !embedding && isTransposed(module),
                base.has(module + ".bias"),
                new BaseValues(base, inputs).of(module + ".weight"),
                own,
                shared,
                siblings(),
                inputs);
    }

    private boolean isTransposed(String module) {
        return Conv1dModules.isConv1d(base.config().modelType(), module);
    }

    private Siblings siblings() {
        int in = 0;
        int out = 0;
        List<String> names = new ArrayList<>(modules.keySet());
        for (String name : names) {
            if (fits(name)) {
                Shape shape = base.shapeOf(name + ".weight");
                boolean transposed = isTransposed(name);
                out = Math.max(out, (int) shape.dim(transposed ? 1 : 0));
                in = Math.max(in, (int) shape.dim(transposed ? 0 : 1));
            }
        }
        return new Siblings(names, in, out);
    }

    private void requireTargeted(String module, AdapterTensor tensor) {
        if (!config.targetModules().contains(module)) {
            throw new RefusedInput(
                    "adapter.untargeted",
                    "%s is in the adapter, but target_modules in adapter_config.json does not name its module; PEFT would drop it."
                            .formatted(tensor.name()),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }
}
