package dev.ingot.validate.family;

import java.util.Optional;

/** The nonlinearity of a feed-forward block, under the names that config.json uses. */
public enum Activation {
    SILU,
    GELU,
    GELU_TANH,
    RELU;

    /** The activation that transformers calls {@code name}; empty for one that no family here uses. */
    public static Optional<Activation> named(String name) {
        return switch (name) {
            case "silu", "swish" -> Optional.of(SILU);
            case "gelu" -> Optional.of(GELU);
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Optional.of(GELU_TANH);
            case "relu" -> Optional.of(RELU);
            default -> Optional.empty();
        };
    }
}
