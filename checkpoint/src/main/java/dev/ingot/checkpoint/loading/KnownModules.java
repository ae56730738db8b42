package dev.ingot.checkpoint.loading;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The modules with a matrix that a model class of transformers has, by path; of the newer generation that knows the class. */
public final class KnownModules {
    private static final String WEIGHT = ".weight";

    private final Set<String> paths;

    private KnownModules(Set<String> paths) {
        this.paths = Set.copyOf(paths);
    }

    /** Empty for a class that no dumped transformers has. */
    public static Optional<KnownModules> of(String architecture) {
        return Stream.of(TransformersGeneration.V5, TransformersGeneration.V4)
                .flatMap(generation -> ModuleTable.of(generation).find(architecture).stream())
                .findFirst()
                .map(found -> new KnownModules(found.kinds().keySet()));
    }

    /** Whether the class has this module, or this parameter of rank 2. */
    public boolean has(String path) {
        String pattern = ModulePath.pattern(path);
        return paths.contains(pattern) || paths.contains(pattern + WEIGHT);
    }

    /** Paths of all that are no part of a list of layers. */
    public Stream<String> single() {
        return paths.stream()
                .filter(path -> !path.contains(ModulePath.NUMBER))
                .map(path -> path.endsWith(WEIGHT) ? path.substring(0, path.length() - WEIGHT.length()) : path);
    }
}
