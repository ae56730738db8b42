package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tiles of every kind of value against the scalar reference. */
@Timeout(60)
class EveryValueTest {
    private static final TensorFile FILE = new TensorFile(20);
    private static final Map<String, Value> VALUES = SampleValues.of(FILE);

    @TempDir
    private static Path folder;

    private static InputFile input;

    @BeforeAll
    static void write() throws IOException {
        input = FILE.write(folder);
    }

    static Stream<String> names() {
        return VALUES.keySet().stream();
    }

    private static KernelTiles tiles() {
        return new KernelTiles(new PlanInputs(List.of(input), location -> FolderFiles.of(folder)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void anyStretchIsThatOfTheReferenceForSeveralThreadsAtOnce(String name) throws Exception {
        Value value = VALUES.get(name);
        float[] expected = new ReferenceValues(FILE).of(value);
        assertEquals(expected.length, value.shape().elements());
        try (KernelTiles tiles = tiles();
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Void>> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                Random random = new Random(reader);
                readers.add(() -> {
                    for (int i = 0; i < 12; i++) {
                        int first = random.nextInt(expected.length);
                        int left = expected.length - first;
                        requireStretch(tiles, value, expected, first, i % 3 == 0 ? left : random.nextInt(left + 1));
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(readers)) {
                done.get();
            }
        }
    }

    private static void requireStretch(KernelTiles tiles, Value value, float[] expected, int first, int count)
            throws IOException {
        DType dtype = value.dtype();
        float[] floats = new float[count];
        tiles.floats(value, first, floats, count);
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
        tiles.bytes(value, first, bytes);
        assertEquals(0, bytes.remaining());
        int[] wanted = new int[count];
        int[] fromFloats = new int[count];
        int[] fromBytes = new int[count];
        for (int i = 0; i < count; i++) {
            wanted[i] = Rounding.bits(dtype, expected[first + i]);
            fromFloats[i] = Rounding.bits(dtype, floats[i]);
            fromBytes[i] = dtype == DType.F32 ? bytes.getInt(4 * i) : Short.toUnsignedInt(bytes.getShort(2 * i));
        }
        assertArrayEquals(wanted, fromFloats, () -> "floats from " + first);
        assertArrayEquals(wanted, fromBytes, () -> "bytes from " + first);
    }

    @Test
    void aStretchThatIsNotInsideIsAnError() throws IOException {
        try (KernelTiles tiles = tiles()) {
            for (Value value : VALUES.values()) {
                long elements = value.shape().elements();
                float[] into = new float[2];
                assertThrows(IllegalArgumentException.class, () -> tiles.floats(value, elements - 1, into, 2));
                assertThrows(IllegalArgumentException.class, () -> tiles.floats(value, -1, into, 1));
            }
        }
    }
}
