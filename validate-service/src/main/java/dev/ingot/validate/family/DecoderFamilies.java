package dev.ingot.validate.family;

import static dev.ingot.validate.family.DecoderFamily.NormStyle.LAYER;
import static dev.ingot.validate.family.DecoderFamily.NormStyle.ROOT_MEAN_SQUARE_MINUS_ONE;
import static dev.ingot.validate.family.Routing.Weighting.NORMED;
import static dev.ingot.validate.family.Routing.Weighting.OF_ALL;
import static dev.ingot.validate.family.Routing.Weighting.OF_CHOSEN;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.family.MixtureStyle.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The families whose forward pass validate computes. */
public final class DecoderFamilies {
    private static final String EXPERTS_PER_TOKEN = "num_experts_per_tok";
    private static final String EXPERT_WIDTH = "moe_intermediate_size";

    private static final List<DecoderFamily> ALL = List.of(
            DecoderFamily.of("llama").biased(BiasRule.CONFIGURED, BiasRule.CONFIGURED),
            DecoderFamily.of("smollm3")
                    .biased(BiasRule.CONFIGURED, BiasRule.CONFIGURED)
                    .windowed(WindowRule.UPPER_LAYERS)
                    .with(Trait.SOME_WITHOUT_ROPE),
            DecoderFamily.of("mistral").windowed(WindowRule.EVERY_LAYER),
            DecoderFamily.of("ministral3").windowed(WindowRule.EVERY_LAYER).with(Trait.TEMPERATURE),
            DecoderFamily.of("mixtral")
                    .windowed(WindowRule.EVERY_LAYER)
                    .mixing(new MixtureStyle(
                            Arrangement.ALONE, "gate", "intermediate_size", EXPERTS_PER_TOKEN, NORMED, false)),
            DecoderFamily.of("qwen2", "qwen2_vl_text")
                    .biased(BiasRule.INPUTS, BiasRule.NONE)
                    .windowed(WindowRule.UPPER_LAYERS),
            DecoderFamily.of("qwen2_moe")
                    .biased(BiasRule.INPUTS, BiasRule.NONE)
                    .windowed(WindowRule.LOWER_EVEN_LAYERS)
                    .mixing(new MixtureStyle(
                            Arrangement.WITH_SHARED_EXPERT, "gate", EXPERT_WIDTH, EXPERTS_PER_TOKEN, OF_ALL, true)),
            DecoderFamily.of("qwen3")
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.UPPER_LAYERS)
                    .with(Trait.HEAD_NORMS),
            DecoderFamily.of("qwen3_vl_text")
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .with(Trait.HEAD_NORMS),
            DecoderFamily.of("qwen3_moe")
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.EVERY_LAYER_IF_USED)
                    .with(Trait.HEAD_NORMS)
                    .mixing(new MixtureStyle(Arrangement.ALONE, "gate", EXPERT_WIDTH, EXPERTS_PER_TOKEN, OF_ALL, true)),
            DecoderFamily.of("qwen3_5_text")
                    .normed(ROOT_MEAN_SQUARE_MINUS_ONE)
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .with(Trait.HEAD_NORMS, Trait.GATED_HEADS, Trait.DELTA_NET, Trait.PARTLY_TURNED),
            DecoderFamily.of("phi3")
                    .named(TensorNames.FUSED)
                    .windowed(WindowRule.EVERY_LAYER)
                    .with(Trait.PARTLY_TURNED),
            DecoderFamily.of("gpt2")
                    .named(TensorNames.GPT2)
                    .normed(LAYER)
                    .biased(BiasRule.ALL, BiasRule.ALL)
                    .activated(Activation.GELU_TANH)
                    .with(Trait.CONV1D, Trait.UNGATED, Trait.LEARNED_POSITIONS),
            DecoderFamily.of("gpt_oss")
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.EVEN_LAYERS)
                    .with(Trait.SINKS)
                    .mixing(new MixtureStyle(
                            Arrangement.TURNED_AND_BIASED,
                            "router",
                            "intermediate_size",
                            EXPERTS_PER_TOKEN,
                            OF_CHOSEN,
                            false)),
            DecoderFamily.of("gemma")
                    .normed(ROOT_MEAN_SQUARE_MINUS_ONE)
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .activated(Activation.GELU_TANH)
                    .with(Trait.SCALED_EMBEDDING, Trait.TANH_CALLED_GELU),
            DecoderFamily.of("gemma2")
                    .named(TensorNames.SANDWICHED)
                    .normed(ROOT_MEAN_SQUARE_MINUS_ONE)
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.EVEN_LAYERS)
                    .activated(Activation.GELU_TANH)
                    .with(Trait.SCALED_EMBEDDING, Trait.CAPPED_SCORES),
            DecoderFamily.of("gemma3_text")
                    .named(TensorNames.SANDWICHED)
                    .normed(ROOT_MEAN_SQUARE_MINUS_ONE)
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.ALL_BUT_EVERY_NTH)
                    .activated(Activation.GELU_TANH)
                    .with(Trait.SCALED_EMBEDDING, Trait.HEAD_NORMS),
            DecoderFamily.of("gemma4_text")
                    .named(TensorNames.SANDWICHED)
                    .biased(BiasRule.CONFIGURED, BiasRule.NONE)
                    .windowed(WindowRule.ALL_BUT_EVERY_NTH)
                    .activated(Activation.GELU_TANH)
                    .with(Trait.SCALED_EMBEDDING, Trait.HEAD_NORMS, Trait.VALUE_NORM, Trait.UNSCALED)
                    .with(Trait.GEMMA4_HEADS, Trait.LAYER_INPUTS)
                    .mixing(new MixtureStyle(
                            Arrangement.BESIDE_DENSE, "router.proj", EXPERT_WIDTH, "top_k_experts", NORMED, false)));

    /** Models of several modalities that do with a text what the model in their {@code text_config} does. */
    private static final Set<String> WRAPPERS =
            Set.of("llava", "llava_next", "gemma3", "gemma4", "mistral3", "qwen2_vl", "qwen3_vl", "qwen3_5");

    private DecoderFamilies() {}

    /** Every model type that has a description, and every wrapper of one. */
    static Set<String> modelTypes() {
        return Stream.concat(ALL.stream().flatMap(family -> family.modelTypes().stream()), WRAPPERS.stream())
                .collect(Collectors.toSet());
    }

    /** The family of a checkpoint, or empty for one that validate cannot compute. */
    public static Optional<DecoderFamily> of(ModelConfig config) {
        String type = textType(config);
        return ALL.stream().filter(family -> family.modelTypes().contains(type)).findFirst();
    }

    /** The model type of the part that reads text; LLaVA's first files do not name it, and Qwen2-VL's have no part. */
    static String textType(ModelConfig config) {
        String type = config.modelType();
        if (!WRAPPERS.contains(type)) {
            return type;
        }
        String usual = type.startsWith("llava") ? "llama" : type + "_text";
        return config.json().has("text_config")
                ? config.text().text("model_type").orElse(usual)
                : usual;
    }
}
