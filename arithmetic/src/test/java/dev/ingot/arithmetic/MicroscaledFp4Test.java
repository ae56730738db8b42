package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroscaledFp4Test {
    @Test
    void theElementsAreThoseOfE2M1() {
        float[] expected = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};
        for (int nibble = 0; nibble < 16; nibble++) {
            assertEquals(
                    Float.floatToRawIntBits(expected[nibble]), Float.floatToRawIntBits(MicroscaledFp4.element(nibble)));
        }
    }

    @Test
    void theFirstElementIsInTheLowNibble() {
        byte[] blocks = {0x21, 0x43};
        for (int e = 0; e < 4; e++) {
            assertEquals(e + 1, MicroscaledFp4.nibble(blocks, 0, e));
        }
        assertEquals(4, MicroscaledFp4.nibble(new byte[] {0x43}, 3, 3));
    }

    /** What transformers' convert_moe_packed_tensors gives for 6 at the ends of the range and in between. */
    @ParameterizedTest
    @CsvSource({"127, 6", "0, 3.526483e-38", "252, 2.5521178e38", "253, Infinity", "126, 3", "1, 7.052966e-38"})
    void theScaleIsAPowerOfTwo(int scale, float expected) {
        assertEquals(expected, MicroscaledFp4.value(7, scale));
        assertEquals(-expected, MicroscaledFp4.value(15, scale));
    }

    @Test
    void theSmallestValueIsSubnormalAndExactInBothWiderTypes() {
        float smallest = MicroscaledFp4.value(1, 0);
        assertEquals(Math.scalb(1f, -128), smallest);
        assertEquals(smallest, Rounding.to(DType.BF16, smallest));
        assertEquals(0f, Rounding.to(DType.F16, smallest));
    }

    @Test
    void scale255IsNoNumber() {
        assertTrue(Float.isNaN(MicroscaledFp4.value(0, 255)));
    }

    /** 12 groups of bytes 7i + 3 with scales 100 + 5g through convert_moe_packed_tensors of transformers 5.23. */
    @ParameterizedTest
    @CsvSource({"BF16, 95d6d32e9ca08da5", "F16, bf491fb4cdcf99b7", "F32, 62e9183863c66098"})
    void groupsHaveTheValuesThatTransformersGives(DType dtype, String sha) {
        byte[] blocks = new byte[12 * MicroscaledFp4.GROUP / 2];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (byte) (7 * i + 3);
        }
        float[] values = new float[2 * blocks.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = MicroscaledFp4.value(MicroscaledFp4.nibble(blocks, 0, i), 100 + 5 * (i / MicroscaledFp4.GROUP));
        }
        assertEquals(sha, GoldenTensor.sha256(GoldenTensor.bytes(dtype, values)));
    }
}
