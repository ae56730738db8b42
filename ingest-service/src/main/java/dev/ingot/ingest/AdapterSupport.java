package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which adapters can be merged; all others are refused by name, because merging them by the plain formula would be wrong. */
final class AdapterSupport {
    private static final Map<String, String> UNSUPPORTED = unsupported();

    private AdapterSupport() {}

    /** RefusedInput {@code adapter.unsupported-type} or {@code adapter.unsupported-option}. */
    static void requireMergeable(AdapterConfig config) {
        AdapterType type = config.type().orElseThrow(() -> UnmergeableTypes.refusal(config.peftType()));
        UNSUPPORTED.forEach((option, what) -> {
            if (config.isSet(option)) {
                throw refuse(option, what);
            }
        });
        requireDefinedForParameters(type, config);
        if (type != AdapterType.LORA) {
            requireComplete(config, type);
            return;
        }
        Residual.of(config);
        if (config.rank() < 1) {
            throw new RefusedInput(
                    "adapter.rank",
                    "adapter_config.json has r=" + config.rank() + ".",
                    "correct r in adapter_config.json");
        }
    }

    /** PEFT wraps single parameters with a plain LoRA and with nothing else. */
    private static void requireDefinedForParameters(AdapterType type, AdapterConfig config) {
        if (!config.isSet("target_parameters")) {
            return;
        }
        boolean plain = type == AdapterType.LORA && Residual.of(config) == Residual.NONE;
        for (String option : List.of("use_dora", "lora_bias", "use_bdlora", "kasa_config")) {
            plain &= !config.isSet(option);
        }
        if (!plain) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter was trained with target_parameters; for single parameters a plain LoRA is defined, and no %s."
                            .formatted(
                                    type == AdapterType.LORA
                                            ? "DoRA, lora_bias, block-diagonal factors, PiSSA, OLoRA or KaSA"
                                            : type.title()),
                    "use the adapter_config.json that was saved with these tensors, or train without target_parameters");
        }
    }

    /** What PEFT makes anew at load, and no other machine makes alike. */
    private static void requireComplete(AdapterConfig config, AdapterType type) {
        boolean saved = config.json().bool("save_projection").orElse(true);
        if (type == AdapterType.TINYLORA && !saved) {
            throw refuse(
                    "save_projection=false",
                    "its singular vectors are computed anew, and their signs depend on the machine");
        }
    }

    private static Map<String, String> unsupported() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("alora_invocation_tokens", "it acts only after certain tokens and cannot be merged");
        options.put("arrow_config", "it routes between adapters and cannot be merged");
        options.put("use_qalora", "QA-LoRA belongs to a GPTQ base");
        options.put("megatron_config", "it is sharded by tensor parallelism");
        return options;
    }

    private static RefusedInput refuse(String option, String what) {
        return new RefusedInput(
                "adapter.unsupported-option",
                "The adapter was trained with %s: %s. This version of Ingot does not merge that."
                        .formatted(option, what),
                "merge it with PEFT on the dequantized base, or train without " + option);
    }
}
