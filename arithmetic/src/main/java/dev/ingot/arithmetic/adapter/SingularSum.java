package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.TrailingSpace;
import java.util.function.DoubleUnaryOperator;

/**
 * {@code sum σ u vᵀ} over the smallest singular values of a matrix.
 *
 * @param left factors by row of the matrix
 * @param right vectors, a row for each value
 */
record SingularSum(Reals left, Reals right) {
    /**
     * Of the {@code count} smallest ones.
     *
     * @param matrix row-major
     * @param rounding of every component: values and elements of unit vectors
     */
    static SingularSum trailing(float[] matrix, int rows, int columns, int count, DoubleUnaryOperator rounding) {
        TrailingSpace space = TrailingSpace.of(matrix, rows, columns, count);
        Reals left = Reals.zeros(rows, count);
        for (int k = 0; k < count; k++) {
            double value = rounding.applyAsDouble(space.values()[k]);
            for (int i = 0; i < rows; i++) {
                left.rows()[i][k] = value * rounding.applyAsDouble(space.left()[k][i]);
            }
            for (int j = 0; j < columns; j++) {
                space.right()[k][j] = rounding.applyAsDouble(space.right()[k][j]);
            }
        }
        return new SingularSum(left, new Reals(space.right(), columns));
    }

    /** Takes a row of the sum out of {@code values}. */
    void takeOut(int row, double[] values) {
        double[] away = left.row(row).clone();
        for (int k = 0; k < away.length; k++) {
            away[k] = -away[k];
        }
        right.combine(away, values);
    }
}
