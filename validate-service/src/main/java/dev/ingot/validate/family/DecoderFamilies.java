package dev.ingot.validate.family;

import dev.ingot.checkpoint.model.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The families whose forward pass validate computes. */
public final class DecoderFamilies {
    private static final List<DecoderFamily> ALL = List.of(
            new DecoderFamily(
                    Set.of("llama"),
                    TensorNames.LLAMA,
                    0,
                    false,
                    BiasRule.CONFIGURED,
                    BiasRule.CONFIGURED,
                    WindowRule.NEVER,
                    false,
                    Activation.SILU),
            new DecoderFamily(
                    Set.of("mistral"),
                    TensorNames.LLAMA,
                    0,
                    false,
                    BiasRule.NONE,
                    BiasRule.NONE,
                    WindowRule.EVERY_LAYER,
                    false,
                    Activation.SILU),
            new DecoderFamily(
                    Set.of("qwen2"),
                    TensorNames.LLAMA,
                    0,
                    false,
                    BiasRule.INPUTS,
                    BiasRule.NONE,
                    WindowRule.UPPER_LAYERS,
                    false,
                    Activation.SILU),
            new DecoderFamily(
                    Set.of("qwen3"),
                    TensorNames.LLAMA,
                    0,
                    true,
                    BiasRule.CONFIGURED,
                    BiasRule.NONE,
                    WindowRule.UPPER_LAYERS,
                    false,
                    Activation.SILU),
            new DecoderFamily(
                    Set.of("phi3"),
                    TensorNames.FUSED,
                    0,
                    false,
                    BiasRule.NONE,
                    BiasRule.NONE,
                    WindowRule.EVERY_LAYER,
                    false,
                    Activation.SILU),
            new DecoderFamily(
                    Set.of("gemma"),
                    TensorNames.LLAMA,
                    1,
                    false,
                    BiasRule.CONFIGURED,
                    BiasRule.NONE,
                    WindowRule.NEVER,
                    true,
                    Activation.GELU_TANH),
            new DecoderFamily(
                    Set.of("gemma2"),
                    TensorNames.SANDWICHED,
                    1,
                    false,
                    BiasRule.CONFIGURED,
                    BiasRule.NONE,
                    WindowRule.EVEN_LAYERS,
                    true,
                    Activation.GELU_TANH),
            new DecoderFamily(
                    Set.of("gemma3_text"),
                    TensorNames.SANDWICHED,
                    1,
                    true,
                    BiasRule.CONFIGURED,
                    BiasRule.NONE,
                    WindowRule.ALL_BUT_EVERY_NTH,
                    true,
                    Activation.GELU_TANH));

    private DecoderFamilies() {}

    /** The family of a checkpoint, or empty for one that validate cannot compute. */
    public static Optional<DecoderFamily> of(ModelConfig config) {
        return ALL.stream()
                .filter(family -> family.modelTypes().contains(config.modelType()))
                .findFirst();
    }
}
