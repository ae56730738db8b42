package dev.ingot.bench.fuzz;

/** @param kind of the catalogue, for the statistics */
record Mutation(String kind, Expectation expectation, Subject subject) {}
