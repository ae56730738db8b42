package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.tile.TileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what bitsandbytes makes of the same tensors; conformance/fixtures/dequantized.py wrote it down. */
class OracleTest {
    private static final String FILE = "four-bit.safetensors";
    private static final String DEMO = "model.layers.0.self_attn.k_proj.weight";

    @ParameterizedTest
    @ValueSource(ints = {2, 30, 64, 1000, 1 << 18})
    void everyTileHasTheBytesThatBitsandbytesGives(int tile) throws Exception {
        FolderFiles oracle = FolderFiles.of(Path.of("src/test/resources/oracle"));
        Plan plan = OraclePlan.of("run", oracle, FILE);
        TensorCatalog catalog = TensorCatalog.ofFile(oracle, FILE).orElseThrow();
        Map<String, Packed4Bit> values = OraclePlan.values(oracle, FILE);
        assertEquals(7, values.size());
        try (TileSource tiles = new KernelTiles(new PlanInputs(plan.inputs(), location -> oracle))) {
            for (Map.Entry<String, Packed4Bit> entry : values.entrySet()) {
                LocatedTensor expected =
                        catalog.find("expected." + entry.getKey()).orElseThrow();
                requireEqual(tiles, new Stored(OraclePlan.ref(expected), expected.dtype()), entry.getValue(), tile);
            }
        }
    }

    @Test
    void aTensorOfTheDemoIsWhatBitsandbytesMakesOfIt() throws Exception {
        FolderFiles demo = FolderFiles.of(Path.of("../demo/base-nf4"));
        FolderFiles oracle = FolderFiles.of(Path.of("src/test/resources/oracle"));
        LocatedTensor expected = TensorCatalog.ofFile(oracle, FILE)
                .orElseThrow()
                .find("expected." + DEMO)
                .orElseThrow();
        Plan plan = OraclePlan.of("run", demo, "model.safetensors");
        Value value = plan.outputs().stream()
                .filter(output -> output.name().equals(DEMO))
                .findFirst()
                .orElseThrow()
                .value();
        int bytes = (int) expected.entry().length();
        ByteBuffer fromOracle = ByteBuffer.allocate(bytes);
        ByteBuffer fromDemo = ByteBuffer.allocate(bytes);
        try (var file = oracle.open(FILE).orElseThrow();
                TileSource tiles = new KernelTiles(new PlanInputs(plan.inputs(), location -> demo))) {
            file.read(expected.entry().offset(), fromOracle);
            tiles.bytes(value, 0, fromDemo);
        }
        assertArrayEquals(fromOracle.array(), fromDemo.array());
    }

    private static void requireEqual(TileSource tiles, Value expected, Packed4Bit value, int tile) throws IOException {
        DType dtype = value.dtype();
        int count = (int) value.shape().elements();
        float[] wanted = new float[count];
        tiles.floats(expected, 0, wanted, count);
        for (int first = 0; first < count; first += tile) {
            int here = Math.min(tile, count - first);
            float[] floats = new float[here];
            tiles.floats(value, first, floats, here);
            ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(here)).order(ByteOrder.LITTLE_ENDIAN);
            tiles.bytes(value, first, bytes);
            assertEquals(0, bytes.remaining());
            for (int i = 0; i < here; i++) {
                int bits = dtype == DType.F32 ? bytes.getInt(4 * i) : Short.toUnsignedInt(bytes.getShort(2 * i));
                assertEquals(bits, Rounding.bits(dtype, floats[i]));
                // Of FP4's negative zero the sign depends on the backend; all else is the same on all of them.
                assertEquals(
                        wanted[first + i] + 0f, floats[i] + 0f, value.packed().name() + " at " + (first + i));
            }
        }
    }
}
