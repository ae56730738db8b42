package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which adapters can be merged; all others are refused by name, because merging them by the plain formula would be wrong. */
final class AdapterSupport {
    private static final Pattern OLD_OFT = Pattern.compile(".*\\.oft_[rs](?:\\.[^.]+)?");
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
        if (type == AdapterType.SUPERTUNING
                && !config.json().bool("save_precomputed_indices").orElse(true)) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter was trained with save_precomputed_indices=false: which weight each value belongs to is found by sorting the base's weights by size,"
                            + " and among those of one size, of which a 16-bit base has many, the order is that of the device which sorted them.",
                    "load it with PEFT where it was trained, set save_precomputed_indices=True and save it again");
        }
    }

    /** RefusedInput {@code adapter.old-layout} for tensors that a PEFT wrote which no later one reads. */
    static void requireKnownLayout(AdapterType type, Set<String> names) {
        Optional<String> old = names.stream().filter(OLD_OFT.asMatchPredicate()).findFirst();
        if (type == AdapterType.OFT && old.isPresent()) {
            throw new RefusedInput(
                    "adapter.old-layout",
                    "%s was saved by a PEFT before 0.16, which kept whole blocks of OFT and a scale; later versions have another parametrization, and leave such tensors out without an error."
                            .formatted(old.get()),
                    "merge it with the PEFT that trained it (pip install 'peft<0.16') on the dequantized base, or train again");
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
