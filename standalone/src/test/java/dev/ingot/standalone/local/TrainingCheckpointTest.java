package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.safetensors.SafetensorsLayout;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot merge} on what a training run had in memory: the same bytes as from the adapter that it exported. */
@Timeout(120)
class TrainingCheckpointTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures")
            .toAbsolutePath()
            .normalize();
    private static final String ENGINE = "model.base_model.model.";

    @TempDir
    Path dir;

    private final Map<String, Raw> tensors = new LinkedHashMap<>();
    private RecordedTerminal recorded = RecordedTerminal.of(0);

    private record Raw(DType dtype, Shape shape, byte[] bytes) {
        /** A plain tensor in float32. */
        Raw widened() {
            if (dtype != DType.BF16) {
                return this;
            }
            ByteBuffer wide = ByteBuffer.allocate(bytes.length * 2).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer narrow = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (narrow.hasRemaining()) {
                wide.putInt(narrow.getShort() << Short.SIZE);
            }
            return new Raw(DType.F32, shape, wide.array());
        }
    }

    @BeforeEach
    void folders() throws IOException {
        Files.createDirectories(dir.resolve("run/consolidated"));
    }

    @Test
    void copiesInFloat32ProveTheBaseAndChangeNothing() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        assertEquals(0, merge("base-bf16-untied", "out"), recorded.err());
        assertArrayEquals(exported("base-bf16-untied", "patterns"), weights("out"));
        assertTrue(report("out").contains("base tensors equal the base"));
        int told = MainAccess.run(
                recorded.terminal(),
                "explain",
                "--base",
                FIXTURES.resolve("base-bf16-untied").toString(),
                "--adapter",
                dir.resolve("run/consolidated").toString());
        assertEquals(0, told, recorded.err());
    }

    @Test
    void packedCopiesAreThoseOfAPackedBase() throws IOException {
        checkpoint("base-nf4", "lora");
        assertEquals(0, merge("base-nf4", "out"), recorded.err());
        assertArrayEquals(exported("base-nf4", "lora"), weights("out"));
        assertTrue(report("out").contains("equal the base in nf4 byte for byte: quantization settings confirmed"));
    }

    @Test
    void aCopyThatDriftedIsRefusedOrDecided() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        String norm = ENGINE + "model.norm.weight";
        byte[] bytes = tensors.get(norm).bytes();
        bytes[2] ^= 0x40;
        write();
        assertNotEquals(0, merge("base-bf16-untied", "refused"));
        assertTrue(recorded.err().contains("model.norm.weight in 1 of"), recorded.err());
        assertFalse(Files.exists(dir.resolve("refused")));
        assertEquals(0, merge("base-bf16-untied", "base", "--mirrors", "base"), recorded.err());
        assertArrayEquals(exported("base-bf16-untied", "patterns"), weights("base"));
        assertTrue(report("base").contains("model.norm.weight in 1 of"));
        assertEquals(0, merge("base-bf16-untied", "checkpoint", "--mirrors", "checkpoint"), recorded.err());
        assertFalse(Arrays.equals(weights("base"), weights("checkpoint")));
    }

    @Test
    void aConfigWithoutAlphaIsRefusedAndAnotherCanBeNamed() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        Path config = dir.resolve("run/adapter_config.json");
        String right = Files.readString(config);
        Files.writeString(config, right.replaceFirst("\"lora_alpha\": *[0-9.]+", "\"lora_alpha\": 0"));
        assertNotEquals(0, merge("base-bf16-untied", "refused"));
        assertTrue(recorded.err().contains("adapter.unknown-alpha"), recorded.err());
        Path given = Files.writeString(dir.resolve("given.json"), right);
        assertEquals(0, merge("base-bf16-untied", "out", "--adapter-config", given.toString()), recorded.err());
        assertArrayEquals(exported("base-bf16-untied", "patterns"), weights("out"));
    }

    @Test
    void aPackedCopyOfABaseThatIsTakenAsStoredIsRefused() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        String name = tensors.keySet().stream()
                .filter(key -> key.contains(".base_layer."))
                .findFirst()
                .orElseThrow();
        int packed = Math.toIntExact(tensors.get(name).shape().elements() / 2);
        tensors.put(name, new Raw(DType.U8, Shape.of(packed, 1), new byte[packed]));
        write();
        assertNotEquals(0, merge("base-bf16-untied", "refused"));
        assertTrue(recorded.err().contains("adapter.packed-copy"), recorded.err());
        tensors.put(name, new Raw(DType.BF16, Shape.of(packed / 4, 1), new byte[packed / 2]));
        write();
        assertNotEquals(0, merge("base-bf16-untied", "refused"));
        assertTrue(recorded.err().contains("adapter.packed-destroyed"), recorded.err());
    }

    @Test
    void oneOfSeveralAdaptersInMemoryIsChosenByItsName() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        Map<String, Raw> others = new LinkedHashMap<>();
        tensors.forEach((name, raw) -> {
            if (name.contains(".default.")) {
                others.put(
                        name.replace(".default.", ".other."),
                        new Raw(raw.dtype(), raw.shape(), raw.bytes().clone()));
            }
        });
        others.values().forEach(raw -> raw.bytes()[1] ^= 0x10);
        tensors.putAll(others);
        write();
        assertEquals(3, merge("base-bf16-untied", "refused"));
        assertTrue(recorded.err().contains("2 adapters: default, other"), recorded.err());
        assertTrue(recorded.err().contains("#default"), recorded.err());
        Path folder = dir.resolve("run/consolidated");
        Path base = FIXTURES.resolve("base-bf16-untied");
        assertEquals(3, run(base, Path.of(folder + "#othr"), "refused"));
        assertTrue(recorded.err().contains("it has default, other"), recorded.err());
        assertEquals(0, run(base, Path.of(folder + "#default"), "out"), recorded.err());
        assertArrayEquals(exported("base-bf16-untied", "patterns"), weights("out"));
        assertTrue(report("out").contains("run/consolidated/#default"));
        assertEquals(0, run(base, Path.of(folder + "#other"), "second"), recorded.err());
        assertFalse(Arrays.equals(weights("out"), weights("second")));
    }

    @Test
    void soIsOneOfAFileThatIsCalledAsPeftCallsIt() throws IOException {
        Path trained = FIXTURES.resolve("adapters").resolve("patterns");
        read(trained).forEach((name, raw) -> {
            for (String adapter : List.of("default", "other")) {
                byte[] bytes = raw.bytes().clone();
                bytes[1] ^= (byte) (adapter.equals("other") ? 0x10 : 0);
                String inMemory = name.replaceFirst("(lora_[AB])\\.weight$", "$1." + adapter + ".weight");
                tensors.put(inMemory, new Raw(raw.dtype(), raw.shape(), bytes));
            }
        });
        write();
        Path folder = Files.createDirectory(dir.resolve("two"));
        Files.move(dir.resolve("run/consolidated/model.safetensors"), folder.resolve("adapter_model.safetensors"));
        Files.copy(trained.resolve("adapter_config.json"), folder.resolve("adapter_config.json"));
        Path base = FIXTURES.resolve("base-bf16-untied");
        assertEquals(3, run(base, folder, "refused"));
        assertTrue(recorded.err().contains("2 adapters: default, other"), recorded.err());
        assertEquals(0, run(base, Path.of(folder + "#default"), "out"), recorded.err());
        assertArrayEquals(exported("base-bf16-untied", "patterns"), weights("out"));
        assertEquals(0, run(base, Path.of(folder + "#other"), "second"), recorded.err());
        assertFalse(Arrays.equals(weights("out"), weights("second")));
    }

    @Test
    void aTargetedModuleForWhichNothingWasSavedIsNamed() throws IOException {
        checkpoint("base-bf16-untied", "patterns");
        assertEquals(0, merge("base-bf16-untied", "whole"), recorded.err());
        assertFalse(report("whole").contains("for which the adapter has nothing"), report("whole"));
        String lost = tensors.keySet().stream()
                .filter(name -> name.contains("layers.1.") && name.contains(".lora_A."))
                .findFirst()
                .orElseThrow();
        String module = lost.substring(ENGINE.length(), lost.indexOf(".lora_A."));
        tensors.keySet().removeIf(name -> name.startsWith(ENGINE + module + ".lora_"));
        write();
        assertEquals(0, merge("base-bf16-untied", "out"), recorded.err());
        assertTrue(report("out").contains("for the same in other layers: " + module), report("out"));
    }

    /** All of a base and an adapter as an engine holds them, in one file; the config stands in the folder above. */
    private void checkpoint(String base, String adapter) throws IOException {
        Map<String, Raw> trained = read(FIXTURES.resolve("adapters").resolve(adapter));
        List<String> modules = new ArrayList<>();
        trained.forEach((name, raw) -> {
            int at = name.indexOf(".lora_A.");
            if (at >= 0) {
                modules.add(name.substring("base_model.model.".length(), at));
            }
            tensors.put("model." + name.replaceFirst("(lora_[AB])\\.weight$", "$1.default.weight"), raw);
        });
        read(FIXTURES.resolve(base)).forEach((name, raw) -> {
            int dot = name.lastIndexOf('.');
            String module = dot < 0 ? "" : name.substring(0, dot);
            String own = modules.contains(module) ? module + ".base_layer" + name.substring(dot) : name;
            boolean scale = name.contains(".weight.");
            if (!scale) {
                tensors.put(ENGINE + own, raw.widened());
            }
        });
        Files.copy(
                FIXTURES.resolve("adapters").resolve(adapter).resolve("adapter_config.json"),
                dir.resolve("run/adapter_config.json"));
        write();
    }

    private static Map<String, Raw> read(Path folder) throws IOException {
        FolderFiles files = FolderFiles.of(folder);
        Map<String, Raw> found = new LinkedHashMap<>();
        for (FileInfo info : files.list()) {
            if (info.name().endsWith(".safetensors")) {
                read(files, info.name(), found);
            }
        }
        return found;
    }

    private static void read(FolderFiles files, String name, Map<String, Raw> found) throws IOException {
        try (RangedFile open = files.open(name).orElseThrow()) {
            for (LocatedTensor tensor :
                    TensorCatalog.ofFile(files, name).orElseThrow().tensors().values()) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(Math.toIntExact(tensor.entry().length()));
                open.read(tensor.entry().offset(), bytes);
                found.put(tensor.name(), new Raw(tensor.dtype(), tensor.shape(), bytes.array()));
            }
        }
    }

    private void write() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(SafetensorsLayout.of(tensors.entrySet().stream()
                        .map(each -> new TensorSpec(
                                each.getKey(),
                                each.getValue().dtype(),
                                each.getValue().shape()))
                        .toList())
                .header());
        for (Raw raw : tensors.values()) {
            out.write(raw.bytes());
        }
        Files.write(dir.resolve("run/consolidated/model.safetensors"), out.toByteArray());
    }

    private int merge(String base, String out, String... more) {
        return run(FIXTURES.resolve(base), dir.resolve("run/consolidated"), out, more);
    }

    private int run(Path base, Path adapter, String out, String... more) {
        recorded = RecordedTerminal.of(0);
        List<String> words = new ArrayList<>(List.of(
                "merge",
                "--base",
                base.toString(),
                "--adapter",
                adapter.toString(),
                "--out",
                dir.resolve(out).toString()));
        words.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), words.toArray(String[]::new));
    }

    private byte[] exported(String base, String adapter) throws IOException {
        Path folder = FIXTURES.resolve("adapters").resolve(adapter);
        assertEquals(0, run(FIXTURES.resolve(base), folder, "exported"), recorded.err());
        return weights("exported");
    }

    private byte[] weights(String out) throws IOException {
        return Files.readAllBytes(dir.resolve(out).resolve("model.safetensors"));
    }

    private String report(String out) throws IOException {
        return Files.readString(dir.resolve(out).resolve("report.json"));
    }
}
