package dev.ingot.merge;

import java.util.Arrays;

/**
 * Squared Frobenius norms of what passes: the base's values, what the adapter adds, and what rounding took of that. Panels are summed in float32 by
 * column, at most {@value #FOLD} to a column, then in float64. Used by one thread at a time.
 */
final class Norms {
    private static final int FOLD = 256;

    private final float[] weightLanes = new float[LowRankKernel.PANEL];
    private final float[] deltaLanes = new float[LowRankKernel.PANEL];
    private final float[] lostLanes = new float[LowRankKernel.PANEL];
    private int panels;
    private double weight;
    private double delta;
    private double lost;

    /** The three sums; non-finite when anything that passed was, or when a square left the range of float32. */
    record Sums(double weight, double delta, double lost) {
        static final Sums ZERO = new Sums(0, 0, 0);

        Sums plus(Sums other) {
            return new Sums(weight + other.weight, delta + other.delta, lost + other.lost);
        }
    }

    /** Takes one panel: base values, merged values before rounding, and after it. */
    void add(float[] base, float[] merged, float[] rounded, int width) {
        squares(base, merged, rounded, weightLanes, deltaLanes, lostLanes, width);
        if (++panels == FOLD) {
            fold();
        }
    }

    /** The sums since the last call. */
    Sums take() {
        fold();
        Sums sums = new Sums(weight, delta, lost);
        weight = 0;
        delta = 0;
        lost = 0;
        return sums;
    }

    private void fold() {
        weight += drain(weightLanes);
        delta += drain(deltaLanes);
        lost += drain(lostLanes);
        panels = 0;
    }

    private static double drain(float[] lanes) {
        double sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        Arrays.fill(lanes, 0);
        return sum;
    }

    private static void squares(
            float[] base, float[] merged, float[] rounded, float[] weight, float[] delta, float[] lost, int width) {
        for (int j = 0; j < width; j++) {
            float value = base[j];
            float result = merged[j];
            float added = result - value;
            float taken = result - rounded[j];
            weight[j] = weight[j] + value * value;
            delta[j] = delta[j] + added * added;
            lost[j] = lost[j] + taken * taken;
        }
    }
}
