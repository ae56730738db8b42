package dev.ingot.validate;

/**
 * How many tokens three models can be measured on in a given time. The weights of base and merged model are read once, however few the tokens are; what
 * that leaves of the time is for the tokens.
 *
 * @param operations float32 operations per second of all cores
 * @param elements per second that one core reads
 * @param cores that read
 */
record TokenBudget(double operations, double elements, int cores) {
    /** Operations per parameter and token: a multiplication and an addition in each of the three models. */
    private static final double OPERATIONS = 6;

    /** Of base, which serves base + adapter too, and of the merged model. */
    private static final double READINGS = 2;

    /** Over all sets; 0 where reading the weights takes all the time. */
    long tokens(double seconds, long parameters) {
        double reading = READINGS * parameters / (elements * cores);
        return (long) (Math.max(0, seconds - reading) * operations / (OPERATIONS * parameters));
    }
}
