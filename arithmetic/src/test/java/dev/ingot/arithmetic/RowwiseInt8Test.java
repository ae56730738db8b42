package dev.ingot.arithmetic;

import static dev.ingot.arithmetic.GoldenTensor.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowwiseInt8Test {
    private static final float SCALE = Float.intBitsToFloat(0x3f3b4000);

    @ParameterizedTest
    @CsvSource({"-127, bf3b4000", "-1, bbbcb973", "64, 3ebcb973", "127, 3f3b4000"})
    void aCodeIsWorthWhatBitsandbytesGives(byte code, String expected) {
        assertEquals(expected, hex(RowwiseInt8.value(code, SCALE)));
    }

    @Test
    void aRowsLargestValueBecomes127AndZerosStayZero() {
        float[] row = {0.5f, -2, 1.984252f, 0};
        float absmax = RowwiseInt8.absmax(row, 0, 4);
        assertEquals(2f, absmax);
        float multiplier = RowwiseInt8.multiplier(absmax);
        assertEquals(-127, RowwiseInt8.code(row[1], multiplier));
        assertEquals(126, RowwiseInt8.code(row[2], multiplier));
        assertEquals(0, RowwiseInt8.code(0, RowwiseInt8.multiplier(0)));
    }

    @ParameterizedTest
    @CsvSource({"31.75, 32", "31.25, 31", "15.875, 16", "15.625, 16", "0.125, 0", "0.375, 0", "-0.375, 0"})
    void halvesGoToTheEvenCode(float value, int code) {
        float multiplier = RowwiseInt8.multiplier(127);
        assertEquals(code, RowwiseInt8.code(value, multiplier));
    }

    @Test
    void weightsAreCastToFloat16First() {
        assertEquals(0.1f, RowwiseInt8.cast(0.1f), 1e-4f);
        assertEquals(Float.POSITIVE_INFINITY, RowwiseInt8.cast(70_000f));
        assertEquals(HalfPrecision.fromFloat16((short) 0x2e66), RowwiseInt8.absmax(new float[] {-0.1f}, 0, 1));
    }

    /** The quotient 127 / absmax would give 64; this is what bitsandbytes gives. */
    @Test
    void theMultiplierIsTheReciprocalTimes127() {
        assertEquals(63, RowwiseInt8.code(0.505859375f, RowwiseInt8.multiplier(1.01171875f)));
    }
}
