package dev.ingot.bench.fuzz;

/** What a mutation permits. Whatever it is, an accepted input gives whole, finite tensors. */
enum Expectation {
    /** The file contradicts itself, or holds what is no number: accepting it would be silent damage. */
    REFUSED,
    /** Nothing that is read has changed: accepted, and the same bytes come out. */
    SAME,
    /** Other numbers, or a refusal: no reader could know better. */
    EITHER
}
