package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FourBitDequantizationTest {
    /** All nibbles in order, at absmax 0.0123f: what bitsandbytes' formula gives, run in Python. */
    @ParameterizedTest
    @CsvSource({
        "nf4, F32, bc4985f0 bc0c4c8b bbd3a0f9 bb9f2b89 bb654941 bb14f1cd ba92ca20 00000000"
                + " 3a804c57 3b01b984 3b4663ac 3b88320d 3bb1a063 3be2c2c1 3c11b14c 3c4985f0",
        "nf4, BF16, bc4a bc0c bbd4 bb9f bb65 bb15 ba93 0000 3a80 3b02 3b46 3b88 3bb2 3be3 3c12 3c4a",
        "nf4, F16, a24c a062 9e9d 9cf9 9b2a 98a8 9496 0000 1402 180e 1a33 1c42 1d8d 1f16 208e 224c",
        "fp4, F32, 00000000 3886594b 3c06594b 3c4985f0 3b86594b 3bc985f0 3b06594b 3b4985f0"
                + " 80000000 b886594b bc06594b bc4985f0 bb86594b bbc985f0 bb06594b bb4985f0",
        "fp4, BF16, 0000 3886 3c06 3c4a 3b86 3bca 3b06 3b4a 8000 b886 bc06 bc4a bb86 bbca bb06 bb4a"
    })
    void everyNibbleGivesWhatBitsandbytesGives(String quantType, DType dtype, String expected) {
        byte[] packed = HexFormat.of().parseHex("0123456789abcdef");
        float[] values = new float[16];
        FourBitDequantization.values(
                FourBitCode.named(quantType), packed, new float[] {0.0123f}, 64, dtype, 0, values, 16);
        assertEquals(expected, hex(dtype, values));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 6, 7, 8, 13, 14})
    void aStretchFromAnywhereEqualsThatStretchOfTheWhole(int first) {
        byte[] packed = HexFormat.of().parseHex("0123456789abcdef");
        float[] absmax = {1, 2, 3, 4, 5, 6};
        float[] whole = new float[16];
        FourBitDequantization.values(FourBitCode.NF4, packed, absmax, 3, DType.F32, 0, whole, 16);
        int count = Math.min(5, 16 - first);
        float[] part = new float[count];
        FourBitDequantization.values(
                FourBitCode.NF4, from(packed, first / 2), from(absmax, first / 3), 3, DType.F32, first, part, count);
        assertArrayEquals(java.util.Arrays.copyOfRange(whole, first, first + count), part);
    }

    @Test
    void aZeroBlockKeepsTheSignOfItsCode() {
        float[] values = new float[2];
        FourBitDequantization.values(FourBitCode.NF4, new byte[] {0x07}, new float[] {0}, 64, DType.F16, 0, values, 2);
        assertEquals("8000 0000", hex(DType.F16, values));
    }

    private static String hex(DType dtype, float[] values) {
        String format = "%0" + dtype.bits() / 4 + "x";
        return IntStream.range(0, values.length)
                .mapToObj(i -> format.formatted(Rounding.bits(dtype, values[i])))
                .collect(Collectors.joining(" "));
    }

    private static byte[] from(byte[] array, int start) {
        return java.util.Arrays.copyOfRange(array, start, array.length);
    }

    private static float[] from(float[] array, int start) {
        return java.util.Arrays.copyOfRange(array, start, array.length);
    }
}
