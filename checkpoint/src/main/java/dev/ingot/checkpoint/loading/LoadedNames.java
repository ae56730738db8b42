package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.model.ModelConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The names that tensors of a checkpoint have in the memory of either generation of transformers, as they were seen in models of its class. */
public final class LoadedNames {
    private final List<ModelClass> classes;

    private LoadedNames(List<ModelClass> classes) {
        this.classes = List.copyOf(classes);
    }

    /** For the class that config.json names; a class that nobody dumped has no names but those on disk. */
    public static LoadedNames of(ModelConfig config) {
        return new LoadedNames(List.of(TransformersGeneration.values()).stream()
                .map(generation -> ModuleTable.of(generation).find(config.architecture()))
                .flatMap(Optional::stream)
                .toList());
    }

    /** The name on disk and every name in memory, likeliest first. */
    public Set<String> of(String tensor) {
        Set<String> names = new LinkedHashSet<>(List.of(tensor));
        classes.forEach(each -> names.addAll(each.namesInModel(tensor)));
        names.removeIf(name -> name.equals("-") || name.equals("*"));
        return names;
    }
}
