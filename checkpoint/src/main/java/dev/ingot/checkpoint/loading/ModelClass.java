package dev.ingot.checkpoint.loading;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the table says of one model class of one transformers generation. Names are patterns with <code>{n}</code> for numbers.
 *
 * @param name of the class
 * @param modelType of its config
 * @param prefix attribute that holds the body; checkpoints of the body alone lack it
 * @param kinds kind of every module with a weight of rank 2, and of every other parameter of rank 2 by its full name
 * @param skips what is not quantized by default, embeddings being separate
 * @param skipsTied the same with one matrix for both embeddings
 * @param tied whether that is the default
 * @param float32 modules that are loaded as float32 in place of float16 and, in generation 4, in place of any other
 * @param float32Strict in place of bfloat16 too
 * @param float32Own parameters that the class creates in float32
 * @param ignored regular expressions of tensors that a checkpoint may have and the class does not load
 * @param nested models inside the model: path to the name of their config and the model type that the table has for them
 * @param renames beginning of a name on disk to what stands in its place in the model
 */
record ModelClass(
        String name,
        String modelType,
        String prefix,
        Map<String, ModuleKind> kinds,
        List<String> skips,
        List<String> skipsTied,
        boolean tied,
        List<String> float32,
        List<String> float32Strict,
        List<String> float32Own,
        List<String> ignored,
        Map<String, NestedModel> nested,
        Map<String, String> renames) {
    private static final String WEIGHT = ".weight";

    ModelClass {
        kinds = Map.copyOf(kinds);
        skips = List.copyOf(skips);
        skipsTied = List.copyOf(skipsTied);
        float32 = List.copyOf(float32);
        float32Strict = List.copyOf(float32Strict);
        float32Own = List.copyOf(float32Own);
        ignored = List.copyOf(ignored);
        nested = Map.copyOf(nested);
        renames = Map.copyOf(renames);
    }

    /** A model inside a model: which of the config's objects describes it, and the type for which the table was made. */
    record NestedModel(String config, String modelType) {}

    /** The names that a tensor on disk may have in the model, the likeliest first. */
    List<String> namesInModel(String tensor) {
        String renamed = renamed(tensor);
        List<String> names = new ArrayList<>(List.of(renamed, tensor));
        if (!prefix.isEmpty()) {
            names.add(prefix + "." + renamed);
            if (renamed.startsWith(prefix + ".")) {
                names.add(renamed.substring(prefix.length() + 1));
            }
        }
        return names;
    }

    /** The name with its longest beginning that the table renames replaced; {@code -} or {@code *} for what ends up in no name of its own. */
    private String renamed(String tensor) {
        String[] parts = tensor.split("\\.", -1);
        String[] patterns = ModulePath.pattern(tensor).split("\\.", -1);
        for (int count = parts.length; count > 0; count--) {
            String head = join(parts, 0, count);
            String target = renames.getOrDefault(head, renames.get(join(patterns, 0, count)));
            if (target != null) {
                String filled = ModulePath.filled(target, ModulePath.numbers(head));
                return count == parts.length || filled.equals("-") || filled.equals("*")
                        ? filled
                        : filled + "." + join(parts, count, parts.length);
            }
        }
        return tensor;
    }

    private static String join(String[] parts, int from, int to) {
        return String.join(".", List.of(parts).subList(from, to));
    }

    /** The kind of what holds a parameter, by its name in the model; empty when the table does not know it. */
    Optional<ModuleKind> kindOf(String parameter) {
        if (parameter.equals("-")) {
            return Optional.of(ModuleKind.OTHER);
        }
        if (parameter.equals("*")) {
            return Optional.of(ModuleKind.REARRANGED);
        }
        Optional<ModuleKind> whole = kind(parameter);
        return whole.isPresent() || !parameter.endsWith(WEIGHT) ? whole : kind(moduleOf(parameter));
    }

    private Optional<ModuleKind> kind(String place) {
        ModuleKind literal = kinds.get(place);
        return Optional.ofNullable(literal == null ? kinds.get(ModulePath.pattern(place)) : literal);
    }

    /** Path of the module of a weight. */
    static String moduleOf(String parameter) {
        return parameter.endsWith(WEIGHT) ? parameter.substring(0, parameter.length() - WEIGHT.length()) : parameter;
    }
}
