package dev.ingot.arithmetic;

import static dev.ingot.arithmetic.GoldenTensor.BLOCKSIZE;
import static dev.ingot.arithmetic.GoldenTensor.sha256;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FourBitQuantizationTest {
    private static final String X64_NF4 = "14bf28e15c039e16d04ae27d14bf28e15cf39e16c03ae27d04bf28e15cf39e16";
    private static final String X64_FP4 = "af43d62ae5bc62a95bc73a02bf43d12ae43d62ae5bc72a95bf43d12ae43d62ae";

    /** Bytes and scales as the CUDA kernel makes them of one tensor. */
    private record Quantized(byte[] packed, float[] absmax) {
        static Quantized of(FourBitCode code, float[] values, int blocksize) {
            byte[] packed = new byte[(values.length + 1) / 2];
            float[] absmax = new float[Math.ceilDiv(values.length, blocksize)];
            FourBitQuantization.quantize(code, values, blocksize, packed, absmax, values.length);
            return new Quantized(packed, absmax);
        }

        float[] values(FourBitCode code, int blocksize, DType dtype, int count) {
            float[] values = new float[count];
            FourBitDequantization.values(code, packed, absmax, blocksize, dtype, 0, values, count);
            return values;
        }
    }

    @ParameterizedTest
    @CsvSource({"X64, bdf8c5cb6c1f07a6", "X130, 5328e23ea1cc606c", "XD, ecc3eb40fafbc1c8"})
    void theInputsAreThoseOfTheRecord(GoldenTensor tensor, String sha) {
        assertEquals(sha, sha256(GoldenTensor.bytes(DType.F32, tensor.elements())));
    }

    @ParameterizedTest
    @CsvSource({
        "NF4, X64, " + X64_NF4,
        "FP4, X64, " + X64_FP4,
        "NF4, X130, " + X64_NF4 + "c03ae17d04bf28e15bf29e16c03ae16d04af27d15bf28e15c039e16d04af27d11f",
        "FP4, X130, " + X64_FP4 + "5bc72a95bf43d12af43d62ae5bc72a95bc73d12af43d62ae5bc62a95bc73d12ba3"
    })
    void bytesAreThoseOfBitsandbytes(FourBitCode code, GoldenTensor tensor, String packed) {
        Quantized quantized = Quantized.of(code, tensor.elements(), BLOCKSIZE);
        assertEquals(packed, HexFormat.of().formatHex(quantized.packed()));
    }

    @Test
    void scalesAreThoseOfBitsandbytes() {
        assertEquals("[3d7c0000]", scales(GoldenTensor.X64));
        assertEquals("[3d7c0000, 3df80000, 3db00000]", scales(GoldenTensor.X130));
        Quantized large = Quantized.of(FourBitCode.NF4, GoldenTensor.XD.elements(), BLOCKSIZE);
        assertEquals("bba19fda15b9fc03", sha256(GoldenTensor.bytes(DType.F32, large.absmax())));
    }

    private static String scales(GoldenTensor tensor) {
        float[] absmax =
                Quantized.of(FourBitCode.NF4, tensor.elements(), BLOCKSIZE).absmax();
        return Arrays.toString(java.util.stream.IntStream.range(0, absmax.length)
                .mapToObj(i -> GoldenTensor.hex(absmax[i]))
                .toArray());
    }

    /** The last of these is that of a model of the CUDA kernel: bitsandbytes on a CPU has other rules for FP4. */
    @ParameterizedTest
    @CsvSource({"NF4, e29b75411345ff76", "FP4, 6b9dbc2987443383"})
    void manyBlocksHaveTheRecordedBytes(FourBitCode code, String sha) {
        assertEquals(
                sha,
                sha256(Quantized.of(code, GoldenTensor.XD.elements(), BLOCKSIZE).packed()));
    }

    @ParameterizedTest
    @CsvSource({
        "NF4, X64, BF16, 6860369049b53345",
        "NF4, X64, F16, 14d3c399fa187e98",
        "NF4, X64, F32, aab8ab74cd932c8f",
        "FP4, X64, BF16, 241ab8228fa47b0e",
        "FP4, X64, F16, 323c1d32fe6f70f9",
        "NF4, X130, BF16, e04a02c0324ef663",
        "NF4, X130, F16, a62328a6a7e3b6df",
        "FP4, X130, BF16, f97e186562c5572e",
        "FP4, X130, F16, 1cdca07aea8e90d2",
        "NF4, XD, BF16, d3cf51ff975abb36",
        "NF4, XD, F16, ec8b5d210239df3f"
    })
    void whatComesBackIsWhatBitsandbytesGives(FourBitCode code, GoldenTensor tensor, DType dtype, String sha) {
        float[] values = tensor.elements();
        float[] back = Quantized.of(code, values, BLOCKSIZE).values(code, BLOCKSIZE, dtype, values.length);
        assertEquals(sha, sha256(GoldenTensor.bytes(dtype, back)));
    }

    @ParameterizedTest
    @CsvSource({"NF4, X64, bd2f bc8f 3caa 3d7c bd04 3ba0 3d36 bd2f", "FP4, X64, bd28 bc7c 3ca8 3d7c bcfc 3c28 3d28 bd28"
    })
    void theFirstValuesInBfloat16(FourBitCode code, GoldenTensor tensor, String expected) {
        float[] back = Quantized.of(code, tensor.elements(), BLOCKSIZE).values(code, BLOCKSIZE, DType.BF16, 8);
        StringBuilder found = new StringBuilder();
        for (float value : back) {
            found.append(HexFormat.of().toHexDigits(HalfPrecision.toBFloat16(value)))
                    .append(' ');
        }
        assertEquals(expected, found.toString().strip());
    }

    @Test
    void theOracleOnACpuDiffersInFp4WhereItsThresholdsDo() {
        float[] values = GoldenTensor.XD.elements();
        assertEquals("0ac902b918f73a55", sha256(TorchRules.fp4(values, BLOCKSIZE)));
        byte[] cuda = Quantized.of(FourBitCode.FP4, values, BLOCKSIZE).packed();
        byte[] cpu = TorchRules.fp4(values, BLOCKSIZE);
        long different = java.util.stream.IntStream.range(0, cuda.length)
                .filter(i -> cuda[i] != cpu[i])
                .count();
        assertEquals(91, different);
    }

    @Test
    void onAThresholdTheLowerNibbleStands() {
        for (FourBitCode code : FourBitCode.values()) {
            for (float threshold : code.thresholds()) {
                int below = code.nibble(Math.nextDown(threshold));
                assertEquals(below, code.nibble(threshold), "at " + threshold);
                float above = code.value(code.nibble(Math.nextUp(threshold)));
                assertTrue(above > code.value(below), "above " + threshold);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyValueOfTheTableIsItsOwnNibble(FourBitCode code) {
        for (int nibble = 0; nibble < 16; nibble++) {
            boolean negativeZero = code == FourBitCode.FP4 && nibble == 8;
            assertEquals(negativeZero ? 0 : nibble, code.nibble(code.value(nibble)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPowerOfTwoChangesNoNibble(FourBitCode code) {
        float[] values = random(1000, 3);
        byte[] expected = Quantized.of(code, values, 64).packed();
        for (int power : new int[] {-40, -1, 1, 60}) {
            float[] scaled = new float[values.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = Math.scalb(values[i], power);
            }
            assertArrayEquals(expected, Quantized.of(code, scaled, 64).packed());
        }
    }

    @Test
    void nf4OfBfloat16DoesNotDependOnTheReciprocal() {
        Random random = new Random(11);
        for (int i = 0; i < 200_000; i++) {
            float absmax = HalfPrecision.fromBFloat16(HalfPrecision.toBFloat16(random.nextFloat() + 0.01f));
            float value = HalfPrecision.fromBFloat16(HalfPrecision.toBFloat16((random.nextFloat() * 2 - 1) * absmax));
            float reciprocal = FourBitQuantization.reciprocal(absmax);
            int nibble = FourBitQuantization.nibble(FourBitCode.NF4, value, reciprocal);
            assertEquals(
                    nibble, FourBitQuantization.nibble(FourBitCode.NF4, value, reciprocal + 12 * Math.ulp(reciprocal)));
            assertEquals(
                    nibble, FourBitQuantization.nibble(FourBitCode.NF4, value, reciprocal - 12 * Math.ulp(reciprocal)));
        }
    }

    /** But for FP4's negative zero, which comes back as a zero. */
    @ParameterizedTest
    @CsvSource({"NF4, F32", "NF4, BF16", "FP4, F32"})
    void whatCameBackIsQuantizedToTheSameAgain(FourBitCode code, DType dtype) {
        float[] values = random(64 * 500 + 7, 5);
        for (int i = 0; i < values.length; i++) {
            values[i] = Rounding.to(DType.BF16, values[i]);
        }
        Quantized first = Quantized.of(code, values, 64);
        Quantized second = Quantized.of(code, first.values(code, 64, dtype, values.length), 64);
        assertArrayEquals(first.absmax(), second.absmax());
        for (int i = 0; i < values.length; i++) {
            int nibble = FourBitDequantization.nibble(first.packed(), 0, i);
            boolean negativeZero = code == FourBitCode.FP4 && nibble == 8;
            assertEquals(negativeZero ? 0 : nibble, FourBitDequantization.nibble(second.packed(), 0, i));
        }
    }

    @Test
    void negationFlipsTheSignBitOfFp4() {
        float[] values = random(640, 9);
        for (float value : values) {
            int nibble = FourBitCode.FP4.nibble(value);
            assertEquals(nibble == 0 ? 0 : nibble ^ 8, FourBitCode.FP4.nibble(-value) & (nibble == 0 ? 7 : 15));
        }
    }

    @Test
    void theGpuGivesTinyNegativesANegativeZero() {
        assertEquals(8, FourBitCode.FP4.nibble(-0.001f));
        assertEquals(0, FourBitCode.FP4.nibble(0.001f));
        assertEquals(0, FourBitCode.FP4.nibble(-0f));
    }

    @ParameterizedTest
    @EnumSource
    void blocksAreIndependentOfWhatStandsBesideThem(FourBitCode code) {
        float[] values = random(256, 13);
        Quantized whole = Quantized.of(code, values, 64);
        for (int block = 0; block < 4; block++) {
            Quantized part = Quantized.of(code, Arrays.copyOfRange(values, block * 64, block * 64 + 64), 64);
            assertArrayEquals(Arrays.copyOfRange(whole.packed(), block * 32, block * 32 + 32), part.packed());
            assertEquals(whole.absmax()[block], part.absmax()[0]);
        }
    }

    /** Special blocks: all zero, subnormal, beyond 2^126 (whose reciprocal is subnormal), with a NaN, with an infinity. */
    @ParameterizedTest
    @CsvSource({
        "NF4, 0, 0, 00, 0",
        "FP4, 0, 0, 00, 0",
        "NF4, 1e-39, -1e-39, 00, 0",
        "NF4, 1e38, -1e38, 77, 1e38",
        "FP4, 1e38, -1e38, 00, 1e38",
        "NF4, NaN, 2, 0f, 2",
        "NF4, -Infinity, 2, 07, Infinity",
        "FP4, NaN, 2, 03, 2"
    })
    void specialBlocks(FourBitCode code, float first, float second, String packed, float absmax) {
        Quantized quantized = Quantized.of(code, new float[] {first, second}, 64);
        assertEquals(packed, HexFormat.of().formatHex(quantized.packed()));
        assertEquals(absmax, quantized.absmax()[0]);
    }

    @ParameterizedTest
    @CsvSource({"NF4, 1, f7", "FP4, 1, 30", "NF4, -1, 07"})
    void anOddCountIsPaddedWithTheNibbleOfZero(FourBitCode code, float value, String packed) {
        Quantized quantized = Quantized.of(code, new float[] {value}, 64);
        assertEquals(packed, HexFormat.of().formatHex(quantized.packed()));
    }

    private static float[] random(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.02f;
        }
        return values;
    }
}
