package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The grammar of keys in a file that PEFT's {@code save_pretrained} wrote. */
public final class AdapterKeys {
    private static final String PREFIX = "base_model.model.";
    private static final List<Rule> RULES = List.of(
            rule("\\.lora_A(?:\\.[^.]+)?\\.weight", Role.LORA_A),
            rule("\\.lora_B(?:\\.[^.]+)?\\.weight", Role.LORA_B),
            rule("\\.lora_B(?:\\.[^.]+)?\\.bias", Role.LORA_B_BIAS),
            rule("\\.lora_embedding_A(?:\\.[^.]+)?", Role.EMBEDDING_A),
            rule("\\.lora_embedding_B(?:\\.[^.]+)?", Role.EMBEDDING_B),
            rule("\\.lora_magnitude_vector(?:\\.[^.]+){0,2}", Role.MAGNITUDE),
            rule("\\.lora_diag(?:\\.[^.]+)?", Role.DIAGONAL),
            rule("(?:\\.token_adapter)?\\.trainable_tokens_delta(?:\\.[^.]+)?", Role.TOKENS),
            rule("\\.(?:token_adapter\\.)?base_layer\\.(weight|bias)", Role.BASE_LAYER),
            rule("\\.ln_tuning_layers(?:\\.default)?\\.([^.]+)", Role.WHOLE),
            rule("\\.original_module\\.(.+)", Role.ORIGINAL),
            rule("\\.modules_to_save\\.(?:[^.]+\\.)?([^.]+)", Role.WHOLE),
            rule("\\.([^.]+)", Role.WHOLE));

    private AdapterKeys() {}

    private static final Pattern NOTHING = Pattern.compile("(?!)");
    private static final Map<AdapterType, Pattern> OWN =
            patterns(type -> "(.+?)\\.(" + type.own() + ")(?:\\.default)?(?:\\.weight)?", AdapterType::own);
    private static final Map<AdapterType, Pattern> SHARED =
            patterns(type -> "base_model\\.(" + type.shared() + ")(?:\\.default)?", AdapterType::shared);

    private static Map<AdapterType, Pattern> patterns(
            Function<AdapterType, String> pattern, Function<AdapterType, String> names) {
        Map<AdapterType, Pattern> patterns = new EnumMap<>(AdapterType.class);
        for (AdapterType type : AdapterType.values()) {
            if (!names.apply(type).isEmpty()) {
                patterns.put(type, Pattern.compile(pattern.apply(type)));
            }
        }
        return patterns;
    }

    /** Reads one key of an adapter of a type; tensors that only this type has are OPERAND or SHARED. */
    public static AdapterKey parse(String raw, AdapterType type) {
        Matcher shared = SHARED.getOrDefault(type, NOTHING).matcher(raw);
        if (shared.matches()) {
            return new AdapterKey(raw, "", Role.SHARED, shared.group(1));
        }
        String key = raw.startsWith(PREFIX) ? raw.substring(PREFIX.length()) : raw;
        Matcher own = OWN.getOrDefault(type, NOTHING).matcher(key);
        if (own.matches()) {
            return new AdapterKey(raw, own.group(1), Role.OPERAND, own.group(2));
        }
        return parse(raw);
    }

    /** Reads one key; every key has a reading, the last resort being a parameter saved whole. */
    public static AdapterKey parse(String raw) {
        String key = raw.startsWith(PREFIX) ? raw.substring(PREFIX.length()) : raw;
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(key);
            if (matcher.matches()) {
                String parameter = matcher.groupCount() > 1 ? matcher.group(2) : "";
                return new AdapterKey(raw, matcher.group(1), rule.role(), parameter);
            }
        }
        return new AdapterKey(raw, "", Role.WHOLE, key);
    }

    private static Rule rule(String suffix, Role role) {
        return new Rule(Pattern.compile("(.+?)" + suffix), role);
    }

    private record Rule(Pattern pattern, Role role) {}
}
