package dev.ingot.pipeline.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PanelRoundingTest {
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32"})
    void anyFloatButNaNIsRoundedAsTheReferenceSays(DType dtype) {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[PanelRounding.PANEL];
        for (int round = 0; round < 2000; round++) {
            for (int i = 0; i < values.length; i++) {
                int bits = random.nextInt();
                values[i] = Float.intBitsToFloat(round % 2 == 0 ? bits : bits & 0xFFFF8000);
                values[i] = Float.isNaN(values[i]) ? Float.NEGATIVE_INFINITY : values[i];
            }
            requireRounded(dtype, values, values.length);
        }
    }

    @ParameterizedTest
    @CsvSource({"F16, 1", "BF16, 1", "BF16, 2", "BF16, 511", "F32, 3"})
    void aShortPanelIsRoundedToItsEnd(DType dtype, int width) {
        float[] values = new float[PanelRounding.PANEL];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i + 1);
        }
        requireRounded(dtype, values, width);
    }

    private static void requireRounded(DType dtype, float[] values, int width) {
        PanelRounding rounding = PanelRounding.to(dtype);
        float[] rounded = new float[PanelRounding.PANEL];
        rounding.round(values, rounded, width);
        requireBits(dtype, values, width, rounding);
        for (int i = 0; i < width; i++) {
            assertEquals(Rounding.fromBits(dtype, Rounding.bits(dtype, values[i])), rounded[i]);
        }
        PanelRounding bitsAlone = PanelRounding.to(dtype);
        bitsAlone.round(values, width);
        requireBits(dtype, values, width, bitsAlone);
    }

    private static void requireBits(DType dtype, float[] values, int width, PanelRounding rounding) {
        for (int i = 0; i < width; i++) {
            int expected = Rounding.bits(dtype, values[i]);
            int bits = dtype == DType.F32
                    ? rounding.bits().get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i)
                    : Short.toUnsignedInt(rounding.bits().get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
            assertEquals(expected, bits);
        }
    }
}
