package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What trainers of vision-language models leave: a LoRA on the language model, and beside it a projector that was trained whole. */
@Timeout(120)
class VlmTrainerTest {
    private static final Path RESOURCES =
            Path.of("../checkpoint/src/test/resources").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    @ParameterizedTest
    @CsvSource({
        "llava, llava-next-float32, non_lora_trainables.bin",
        "qwen-vl-finetune, qwen2-vl-float32, non_lora_state_dict.bin",
        "llava, llava-next-float32, mm_projector.bin"
    })
    void theProjectorThatWasTrainedWholeIsMergedWithTheLora(String trainer, String base, String file)
            throws IOException {
        Path adapter = Files.createDirectories(dir.resolve("adapter"));
        try (Stream<Path> files = Files.list(RESOURCES.resolve("vlm").resolve(trainer))) {
            for (Path each : files.toList()) {
                String name = each.getFileName().toString();
                Files.copy(each, adapter.resolve(name.startsWith("non_lora_") ? file : name));
            }
        }
        assertEquals(0, merge(base, adapter, "out"), recorded.err());
        Map<String, float[]> merged = read(dir.resolve("out"), "model.safetensors");
        Map<String, float[]> expected = read(RESOURCES.resolve("vlm"), trainer + ".expected.safetensors");
        assertTrue(expected.size() > 4);
        expected.forEach((name, values) -> assertArrayEquals(values, merged.get(name), 1e-6f, name));
    }

    @ParameterizedTest
    @CsvSource({"llava, llava-next-float32, non_lora_trainables.bin"})
    void aFileOfTheProjectorThatIsNotWholeIsRefusedAndNotIgnored(String trainer, String base, String file)
            throws IOException {
        Path damaged = Files.createDirectories(dir.resolve("damaged"));
        try (Stream<Path> files = Files.list(RESOURCES.resolve("vlm").resolve(trainer))) {
            for (Path each : files.toList()) {
                Files.copy(each, damaged.resolve(each.getFileName()));
            }
        }
        byte[] bytes = Files.readAllBytes(damaged.resolve(file));
        Files.write(damaged.resolve(file), Arrays.copyOf(bytes, bytes.length / 2));
        assertEquals(3, merge(base, damaged, "refused"), recorded.err());
        assertTrue(recorded.err().contains(file), recorded.err());
        assertTrue(Files.notExists(dir.resolve("refused")));
    }

    private int merge(String base, Path adapter, String out) {
        return MainAccess.run(
                recorded.terminal(),
                "merge",
                "--base",
                RESOURCES.resolve("fixtures/peft/bases").resolve(base).toString(),
                "--adapter",
                adapter.toString(),
                "--validate",
                "structure",
                "--out",
                dir.resolve(out).toString());
    }

    private static Map<String, float[]> read(Path folder, String file) throws IOException {
        FolderFiles files = FolderFiles.of(folder);
        Map<String, float[]> values = new TreeMap<>();
        try (RangedFile open = files.open(file).orElseThrow()) {
            for (LocatedTensor tensor :
                    TensorCatalog.ofFile(files, file).orElseThrow().tensors().values()) {
                ByteBuffer bytes = ByteBuffer.allocate(
                                Math.toIntExact(tensor.entry().length()))
                        .order(ByteOrder.LITTLE_ENDIAN);
                open.read(tensor.entry().offset(), bytes);
                float[] floats = new float[bytes.flip().remaining() / Float.BYTES];
                bytes.asFloatBuffer().get(floats);
                values.put(tensor.name(), floats);
            }
        }
        return values;
    }
}
