package dev.ingot.validate.measure;

import dev.ingot.pipeline.report.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * 95 % percentile intervals of a mean over tokens, by a circular block bootstrap (Politis and Romano 1992): neighbouring tokens are alike, so stretches of them
 * are drawn again and not single ones. The draws are the same each time, and the same for all figures of equally many tokens. Of figures that are all equal
 * the interval is that value: where nothing was ever seen to differ, it says nothing about how often something would.
 */
final class Bootstrap {
    private static final int DRAWS = 1000;
    private static final double OUTSIDE = 0.025;
    private static final long SEED = 0x1A607;

    private Bootstrap() {}

    /** Of the mean of at least one figure; NaN at both ends where a figure is infinite or no number. */
    static Interval mean(double[] figures) {
        if (!Arrays.stream(figures).allMatch(Double::isFinite)) {
            return new Interval(Double.NaN, Double.NaN);
        }
        int block = Math.max(1, (int) Math.round(Math.cbrt(figures.length)));
        double[] before = sums(figures, block);
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            means[draw] = draw(before, figures.length, block, random);
        }
        Arrays.sort(means);
        int low = (int) (OUTSIDE * DRAWS);
        return new Interval(means[low], means[DRAWS - 1 - low]);
    }

    /** Likewise of the exponential of the mean: of a perplexity, where the figures are losses. */
    static Interval exponential(double[] losses) {
        Interval mean = mean(losses);
        return new Interval(Math.exp(mean.low()), Math.exp(mean.high()));
    }

    private static double draw(double[] before, int count, int block, SplittableRandom random) {
        double sum = 0;
        for (int drawn = 0; drawn < count; drawn += block) {
            int from = random.nextInt(count);
            sum += before[from + Math.min(block, count - drawn)] - before[from];
        }
        return sum / count;
    }

    /** Sum of the first i figures at i; the first block's worth of them follows the last, as on a circle. */
    private static double[] sums(double[] figures, int block) {
        double[] before = new double[figures.length + block + 1];
        for (int i = 0; i < figures.length + block; i++) {
            before[i + 1] = before[i] + figures[i % figures.length];
        }
        return before;
    }
}
