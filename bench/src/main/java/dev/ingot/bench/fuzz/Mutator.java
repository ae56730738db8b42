package dev.ingot.bench.fuzz;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** One way to change a subject; empty where the subject has nothing that it could change. */
@FunctionalInterface
interface Mutator {
    Optional<Mutation> apply(Subject subject, RandomGenerator random);
}
