package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Factor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the A and B of a module into operations on its weight, after checking that they belong together and to it. */
record LowRankPairs(BaseModel base, AdapterConfig config, Inputs inputs) {

    /** The operations of the pairs among {@code roles}; RefusedInput {@code adapter.half-pair}, {@code adapter.rank}, {@code adapter.shape}. */
    List<Operation> operationsOf(String parameter, Map<Role, AdapterTensor> roles) {
        List<Operation> operations = new ArrayList<>();
        pair(roles, Role.LORA_A, Role.LORA_B, parameter, operations);
        pair(roles, Role.EMBEDDING_A, Role.EMBEDDING_B, parameter, operations);
        return operations;
    }

    /** Shape of a parameter; of the input embedding for the head that shares it. */
    Shape shapeOf(String parameter) {
        return base.shapeOf(
                base.has(parameter) ? parameter : base.ends().orElseThrow().input());
    }

    private void pair(Map<Role, AdapterTensor> roles, Role first, Role second, String parameter, List<Operation> into) {
        AdapterTensor a = roles.get(first);
        AdapterTensor b = roles.get(second);
        if (a == null && b == null) {
            return;
        }
        if (a == null || b == null) {
            throw halfPair(parameter, a, b);
        }
        Shape weight = shapeOf(parameter);
        if (weight.rank() != 2) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "%s has shape %s; this version of Ingot merges LoRA into linear layers and embeddings only."
                            .formatted(parameter, weight),
                    "merge it with PEFT on the dequantized base");
        }
        into.add(first == Role.LORA_A ? linear(parameter, weight, a, b) : embedding(parameter, weight, a, b));
    }

    /** W[out, in] += s · B[out, r] · A[r, in]; for Conv1D W[in, out] += s · (B · A)ᵀ. */
    private AddLowRank linear(String parameter, Shape weight, AdapterTensor a, AdapterTensor b) {
        boolean transposed = Conv1dModules.isConv1d(base.config().modelType(), moduleOf(parameter));
        long out = transposed ? weight.dim(1) : weight.dim(0);
        long in = transposed ? weight.dim(0) : weight.dim(1);
        int rank = requireRank(parameter, a, 0);
        requireShape(parameter, weight, a, rank, in);
        requireShape(parameter, weight, b, out, rank);
        return transposed
                ? lowRank(parameter, factor(a, true), factor(b, true), rank)
                : lowRank(parameter, factor(b, false), factor(a, false), rank);
    }

    /** W[V, dim] += s · (B[dim, r] · A[r, V])ᵀ. */
    private AddLowRank embedding(String parameter, Shape weight, AdapterTensor a, AdapterTensor b) {
        int rank = requireRank(parameter, a, 0);
        requireShape(parameter, weight, a, rank, weight.dim(0));
        requireShape(parameter, weight, b, weight.dim(1), rank);
        return lowRank(parameter, factor(a, true), factor(b, true), rank);
    }

    private AddLowRank lowRank(String parameter, Factor left, Factor right, int rank) {
        float scale = config.scaleOf(moduleOf(parameter));
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s (alpha %s, rank %d)."
                            .formatted(parameter, scale, config.alphaOf(moduleOf(parameter)), rank),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
        }
        return new AddLowRank(left, right, rank, scale);
    }

    private Factor factor(AdapterTensor tensor, boolean transposed) {
        return new Factor(inputs.ref(InputRole.ADAPTER, tensor.tensor()), transposed);
    }

    private int requireRank(String parameter, AdapterTensor a, int dimension) {
        int expected = config.rankOf(moduleOf(parameter));
        boolean matrix = a.tensor().shape().rank() == 2;
        if (!matrix || a.tensor().shape().dim(dimension) != expected) {
            throw new RefusedInput(
                    "adapter.rank",
                    "%s has shape %s, but adapter_config.json gives %s the rank %d."
                            .formatted(a.name(), a.tensor().shape(), moduleOf(parameter), expected),
                    "use the adapter_config.json that was saved with these tensors; under FSDP or ZeRO gather them first");
        }
        return expected;
    }

    private void requireShape(String parameter, Shape weight, AdapterTensor tensor, long rows, long columns) {
        if (!tensor.tensor().shape().equals(Shape.of(rows, columns))) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s has shape %s; expected [%d, %d] for %s of shape %s."
                            .formatted(tensor.name(), tensor.tensor().shape(), rows, columns, parameter, weight),
                    "check --base: the adapter was trained on a model of another size");
        }
    }

    private static RefusedInput halfPair(String parameter, @Nullable AdapterTensor a, @Nullable AdapterTensor b) {
        String there = a != null ? a.name() : b != null ? b.name() : "";
        return new RefusedInput(
                "adapter.half-pair",
                "%s of the adapter has no partner: %s needs an A and a B.".formatted(there, parameter),
                "save the adapter again; a part of it was lost");
    }

    private static String moduleOf(String parameter) {
        return parameter.substring(0, parameter.length() - ".weight".length());
    }
}
