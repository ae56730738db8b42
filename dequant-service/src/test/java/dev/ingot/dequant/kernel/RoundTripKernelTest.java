package dev.ingot.dequant.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitDequantization;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RoundTripKernelTest {
    @ParameterizedTest
    @CsvSource({
        "NF4, BF16, 64, 0, 6400",
        "NF4, F16, 64, 0, 6399",
        "FP4, BF16, 64, 0, 6400",
        "FP4, F16, 32, 5, 1001",
        "NF4, F32, 4096, 4095, 4098",
        "FP4, F32, 256, 257, 258",
        "NF4, BF16, 64, 63, 65",
        "NF4, BF16, 64, 64, 64",
        "NF4, BF16, 64, 0, 1"
    })
    void quantizedAndBackInOneGoIsTheTwoStepsOfTheReference(
            FourBitCode code, DType dtype, int blocksize, int from, int to) {
        Random random = new Random(to);
        float[] values = new float[to];
        for (int i = 0; i < to; i++) {
            values[i] = Rounding.to(dtype, (float) random.nextGaussian() * (i / blocksize % 3 == 0 ? 1e-4f : 1));
        }
        assertRoundTrip(code, dtype, blocksize, values, from);
    }

    /** A block of absmax 1 whose values are the thresholds and their neighbours, positive and negative. */
    @ParameterizedTest
    @EnumSource
    void onAndBesideEveryThreshold(FourBitCode code) {
        float[] thresholds = code.thresholds();
        float[] values = new float[thresholds.length * 6 + 4];
        values[0] = 1;
        values[1] = -1;
        values[2] = -0f;
        values[3] = -Float.MIN_VALUE;
        for (int i = 0; i < thresholds.length; i++) {
            float[] near = {Math.nextDown(thresholds[i]), thresholds[i], Math.nextUp(thresholds[i])};
            for (int j = 0; j < near.length; j++) {
                values[4 + 6 * i + j] = near[j];
                values[4 + 6 * i + 3 + j] = -near[j];
            }
        }
        assertRoundTrip(code, DType.F32, 128, values, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "NF4, 0",
        "FP4, 0",
        "NF4, 1e-39",
        "FP4, 1.2e-38",
        "FP4, 1e-30",
        "NF4, 1e-17",
        "FP4, 8e37",
        "NF4, 9e37",
        "FP4, 3.4e38"
    })
    void blocksOfExtremeMagnitude(FourBitCode code, float absmax) {
        float[] values = {absmax, -absmax, absmax / 3, -absmax / 3, -absmax / 1000, -absmax / 1e8f, 0, -0f};
        assertRoundTrip(code, DType.F32, 64, values, 0);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void whatIsNotFiniteShowsInAbsmax(float value) {
        float[] absmax = new float[2];
        new RoundTripKernel(FourBitCode.NF4, 2, DType.F32).absmax(new float[] {1, -2, value}, 3, absmax);
        assertEquals(2f, absmax[0]);
        assertFalse(Float.isFinite(absmax[1]));
    }

    private static void assertRoundTrip(FourBitCode code, DType dtype, int blocksize, float[] values, int from) {
        int count = values.length;
        int blocks = Math.ceilDiv(count, blocksize);
        byte[] packed = new byte[(count + 1) / 2];
        float[] absmax = new float[blocks];
        FourBitQuantization.quantize(code, values, blocksize, packed, absmax, count);
        float[] scales = new float[blocks];
        for (int i = 0; i < blocks; i++) {
            scales[i] = absmax[i] * (i % 2 == 0 ? 1 : 1.01f);
        }
        float[] expected = new float[count];
        FourBitDequantization.values(code, packed, scales, blocksize, dtype, 0, expected, count);
        RoundTripKernel kernel = new RoundTripKernel(code, blocksize, dtype);
        float[] found = new float[blocks];
        kernel.absmax(values, count, found);
        assertArrayEquals(absmax, found);
        float[] floats = new float[count - from];
        kernel.floats(values, absmax, scales, from, count, floats);
        assertArrayEquals(bits(dtype, Arrays.copyOfRange(expected, from, count)), bits(dtype, floats));
        byte[] bytes = new byte[(int) dtype.bytes(count - from)];
        kernel.bytes(values, absmax, scales, from, count, MemorySegment.ofArray(bytes));
        assertArrayEquals(bits(dtype, floats), bits(dtype, ByteBuffer.wrap(bytes)));
    }

    private static int[] bits(DType dtype, float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Rounding.bits(dtype, values[i]);
        }
        return bits;
    }

    private static int[] bits(DType dtype, ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        int[] bits = new int[bytes.remaining() * 8 / dtype.bits()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = dtype == DType.F32 ? bytes.getInt() : Short.toUnsignedInt(bytes.getShort());
        }
        return bits;
    }
}
