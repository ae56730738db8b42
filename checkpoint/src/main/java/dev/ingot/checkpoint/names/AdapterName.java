package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name that an adapter has in the memory of PEFT, which stands in keys that were not written by its save_pretrained. */
final class AdapterName {
    private static final List<Pattern> NAMED = List.of(
            Pattern.compile(
                    ".*\\.(?:lora_[AB]|lora_embedding_[AB]|lora_magnitude_vector|trainable_tokens_delta)\\.([^.]+)(?:\\.(?:weight|bias))?"),
            Pattern.compile(".*\\.modules_to_save\\.([^.]+)\\..+"));
    private static final Set<String> LEAVES = Set.of("weight", "bias");
    private static final String SAVED = ".modules_to_save.";

    private AdapterName() {}

    /** RefusedInput {@code adapter.several-names} where the keys have more than one. */
    static void requireOne(Collection<String> keys) {
        Set<String> names = new TreeSet<>();
        for (String key : keys) {
            for (Pattern named : NAMED) {
                Matcher matcher = named.matcher(key);
                if (matcher.matches() && !LEAVES.contains(matcher.group(1))) {
                    names.add(matcher.group(1));
                }
            }
        }
        if (names.size() > 1) {
            throw new RefusedInput(
                    "adapter.several-names",
                    "The file holds %d adapters: %s; one is merged.".formatted(names.size(), String.join(", ", names)),
                    "save the one that you want by itself (PEFT: save_pretrained(…, selected_adapters=[\"%s\"]))"
                            .formatted(names.iterator().next()));
        }
    }

    /** A key without {@code modules_to_save} and the adapter's name behind it, which PEFT has there in memory always. */
    static String withoutSavedModule(String key) {
        int at = key.indexOf(SAVED);
        if (at < 0) {
            return key;
        }
        String rest = key.substring(at + SAVED.length());
        int dot = rest.indexOf('.');
        return key.substring(0, at) + "." + rest.substring(dot + 1);
    }
}
