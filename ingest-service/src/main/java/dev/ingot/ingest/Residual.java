package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import java.util.Set;

/** What an initialization takes out of the base's weights before training. */
enum Residual {
    NONE,
    /** The singular vectors of the largest singular values. */
    PISSA,
    /** The first directions of the QR decomposition. */
    OLORA;

    private static final Set<String> PLAIN = Set.of("", "true", "false", "gaussian", "orthogonal", "eva", "mica");

    /** As {@code init_lora_weights} says; RefusedInput {@code adapter.unsupported-option} where the residual cannot be computed from base and adapter. */
    static Residual of(AdapterConfig config) {
        String initialization = config.initialization();
        if (PLAIN.contains(initialization)) {
            return NONE;
        }
        return switch (initialization) {
            case "pissa" -> PISSA;
            case "olora" -> OLORA;
            default ->
                throw new RefusedInput(
                        "adapter.unsupported-option",
                        "The adapter was trained with init_lora_weights='%s': %s."
                                .formatted(initialization, reason(initialization)),
                        "save it with PEFT's save_pretrained(path_initial_model_for_weight_conversion=…), which makes a plain LoRA of it");
        };
    }

    private static String reason(String initialization) {
        if (initialization.startsWith("pissa_niter_")) {
            return "it takes a randomly approximated part out of the base, which cannot be computed again";
        }
        return switch (initialization) {
            case "corda" -> "it takes a part out of the base that depends on data which is not in the adapter";
            case "lora_ga" -> "it takes a part out of the base that depends on gradients which are not in the adapter";
            case "loftq" -> "it quantizes the base in rounds, on a GPU, and trains on what is left";
            default -> "it changes the base before training in a way that is not known";
        };
    }

    /** RefusedInput {@code adapter.unsupported-option} for what PEFT does not do either, or does by quantizing the residual again. */
    RefusedInput onQuantized(String parameter) {
        return new RefusedInput(
                "adapter.unsupported-option",
                "The adapter was trained with init_lora_weights='%s', and %s of the base is quantized: %s."
                        .formatted(
                                this == PISSA ? "pissa" : "olora",
                                parameter,
                                this == PISSA
                                        ? "the residual cannot be taken from quantized weights"
                                        : "training quantized the residual again"),
                "merge onto the 16-bit base that the adapter was initialized on, or save it as a plain LoRA (path_initial_model_for_weight_conversion)");
    }
}
