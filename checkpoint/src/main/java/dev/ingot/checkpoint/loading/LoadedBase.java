package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * A 16- or 32-bit base as training saw it after it was quantized while loading: every tensor cast, the linear ones quantized.
 *
 * @param quantization as it was asked for
 * @param generation whose rules were applied
 * @param dtype that the base was cast to
 * @param tensors by name
 * @param assumption what was assumed because the config does not say it, as a sentence; empty where it makes no difference
 */
public record LoadedBase(
        TrainingQuantization quantization,
        TransformersGeneration generation,
        DType dtype,
        Map<String, LoadedTensor> tensors,
        Optional<String> assumption) {
    public LoadedBase {
        tensors = Map.copyOf(tensors);
    }

    /**
     * Applies the rules of the generation that loaded the base; where the config does not name one, of the newer that knows the class.
     *
     * @param trainedClass the class that training loaded the base into; empty: what config.json names
     * @param tensors every parameter of the base
     * @throws dev.ingot.checkpoint.RefusedInput {@code quantization.unknown-modules} and {@code quantization.rearranged-modules} when the table
     *     cannot tell what was quantized
     */
    public static LoadedBase of(
            TrainingQuantization asked, ModelConfig config, String trainedClass, Collection<LocatedTensor> tensors) {
        String name = trainedClass.isEmpty() ? config.architecture() : trainedClass;
        if (asked.generation().isPresent()) {
            return LoadingRules.of(asked, asked.generation().get(), config, name)
                    .apply(tensors);
        }
        boolean newer = LoadingRules.knows(TransformersGeneration.V5, config, name);
        boolean older = LoadingRules.knows(TransformersGeneration.V4, config, name);
        TransformersGeneration assumed = newer || !older ? TransformersGeneration.V5 : TransformersGeneration.V4;
        LoadedBase base = LoadingRules.of(asked, assumed, config, name).apply(tensors);
        if (!newer || !older) {
            return base;
        }
        LoadedBase other =
                LoadingRules.of(asked, TransformersGeneration.V4, config, name).apply(tensors);
        return base.tensors.equals(other.tensors) ? base : base.assuming(other);
    }

    private LoadedBase assuming(LoadedBase other) {
        String sentence =
                ("The quantization config does not say which transformers loaded the base. %s is assumed, the newer, which quantizes"
                                + " %d of its weights from %s; %s would have quantized %d from %s. If training used that, write"
                                + " \"transformers_version\": \"4\" beside the config%s.")
                        .formatted(
                                generation,
                                quantizedCount(),
                                dtype.torchName(),
                                other.generation,
                                other.quantizedCount(),
                                other.dtype.torchName(),
                                dtype == other.dtype ? "" : "; if it asked for a dtype, \"dtype\"");
        return new LoadedBase(quantization, generation, dtype, tensors, Optional.of(sentence));
    }

    /** What loading made of a tensor; IllegalArgumentException when the base has none of that name. */
    public LoadedTensor of(String tensor) {
        LoadedTensor loaded = tensors.get(tensor);
        if (loaded == null) {
            throw new IllegalArgumentException("no tensor " + tensor + " among the " + tensors.size() + " loaded ones");
        }
        return loaded;
    }

    /** How many tensors were quantized. */
    public long quantizedCount() {
        return tensors.values().stream().filter(LoadedTensor::isQuantized).count();
    }
}
