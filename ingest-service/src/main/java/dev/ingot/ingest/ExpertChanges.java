package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.ParameterLayout;
import dev.ingot.checkpoint.adapter.ParameterPair;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Turns the pairs of {@code target_parameters} into operations on the tensors that the base has for their parameters. */
final class ExpertChanges {
    private final BaseModel base;
    private final AdapterConfig config;
    private final Inputs inputs;
    private final BiPredicate<String, String> owners;
    private final Map<AdapterKey, AdapterTensor> tensors = new LinkedHashMap<>();

    ExpertChanges(BaseModel base, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.config = adapter.config();
        this.inputs = inputs;
        this.owners = FusedExperts.owners(this::shapeOf);
        adapter.tensors().stream().filter(this::takes).forEach(tensor -> tensors.put(tensor.key(), tensor));
    }

    /** Whether a tensor of the adapter is one of such a pair. */
    boolean takes(AdapterTensor tensor) {
        return ParameterPair.isPart(tensor.key(), config, owners);
    }

    /**
     * What one pair does.
     *
     * @param tensors its A and B
     * @param operations by parameter of the base; empty where it has none for it
     */
    record Change(List<AdapterTensor> tensors, Map<String, Become> operations) {}

    /** One for each pair; RefusedInput {@code adapter.half-pair}, {@code adapter.rank}, {@code adapter.shape}, {@code adapter.layout}, …. */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        for (ParameterPair pair : ParameterPair.of(tensors.keySet(), config, owners)) {
            AdapterTensor a = tensors.get(pair.a());
            AdapterTensor b = tensors.get(pair.b());
            Map<String, Become> operations = FusedExperts.find(pair.module(), pair.parameter(), this::shapeOf)
                    .map(experts -> operations(pair, experts, a, b))
                    .orElse(Map.of());
            changes.add(new Change(List.of(a, b), operations));
        }
        return changes;
    }

    private Optional<Shape> shapeOf(String parameter) {
        return base.has(parameter) ? Optional.of(base.shapeOf(parameter)) : Optional.empty();
    }

    private Map<String, Become> operations(ParameterPair pair, FusedExperts experts, AdapterTensor a, AdapterTensor b) {
        ExpertMatrices matrices = new ExpertMatrices(
                experts, layout(pair, experts, a, b), ref(a), ref(b), rank(pair, experts, a), scale(pair));
        Map<String, Become> operations = new LinkedHashMap<>();
        for (Part part : experts.parts()) {
            operations.put(part.tensor(), new Become(matrices.formula(part)));
        }
        return operations;
    }

    private int rank(ParameterPair pair, FusedExperts experts, AdapterTensor a) {
        int rank = config.rankOf(pair.target());
        if (rank < 1 || a.tensor().shape().dim(0) != (long) rank * experts.experts()) {
            throw new RefusedInput(
                    "adapter.rank",
                    "%s has shape %s, but adapter_config.json gives %s the rank %d, and the base has %d experts."
                            .formatted(a.name(), a.tensor().shape(), pair.target(), rank, experts.experts()),
                    "check --base and use the adapter_config.json that was saved with these tensors");
        }
        return rank;
    }

    private ParameterLayout layout(ParameterPair pair, FusedExperts experts, AdapterTensor a, AdapterTensor b) {
        Shape shapeA = a.tensor().shape();
        Shape shapeB = b.tensor().shape();
        boolean transposed = FusedExperts.isTransposed(base.config().modelType());
        boolean matched = shapeA.rank() == 2 && shapeB.rank() == 2 && shapeA.dim(0) == shapeB.dim(1);
        return Optional.of(matched)
                .filter(fits -> fits)
                .flatMap(fits -> ParameterLayout.of(experts.shape(), shapeA.dim(1), shapeB.dim(0), config, transposed))
                .orElseThrow(() -> new RefusedInput(
                        "adapter.shape",
                        "%s has shape %s and %s has %s; they do not fit %s of shape %s."
                                .formatted(a.name(), shapeA, b.name(), shapeB, pair.target(), experts.shape()),
                        "check --base: the adapter was trained on a model of another size"));
    }

    private float scale(ParameterPair pair) {
        float scale = config.scaleOf(pair.target());
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s (alpha %s, rank %d)."
                            .formatted(
                                    pair.target(), scale, config.alphaOf(pair.target()), config.rankOf(pair.target())),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
        }
        return scale;
    }

    private TensorRef ref(AdapterTensor tensor) {
        return inputs.ref(InputRole.ADAPTER, tensor.tensor());
    }
}
