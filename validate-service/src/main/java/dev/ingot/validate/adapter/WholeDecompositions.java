package dev.ingot.validate.adapter;

import dev.ingot.validate.weights.Unmergeable;

/** Weights of which the judge would need most of the singular vectors. Its reference finds them by rotations, which take hours for large ones. */
final class WholeDecompositions {
    private static final int LARGEST = 1536;

    private WholeDecompositions() {}

    /** Unmergeable for a weight of a size that is not recomputed; the verdict then says that weights were not checked. */
    static void requireFeasible(String type, int rows, int columns) {
        if (Math.min(rows, columns) > LARGEST) {
            throw new Unmergeable(
                    "%s on a weight of %d x %d, which is not recomputed above %d because it would take hours"
                            .formatted(type, rows, columns, LARGEST));
        }
    }
}
