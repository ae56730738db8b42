package dev.ingot.dequant.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitDequantization;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.HalfPrecision;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizeDequantizeKernelTest {
    @ParameterizedTest
    @EnumSource(FourBitCode.class)
    void everyPairOfABfloat16AndAnAbsmaxHasTheBitsOfTheReference(FourBitCode code) {
        int octaves = 12;
        float[] block = new float[2 * 128 * octaves + 1];
        for (int mantissa = 0; mantissa < 128; mantissa++) {
            float absmax = HalfPrecision.fromBFloat16((short) (0x3F80 + mantissa));
            int size = 0;
            block[size++] = absmax;
            for (int bits = 0x3F80 + mantissa; bits > 0x3F80 + mantissa - 128 * octaves; bits--) {
                float value = HalfPrecision.fromBFloat16((short) bits);
                block[size++] = value;
                block[size++] = -value;
            }
            assertLikeTheReference(code, 4096, DType.BF16, block, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NF4, F16, 64, 4096, 0",
        "NF4, BF16, 64, 1000, 0",
        "NF4, F32, 32, 513, 0",
        "FP4, F16, 64, 4096, 0",
        "FP4, BF16, 128, 1000, 0",
        "FP4, F32, 4096, 8195, 0",
        "NF4, BF16, 64, 1, 0",
        "NF4, BF16, 64, 63, 0",
        "NF4, BF16, 64, 65, 0",
        "NF4, F16, 64, 2000, 63",
        "FP4, F16, 256, 2000, 777"
    })
    void weightsOfAllMagnitudesHaveTheBitsOfTheReference(
            FourBitCode code, DType dtype, int blocksize, int count, int from) {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            float[] values = new float[count];
            float scale = 1;
            for (int i = 0; i < count; i++) {
                scale = i % blocksize == 0 ? scale(dtype, random) : scale;
                int tiny = random.nextInt(8) == 0 ? random.nextInt(30) : 0;
                values[i] = Rounding.to(dtype, (float) random.nextGaussian() * Math.scalb(scale, -tiny));
                values[i] = Float.isFinite(values[i]) ? values[i] : -0f;
            }
            assertLikeTheReference(code, blocksize, dtype, values, from);
        }
    }

    /** Among them blocks of zeros, of subnormal numbers, and of numbers whose reciprocal is subnormal. */
    private static float scale(DType dtype, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> dtype == DType.F16 ? 0x1p-22f : 0x1p-130f;
            case 2 -> dtype == DType.F16 ? 0x1p-13f : 0x1p-125f;
            case 3 -> dtype == DType.F16 ? 0x1p13f : 0x1p125f;
            case 4 -> Math.scalb(1f, random.nextInt(40) - 30);
            default -> 0.02f;
        };
    }

    @ParameterizedTest
    @EnumSource(FourBitCode.class)
    void subnormalWeightsBesideOrdinaryOnesCountAsZero(FourBitCode code) {
        float[] values = {
            1e-30f,
            -1e-30f,
            -Float.MIN_NORMAL,
            Math.nextUp(-Float.MIN_NORMAL),
            -Float.MIN_VALUE,
            Float.MIN_VALUE,
            -0f,
            0f
        };
        assertLikeTheReference(code, 64, DType.F32, values, 0);
        values[0] = 3;
        assertLikeTheReference(code, 64, DType.F32, values, 0);
        values[0] = 0x1p120f;
        assertLikeTheReference(code, 64, DType.F32, values, 0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteShowsInTheScaleOfItsBlock(float value) {
        float[] absmax = new float[2];
        new QuantizeDequantizeKernel(FourBitCode.NF4, 32, DType.F32).absmax(values(value), absmax, 40);
        assertEquals(2f, absmax[0]);
        assertFalse(Float.isFinite(absmax[1]));
    }

    private static float[] values(float last) {
        float[] values = new float[40];
        Arrays.fill(values, -2);
        values[35] = last;
        return values;
    }

    private static void assertLikeTheReference(FourBitCode code, int blocksize, DType dtype, float[] values, int from) {
        int count = values.length;
        byte[] packed = new byte[count / 2 + 1];
        float[] absmax = new float[Math.ceilDiv(count, blocksize)];
        FourBitQuantization.quantize(code, values, blocksize, packed, absmax, count);
        QuantizeDequantizeKernel kernel = new QuantizeDequantizeKernel(code, blocksize, dtype);
        float[] found = new float[absmax.length];
        kernel.absmax(values, found, count);
        assertArrayEquals(bits(absmax), bits(found));

        float[] scales = absmax.clone();
        for (int i = 1; i < scales.length; i += 3) {
            scales[i] *= 1.01f;
        }
        float[] expected = new float[count];
        FourBitDequantization.values(code, packed, scales, blocksize, dtype, 0, expected, count);
        float[] floats = new float[count - from];
        kernel.floats(values, absmax, scales, from, floats, floats.length);
        assertArrayEquals(bits(Arrays.copyOfRange(expected, from, count)), bits(floats));

        byte[] bytes = new byte[floats.length * dtype.bits() / Byte.SIZE];
        kernel.bytes(values, absmax, scales, from, MemorySegment.ofArray(bytes), floats.length);
        assertArrayEquals(PackedBits.of(dtype, floats), bytes);
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
