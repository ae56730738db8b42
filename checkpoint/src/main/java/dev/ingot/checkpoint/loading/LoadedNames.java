package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names that tensors of a checkpoint have in the memory of either generation of transformers, as they were seen in models of its class. */
public final class LoadedNames {
    private final List<ModelClass> classes;
    private final List<ModelClass> bodies;

    private LoadedNames(List<ModelClass> classes, List<ModelClass> bodies) {
        this.classes = List.copyOf(classes);
        this.bodies = List.copyOf(bodies);
    }

    /** For the class that config.json names; for one that nobody dumped what is known of the body of its model type. */
    public static LoadedNames of(ModelConfig config) {
        List<ModelClass> classes = new ArrayList<>();
        List<ModelClass> bodies = new ArrayList<>();
        for (TransformersGeneration generation : TransformersGeneration.values()) {
            ModuleTable table = ModuleTable.of(generation);
            table.find(config.architecture())
                    .ifPresentOrElse(
                            classes::add, () -> table.bodyOf(config.modelType()).ifPresent(bodies::add));
        }
        return new LoadedNames(classes, bodies);
    }

    /** The name on disk and every name in memory, likeliest first. */
    public Set<String> of(String tensor) {
        Set<String> names = new LinkedHashSet<>(List.of(tensor));
        classes.forEach(each -> names.addAll(each.namesInModel(tensor)));
        for (ModelClass body : bodies) {
            String head = tensor.startsWith(body.prefix() + ".") ? body.prefix() + "." : "";
            body.namesInModel(tensor.substring(head.length())).forEach(name -> names.add(head + name));
        }
        names.removeIf(name -> name.endsWith("-") || name.endsWith("*"));
        return names;
    }
}
