package dev.ingot.dequant.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs with the module, as the build passes it; on a machine without vectors, as slowly as it comes. */
class VectorFourBitKernelTest {
    private static final float[] SCALES = {
        0,
        Float.MIN_VALUE,
        1e-40f,
        Float.MIN_NORMAL,
        6e-8f,
        3e-5f,
        6.1e-5f,
        0.0123f,
        1,
        65519,
        65520,
        1e30f,
        Float.MAX_VALUE
    };

    @ParameterizedTest
    @CsvSource({"32", "64", "128", "256", "512", "1024", "2048", "4096"})
    void everyBlocksizeCodeAndDtypeHasTheBytesOfThePlainKernelFromAnywhere(int blocksize) {
        Random random = new Random(blocksize);
        for (FourBitCode code : FourBitCode.values()) {
            for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
                FourBitLayout layout = new FourBitLayout(code, blocksize, false, dtype);
                for (long first : new long[] {0, 1, blocksize - 1, blocksize, 5L * blocksize + 7, 1L << 40}) {
                    assertLikePlain(layout, first, 1, random);
                    assertLikePlain(layout, first, blocksize, random);
                    assertLikePlain(layout, first, 20_000 + random.nextInt(999), random);
                }
            }
        }
    }

    /** Scales whose every product is a normal float16 take a way of their own; so near to its ends, and past them by one step. */
    @ParameterizedTest
    @EnumSource(FourBitCode.class)
    void scalesAroundTheNormalFloat16AreRoundedLikeThePlainKernels(FourBitCode code) {
        FourBitLayout layout = new FourBitLayout(code, 64, false, DType.F16);
        TableCodes codes = TableCodes.of(code);
        float least = 0x1p-14f / codes.least();
        float greatest = 65504 / codes.greatest();
        Random random = new Random(7);
        for (float end : new float[] {least, greatest, 65520 / codes.greatest()}) {
            for (float scale : new float[] {Math.nextDown(end), end, Math.nextUp(end)}) {
                assertLikePlain(layout, 0, 20_000, random, i -> i % 7 == 3 ? scale : 0.01f + random.nextFloat());
            }
        }
        assertLikePlain(layout, 0, 20_000, random, i -> i == 70 ? -1 : random.nextFloat() + least);
        assertLikePlain(layout, 0, 4_000_000, random, i -> least + random.nextFloat() * random.nextInt(1 << 15));
    }

    private static void assertLikePlain(FourBitLayout layout, long first, int count, Random random) {
        assertLikePlain(
                layout,
                first,
                count,
                random,
                i -> random.nextBoolean() ? random.nextFloat() : SCALES[random.nextInt(SCALES.length)]);
    }

    private static void assertLikePlain(
            FourBitLayout layout, long first, int count, Random random, IntToDoubleFunction scales) {
        byte[] packed = new byte[count / 2 + 2];
        random.nextBytes(packed);
        float[] absmax = new float[count / layout.blocksize() + 3];
        for (int i = 0; i < absmax.length; i++) {
            absmax[i] = (float) scales.applyAsDouble(i);
        }
        PlainFourBitKernel plain = new PlainFourBitKernel(layout);
        VectorFourBitKernel vector = new VectorFourBitKernel(layout);

        float[] expected = new float[count];
        float[] floats = new float[count];
        plain.floats(packed, absmax, first, expected, count);
        vector.floats(packed, absmax, first, floats, count);
        assertArrayEquals(PackedBits.of(DType.F32, expected), PackedBits.of(DType.F32, floats));

        byte[] bytes = new byte[2 * count];
        vector.bytes(packed, absmax, first, MemorySegment.ofArray(bytes), count);
        assertArrayEquals(PackedBits.of(layout.dtype(), expected), bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment direct = arena.allocate(2L * count + 2);
            vector.bytes(packed, absmax, first, direct.asSlice(0, 2L * count), count);
            assertEquals(-1, direct.asSlice(0, 2L * count).mismatch(MemorySegment.ofArray(bytes)));
            assertEquals(0, direct.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * count));
        }
    }

    @Test
    void theLayoutsThatItDoesNotReadGoToThePlainKernel() {
        assertEquals(Optional.empty(), FourBitKernels.vector(new FourBitLayout(FourBitCode.NF4, 64, false, DType.F32)));
        assertEquals(Optional.empty(), FourBitKernels.vector(new FourBitLayout(FourBitCode.NF4, 64, true, DType.F16)));
        assertEquals(Optional.empty(), FourBitKernels.vector(new FourBitLayout(FourBitCode.NF4, 96, false, DType.F16)));
    }
}
