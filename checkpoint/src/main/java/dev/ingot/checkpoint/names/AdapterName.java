package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name that an adapter has in the memory of PEFT, which stands in keys that were not written by its save_pretrained. */
final class AdapterName {
    private static final String DEFAULT = "default";
    private static final Pattern NAMED = Pattern.compile(
            ".*\\.(?:lora_[AB]|lora_embedding_[AB]|lora_magnitude_vector|trainable_tokens_delta)\\.([^.]+)(?:\\.(?:weight|bias))?");
    private static final Set<String> LEAVES = Set.of("weight", "bias");
    private static final String SAVED = ".modules_to_save.";

    private AdapterName() {}

    /** The one name in the keys, {@code default} where they have none; RefusedInput {@code adapter.several-names} for more than one. */
    static String of(Collection<String> keys) {
        Set<String> names = new TreeSet<>();
        for (String key : keys) {
            Matcher matcher = NAMED.matcher(key);
            if (matcher.matches() && !LEAVES.contains(matcher.group(1))) {
                names.add(matcher.group(1));
            }
        }
        if (names.size() > 1) {
            throw new RefusedInput(
                    "adapter.several-names",
                    "The file holds %d adapters: %s; one is merged.".formatted(names.size(), String.join(", ", names)),
                    "save the one that you want by itself (PEFT: save_pretrained(…, selected_adapters=[\"%s\"]))"
                            .formatted(names.iterator().next()));
        }
        return names.isEmpty() ? DEFAULT : names.iterator().next();
    }

    /** A key without {@code modules_to_save} and the name behind it. */
    static String withoutSavedModule(String key, String name) {
        int at = key.indexOf(SAVED);
        if (at < 0) {
            return key;
        }
        String rest = key.substring(at + SAVED.length());
        String inner = rest.startsWith(name + ".")
                ? rest.substring(name.length() + 1)
                : rest.startsWith(DEFAULT + ".") ? rest.substring(DEFAULT.length() + 1) : rest;
        return key.substring(0, at) + "." + inner;
    }
}
