package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * {@code target_parameters}: single parameters that PEFT wraps, fused experts as a rule. A name stands for every parameter of the trained model whose path is it, or
 * ends in it after a dot.
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

    /**
     * The names that parameters of a module have in it, of those that are targeted; in no order. PEFT goes through the parameters that a module has right in
     * itself, so that a bare {@code down_proj} is the experts' and no linear layer of that name.
     *
     * @param module of the base
     * @param has whether the trained model has a parameter right in a module, by the module's name in the base and the parameter's in the module
     */
    public List<String> of(String module, BiPredicate<String, String> has) {
        return candidates(module).stream()
                .filter(parameter -> has.test(module, parameter))
                .toList();
    }

    /** The names under which a module of the base would have targeted parameters, whether or not it has them. */
    public List<String> candidates(String module) {
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
