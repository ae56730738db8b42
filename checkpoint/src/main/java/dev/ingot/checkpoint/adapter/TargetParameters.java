package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * {@code target_parameters}: single parameters that PEFT wraps, fused experts as a rule. A name stands for every parameter whose path ends in it.
 *
 * @param names as they stand in the file, in any order
 * @param trained path in the trained model by path in the base, of every module for which the two differ
 */
public record TargetParameters(List<String> names, Map<String, String> trained) {
    public TargetParameters {
        names = List.copyOf(names);
        trained = Map.copyOf(trained);
    }

    static TargetParameters of(JsonObject json, Map<String, String> trained) {
        return new TargetParameters(
                json.array("target_parameters").flatMap(JsonArray::texts).orElse(List.of()), trained);
    }

    /** The names that parameters of a module of the base have in it, of those that are targeted; in no order. */
    public List<String> of(String module) {
        String path = trained.getOrDefault(module, module);
        return names.stream()
                .filter(name -> fits(name, path + "." + last(name)))
                .map(TargetParameters::last)
                .distinct()
                .toList();
    }

    private static boolean fits(String name, String parameter) {
        return parameter.equals(name) || parameter.endsWith("." + name);
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
