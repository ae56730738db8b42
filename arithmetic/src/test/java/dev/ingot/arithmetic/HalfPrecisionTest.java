package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HalfPrecisionTest {
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyPatternThatIsNoNaNSurvivesWideningAndNarrowing(DType dtype) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Rounding.fromBits(dtype, bits);
            int back = Rounding.bits(dtype, value);
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(Rounding.fromBits(dtype, back)), Integer.toHexString(bits));
            } else {
                assertEquals(bits, back, Integer.toHexString(bits));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void halfwayBetweenTwoNeighboursGoesToTheEvenOneAndBesideItToTheNearest(DType dtype) {
        int infinity = dtype == DType.F16 ? 0x7c00 : 0x7f80;
        for (int bits = 0; bits < infinity - 1; bits++) {
            double low = Rounding.fromBits(dtype, bits);
            double high = Rounding.fromBits(dtype, bits + 1);
            float middle = (float) ((low + high) / 2);
            assertEquals(bits % 2 == 0 ? bits : bits + 1, Rounding.bits(dtype, middle), "tie above " + bits);
            assertEquals(bits, Rounding.bits(dtype, Math.nextDown(middle)), "just under the tie above " + bits);
            assertEquals(bits + 1, Rounding.bits(dtype, Math.nextUp(middle)), "just over the tie above " + bits);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F16, 65519.996, 7bff",
        "F16, 65520, 7c00",
        "F16, -65520, fc00",
        "F16, 1e30, 7c00",
        "F16, 2.9802322e-8, 0",
        "F16, 2.9802326e-8, 1",
        "F16, 5.9604645e-8, 1",
        "F16, -1e-30, 8000",
        "F16, 6.0975552e-5, 3ff",
        "F16, 6.1035156e-5, 400",
        "BF16, 3.3895314e38, 7f7f",
        "BF16, 3.4028235e38, 7f80",
        "BF16, -3.4028235e38, ff80",
        "BF16, 1e-45, 0",
        "BF16, 9.1835e-41, 1",
        "BF16, Infinity, 7f80",
        "F16, -Infinity, fc00"
    })
    void theEndsOfTheRangeRoundAsIeeeSays(DType dtype, float value, String expected) {
        assertEquals(expected, Integer.toHexString(Rounding.bits(dtype, value)));
    }

    @Test
    void aNaNWhosePayloadLiesInTheDroppedBitsStaysANaN() {
        float signalling = Float.intBitsToFloat(0xff800001);
        assertTrue(Float.isNaN(HalfPrecision.fromBFloat16(HalfPrecision.toBFloat16(signalling))));
        assertTrue(Float.isNaN(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(signalling))));
        assertEquals((short) 0xffc0, HalfPrecision.toBFloat16(signalling));
    }
}
