package dev.ingot.validate.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.report.Interval;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final double DEVIATIONS = 1.96;

    @Test
    void theIntervalOfIndependentFiguresIsThatOfTheNormalDistribution() {
        int count = 4000;
        double[] figures = normal(count, 7);

        Interval interval = Bootstrap.mean(figures);

        double mean = DoubleStream.of(figures).average().orElseThrow();
        double half = DEVIATIONS / Math.sqrt(count);
        assertEquals(mean - half, interval.low(), 0.2 * half);
        assertEquals(mean + half, interval.high(), 0.2 * half);
    }

    @Test
    void theMeanLiesInsideAboutNineteenTimesOfTwenty() {
        Random random = new Random(11);
        long inside = IntStream.range(0, 200)
                .filter(trial -> Bootstrap.mean(random.doubles(400)
                                .map(uniform -> -Math.log(1 - uniform))
                                .toArray())
                        .holds(1))
                .count();

        assertTrue(inside >= 176 && inside <= 199, () -> inside + " of 200");
    }

    /** Neighbours that are equal carry half as much: single draws would call the mean surer than it is. */
    @Test
    void figuresThatComeInStretchesAreLessSure() {
        double[] single = normal(1000, 3);
        double[] stretched =
                IntStream.range(0, 8000).mapToDouble(i -> single[i / 8]).toArray();

        double width = width(Bootstrap.mean(stretched));

        double independent = 2 * DEVIATIONS / Math.sqrt(8000);
        assertTrue(width > 2 * independent, () -> width + " against " + independent);
    }

    @Test
    void theSameFiguresHaveTheSameInterval() {
        assertEquals(Bootstrap.mean(normal(100, 5)), Bootstrap.mean(normal(100, 5)));
    }

    @Test
    void figuresThatAreAllEqualHaveAnIntervalOfOneValue() {
        double[] figures = new double[65];
        Arrays.fill(figures, 0.25);

        assertEquals(new Interval(0.25, 0.25), Bootstrap.mean(figures));
        assertEquals(new Interval(3, 3), Bootstrap.mean(new double[] {3}));
    }

    @Test
    void aFigureThatIsNoNumberLeavesNoInterval() {
        assertEquals(new Interval(Double.NaN, Double.NaN), Bootstrap.mean(new double[] {1, Double.POSITIVE_INFINITY}));
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }

    private static double[] normal(int count, long seed) {
        Random random = new Random(seed);
        return DoubleStream.generate(random::nextGaussian).limit(count).toArray();
    }
}
