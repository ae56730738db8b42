package dev.ingot.dequant.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitDequantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainFourBitKernelTest {
    @ParameterizedTest
    @CsvSource({
        "NF4, F16, 64, 0, 4096",
        "NF4, BF16, 64, 0, 4096",
        "NF4, F32, 64, 0, 4096",
        "FP4, F16, 64, 0, 4096",
        "FP4, BF16, 32, 0, 33",
        "NF4, F16, 64, 0, 1",
        "NF4, F16, 64, 63, 1",
        "NF4, F16, 64, 63, 2",
        "NF4, F16, 64, 64, 64",
        "NF4, BF16, 100, 1, 1500",
        "FP4, F16, 33, 511, 1024",
        "NF4, BF16, 64, 65, 127",
        "NF4, F16, 64, 1, 62",
        "NF4, F16, 7, 0, 100",
        "NF4, F16, 7, 5, 100",
        "FP4, F32, 1, 3, 10",
        "NF4, F16, 4096, 4095, 3",
        "NF4, F16, 64, 0, 0"
    })
    void aTileFromAnywhereHasTheBytesOfTheReference(
            FourBitCode code, DType dtype, int blocksize, long first, int count) {
        Random random = new Random(7);
        byte[] packed = new byte[count / 2 + 2];
        random.nextBytes(packed);
        float[] absmax = new float[count / blocksize + 3];
        for (int i = 0; i < absmax.length; i++) {
            absmax[i] = random.nextFloat() * (i % 5 == 0 ? 1e-5f : 2);
        }
        float[] expected = new float[count];
        FourBitDequantization.values(code, packed, absmax, blocksize, dtype, first, expected, count);
        FourBitKernel kernel = new PlainFourBitKernel(new FourBitLayout(code, blocksize, false, dtype));
        float[] floats = new float[count];
        kernel.floats(packed, absmax, first, floats, count);
        assertArrayEquals(bits(expected), bits(floats));
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
        kernel.bytes(packed, absmax, first, MemorySegment.ofBuffer(bytes), count);
        for (float value : expected) {
            int found = dtype == DType.F32 ? bytes.getInt() : Short.toUnsignedInt(bytes.getShort());
            assertEquals(Rounding.bits(dtype, value), found);
        }
    }

    @ParameterizedTest
    @CsvSource({"NF4, F16, 64, 0, 600", "FP4, BF16, 32, 1, 77", "NF4, F32, 64, 63, 2"})
    void lowNibbleFirstGivesTheBytesOfSwappedNibbles(
            FourBitCode code, DType dtype, int blocksize, long first, int count) {
        byte[] packed = new byte[count / 2 + 2];
        new Random(3).nextBytes(packed);
        byte[] swapped = new byte[packed.length];
        for (int i = 0; i < packed.length; i++) {
            swapped[i] = (byte) (packed[i] << 4 | packed[i] >>> 4 & 0xF);
        }
        float[] absmax = new float[count / blocksize + 3];
        Arrays.fill(absmax, 0.3f);
        float[] expected = new float[count];
        new PlainFourBitKernel(new FourBitLayout(code, blocksize, false, dtype))
                .floats(swapped, absmax, first, expected, count);
        float[] found = new float[count];
        new PlainFourBitKernel(new FourBitLayout(code, blocksize, true, dtype))
                .floats(packed, absmax, first, found, count);
        assertArrayEquals(bits(expected), bits(found));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
