package dev.ingot.bench.fuzz;

/**
 * What should not have happened.
 *
 * @param number of the case: with the seed it makes the same input again
 */
record Finding(long number, String subject, String kind, String what) {
    @Override
    public String toString() {
        return "case %d, %s of %s: %s".formatted(number, kind, subject, what);
    }
}
