package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code target_modules}: which modules the adapter wraps when PEFT loads it. PEFT drops tensors of all others without a word, so a tensor that is
 * not targeted had no effect in training or was given another config.
 */
public final class TargetModules {
    private static final String MEMBER = "target_modules";
    private static final TargetModules ALL = new TargetModules(List.of());

    private final List<NamePattern> patterns;

    private TargetModules(List<NamePattern> patterns) {
        this.patterns = patterns;
    }

    /** Reads it; {@code all-linear}, null and an empty list target everything, because they say nothing of names. */
    static TargetModules of(Optional<JsonValue> json) {
        return switch (json.orElse(new JsonArray(List.of()))) {
            case JsonArray array ->
                new TargetModules(array.texts().orElse(List.of()).stream()
                        .map(name -> NamePattern.ofEnd(MEMBER, Pattern.quote(name)))
                        .toList());
            case JsonText text
            when !text.value().equals("all-linear") ->
                new TargetModules(List.of(NamePattern.ofWhole(MEMBER, text.value())));
            default -> ALL;
        };
    }

    /** Whether PEFT would wrap the module at this path. */
    public boolean contains(String module) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(module));
    }
}
