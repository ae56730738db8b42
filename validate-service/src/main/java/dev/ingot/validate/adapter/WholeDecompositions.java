package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.TrailingSpace;
import dev.ingot.validate.weights.Unmergeable;

/** Weights of which the judge needs most of the singular vectors, and for that as much memory as a few of them take in float64. */
final class WholeDecompositions {
    /** Share of the memory that one decomposition may take. */
    private static final double SHARE = 0.7;

    private static final double MEBIBYTE = 1 << 20;

    private WholeDecompositions() {}

    /**
     * Unmergeable for a weight of a size for which this process has not the memory; the verdict then says that weights were not checked.
     *
     * @param count of singular values that are needed
     */
    static void requireFeasible(String type, int rows, int columns, int count) {
        requireFeasible(type, rows, columns, count, Runtime.getRuntime().maxMemory());
    }

    /** @param memory of the process, in bytes */
    static void requireFeasible(String type, int rows, int columns, int count, long memory) {
        long weight = (long) Float.BYTES * rows * columns;
        long needed = weight + TrailingSpace.bytes(rows, columns, count);
        if (needed > SHARE * memory || (long) rows * columns > Integer.MAX_VALUE) {
            throw new Unmergeable(
                    "%s on a weight of %d x %d, which takes %.0f MiB to recompute; the JVM has %.0f (more: -Xmx%.0fm in INGOT_JAVA_OPTS)"
                            .formatted(
                                    type,
                                    rows,
                                    columns,
                                    needed / MEBIBYTE,
                                    memory / MEBIBYTE,
                                    Math.ceil(needed / SHARE / MEBIBYTE)));
        }
    }
}
