package dev.ingot.merge.singular;

/**
 * Eigenvalues of a symmetric matrix at neighbouring places in falling order, and their unit vectors.
 *
 * @param largest of all values
 * @param vectors one in each row
 */
@SuppressWarnings("ArrayRecordComponent")
record SymmetricEigen(double largest, double[] values, double[][] vectors) {
    /**
     * Of places {@code [from, to)}; the largest value of all is at place 0.
     *
     * @param matrix is taken apart
     */
    static SymmetricEigen of(double[][] matrix, int from, int to) {
        Tridiagonal reduced = Tridiagonal.of(matrix);
        TridiagonalVectors decomposed = new TridiagonalVectors(reduced);
        double[] values = decomposed.values(from, to);
        double[][] vectors = decomposed.vectors(values);
        reduced.turnBack(vectors);
        return new SymmetricEigen(decomposed.values(0, 1)[0], values, vectors);
    }
}
