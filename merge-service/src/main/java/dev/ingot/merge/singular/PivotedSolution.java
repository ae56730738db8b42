package dev.ingot.merge.singular;

/** {@code (T - value I)⁻¹ x} for a tridiagonal T, by elimination with exchanged rows. */
final class PivotedSolution {
    private final double[] pivots;
    private final double[] next;
    private final double[] afterNext;
    private final double[] factors;
    private final boolean[] exchanged;

    /** @param least what a pivot of zero counts as */
    PivotedSolution(double[] diagonal, double[] beside, double value, double least) {
        int n = diagonal.length;
        pivots = new double[n];
        next = new double[n];
        afterNext = new double[n];
        factors = new double[n];
        exchanged = new boolean[n];
        double pivot = diagonal[0] - value;
        double right = n > 1 ? beside[0] : 0;
        for (int i = 0; i < n - 1; i++) {
            double below = beside[i];
            double ownNext = diagonal[i + 1] - value;
            double ownAfter = i + 2 < n ? beside[i + 1] : 0;
            if (Math.abs(below) > Math.abs(pivot)) {
                exchanged[i] = true;
                pivots[i] = below;
                next[i] = ownNext;
                afterNext[i] = ownAfter;
                factors[i] = pivot / below;
                pivot = right - factors[i] * ownNext;
                right = -factors[i] * ownAfter;
            } else {
                pivots[i] = Math.abs(pivot) < least ? least : pivot;
                next[i] = right;
                factors[i] = below / pivots[i];
                pivot = ownNext - factors[i] * right;
                right = ownAfter;
            }
        }
        pivots[n - 1] = Math.abs(pivot) < least ? least : pivot;
    }

    /** In place. */
    void solve(double[] x) {
        int n = pivots.length;
        for (int i = 0; i < n - 1; i++) {
            if (exchanged[i]) {
                double kept = x[i];
                x[i] = x[i + 1];
                x[i + 1] = kept;
            }
            x[i + 1] -= factors[i] * x[i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double sum = x[i];
            if (i + 1 < n) {
                sum -= next[i] * x[i + 1];
            }
            if (i + 2 < n) {
                sum -= afterNext[i] * x[i + 2];
            }
            x[i] = sum / pivots[i];
        }
    }
}
