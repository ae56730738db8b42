package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What PEFT trained of linear layers that one generation of transformers has fused and the other not, by ingest, merge and the judge. {@code
 * conformance/fixtures/fused.py} makes bases, adapters and what PEFT merges.
 */
@Timeout(300)
class RowBlocksTest {
    private static final Path FUSED =
            Path.of("../checkpoint/src/test/resources/fused").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    static Stream<String> cases() throws IOException {
        try (Stream<Path> folders = Files.walk(FUSED, 2)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("expected.safetensors")))
                    .map(folder -> FUSED.relativize(folder).toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theMergeIsThatOfPeftOnTheOtherForm(String trained) throws IOException {
        Path base = other(trained);
        assertEquals(0, merge(base, FUSED.resolve(trained)), recorded.err());
        TreeMap<String, float[]> wanted = tensors(base, "model.safetensors");
        TreeMap<String, float[]> changed = tensors(FUSED.resolve(trained), "expected.safetensors");
        assertTrue(wanted.keySet().containsAll(changed.keySet()));
        wanted.putAll(changed);
        TreeMap<String, float[]> merged = tensors(dir.resolve("out"), "model.safetensors");
        assertEquals(wanted.keySet(), merged.keySet());
        wanted.forEach((name, values) ->
                assertArrayEquals(values, merged.get(name), changed.containsKey(name) ? 1e-6f : 0, name));
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(report.contains("Every weight is what base and adapter give"), report);
    }

    @Test
    void everyCaseOfTheFixtureIsThere() throws IOException {
        assertEquals(15, cases().count());
    }

    /** A layer's singular directions are not those of its rows in a larger one. */
    @ParameterizedTest
    @CsvSource({
        "nomic/from-memory-plain, '\"init_lora_weights\": true', '\"init_lora_weights\": \"pissa\"', singular",
        "nomic/from-disk-plain, '\"init_lora_weights\": true', '\"init_lora_weights\": \"olora\"', singular",
        "nomic/from-memory-plain, '\"use_dora\": false', '\"use_dora\": true', lora_magnitude_vector",
        "nomic/from-disk-dora, '\"use_dora\": true', '\"use_dora\": false', does not say use_dora",
        "nomic/from-disk-plain, '\"r\": 3', '\"r\": 2', has shape",
        "jina/from-memory-bias, '\"lora_alpha\": 6', '\"lora_alpha\": 1e60', scale",
        "minimax/from-memory-plain, 'gate_up_proj', 'q_proj', does not name it",
    })
    void whatIsMoreThanItsRowsIsRefusedWithTheReason(String trained, String part, String instead, String reason)
            throws IOException {
        Path adapter = Files.createDirectory(dir.resolve("adapter"));
        Path from = FUSED.resolve(trained);
        String config = Files.readString(from.resolve("adapter_config.json"));
        assertTrue(config.contains(part), config);
        Files.writeString(adapter.resolve("adapter_config.json"), config.replace(part, instead));
        Files.copy(from.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.safetensors"));
        assertEquals(3, merge(other(trained), adapter));
        assertTrue(recorded.err().contains(reason), recorded.err());
    }

    /** The form that an adapter was not trained on. */
    private static Path other(String trained) {
        return FUSED.resolve(trained).resolveSibling(trained.contains("/from-memory") ? "disk" : "memory");
    }

    private int merge(Path base, Path adapter) {
        return MainAccess.run(
                recorded.terminal(),
                "merge",
                "--base",
                base.toString(),
                "--adapter",
                adapter.toString(),
                "--out",
                dir.resolve("out").toString());
    }

    private static TreeMap<String, float[]> tensors(Path folder, String name) throws IOException {
        TreeMap<String, float[]> tensors = new TreeMap<>();
        try (RangedFile file = FolderFiles.of(folder).open(name).orElseThrow()) {
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
