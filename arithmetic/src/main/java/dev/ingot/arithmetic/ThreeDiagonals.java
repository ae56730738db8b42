package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Random;

/**
 * A symmetric matrix of three diagonals, in float64: its eigenvalues by the implicit QL algorithm without vectors, and vectors of some of them by inverse
 * iteration; Golub and Van Loan, Matrix Computations, 8.3 and 8.2.2.
 *
 * @param diagonal of length n
 * @param beside of length n, the last one is 0
 */
@SuppressWarnings("ArrayRecordComponent")
record ThreeDiagonals(double[] diagonal, double[] beside) {
    private static final int ITERATIONS = 80;
    private static final double EPSILON = 0x1p-53;
    /** Values that are closer than this, by the largest, have vectors that are made orthogonal; those of others are so by themselves. */
    private static final double NEAR = 1e-3;

    private static final int SOLUTIONS = 3;

    /** Values beside the diagonal that are lost in rounding are taken for 0. */
    ThreeDiagonals {
        beside = beside.clone();
        double size = size(diagonal, beside);
        for (int i = 0; i < beside.length; i++) {
            if (Math.abs(beside[i]) <= EPSILON * size) {
                beside[i] = 0;
            }
        }
    }

    /** All eigenvalues, largest first. */
    double[] values() {
        double[] d = diagonal.clone();
        double[] e = beside.clone();
        double size = size(d, e);
        for (int l = 0; l < d.length; l++) {
            int rounds = 0;
            for (int m = end(d, e, l, size); m > l; m = end(d, e, l, size)) {
                if (rounds++ == ITERATIONS) {
                    throw new IllegalStateException("QL did not converge at " + l + " of " + d.length);
                }
                step(d, e, l, m);
            }
        }
        Arrays.sort(d);
        double[] falling = new double[d.length];
        for (int k = 0; k < d.length; k++) {
            falling[k] = d[d.length - 1 - k];
        }
        return falling;
    }

    /**
     * Orthogonal unit vectors of eigenvalues.
     *
     * @param values in order, without a gap, equal ones as often as they are there
     */
    double[][] vectors(double[] values) {
        double near = NEAR * size(diagonal, beside);
        Random random = new Random(11);
        double[][] vectors = new double[values.length][];
        int first = 0;
        for (int k = 0; k < values.length; k++) {
            while (Math.abs(values[first] - values[k]) > near) {
                first++;
            }
            vectors[k] = vector(values[k], vectors, first, k, random);
        }
        return vectors;
    }

    private double[] vector(double value, double[][] others, int first, int end, Random random) {
        double[] vector = random.doubles(diagonal.length, -1, 1).toArray();
        ShiftedSolver solver = new ShiftedSolver(diagonal, beside, value, EPSILON * size(diagonal, beside));
        for (int round = 0; round < SOLUTIONS; round++) {
            solver.solve(vector);
            normalize(vector);
            for (int twice = 0; twice < 2; twice++) {
                for (int k = first; k < end; k++) {
                    takeOut(others[k], vector);
                }
                normalize(vector);
            }
        }
        return vector;
    }

    private static void takeOut(double[] unit, double[] vector) {
        double along = 0;
        for (int i = 0; i < unit.length; i++) {
            along += unit[i] * vector[i];
        }
        for (int i = 0; i < unit.length; i++) {
            vector[i] -= along * unit[i];
        }
    }

    private static void normalize(double[] vector) {
        double largest = 0;
        for (double value : vector) {
            largest = Math.max(largest, Math.abs(value));
        }
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= largest;
            squares += vector[i] * vector[i];
        }
        double size = Math.sqrt(squares);
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= size;
        }
    }

    private static double size(double[] d, double[] e) {
        double size = Double.MIN_NORMAL / EPSILON;
        for (int i = 0; i < d.length; i++) {
            size = Math.max(size, Math.abs(d[i]) + Math.abs(e[i]));
        }
        return size;
    }

    /** The end of the part behind {@code l} that hangs together. */
    private static int end(double[] d, double[] e, int l, double size) {
        int m = l;
        while (m < d.length - 1 && Math.abs(e[m]) > EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]) + size / 64)) {
            m++;
        }
        return m;
    }

    private static void step(double[] d, double[] e, int l, int m) {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + e[l] / (g + Math.copySign(Math.sqrt(g * g + 1), g));
        double s = 1;
        double c = 1;
        double p = 0;
        for (int i = m - 1; i >= l; i--) {
            double f = s * e[i];
            double b = c * e[i];
            double r = Math.sqrt(f * f + g * g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
