package dev.ingot.arithmetic;

/** {@code T - λ} of a symmetric matrix of three diagonals, factored once by elimination with row exchanges; pivots of 0 become as small as rounding is. */
final class ShiftedSolver {
    private final double[] pivots;
    private final double[] above;
    private final double[] farAbove;
    private final double[] factors;
    private final boolean[] exchanged;

    /** @param least size of a pivot, above 0 */
    ShiftedSolver(double[] diagonal, double[] beside, double shift, double least) {
        int n = diagonal.length;
        pivots = new double[n];
        above = new double[n];
        farAbove = new double[n];
        factors = new double[n];
        exchanged = new boolean[n];
        double own = diagonal[0] - shift;
        double next = beside[0];
        for (int i = 0; i < n - 1; i++) {
            double below = beside[i];
            double belowOwn = diagonal[i + 1] - shift;
            double belowNext = beside[i + 1];
            if (Math.abs(own) >= Math.abs(below)) {
                pivots[i] = atLeast(own, least);
                above[i] = next;
                factors[i] = below / pivots[i];
                own = belowOwn - factors[i] * next;
                next = belowNext;
            } else {
                exchanged[i] = true;
                pivots[i] = below;
                above[i] = belowOwn;
                farAbove[i] = belowNext;
                factors[i] = own / below;
                own = next - factors[i] * belowOwn;
                next = -factors[i] * belowNext;
            }
        }
        pivots[n - 1] = atLeast(own, least);
    }

    private static double atLeast(double pivot, double least) {
        return Math.abs(pivot) >= least ? pivot : Math.copySign(least, pivot);
    }

    /** In place. */
    void solve(double[] values) {
        int n = values.length;
        for (int i = 0; i < n - 1; i++) {
            if (exchanged[i]) {
                double own = values[i];
                values[i] = values[i + 1];
                values[i + 1] = own;
            }
            values[i + 1] -= factors[i] * values[i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double rest = values[i];
            rest -= i + 1 < n ? above[i] * values[i + 1] : 0;
            rest -= i + 2 < n ? farAbove[i] * values[i + 2] : 0;
            values[i] = rest / pivots[i];
        }
    }
}
