package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import java.util.List;
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
            rule("(?:\\.token_adapter)?\\.trainable_tokens_delta(?:\\.[^.]+)?", Role.TOKENS),
            rule("\\.(?:token_adapter\\.)?base_layer\\.(weight|bias)", Role.BASE_LAYER),
            rule("\\.original_module\\.(.+)", Role.ORIGINAL),
            rule("\\.modules_to_save\\.(?:[^.]+\\.)?([^.]+)", Role.WHOLE),
            rule("\\.([^.]+)", Role.WHOLE));

    private AdapterKeys() {}

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
        return new AdapterKey(raw, key, Role.WHOLE, "");
    }

    private static Rule rule(String suffix, Role role) {
        return new Rule(Pattern.compile("(.+?)" + suffix), role);
    }

    private record Rule(Pattern pattern, Role role) {}
}
