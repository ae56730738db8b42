package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ingot.checkpoint.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedCopyTest {
    @Test
    void dtypeAndSizeSayWhatACopyCanBe() {
        assertEquals(List.of(PackedCopy.BYTES), PackedCopy.of(DType.U8, 64, 64));
        assertEquals(List.of(PackedCopy.NUMBERS), PackedCopy.of(DType.F32, 64, 64));
        assertEquals(List.of(PackedCopy.BYTES), PackedCopy.of(DType.F16, 32, 64));
        assertEquals(List.of(PackedCopy.BYTES, PackedCopy.FLOAT16_ROUNDED), PackedCopy.of(DType.BF16, 32, 64));
        assertEquals(
                List.of(PackedCopy.BFLOAT16_WORDS, PackedCopy.FLOAT16_WORDS, PackedCopy.FLOAT16_ROUNDED),
                PackedCopy.of(DType.F32, 32, 64));
        assertEquals(List.of(PackedCopy.FLOAT32_ROUNDED), PackedCopy.of(DType.BF16, 16, 64));
        assertEquals(List.of(PackedCopy.BYTES, PackedCopy.FLOAT32_ROUNDED), PackedCopy.of(DType.F32, 16, 64));
        assertEquals(List.of(), PackedCopy.of(DType.F32, 63, 64));
    }

    @Test
    void everyByteSurvivesAsItIsAndAsANumber() {
        for (int packed = 0; packed < 256; packed++) {
            assertEquals(0, PackedCopy.BYTES.differing(DType.U8, packed, packed));
            for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
                int stored = Rounding.bits(dtype, packed);
                assertEquals(0, PackedCopy.NUMBERS.differing(dtype, stored, packed), dtype + " " + packed);
                assertEquals(1, PackedCopy.NUMBERS.differing(dtype, stored, packed ^ 0x10));
            }
        }
    }

    @Test
    void everyWordOf16BitsSurvivesWidening() {
        for (int packed = 0; packed < 1 << 16; packed++) {
            assertEquals(0, PackedCopy.BFLOAT16_WORDS.differing(DType.F32, packed << 16, packed));
            assertEquals(2, PackedCopy.BFLOAT16_WORDS.differing(DType.F32, packed << 16, packed ^ 0x1001));
            float value = HalfPrecision.fromFloat16((short) packed);
            int widened = Float.isNaN(value) ? quiet(packed) : Float.floatToRawIntBits(value);
            assertEquals(0, PackedCopy.FLOAT16_WORDS.differing(DType.F32, widened, packed), "" + packed);
            assertNotEquals(0, PackedCopy.FLOAT16_WORDS.differing(DType.F32, widened, packed ^ 0x0100));
        }
    }

    /** As hardware widens a NaN: payload kept, quiet bit set. */
    private static int quiet(int packed) {
        return (packed & 0x8000) << 16 | 0x7FC00000 | (packed & 0x3FF) << 13;
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.75", "1, 256.5", "3, 5e-6"})
    void numbersThatAreNoBytesDifferWhole(float byteValue, float none) {
        int packed = 0x31;
        assertEquals(2, PackedCopy.NUMBERS.differing(DType.F32, Float.floatToRawIntBits(none), packed));
        assertNotEquals(0, PackedCopy.NUMBERS.differing(DType.F32, Float.floatToRawIntBits(byteValue), packed));
    }

    @Test
    void storageThatWasRoundedIsKnownByItsNumbers() {
        int half = 0x3C01;
        float rounded = HalfPrecision.fromBFloat16(HalfPrecision.toBFloat16(HalfPrecision.fromFloat16((short) half)));
        assertEquals(0, PackedCopy.FLOAT16_ROUNDED.differing(DType.F32, Float.floatToRawIntBits(rounded), half));
        assertEquals(4, PackedCopy.FLOAT16_ROUNDED.differing(DType.F32, Float.floatToRawIntBits(rounded), 0x4C01));
        int single = Float.floatToRawIntBits(1.2345f);
        int bits = Rounding.bits(DType.BF16, 1.2345f);
        assertEquals(0, PackedCopy.FLOAT32_ROUNDED.differing(DType.BF16, bits, single));
        assertEquals(8, PackedCopy.FLOAT32_ROUNDED.differing(DType.BF16, bits + 1, single));
        assertFalse(PackedCopy.FLOAT32_ROUNDED.intact());
    }
}
