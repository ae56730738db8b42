package dev.ingot.checkpoint.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AssembledTensorTest {
    private static AssembledTensor vector(long elements, Block... blocks) {
        return new AssembledTensor("v", DType.U8, Shape.of(elements), Shape.of(elements), List.of(blocks));
    }

    @Test
    void blocksOfAVectorAreReadInItsOrderWhateverOrderTheyAreGivenIn() throws IOException {
        AssembledTensor tensor = vector(5, Block.stretch("f", 0, 3, 2), Block.stretch("f", 4, 0, 3));
        Assembly assembly = Assembly.of("f", List.of(tensor), List.of());
        ByteBuffer bytes = ByteBuffer.allocate(5);
        try (AssembledFile file =
                new AssembledFile(assembly, MemoryFiles.of("f", "de--abc".getBytes(StandardCharsets.US_ASCII)))) {
            file.read(0, bytes);
        }
        assertEquals("abcde", new String(bytes.array(), StandardCharsets.US_ASCII));
    }

    @Test
    void blocksOfAVectorThatLeaveAGapAreNoTensor() {
        Block first = Block.stretch("f", 0, 0, 2);
        Block second = Block.stretch("f", 4, 3, 2);
        assertThrows(IllegalArgumentException.class, () -> vector(4, first, second));
    }

    @Test
    void fewElementsThatAreRepeatedWithoutEndAreRefused() {
        Shape shape = Shape.of(1L << 40, 1);
        Block block = new Block("f", 0, List.of(0L, 0L), shape.dims(), List.of(0L, 1L));
        AssembledTensor tensor = new AssembledTensor("v", DType.F32, shape, shape, List.of(block));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> Assembly.of("f", List.of(tensor), List.of()));
        assertEquals("torch.strided", refused.code());
    }
}
