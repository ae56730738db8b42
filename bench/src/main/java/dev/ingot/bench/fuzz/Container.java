package dev.ingot.bench.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The kinds of files that others wrote and that are read before anything is known of them: what each is fuzzed from, and how. */
enum Container {
    SAFETENSORS(
            "safetensors",
            Container::isModel,
            join(FileMutations.all(), HeaderMutations.all(), HarmlessMutations.all())),
    INDEX(
            "index of shards",
            subject -> subject.base().keySet().stream().anyMatch(Container::isIndex),
            join(DocumentMutations.all(Container::isIndex), JsonMutations.ofIndex())),
    CONFIGS(
            "config.json and adapter_config.json",
            Container::isModel,
            join(DocumentMutations.all(Container::isConfig), JsonMutations.ofConfigs())),
    TORCH_ZIP("torch.save, zip", named("zip"), join(FileMutations.all(), ContainerMutations.all(""))),
    TORCH_LEGACY("torch.save, legacy", named("legacy"), join(FileMutations.all(), ContainerMutations.all(""))),
    LIGHTNING("Lightning", named("lightning"), join(FileMutations.all(), ContainerMutations.all(""))),
    DISTRIBUTED("torch.distributed.checkpoint, .metadata", named("dcp"), ContainerMutations.all(".metadata")),
    DISTRIBUTED_DATA("torch.distributed.checkpoint, all files", named("dcp"), ContainerMutations.all("")),
    ZERO("DeepSpeed ZeRO folders", named("zero"), join(FileMutations.all(), ContainerMutations.all(""))),
    RANK_FILES("verl's files of each rank", named("verl"), join(FileMutations.all(), ContainerMutations.all("")));

    private final String title;
    private final Predicate<Subject> subjects;
    private final List<Mutator> mutators;

    Container(String title, Predicate<Subject> subjects, List<Mutator> mutators) {
        this.title = title;
        this.subjects = subjects;
        this.mutators = mutators;
    }

    String title() {
        return title;
    }

    /** A fuzzer of this kind alone; {@code resources} as {@link Subjects#of} has them. */
    Fuzzer fuzzer(Path resources, long seed) throws IOException {
        List<Subject> fitting = Stream.concat(
                        Subjects.of(resources).stream(), Subjects.inTorchShards(resources).stream())
                .filter(subjects)
                .toList();
        return Fuzzer.over(fitting, subject -> mutators, seed);
    }

    private static boolean isModel(Subject subject) {
        return !subject.isContainer()
                && subject.base().keySet().stream().anyMatch(name -> name.endsWith(Target.SAFETENSORS));
    }

    private static boolean isIndex(String file) {
        return file.endsWith(".index.json");
    }

    private static boolean isConfig(String file) {
        return file.equals("config.json") || file.equals("adapter_config.json");
    }

    private static Predicate<Subject> named(String part) {
        return subject -> subject.name().startsWith(Subject.CONTAINER + part);
    }

    @SafeVarargs
    private static List<Mutator> join(List<Mutator>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }
}
