package dev.ingot.validate.recompute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ToleranceTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F32"})
    void anUlpIsTheDistanceOfNeighbours(DType dtype) {
        for (float x : new float[] {1, 1.5f, 0.01f, 1000, -3}) {
            float value = Rounding.to(dtype, x);
            float next = Rounding.fromBits(dtype, Rounding.bits(dtype, value) + 1);
            assertEquals(Math.abs(next - value), Tolerance.ulp(dtype, value));
        }
    }

    @Test
    void whereWeightAndDeltaCancelTheirSizeCounts() {
        double units = Tolerance.units(DType.BF16, 0.001f, 0.002f, 1, -0.998f, 1);
        assertTrue(units < 1, () -> units + " units");
    }

    @Test
    void aNeighbourIsOneUnitAway() {
        assertEquals(1, Tolerance.units(DType.F16, 1 + 0x1p-10f, 1, 0.9f, 0.1f, 0.1));
    }

    @Test
    void whatIsNoNumberIsInfinitelyFarFromWhatIsOne() {
        assertEquals(Double.POSITIVE_INFINITY, Tolerance.units(DType.F16, Float.NaN, 1, 1, 0, 0));
        assertEquals(0, Tolerance.units(DType.F16, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, 1, 0, 0));
    }
}
