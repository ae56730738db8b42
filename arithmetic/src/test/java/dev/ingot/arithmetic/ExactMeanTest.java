package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactMeanTest {
    @Test
    void whatCancelsLeavesTheSmallOne() {
        ExactMean mean = new ExactMean();
        for (float value : new float[] {1e30f, 3e-40f, -1e30f}) {
            mean.add(value);
        }
        assertEquals(1e-40f, mean.value(), Float.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000, 65_537})
    void sharedOutInAnyWayItIsTheMeanRoundedOnce(int count) {
        Random random = new Random(count);
        ExactMean[] shares = {new ExactMean(), new ExactMean(), new ExactMean()};
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < count; i++) {
            float value = random.nextFloat() * (i % 3 == 0 ? 1e-6f : 2);
            shares[random.nextInt(3)].add(value);
            sum = sum.add(new BigDecimal(value));
        }
        ExactMean mean = shares[2];
        mean.add(shares[0]);
        mean.add(shares[1]);
        float expected =
                sum.divide(BigDecimal.valueOf(count), new MathContext(60)).floatValue();
        assertEquals(expected, mean.value());
    }

    @Test
    void theLargestValuesDoNotOverflow() {
        ExactMean mean = new ExactMean();
        for (int i = 0; i < 100; i++) {
            mean.add(Float.MAX_VALUE);
        }
        assertEquals(Float.MAX_VALUE, mean.value());
        assertEquals(0f, new ExactMean().value());
        assertThrows(IllegalArgumentException.class, () -> mean.add(Float.NaN));
    }
}
