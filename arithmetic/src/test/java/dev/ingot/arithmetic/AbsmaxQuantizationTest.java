package dev.ingot.arithmetic;

import static dev.ingot.arithmetic.GoldenTensor.BLOCKSIZE;
import static dev.ingot.arithmetic.GoldenTensor.hex;
import static dev.ingot.arithmetic.GoldenTensor.sha256;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbsmaxQuantizationTest {
    /** Scales of a tensor, quantized and restored. */
    private record Scales(float[] plain, float offset, byte[] codes, float[] outer, float[] restored) {
        static Scales of(float[] plain, float offset) {
            byte[] codes = new byte[plain.length];
            float[] outer = new float[Math.ceilDiv(plain.length, AbsmaxQuantization.BLOCKSIZE)];
            AbsmaxQuantization.quantize(plain, offset, codes, outer);
            float[] restored = new float[plain.length];
            AbsmaxQuantization.absmax(offset).scales(codes, outer, 0, restored, plain.length);
            return new Scales(plain, offset, codes, outer, restored);
        }

        static Scales of(GoldenTensor tensor) {
            float[] values = tensor.elements();
            float[] plain = new float[tensor.blocks()];
            byte[] packed = new byte[(values.length + 1) / 2];
            FourBitQuantization.quantize(FourBitCode.NF4, values, BLOCKSIZE, packed, plain, values.length);
            return of(plain, AbsmaxQuantization.offset(plain));
        }
    }

    @Test
    void oneScaleIsItsOwnMean() {
        Scales scales = Scales.of(GoldenTensor.X64);
        assertEquals("00", HexFormat.of().formatHex(scales.codes()));
        assertEquals("3d7c0000", hex(scales.offset()));
        assertArrayEquals(new float[] {0}, scales.outer());
        assertArrayEquals(scales.plain(), scales.restored());
    }

    @Test
    void threeScales() {
        Scales scales = Scales.of(GoldenTensor.X130);
        assertEquals("08ff3f", HexFormat.of().formatHex(scales.codes()));
        assertEquals("3db75555", hex(scales.offset()));
        assertEquals("3d015556", hex(scales.outer()[0]));
        assertEquals("3d7ccaee", hex(scales.restored()[0]));
        assertEquals("3df80000", hex(scales.restored()[1]));
        assertEquals("3db06977", hex(scales.restored()[2]));
    }

    @Test
    void threeHundredScales() {
        Scales scales = Scales.of(GoldenTensor.XD);
        assertEquals("3d17fc96", hex(scales.offset()));
        assertEquals("3cf7f92c", hex(scales.outer()[0]));
        assertEquals("3cf7f92c", hex(scales.outer()[1]));
        assertEquals("f1eeeceae8e5e1e1c5dcd8d8d5d3cece", HexFormat.of().formatHex(scales.codes(), 0, 16));
        assertEquals("06618512c13491d6", sha256(scales.codes()));
    }

    @ParameterizedTest
    @CsvSource({"X130, BF16, 264306b6b4e0bdae", "XD, BF16, dc1f8790ffa75dae", "XD, F16, 0af683be4a56ad0e"})
    void valuesThatComeBackAreThoseOfBitsandbytes(GoldenTensor tensor, DType dtype, String sha) {
        float[] values = tensor.elements();
        byte[] packed = new byte[(values.length + 1) / 2];
        FourBitQuantization.quantize(
                FourBitCode.NF4, values, BLOCKSIZE, packed, new float[tensor.blocks()], values.length);
        float[] back = new float[values.length];
        float[] restored = Scales.of(tensor).restored();
        FourBitDequantization.values(FourBitCode.NF4, packed, restored, BLOCKSIZE, dtype, 0, back, back.length);
        assertEquals(sha, sha256(GoldenTensor.bytes(dtype, back)));
    }

    @Test
    void equalScalesComeBackAsTheyWere() {
        float[] plain = new float[600];
        Arrays.fill(plain, 0.0371f);
        assertArrayEquals(
                plain, Scales.of(plain, AbsmaxQuantization.offset(plain)).restored());
    }

    @Test
    void withTheOffsetGivenBlocksOf256AreIndependent() {
        Random random = new Random(2);
        float[] plain = new float[700];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = 0.03f + 0.01f * random.nextFloat();
        }
        float offset = AbsmaxQuantization.offset(plain);
        Scales whole = Scales.of(plain, offset);
        for (int from = 0; from < plain.length; from += 256) {
            int to = Math.min(from + 256, plain.length);
            Scales part = Scales.of(Arrays.copyOfRange(plain, from, to), offset);
            assertArrayEquals(Arrays.copyOfRange(whole.codes(), from, to), part.codes());
        }
    }
}
