package dev.ingot.bench.fuzz;

import dev.ingot.bench.fuzz.EditableFile.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** One file of a subject that a mutation is about to change. */
record Target(Subject subject, boolean ofAdapter, String file) {
    static final String SAFETENSORS = ".safetensors";

    /** A random file whose name ends so; where there is an adapter, it is the adapter's three times of four. */
    static Optional<Target> any(Subject subject, String ending, RandomGenerator random) {
        boolean ofAdapter = subject.merges() && random.nextInt(4) != 0;
        List<String> names = subject.files(ofAdapter).keySet().stream()
                .filter(name -> name.endsWith(ending))
                .toList();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(new Target(subject, ofAdapter, names.get(random.nextInt(names.size()))));
    }

    byte[] content() {
        return subject.files(ofAdapter).get(file);
    }

    EditableFile tensors() {
        return EditableFile.read(content());
    }

    Optional<Mutation> replaced(String kind, Expectation expectation, byte[] content) {
        return Optional.of(new Mutation(kind, expectation, subject.with(ofAdapter, file, content)));
    }

    Optional<Mutation> replaced(String kind, Expectation expectation, EditableFile content) {
        return replaced(kind, expectation, content.bytes());
    }

    /** A random tensor that meets a condition and has data. */
    static Optional<Tensor> pick(EditableFile file, RandomGenerator random, Predicate<Tensor> condition) {
        List<Tensor> tensors = file.tensors.stream()
                .filter(tensor -> tensor.data.length > 0)
                .filter(condition)
                .toList();
        return tensors.isEmpty() ? Optional.empty() : Optional.of(tensors.get(random.nextInt(tensors.size())));
    }
}
