package dev.ingot.arithmetic;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Eigenvalues and vectors of small symmetric matrices, by Jacobi's rotations in float64. */
final class SymmetricRotations {
    private static final int SWEEPS = 40;
    private static final double NOTHING = 1e-16;

    private SymmetricRotations() {}

    /**
     * Unit vectors as the columns of the result, in the falling order of their values.
     *
     * @param matrix row-major; made diagonal
     * @param values are put here
     */
    static double[] diagonalize(double[] matrix, int n, double[] values) {
        double[] vectors = new double[n * n];
        for (int i = 0; i < n; i++) {
            vectors[i * n + i] = 1;
        }
        boolean done = false;
        for (int sweep = 0; !done && sweep < SWEEPS; sweep++) {
            done = true;
            for (int p = 0; p < n - 1; p++) {
                for (int q = p + 1; q < n; q++) {
                    done &= !rotate(matrix, vectors, n, p, q);
                }
            }
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -matrix[i * n + i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ordered = new double[n * n];
        for (int k = 0; k < n; k++) {
            values[k] = matrix[order[k] * n + order[k]];
            for (int i = 0; i < n; i++) {
                ordered[i * n + k] = vectors[i * n + order[k]];
            }
        }
        return ordered;
    }

    private static boolean rotate(double[] matrix, double[] vectors, int n, int p, int q) {
        double pq = matrix[p * n + q];
        double pp = matrix[p * n + p];
        double qq = matrix[q * n + q];
        if (Math.abs(pq) <= NOTHING * Math.sqrt(Math.abs(pp * qq)) || Math.abs(pq) < Double.MIN_NORMAL) {
            return false;
        }
        double zeta = (qq - pp) / (2 * pq);
        double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double c = 1 / Math.sqrt(1 + t * t);
        turn(matrix, p, q, n, n, c, c * t);
        turn(matrix, p * n, q * n, 1, n, c, c * t);
        turn(vectors, p, q, n, n, c, c * t);
        return true;
    }

    /** Turns two lines of {@code count} elements. */
    private static void turn(double[] values, int p, int q, int step, int count, double c, double s) {
        for (int i = 0; i < count; i++) {
            int a = p + i * step;
            int b = q + i * step;
            double kept = values[a];
            values[a] = c * kept - s * values[b];
            values[b] = s * kept + c * values[b];
        }
    }
}
