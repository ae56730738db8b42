package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockScaledFp8Test {
    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "01, 0.001953125",
        "07, 0.013671875",
        "08, 0.015625",
        "38, 1",
        "3c, 1.5",
        "7e, 448",
        "fe, -448",
        "b8, -1"
    })
    void patternsOfE4M3(String hex, float expected) {
        assertEquals(expected, Float8.fromE4M3((byte) Integer.parseInt(hex, 16)));
    }

    @Test
    void allOnesIsNoNumberAndTheSignOfZeroStays() {
        assertTrue(Float.isNaN(Float8.fromE4M3((byte) 0x7f)));
        assertTrue(Float.isNaN(Float8.fromE4M3((byte) 0xff)));
        assertEquals(-0f, Float8.fromE4M3((byte) 0x80));
    }

    @Test
    void magnitudesAscendWithTheirPatterns() {
        for (int bits = 1; bits < 0x7f; bits++) {
            assertTrue(Float8.fromE4M3((byte) bits) > Float8.fromE4M3((byte) (bits - 1)));
        }
    }

    @Test
    void aValueIsOneProductInFloat32() {
        assertEquals(448 * 0.3f, BlockScaledFp8.value((byte) 0x7e, 0.3f));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "127, 127, 0", "127, 128, 1", "128, 0, 3", "129, 299, 5", "255, 256, 5"})
    void tilesAtTheEdgeAreCountedLikeAnyOther(long row, long column, long scale) {
        assertEquals(scale, BlockScaledFp8.scaleIndex(row, column, 300, 128, 128));
    }

    /** All patterns but the two NaNs, which are zeros here, times 0.00123, by torch. */
    @ParameterizedTest
    @CsvSource({"F32, 0760349791fe2ac1", "BF16, f1b7bf9345471b30"})
    void allPatternsHaveTheValuesThatTorchGives(DType dtype, String sha) {
        float[] values = new float[256];
        for (int bits = 0; bits < 256; bits++) {
            values[bits] = BlockScaledFp8.value((byte) ((bits & 0x7F) == 0x7F ? 0 : bits), 0.00123f);
        }
        assertEquals(sha, GoldenTensor.sha256(GoldenTensor.bytes(dtype, values)));
    }
}
