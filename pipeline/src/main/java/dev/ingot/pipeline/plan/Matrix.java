package dev.ingot.pipeline.plan;

/**
 * A formula whose value is a float32 matrix: what merge evaluates where a low-rank product does not say all. Shapes are known from the formula alone
 * and are checked when it is made. A tensor of another rank counts as a matrix: one row for a vector, {@code out} rows for a convolution, the rows of
 * all experts one below the other for fused ones.
 */
public sealed interface Matrix permits Entries, Arrangement, Arithmetic, LinearAlgebra {
    int rows();

    int columns();

    /** IllegalArgumentException with both shapes, unless {@code holds}. */
    static void require(boolean holds, String what, Matrix... of) {
        if (!holds) {
            StringBuilder message = new StringBuilder(what);
            for (Matrix matrix : of) {
                message.append(" [%d, %d]".formatted(matrix.rows(), matrix.columns()));
            }
            throw new IllegalArgumentException(message.toString());
        }
    }
}
