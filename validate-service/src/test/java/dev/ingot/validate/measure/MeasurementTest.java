package dev.ingot.validate.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.PerplexityIntervals;
import dev.ingot.pipeline.report.Report.Perplexity;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    @Test
    void aPerplexityIsTheExponentialOfTheMeanLossAndLiesInItsInterval() {
        Perplexity domain = Measured.domain(1000, 3, 2).perplexities().getFirst();

        assertEquals(Math.exp(3), domain.base(), 1e-9);
        assertEquals(Math.exp(2), domain.merged(), 1e-9);
        PerplexityIntervals intervals = domain.intervals();
        assertTrue(intervals.base().holds(domain.base()));
        assertTrue(
                intervals.merged().low() < domain.merged() && intervals.merged().high() > domain.merged());
    }

    /** Every token is a nat cheaper, whatever it costs: what is drawn again does not matter. */
    @Test
    void theChangeIsOfTheSameTokensAndSurerThanEitherPerplexity() {
        Perplexity domain = Measured.domain(1000, 3, 2).perplexities().getFirst();

        assertEquals(Math.exp(-1), domain.intervals().change().low(), 1e-9);
        assertEquals(Math.exp(-1), domain.intervals().change().high(), 1e-9);
    }

    @Test
    void agreementCountsTiesAsTheSameUpToAMargin() {
        Measurement measurement = Measured.domain(100, 3, 2);
        for (int token = 0; token < 10; token++) {
            measurement.scores().sameTop()[token] = false;
            measurement.scores().margin()[token] = 0.01 * token;
        }

        assertEquals(10, measurement.disagreements(-1));
        assertEquals(4, measurement.disagreements(0.055));
        Interval all = measurement.agreement(-1);
        assertTrue(all.low() < 0.9 && 0.9 < all.high(), all::toString);
        assertEquals(new Interval(1, 1), measurement.agreement(1));
    }
}
