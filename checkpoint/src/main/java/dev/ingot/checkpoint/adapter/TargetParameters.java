package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;

/**
 * {@code target_parameters}: single parameters that PEFT wraps, fused experts as a rule. A name stands for every parameter whose path ends in it.
 *
 * @param names as they stand in the file, in any order
 */
public record TargetParameters(List<String> names) {
    public TargetParameters {
        names = List.copyOf(names);
    }

    static TargetParameters of(JsonObject json) {
        return new TargetParameters(
                json.array("target_parameters").flatMap(JsonArray::texts).orElse(List.of()));
    }

    /** The names that parameters of a module have in it, of those that are targeted; in no order. */
    public List<String> of(String module) {
        return names.stream()
                .filter(name -> fits(name, module + "." + last(name)))
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
