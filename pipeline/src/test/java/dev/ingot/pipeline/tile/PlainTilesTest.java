package dev.ingot.pipeline.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlainTilesTest {
    private static final int SKIPPED = 6;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void every16BitPatternIsWidenedExactly(DType dtype) throws IOException {
        short[] patterns = new short[1 << 16];
        ByteBuffer bytes = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < patterns.length; i++) {
            bytes.putShort((short) i);
        }
        float[] floats = floats(dtype, dtype, bytes.array(), 1 << 16, 1, (1 << 16) - 1);
        for (int i = 1; i < patterns.length; i++) {
            assertEquals(Rounding.fromBits(dtype, i), floats[i - 1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, F16", "F32, BF16", "F16, BF16"})
    void aWiderFileIsRoundedToTheRecordedDType(DType stored, DType recorded) throws IOException {
        float[] values = {1.00048828125f, -3.14159f, 1e-6f, 65519, 0};
        ByteBuffer bytes =
                ByteBuffer.allocate((int) stored.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        ElementReader.encode(stored, values, bytes, values.length);
        float[] expected = new float[4];
        for (int i = 0; i < 4; i++) {
            expected[i] = Rounding.to(recorded, Rounding.to(stored, values[i + 1]));
        }
        assertArrayEquals(expected, floats(stored, recorded, bytes.array(), 5, 1, 4));
    }

    @Test
    void aFileThatGrewSincePlanningIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("t"), new byte[4]);
        FileSet files = FolderFiles.of(folder);
        InputFile input = new InputFile(
                InputRole.BASE,
                files.location(),
                "t",
                4,
                files.list().getFirst().identity());
        Files.write(file, new byte[8]);
        try (PlanInputs inputs = new PlanInputs(List.of(input), location -> files)) {
            assertEquals(
                    "input.changed",
                    assertThrows(RefusedInput.class, () -> inputs.file(0)).code());
        }
    }

    private float[] floats(DType stored, DType recorded, byte[] content, long elements, long first, int count)
            throws IOException {
        byte[] file = new byte[content.length + SKIPPED];
        System.arraycopy(content, 0, file, SKIPPED, content.length);
        Files.write(folder.resolve("t"), file);
        FileSet files = FolderFiles.of(folder);
        InputFile input = new InputFile(
                InputRole.BASE,
                files.location(),
                "t",
                file.length,
                files.list().getFirst().identity());
        TensorRef tensor = new TensorRef(0, "t", stored, Shape.of(elements), SKIPPED, content.length);
        try (PlanInputs inputs = new PlanInputs(List.of(input), location -> files)) {
            float[] floats = new float[count];
            new PlainTiles(inputs).floats(new Stored(tensor, recorded), first, floats, count);
            ByteBuffer bytes = ByteBuffer.allocate((int) recorded.bytes(count));
            new PlainTiles(inputs).bytes(new Stored(tensor, recorded), first, bytes);
            assertArrayEquals(expectedBytes(stored, recorded, content, first, floats), bytes.array());
            return floats;
        }
    }

    /** Bytes of the file where nothing is rounded, NaNs and all. */
    private static byte[] expectedBytes(DType stored, DType recorded, byte[] content, long first, float[] floats) {
        if (stored == recorded) {
            int from = (int) stored.bytes(first);
            return Arrays.copyOfRange(content, from, from + (int) stored.bytes(floats.length));
        }
        ByteBuffer encoded = ByteBuffer.allocate((int) recorded.bytes(floats.length));
        ElementReader.encode(recorded, floats, encoded, floats.length);
        return encoded.array();
    }
}
