package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.ingest.LoraPlace.Layer;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the A and B of a module into operations on its weight, after checking that they belong together and to it. */
record LowRankPairs(BaseModel base, AdapterConfig config, Inputs inputs) {

    /**
     * The operations of the pair among {@code roles}; RefusedInput {@code adapter.half-pair}, {@code adapter.rank}, {@code adapter.shape}, ….
     *
     * @param weight shape of the parameter
     */
    List<Operation> operationsOf(LoraPlace place, Shape weight, Map<Role, AdapterTensor> roles) {
        boolean embedding = roles.containsKey(Role.EMBEDDING_A) || roles.containsKey(Role.EMBEDDING_B);
        AdapterTensor a = roles.get(embedding ? Role.EMBEDDING_A : Role.LORA_A);
        AdapterTensor b = roles.get(embedding ? Role.EMBEDDING_B : Role.LORA_B);
        AdapterTensor magnitude = roles.get(Role.MAGNITUDE);
        if (a == null && b == null && magnitude == null) {
            return List.of();
        }
        if (a == null || b == null || (magnitude == null) == config.isSet("use_dora")) {
            throw halfPair(place.parameter(), a, b, magnitude);
        }
        AdapterTensor diagonal = roles.get(Role.DIAGONAL);
        if ((diagonal == null) == config.isKasa()) {
            throw unfitDiagonal(place.parameter(), diagonal);
        }
        LoraFactors factors =
                factors(place, weight, embedding, a, b, Optional.ofNullable(magnitude), Optional.ofNullable(diagonal));
        return LoraFormulas.of(factors, residual(factors));
    }

    private LoraFactors factors(
            LoraPlace place,
            Shape weight,
            boolean embedding,
            AdapterTensor a,
            AdapterTensor b,
            Optional<AdapterTensor> magnitude,
            Optional<AdapterTensor> diagonal) {
        requireMatrixOrConvolution(place, weight);
        boolean turned = embedding || Conv1dModules.isConv1d(base.config().modelType(), place.module());
        DiagonalBlocks blocks = embedding ? DiagonalBlocks.NONE : DiagonalBlocks.of(config, place);
        int rank = requireRank(place, a);
        requireOneGroup(place, weight, a);
        requireShape(place, weight, a, expectedA(weight, turned, rank, blocks.ofA()));
        requireShape(place, weight, b, expectedB(weight, turned, rank, blocks.ofB()));
        long outputs = turned ? weight.dim(1) : weight.dim(0);
        magnitude.ifPresent(m -> requireElements(place, weight, m, outputs));
        diagonal.ifPresent(d -> requireElements(place, weight, d, rank));
        return new LoraFactors(
                place,
                weight,
                turned,
                embedding,
                ref(a),
                ref(b),
                blocks,
                magnitude.map(this::ref),
                diagonal.map(this::ref),
                rank,
                scale(place));
    }

    private static void requireMatrixOrConvolution(LoraPlace place, Shape weight) {
        if (weight.rank() < 2 || weight.rank() > 5) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "%s has shape %s; LoRA is merged into linear layers, embeddings and convolutions of a single group."
                            .formatted(place.parameter(), weight),
                    "merge it with PEFT on the dequantized base, if PEFT can");
        }
    }

    /** Of a convolution in groups the weight has the inputs of one group, and A those of all. */
    private static void requireOneGroup(LoraPlace place, Shape weight, AdapterTensor a) {
        Shape shape = a.tensor().shape();
        boolean convolutions = weight.rank() > 2 && shape.rank() == weight.rank();
        if (convolutions && shape.dim(1) > weight.dim(1) && shape.dim(1) % weight.dim(1) == 0) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "%s is a convolution in %d groups: it has shape %s, and the adapter's %s has %s. PEFT trains a LoRA on it, but neither PEFT nor Ingot merges one."
                            .formatted(place.parameter(), shape.dim(1) / weight.dim(1), weight, a.name(), shape),
                    "serve it with PEFT beside its base, or train without this module in target_modules");
        }
    }

    /** [r, in], or [r, in, kernel…]. */
    private static Shape expectedA(Shape weight, boolean turned, int rank, int blocks) {
        if (weight.rank() == 2) {
            return Shape.of(rank, (turned ? weight.dim(0) : weight.dim(1)) / blocks);
        }
        long[] dims = dims(weight);
        dims[0] = rank;
        return Shape.of(dims);
    }

    /** [out, r], or [out, r, 1…]. */
    private static Shape expectedB(Shape weight, boolean turned, int rank, int blocks) {
        long[] dims = new long[weight.rank()];
        Arrays.fill(dims, 1);
        dims[0] = turned ? weight.dim(1) : weight.dim(0);
        dims[1] = rank / blocks;
        return Shape.of(dims);
    }

    private static long[] dims(Shape shape) {
        long[] dims = new long[shape.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.dim(i);
        }
        return dims;
    }

    private Residual residual(LoraFactors factors) {
        Residual residual = factors.embedding() ? Residual.NONE : Residual.of(config);
        String parameter = factors.place().parameter();
        if (residual == Residual.NONE) {
            return residual;
        }
        if (base.quantized().containsKey(parameter)) {
            throw residual.onQuantized(parameter);
        }
        boolean turned = residual != Residual.PISSA && factors.turned();
        boolean all = residual == Residual.KASA && factors.rank() >= Math.min(factors.rows(), factors.columns());
        if (factors.isConvolution() || factors.place().layer() != Layer.PLAIN || turned || all) {
            throw new RefusedInput(
                    "adapter.unsupported-layer",
                    "The adapter was trained with %s, which is not defined for %s of shape %s and rank %d."
                            .formatted(residual.option(), parameter, factors.weight(), factors.rank()),
                    "save it as a plain LoRA (PEFT: path_initial_model_for_weight_conversion)");
        }
        return residual;
    }

    /** {@code b + s · b_B}: what training added beside B · A. */
    Operation biasOf(LoraPlace place, Shape bias, AdapterTensor added) {
        requireElements(place, bias, added, bias.elements());
        return LoraBias.sum(ref(added), Math.toIntExact(bias.elements()), scale(place));
    }

    private float scale(LoraPlace place) {
        float scale = config.scaleOf(place.module());
        if (!Float.isFinite(scale) || scale == 0) {
            throw new RefusedInput(
                    "adapter.scale",
                    "The scale of %s is %s (alpha %s, rank %d)."
                            .formatted(
                                    place.parameter(),
                                    scale,
                                    config.alphaOf(place.module()),
                                    config.rankOf(place.module())),
                    "correct lora_alpha in adapter_config.json; it is never guessed");
        }
        return scale;
    }

    private TensorRef ref(AdapterTensor tensor) {
        return inputs.ref(InputRole.ADAPTER, tensor.tensor());
    }

    private int requireRank(LoraPlace place, AdapterTensor a) {
        int expected = config.rankOf(place.module());
        boolean fits = a.tensor().shape().rank() >= 2 && a.tensor().shape().dim(0) == expected;
        if (!fits) {
            throw new RefusedInput(
                    "adapter.rank",
                    "%s has shape %s, but adapter_config.json gives %s the rank %d."
                            .formatted(a.name(), a.tensor().shape(), place.module(), expected),
                    "use the adapter_config.json that was saved with these tensors; under FSDP or ZeRO gather them first");
        }
        return expected;
    }

    private static void requireShape(LoraPlace place, Shape weight, AdapterTensor tensor, Shape expected) {
        if (!tensor.tensor().shape().equals(expected)) {
            throw unfit(place, weight, tensor, expected.toString());
        }
    }

    private static void requireElements(LoraPlace place, Shape weight, AdapterTensor tensor, long elements) {
        if (tensor.tensor().shape().elements() != elements) {
            throw unfit(place, weight, tensor, elements + " elements");
        }
    }

    private static RefusedInput unfit(LoraPlace place, Shape weight, AdapterTensor tensor, String expected) {
        return new RefusedInput(
                "adapter.shape",
                "%s has shape %s; expected %s for %s of shape %s."
                        .formatted(tensor.name(), tensor.tensor().shape(), expected, place.parameter(), weight),
                "check --base: the adapter was trained on a model of another size");
    }

    private static RefusedInput unfitDiagonal(String parameter, @Nullable AdapterTensor diagonal) {
        return new RefusedInput(
                "adapter.half-pair",
                diagonal == null
                        ? "adapter_config.json has a kasa_config, but %s has no lora_diag.".formatted(parameter)
                        : "%s belongs to KaSA, but adapter_config.json has no kasa_config.".formatted(diagonal.name()),
                "use the adapter_config.json that was saved with these tensors");
    }

    private static RefusedInput halfPair(
            String parameter, @Nullable AdapterTensor a, @Nullable AdapterTensor b, @Nullable AdapterTensor magnitude) {
        List<String> there = new ArrayList<>();
        for (AdapterTensor tensor : new AdapterTensor[] {a, b, magnitude}) {
            if (tensor != null) {
                there.add(tensor.name());
            }
        }
        if (a != null && b != null) {
            return new RefusedInput(
                    "adapter.half-pair",
                    magnitude == null
                            ? "adapter_config.json says use_dora, but %s has no lora_magnitude_vector."
                                    .formatted(parameter)
                            : "%s is a magnitude of DoRA, but adapter_config.json does not say use_dora."
                                    .formatted(magnitude.name()),
                    "use the adapter_config.json that was saved with these tensors");
        }
        return new RefusedInput(
                "adapter.half-pair",
                "%s of the adapter has no partner: %s needs an A and a B.".formatted(there.getFirst(), parameter),
                "save the adapter again; a part of it was lost");
    }
}
