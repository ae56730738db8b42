package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.JsonArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Modules that {@code target_modules} names and that the adapter has nothing for, although it has for their fellows in other layers: PEFT would fill their factors anew
 * and warn. What a config leaves out by layer or by name is no such module.
 */
final class UntrainedFellows {
    private static final String WEIGHT = ".weight";
    private static final int SHOWN = 3;
    private static final List<String> CHOICES =
            List.of("layers_to_transform", "layers_pattern", "exclude_modules", "layer_replication");

    private UntrainedFellows() {}

    /** A sentence that names them; empty where there are none. */
    static Optional<String> note(AdapterConfig config, BaseModel model, Map<String, ParameterChange> changes) {
        if (CHOICES.stream().anyMatch(config::isSet)) {
            return Optional.empty();
        }
        Set<String> changed = changes.keySet().stream()
                .filter(name -> name.endsWith(WEIGHT))
                .map(UntrainedFellows::withoutLayer)
                .collect(Collectors.toSet());
        TreeSet<String> left = model.parameters().keySet().stream()
                .filter(name -> name.endsWith(WEIGHT) && !changes.containsKey(name))
                .filter(name -> changed.contains(withoutLayer(name)))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .filter(config.targetModules()::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        return left.isEmpty()
                ? unused(config, model, changes)
                : Optional.of(
                        "target_modules names modules for which the adapter has nothing, although it has for the same in other layers: %s%s. What they hold stays the base's."
                                .formatted(
                                        left.stream().limit(SHOWN).collect(Collectors.joining(", ")),
                                        left.size() > SHOWN ? " and %d more".formatted(left.size() - SHOWN) : ""));
    }

    /** Names in a list that stand for modules of the base of which the adapter changes none. */
    private static Optional<String> unused(
            AdapterConfig config, BaseModel model, Map<String, ParameterChange> changes) {
        List<String> names = config.json().array("target_modules").flatMap(JsonArray::texts).orElse(List.of()).stream()
                .filter(name -> model.parameters().keySet().stream().anyMatch(weight -> isOf(name, weight)))
                .filter(name ->
                        changes.keySet().stream().noneMatch(changed -> ("." + changed).contains("." + name + ".")))
                .sorted()
                .toList();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "target_modules names %s, but the adapter has nothing for any module of that name. They stay the base's."
                                .formatted(String.join(", ", names)));
    }

    private static boolean isOf(String name, String parameter) {
        return ("." + parameter).endsWith("." + name + WEIGHT);
    }

    private static String withoutLayer(String name) {
        return Stream.of(name.split("\\."))
                .map(word -> word.chars().allMatch(Character::isDigit) ? "#" : word)
                .collect(Collectors.joining("."));
    }
}
