package dev.ingot.arithmetic;

import static dev.ingot.arithmetic.GoldenTensor.hex;
import static dev.ingot.arithmetic.GoldenTensor.sha256;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
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

    /** 150 rows of 128 through int8_vectorwise_quant and int8_vectorwise_dequant of bitsandbytes 0.50. */
    @Test
    void manyRowsHaveTheRecordedCodesScalesAndValues() {
        int columns = 128;
        float[] values = GoldenTensor.XD.elements();
        byte[] codes = new byte[values.length];
        float[] scales = new float[values.length / columns];
        for (int i = 0; i < values.length; i++) {
            int start = i / columns * columns;
            scales[i / columns] = RowwiseInt8.absmax(values, start, start + columns);
            codes[i] = RowwiseInt8.code(values[i], RowwiseInt8.multiplier(scales[i / columns]));
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = RowwiseInt8.value(codes[i], scales[i / columns]);
        }
        assertEquals("57eb1e42de99ded2", sha256(codes));
        assertEquals("5fceb946e9167a28", sha256(GoldenTensor.bytes(DType.F32, scales)));
        assertEquals("94b2edfe21888be8", sha256(GoldenTensor.bytes(DType.F32, values)));
        assertEquals("8d7d4a8b9c7efc5b", sha256(GoldenTensor.bytes(DType.BF16, values)));
        assertEquals("1d30a6fe4b9ac05d", sha256(GoldenTensor.bytes(DType.F16, values)));
    }
}
