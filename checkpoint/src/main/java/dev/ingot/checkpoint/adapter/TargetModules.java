package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * {@code target_modules}: which modules the adapter wraps when PEFT loads it. PEFT drops tensors of all others without a word, so a tensor that is
 * not targeted had no effect in training or was given another config.
 */
public final class TargetModules {
    private static final String MEMBER = "target_modules";

    private final List<NamePattern> patterns;
    private final TransformedLayers layers;
    private final UnaryOperator<String> trained;

    private TargetModules(List<NamePattern> patterns, TransformedLayers layers, UnaryOperator<String> trained) {
        this.patterns = patterns;
        this.layers = layers;
        this.trained = trained;
    }

    /**
     * Reads it; {@code all-linear}, null and an empty list target everything, because they say nothing of names.
     *
     * @param trained path in the trained model of a module of the base
     */
    static TargetModules of(Optional<JsonValue> json, UnaryOperator<String> trained) {
        List<NamePattern> patterns = switch (json.orElse(new JsonArray(List.of()))) {
            case JsonArray array ->
                array.texts().orElse(List.of()).stream()
                        .map(name -> NamePattern.ofEnd(MEMBER, Pattern.quote(name)))
                        .toList();
            case JsonText text
            when !text.value().equals("all-linear") -> List.of(NamePattern.ofWhole(MEMBER, text.value()));
            default -> List.of();
        };
        return new TargetModules(patterns, TransformedLayers.ALL, trained);
    }

    /** The same in some layers only, as PEFT counts them for a list of names. */
    TargetModules in(TransformedLayers some) {
        return new TargetModules(patterns, some, trained);
    }

    /** Whether PEFT would wrap the module at this path of the base. */
    public boolean contains(String module) {
        String name = trained.apply(module);
        return patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> pattern.matches(name)) && layers.contains(name);
    }
}
