package dev.ingot.dequant.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.dequant.kernel.FourBitLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device's script on the CPU engine against the plain kernel. */
class TorchFourBitKernelTest {
    private static FourBitScript script;

    @BeforeAll
    static void load() throws IOException {
        System.setProperty("ai.djl.offline", "true");
        script = FourBitScript.load(Device.cpu());
    }

    @AfterAll
    static void close() {
        script.close();
    }

    @ParameterizedTest
    @CsvSource({
        "NF4, F16, 64, false, 0, 8192",
        "NF4, BF16, 64, false, 0, 8192",
        "NF4, F32, 64, false, 0, 8192",
        "FP4, F16, 64, false, 0, 8192",
        "FP4, BF16, 4096, false, 0, 16384",
        "NF4, BF16, 32, true, 0, 320",
        "NF4, F16, 64, false, 63, 2",
        "NF4, F16, 64, false, 1, 62",
        "NF4, BF16, 64, false, 65, 1000",
        "NF4, F16, 128, true, 127, 513",
        "FP4, F32, 256, false, 300, 2001",
        "NF4, F16, 64, false, 0, 0",
        "NF4, F16, 64, false, 7, 1",
        "NF4, BF16, 33, false, 5, 200"
    })
    void theDeviceGivesTheBytesOfThePlainKernel(
            FourBitCode code, DType dtype, int blocksize, boolean lowFirst, long first, int count) {
        Random random = new Random(11);
        byte[] packed = new byte[count / 2 + 2];
        random.nextBytes(packed);
        float[] absmax = new float[count / blocksize + 3];
        for (int i = 0; i < absmax.length; i++) {
            absmax[i] = i % 5 == 0 ? 0 : random.nextFloat() * (i % 3 == 0 ? 3e-7f : 40_000f);
        }
        FourBitLayout layout = new FourBitLayout(code, blocksize, lowFirst, dtype);
        byte[] expected = new byte[(int) dtype.bytes(count)];
        byte[] found = new byte[expected.length];
        FourBitKernels.of(layout).bytes(packed, absmax, first, MemorySegment.ofArray(expected), count);
        try (TorchFourBitKernel kernel = new TorchFourBitKernel(script, layout)) {
            kernel.bytes(packed, absmax, first, MemorySegment.ofArray(found), count);
        }
        assertArrayEquals(expected, found);
    }

    /** A device that fails in the middle of a shard costs time, not the run. */
    @Test
    void onceTheDeviceFailsTheProcessorGivesTheSameBytes() {
        FourBitLayout layout = new FourBitLayout(FourBitCode.NF4, 64, false, DType.BF16);
        Random random = new Random(12);
        byte[] packed = new byte[500];
        random.nextBytes(packed);
        float[] absmax = new float[17];
        Arrays.fill(absmax, 0.25f);
        byte[] expected = new byte[2 * 999];
        byte[] found = new byte[expected.length];
        FourBitKernels.of(layout).bytes(packed, absmax, 30, MemorySegment.ofArray(expected), 999);
        Failing device = new Failing();
        try (TorchFourBitKernel kernel = new TorchFourBitKernel(device, layout)) {
            for (int i = 0; i < 2; i++) {
                Arrays.fill(found, (byte) 1);
                kernel.bytes(packed, absmax, 30, MemorySegment.ofArray(found), 999);
                assertArrayEquals(expected, found);
            }
        }
        assertEquals(1, device.calls, "it is asked no more");
    }

    private static final class Failing implements DeviceScript {
        private int calls;

        @Override
        public NDManager memory() {
            return script.memory();
        }

        @Override
        public void dequantize(ByteBuffer packed, float[] absmax, NDArray pairs, DType dtype, ByteBuffer into)
                throws IOException {
            calls++;
            into.put((byte) 7);
            throw new IOException("out of memory");
        }
    }
}
