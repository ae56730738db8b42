package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.BlockScaledFp8;
import dev.ingot.pipeline.plan.Value.MicroscaledFp4;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.RowwiseInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonFiniteSourceTest {
    private final TensorFile file = new TensorFile(1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"NaN, false", "Infinity, false", "-Infinity, true", "NaN, true"})
    void aWeightThatIsToBeQuantizedIsNamed(float bad, boolean doubleQuantized) throws IOException {
        float[] values = new float[300];
        values[170] = bad;
        Stored stored = new Stored(file.floats("model.w", DType.F32, values, 3, 100), DType.BF16);
        assertRefused(new Quantized4Bit(stored, "nf4", 64, doubleQuantized), "Element 170 of model.w");
    }

    @Test
    void aWeightBeyondFloat16IsNamedWhereLlmInt8CastsIt() throws IOException {
        Stored stored = new Stored(file.floats("model.w", DType.F32, new float[] {1, 2, 70_000, 3}, 2, 2), DType.BF16);
        assertRefused(new QuantizedInt8(stored), "of model.w");
    }

    @Test
    void aWeightThatTheLoadDtypeCannotHoldIsNamed() throws IOException {
        Stored stored = new Stored(file.floats("model.w", DType.F32, new float[] {1, 2, 70_000, 3}, 2, 2), DType.F16);
        assertRefused(new Quantized4Bit(stored, "fp4", 64, false), "Element 2 of model.w");
    }

    @Test
    void aRowsScaleIsNamed() throws IOException {
        TensorRef scales = file.floats("model.SCB", DType.F32, new float[] {1, Float.NaN}, 2);
        assertRefused(new RowwiseInt8(file.codes("w", DType.I8, 2, 8), scales, DType.F16), "Element 1 of model.SCB");
    }

    @Test
    void aGroupsScaleIsNamed() throws IOException {
        TensorRef scales = file.add("model.scales", DType.U8, Shape.of(1, 2), new byte[] {127, (byte) 255});
        TensorRef blocks = file.codes("model.blocks", DType.U8, 1, 2, 16);
        assertRefused(
                new MicroscaledFp4(blocks, scales, DType.BF16, Shape.of(1, 64)),
                "The scale of group 1 of model.scales");
    }

    @Test
    void anEightBitFloatThatIsNoNumberIsNamed() throws IOException {
        TensorRef weight = file.add("model.w", DType.F8_E4M3, Shape.of(2, 2), new byte[] {0, 1, 0x7F, 2});
        TensorRef scales = file.floats("scale", DType.F32, new float[] {1}, 1, 1);
        assertRefused(new BlockScaledFp8(weight, scales, 128, 128, DType.BF16), "Element 2 of model.w");
    }

    private void assertRefused(Value value, String expected) throws IOException {
        int count = (int) value.shape().elements();
        try (KernelTiles tiles = file.tiles(folder)) {
            RefusedInput refused =
                    assertThrows(RefusedInput.class, () -> tiles.floats(value, 0, new float[count], count));
            assertEquals("base.non-finite", refused.code());
            assertTrue(refused.getMessage().contains(expected), refused.getMessage());
        }
    }
}
