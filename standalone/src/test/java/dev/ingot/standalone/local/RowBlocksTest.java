package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A LoRA on linear layers that one generation of transformers has fused and the other not, by ingest, merge and the judge. {@code
 * conformance/fixtures/fused.py} makes base, adapters and what PEFT merges.
 */
@Timeout(300)
class RowBlocksTest {
    private static final Path FUSED =
            Path.of("../checkpoint/src/test/resources/fused").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    @ParameterizedTest
    @CsvSource({"base-fused, adapter-split, expected-split", "base-split, adapter-fused, expected-fused"})
    void theMergeIsThatOfPeftOnTheOtherForm(String base, String adapter, String expected) throws IOException {
        assertEquals(0, merge(base, adapter), recorded.err());
        TreeMap<String, float[]> wanted = tensors(FUSED.resolve(expected));
        TreeMap<String, float[]> merged = tensors(dir.resolve("out"));
        assertEquals(wanted.keySet(), merged.keySet());
        wanted.forEach((name, values) -> {
            float[] own = merged.get(name);
            assertEquals(values.length, own.length, name);
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i], own[i], 1e-6f, name + " " + i);
            }
        });
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(report.contains("Every weight is what base and adapter give"), report);
    }

    /** The norms of DoRA are those of the layer that training had. */
    @Test
    void doraOnALayerThatTheBaseHasFusedIsRefusedWithTheReason() {
        assertNotEquals(0, merge("base-fused", "adapter-dora"));
        assertTrue(recorded.err().contains("adapter.rearranged-module"), recorded.err());
        assertTrue(recorded.err().contains("DoRA"), recorded.err());
    }

    private int merge(String base, String adapter) {
        return MainAccess.run(
                recorded.terminal(),
                "merge",
                "--base",
                FUSED.resolve(base).toString(),
                "--adapter",
                FUSED.resolve(adapter).toString(),
                "--out",
                dir.resolve("out").toString());
    }

    private static TreeMap<String, float[]> tensors(Path folder) throws IOException {
        TreeMap<String, float[]> tensors = new TreeMap<>();
        try (RangedFile file = FolderFiles.of(folder).open("model.safetensors").orElseThrow()) {
            for (TensorEntry entry : SafetensorsFile.read(file).tensors()) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(Math.toIntExact(entry.length())).order(ByteOrder.LITTLE_ENDIAN);
                file.read(entry.offset(), bytes);
                float[] values = new float[Math.toIntExact(entry.length() / Float.BYTES)];
                bytes.flip().asFloatBuffer().get(values);
                tensors.put(entry.name(), values);
            }
        }
        return tensors;
    }
}
