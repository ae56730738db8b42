package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The name that an adapter has in the memory of PEFT, which stands in keys that were not written by its save_pretrained. */
public final class AdapterName {
    private static final List<Pattern> NAMED = List.of(
            Pattern.compile(
                    ".*\\.(?:lora_[AB]|lora_embedding_[AB]|lora_magnitude_vector|trainable_tokens_delta)\\.([^.]+)(?:\\.(?:weight|bias))?"),
            Pattern.compile(".*\\.modules_to_save\\.([^.]+)\\..+"));
    private static final Set<String> LEAVES = Set.of("weight", "bias");
    private static final String SAVED = ".modules_to_save.";

    private AdapterName() {}

    /** Of one key; empty where it has none. */
    public static Optional<String> in(String key) {
        return NAMED.stream()
                .map(named -> named.matcher(key))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .filter(name -> !LEAVES.contains(name))
                .findFirst();
    }

    /** Of all keys, sorted. */
    public static Set<String> all(Collection<String> keys) {
        return keys.stream().flatMap(key -> in(key).stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a key is another adapter's than the one that is meant; {@code meant} is empty where nothing was chosen. */
    public static boolean isOthers(String key, String meant) {
        return !meant.isEmpty() && in(key).filter(name -> !name.equals(meant)).isPresent();
    }

    /**
     * Whether it is clear which adapter is meant.
     *
     * @throws RefusedInput {@code adapter.several-names} where the keys have several names and none is chosen, {@code adapter.not-found} where they do not have the chosen one
     */
    static void requireOne(Collection<String> keys, String meant) {
        Set<String> names = all(keys);
        if (!meant.isEmpty() && !names.contains(meant)) {
            throw new RefusedInput(
                    "adapter.not-found",
                    "The training checkpoint holds no adapter '%s'; it has %s."
                            .formatted(meant, names.isEmpty() ? "no name in its keys" : String.join(", ", names)),
                    "name one of these after the #");
        }
        if (meant.isEmpty() && names.size() > 1) {
            throw new RefusedInput(
                    "adapter.several-names",
                    "The training checkpoint holds %d adapters: %s; one is merged."
                            .formatted(names.size(), String.join(", ", names)),
                    "say which after a #: --adapter DIR#%s"
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
