package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code layers_to_transform} and {@code layers_pattern}: in which layers the modules that a list in {@code target_modules} names are wrapped. A layer's number is the first
 * in a module's path behind another name, or behind one of the patterns (PEFT 0.21's {@code check_target_module_exists}).
 *
 * @param layers empty for all
 * @param stacks names of the lists of layers; empty for any
 */
record TransformedLayers(Set<Long> layers, List<String> stacks) {
    static final TransformedLayers ALL = new TransformedLayers(Set.of(), List.of());
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern FIRST = Pattern.compile("\\.[^.]*\\.([0-9]{1,9})\\.");

    TransformedLayers {
        layers = Set.copyOf(layers);
        stacks = List.copyOf(stacks);
    }

    /** Those of an adapter_config.json; all where target_modules is no list, or a pattern is a regular expression that PEFT would search with. */
    static TransformedLayers of(JsonObject config) {
        Set<Long> layers = values(config, "layers_to_transform")
                .filter(value -> value instanceof JsonNumber number && number.isWhole())
                .map(value -> ((JsonNumber) value).asLong())
                .collect(Collectors.toSet());
        List<String> stacks = values(config, "layers_pattern")
                .filter(JsonText.class::isInstance)
                .map(value -> ((JsonText) value).value())
                .filter(name -> !name.isEmpty())
                .toList();
        boolean listed = config.array("target_modules").isPresent();
        return listed && stacks.stream().allMatch(name -> PLAIN.matcher(name).matches())
                ? new TransformedLayers(layers, stacks)
                : ALL;
    }

    private static Stream<JsonValue> values(JsonObject config, String member) {
        return config.array(member)
                .map(JsonArray::values)
                .map(List::stream)
                .orElseGet(() -> config.get(member).stream());
    }

    boolean contains(String module) {
        if (layers.isEmpty()) {
            return true;
        }
        if (stacks.isEmpty()) {
            Matcher first = FIRST.matcher(module);
            return first.find() && layers.contains(Long.parseLong(first.group(1)));
        }
        return stacks.stream()
                .map(stack -> Pattern.compile("(?:^|\\.)" + stack + "\\.([0-9]{1,9})\\.")
                        .matcher(module))
                .filter(Matcher::find)
                .findFirst()
                .filter(found -> layers.contains(Long.parseLong(found.group(1))))
                .isPresent();
    }
}
