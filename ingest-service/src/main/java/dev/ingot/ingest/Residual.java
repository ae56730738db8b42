package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.Set;

/** What an initialization takes out of the base's weights before training. */
enum Residual {
    NONE,
    /** The singular vectors of the largest singular values. */
    PISSA,
    /** The first directions of the QR decomposition. */
    OLORA,
    /** The singular vectors of the smallest singular values, as many as the rank: KaSA. */
    KASA;

    private static final String REMEDY =
            "if the base is the one that training changed and saved, say --base-is-residual (baseIsResidual of a request);"
                    + " or save the adapter with PEFT's save_pretrained(path_initial_model_for_weight_conversion=…), which makes a plain LoRA of it";
    private static final Set<String> PLAIN = Set.of("", "true", "false", "gaussian", "orthogonal", "eva", "mica");

    /** As {@code init_lora_weights} says; RefusedInput {@code adapter.unsupported-option} where the residual cannot be computed from base and adapter. */
    static Residual of(AdapterConfig config) {
        if (config.onResidual()) {
            return NONE;
        }
        String initialization = config.initialization();
        if (PLAIN.contains(initialization)) {
            return config.isKasa() ? KASA : NONE;
        }
        if (config.isKasa()) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter was trained with kasa_config and init_lora_weights='%s': both change the base, and in which order is not known."
                            .formatted(initialization),
                    REMEDY);
        }
        return switch (initialization) {
            case "pissa" -> PISSA;
            case "olora" -> OLORA;
            default ->
                throw new RefusedInput(
                        "adapter.unsupported-option",
                        "The adapter was trained with init_lora_weights='%s': %s."
                                .formatted(initialization, reason(initialization)),
                        REMEDY);
        };
    }

    /** Whether training changed the base before it began, by what the file says. */
    static boolean takesOut(AdapterConfig written) {
        boolean lora = written.type().filter(AdapterType.LORA::equals).isPresent();
        return lora && (written.isKasa() || !PLAIN.contains(written.initialization()));
    }

    /** What is reported of a base that the request declares to be what the initialization left. */
    static String declaration(AdapterConfig written) {
        String initialization = initialization(written);
        return takesOut(written)
                ? "The request declares the base to be what %s left for training; nothing was taken out of it."
                        .formatted(initialization)
                : "The request declares the base to be a residual, but the adapter's initialization (%s) takes nothing out of a base: the declaration changes nothing."
                        .formatted(initialization);
    }

    /** What is reported where nothing is declared, since no file tells a base from its residual. */
    static String assumption(AdapterConfig written) {
        return "%s takes a part out of the base before training; Ingot took it out of this base again. If training saved this base, that is done already: say --base-is-residual."
                .formatted(initialization(written));
    }

    private static String initialization(AdapterConfig written) {
        return written.isKasa() ? "kasa_config" : "init_lora_weights='" + written.initialization() + "'";
    }

    /** As adapter_config.json says it. */
    String option() {
        return switch (this) {
            case NONE -> "no initialization that changes the base";
            case PISSA -> "init_lora_weights='pissa'";
            case OLORA -> "init_lora_weights='olora'";
            case KASA -> "kasa_config";
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
                "The adapter was trained with %s, and %s of the base is quantized: %s."
                        .formatted(
                                option(),
                                parameter,
                                this == OLORA
                                        ? "training quantized the residual again"
                                        : "the residual cannot be taken from quantized weights"),
                "if the base is the saved residual, say --base-is-residual (baseIsResidual of a request); else merge onto the 16-bit base that the adapter was initialized on, or save it as a plain LoRA (path_initial_model_for_weight_conversion)");
    }
}
