package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Stacked;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Filled;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns the pairs of single experts' projections, as PEFT saves them under transformers 4, into operations on the base's fused parameters. Each delta
 * goes to the rows of its projection; it is not rounded before the sum, because it was trained beside a linear layer.
 */
final class SingleExperts {
    private final BaseModel base;
    private final AdapterConfig config;
    private final Inputs inputs;
    private final Map<String, Map<Role, AdapterTensor>> modules = new TreeMap<>(NaturalOrder.INSTANCE);
    private final Map<String, FusedExperts> places = new LinkedHashMap<>();

    SingleExperts(BaseModel base, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.config = adapter.config();
        this.inputs = inputs;
        adapter.tensors().stream().filter(this::takes).forEach(this::take);
    }

    /** Whether a tensor of the adapter is a factor for an expert's projection that the base has inside of a fused parameter only. */
    boolean takes(AdapterTensor tensor) {
        Role role = tensor.key().role();
        return (role == Role.LORA_A || role == Role.LORA_B)
                && !base.has(tensor.key().module() + ".weight")
                && place(tensor.key().module()).isPresent();
    }

    private Optional<FusedExperts> place(String module) {
        return FusedExperts.findFused(
                module, name -> base.has(name) ? Optional.of(base.shapeOf(name)) : Optional.empty());
    }

    private void take(AdapterTensor tensor) {
        String module = tensor.key().module();
        places.put(module, place(module).orElseThrow());
        modules.computeIfAbsent(module, name -> new EnumMap<>(Role.class))
                .put(tensor.key().role(), tensor);
    }

    /** What becomes of each fused parameter, with the tensors of the adapter that go into it; RefusedInput {@code adapter.half-pair}, {@code adapter.shape}, …. */
    List<ExpertChanges.Change> changes() {
        Map<String, List<String>> byParameter = new TreeMap<>(NaturalOrder.INSTANCE);
        for (String module : modules.keySet()) {
            byParameter
                    .computeIfAbsent(part(module).tensor(), name -> new ArrayList<>())
                    .add(module);
        }
        List<ExpertChanges.Change> changes = new ArrayList<>();
        byParameter.forEach((parameter, own) -> changes.add(new ExpertChanges.Change(
                own.stream()
                        .flatMap(module -> modules.get(module).values().stream())
                        .toList(),
                Map.of(parameter, new Become(formula(places.get(own.getFirst()), own))))));
        return changes;
    }

    private Part part(String module) {
        return places.get(module).parts().getFirst();
    }

    private Matrix formula(FusedExperts experts, List<String> own) {
        if (FusedExperts.isTransposed(base.config().modelType())) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "The adapter has pairs for single experts (%s), but a model of type '%s' has its experts in one transposed tensor with gate and up in alternating columns, and none that was trained so is known."
                            .formatted(own.getFirst(), base.config().modelType()),
                    "train the experts with target_parameters");
        }
        List<String> sorted =
                own.stream().sorted(Comparator.comparingInt(this::row)).toList();
        List<Matrix> rows = new ArrayList<>();
        int next = 0;
        for (String module : sorted) {
            int first = row(module);
            gap(rows, first - next, experts.columns());
            rows.add(delta(module, experts));
            next = first + part(module).rows();
        }
        int all = experts.experts() * experts.rows();
        if (next > all) {
            throw new RefusedInput(
                    "adapter.shape",
                    "The adapter has a pair for %s, but the base has %d experts."
                            .formatted(sorted.getLast(), experts.experts()),
                    "check --base: the adapter was trained on a model with more experts");
        }
        gap(rows, all - next, experts.columns());
        return new Sum(new Base(all, experts.columns()), new Stacked(rows));
    }

    private static void gap(List<Matrix> rows, int count, int columns) {
        if (count > 0) {
            rows.add(new Filled(0, count, columns));
        }
    }

    /** The first row of a projection in the rows of all experts. */
    private int row(String module) {
        Part part = part(module);
        return Math.addExact(
                Math.multiplyExact(part.expert(), places.get(module).rows()), part.firstRow());
    }

    private Matrix delta(String module, FusedExperts experts) {
        int rank = config.rankOf(module);
        AdapterTensor a = require(module, Role.LORA_A, Shape.of(rank, experts.columns()));
        AdapterTensor b = require(module, Role.LORA_B, Shape.of(part(module).rows(), rank));
        requireTargeted(module, a);
        Matrix left = new Tensor(
                inputs.ref(InputRole.ADAPTER, b.tensor()), part(module).rows(), rank);
        Matrix right = new Tensor(inputs.ref(InputRole.ADAPTER, a.tensor()), rank, experts.columns());
        return new Scaled(new Product(left, right), scale(module));
    }

    private float scale(String module) {
        float scale = config.scaleOf(module);
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s.".formatted(module, scale),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
        }
        return scale;
    }

    private AdapterTensor require(String module, Role role, Shape shape) {
        AdapterTensor tensor = modules.get(module).get(role);
        if (tensor == null) {
            throw new RefusedInput(
                    "adapter.half-pair",
                    "%s of the adapter has no partner: it needs an A and a B.".formatted(module),
                    "save the adapter again; a part of it was lost");
        }
        if (!tensor.tensor().shape().equals(shape)) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected %s for its rows of %s."
                            .formatted(
                                    tensor.name(),
                                    tensor.tensor().shape(),
                                    shape,
                                    part(module).tensor()),
                    "check --base and r in adapter_config.json: the adapter was trained on a model of another size");
        }
        return tensor;
    }

    private void requireTargeted(String module, AdapterTensor factor) {
        if (!config.targetModules().contains(module)) {
            throw new RefusedInput(
                    "adapter.untargeted",
                    "%s is in the adapter, but target_modules in adapter_config.json does not name its module; PEFT would drop it."
                            .formatted(factor.name()),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }
}
