package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * {@code target_modules}: which modules the adapter wraps when PEFT loads it. PEFT drops tensors of all others without a word, so a tensor that is not
 * targeted had no effect in training or was given another config.
 */
public final class TargetModules {
    private static final int MAX_PATTERN = 4096;

    private final List<String> names;
    private final Optional<Pattern> pattern;
    private final boolean all;

    private TargetModules(List<String> names, Optional<Pattern> pattern, boolean all) {
        this.names = names;
        this.pattern = pattern;
        this.all = all;
    }

    /** Reads it; {@code all-linear}, null and what is neither list nor regular expression target everything, because nothing can be said. */
    static TargetModules of(Optional<JsonValue> json) {
        return switch (json.orElse(new JsonArray(List.of()))) {
            case JsonArray array
            when array.texts().filter(texts -> !texts.isEmpty()).isPresent() ->
                new TargetModules(array.texts().orElseThrow(), Optional.empty(), false);
            case JsonText text when !text.value().equals("all-linear") -> ofPattern(text.value());
            default -> new TargetModules(List.of(), Optional.empty(), true);
        };
    }

    private static TargetModules ofPattern(String text) {
        try {
            return text.length() > MAX_PATTERN
                    ? new TargetModules(List.of(), Optional.empty(), true)
                    : new TargetModules(List.of(), Optional.of(Pattern.compile(text)), false);
        } catch (PatternSyntaxException pythonOnly) {
            return new TargetModules(List.of(), Optional.empty(), true);
        }
    }

    /** Whether PEFT would wrap the module at this path. */
    public boolean contains(String module) {
        return all
                || names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name))
                || pattern.map(p -> p.matcher(module).matches()).orElse(false);
    }
}
