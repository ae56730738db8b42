package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ingot merge} on folders as the engines of training left them: the same bytes as from the adapter that PEFT exports of the same values, by ingest,
 * merge and the judge. {@code conformance/fixtures/trained.py} and {@code training.py} make both.
 */
@Timeout(300)
class TrainedRunsTest {
    private static final Path RESOURCES =
            Path.of("../checkpoint/src/test/resources").toAbsolutePath().normalize();
    private static final Path TRAINED = RESOURCES.resolve("trained");

    @TempDir
    Path dir;

    private RecordedTerminal recorded = RecordedTerminal.of(0);

    /** NF4 with double quantization made while loading; no file holds it but the rank files, and those hold its scales. */
    @ParameterizedTest
    @ValueSource(strings = {"zero-1", "zero-2", "zero-3"})
    void aFolderOfDeepSpeedMergesAsItsExport(String run) throws IOException {
        Path folder = copied(RESOURCES.resolve("training").resolve(run), run);
        Files.delete(folder.resolve("expected.safetensors"));
        assertEquals(0, merge(folder, "out", "--quantization-config", "nf4-double"), recorded.err());
        Path exported = TRAINED.resolve("exported").resolve(run);
        assertEquals(0, merge(exported, "exported", "--quantization-config", "nf4-double"), recorded.err());
        assertArrayEquals(weights("exported"), weights("out"));
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(
                report.contains("equal the base in nf4-double byte for byte: quantization settings confirmed"), report);
    }

    /** With the checkpoint's own packed weights and scales, and no word of how the base was quantized: what training saw. */
    @ParameterizedTest
    @ValueSource(strings = {"zero-1", "zero-2", "zero-3"})
    void theScalesOfRankFilesGiveWhatTrainingSaw(String run) throws IOException {
        Path folder = copied(RESOURCES.resolve("training").resolve(run), run);
        Files.delete(folder.resolve("expected.safetensors"));
        assertEquals(0, merge(folder, "out", "--mirrors", "checkpoint"), recorded.err());
        Path exported = TRAINED.resolve("exported").resolve(run);
        assertEquals(0, merge(exported, "exported", "--quantization-config", "nf4-double"), recorded.err());
        assertArrayEquals(weights("exported"), weights("out"));
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(
                report.contains("equal the base in nf4-double byte for byte: quantization settings confirmed"), report);
        assertTrue(report.contains("Merged onto the training checkpoint's own weights"), report);
    }

    @Test
    void packedCopiesWithoutAWordOfTheQuantizationAreRefusedWithTheWayToTakeThem() throws IOException {
        Path folder = copied(RESOURCES.resolve("training/zero-2"), "zero-2");
        Files.delete(folder.resolve("expected.safetensors"));
        assertNotEquals(0, merge(folder, "out"));
        assertTrue(recorded.err().contains("adapter.packed-copy"), recorded.err());
        assertTrue(recorded.err().contains("--mirrors checkpoint dequantizes those"), recorded.err());
    }

    /** {@code conformance/fixtures/handwritten.py} makes these of the same model: what stands beside it is another model's, or the training's. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tutorial|",
                "actor-critic|another role than the trained model: critic",
                "any-name|another role than the trained model: ema",
                "average|another role than the trained model: ema",
                "policy-reference|another role than the trained model: reference_model",
                "application|",
                "lightning-attribute|loss or metric of the training: loss_fn"
            })
    void aLoopWrittenByHandLeavesTheSame(String layout, @Nullable String leftOver) throws IOException {
        Path folder = copied(RESOURCES.resolve("handwritten").resolve(layout), "lora");
        assertEquals(0, merge(folder, "out"), recorded.err());
        assertEquals(0, merge(TRAINED.resolve("exported/lora"), "exported"), recorded.err());
        assertArrayEquals(weights("exported"), weights("out"));
        if (leftOver != null) {
            String report = Files.readString(dir.resolve("out/report.json"));
            assertTrue(report.contains(leftOver), report);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dcp", "dcp-safetensors", "verl", "fsdp-full", "fsdp1-full", "lightning", "zip", "legacy"})
    void aFolderOfAnotherEngineMergesAsTheExport(String run) throws IOException {
        Path folder = copied(TRAINED.resolve("runs").resolve(run), "lora");
        assertEquals(0, merge(folder, "out"), recorded.err());
        assertEquals(0, merge(TRAINED.resolve("exported/lora"), "exported"), recorded.err());
        assertArrayEquals(weights("exported"), weights("out"));
        assertTrue(Files.readString(dir.resolve("out/report.json")).contains("base tensors equal the base"));
    }

    /** verl writes no config of PEFT's beside its ranks, but rank and alpha in a file of its own. */
    @Test
    void whatVerlSaysOfTheAdapterCountsAsItsConfig() throws IOException {
        Path folder = copied(TRAINED.resolve("runs/verl"), "lora");
        Files.delete(folder.resolve("adapter_config.json"));
        Path meta = folder.resolve("lora_train_meta.json");
        Files.writeString(meta, "{\"r\": 3, \"lora_alpha\": 6, \"task_type\": \"CAUSAL_LM\"}");
        assertEquals(0, merge(folder, "out"), recorded.err());
        assertEquals(0, merge(TRAINED.resolve("exported/lora"), "exported"), recorded.err());
        assertArrayEquals(weights("exported"), weights("out"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'r': 3, 'lora_alpha': 0}          | adapter.unknown-alpha",
                "{'r': 3}                           | adapter.unknown-alpha",
                "{'r': 3, 'lora_alpha': '6'}        | adapter.unknown-alpha",
                "{'r': 0, 'lora_alpha': 6}          | adapter.config",
                "{'lora_alpha': 6}                  | adapter.config",
                "[]                                 | json",
            })
    void whatVerlDoesNotKnowIsNeverGuessed(String meta, String code) throws IOException {
        Path folder = copied(TRAINED.resolve("runs/verl"), "lora");
        Files.delete(folder.resolve("adapter_config.json"));
        Files.writeString(folder.resolve("lora_train_meta.json"), meta.replace('\'', '"'));
        assertNotEquals(0, merge(folder, "out"));
        assertTrue(recorded.err().contains(code), recorded.err());
        assertTrue(recorded.err().contains("lora_train_meta.json"), recorded.err());
    }

    /** A norm that was trained whole, in float32 on a base in bfloat16. */
    @Test
    void whatWasTrainedWholeKeepsItsPrecisionWhereTheCheckpointHasIt() throws IOException {
        assertEquals(0, merge(TRAINED.resolve("exported/lora"), "out", "--dtype", "float32"), recorded.err());
        byte[] merged = tensor(dir.resolve("out/model.safetensors"), "model.norm.weight");
        Path exported = TRAINED.resolve("exported/lora/adapter_model.safetensors");
        assertArrayEquals(tensor(exported, "base_model.model.model.norm.weight"), merged);
    }

    private static byte[] tensor(Path file, String name) throws IOException {
        FolderFiles files = FolderFiles.of(file.getParent());
        try (RangedFile open = files.open(file.getFileName().toString()).orElseThrow()) {
            TensorEntry entry = SafetensorsFile.read(open).tensors().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(entry.length()));
            open.read(entry.offset(), bytes);
            return bytes.array();
        }
    }

    @Test
    void theMergedModelIsNotTheBase() throws IOException {
        assertEquals(0, merge(TRAINED.resolve("exported/lora"), "out"), recorded.err());
        assertNotEquals(
                -1, Files.mismatch(TRAINED.resolve("base/model.safetensors"), dir.resolve("out/model.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({
        "flat-parameter, torch.flat-parameter, flat parameter of FSDP",
        "fsdp-local, torch.flat-parameter, flat parameter of FSDP",
        "fsdp-sharded, torch.sharded-tensor, the part of one rank",
        "tensor-parallel, training.tensor-parallel, tensor parallelism",
        "two-cuts, training.placement, more than one way",
        "universal, training.universal, universal checkpoint",
        "universal/global_step1, training.universal, universal checkpoint",
        "universal-zero-3, training.universal, universal checkpoint",
        "universal-zero-3/global_step1, training.universal, universal checkpoint",
        "unconsolidated, training.unconsolidated, HuggingFaceStorageWriter",
        "autoep-zero-2, training.autoep, AutoEP",
        "autoep-zero-3, training.autoep, AutoEP",
        "packed-cast, adapter.packed-destroyed, its bytes are lost",
        "packed-cast-zero-3, adapter.packed-destroyed, its bytes are lost",
    })
    void whatCannotBePutTogetherIsRefusedByName(String left, String code, String name) throws IOException {
        Path folder = copied(TRAINED.resolve("refused").resolve(left), "lora");
        assertNotEquals(0, merge(folder, "out", "--quantization-config", "nf4-double"));
        assertTrue(recorded.err().contains(code), recorded.err());
        assertTrue(recorded.err().contains(name), recorded.err());
        assertFalse(recorded.err().contains("\tat "), recorded.err());
        assertFalse(Files.exists(dir.resolve("out")));
    }

    /** A tag's folder without the settings of the optimizer lies too deep to be known. */
    @Test
    void aUniversalCheckpointThatLostItsMarksIsRefusedWithAWordOfIt() throws IOException {
        Path folder = copied(TRAINED.resolve("refused/universal"), "lora");
        Files.delete(folder.resolve("latest_universal"));
        assertNotEquals(0, merge(folder, "out"));
        assertTrue(recorded.err().contains("training.no-optimizer"), recorded.err());
        assertTrue(recorded.err().contains("ds_to_universal"), recorded.err());
    }

    /** The scales are there, and would make numbers of what is left of the weights. */
    @Test
    void packedWeightsThatACastDestroyedAreNotTakenForTheBaseEither() throws IOException {
        Path folder = copied(TRAINED.resolve("refused/packed-cast-zero-3"), "lora");
        for (List<String> said : List.of(List.<String>of(), List.of("--quantization-config", "nf4-double"))) {
            List<String> words = new ArrayList<>(said);
            words.addAll(List.of("--mirrors", "checkpoint"));
            assertNotEquals(0, merge(folder, "out", words.toArray(String[]::new)));
            assertTrue(recorded.err().contains("adapter.packed-destroyed"), recorded.err());
            assertFalse(Files.exists(dir.resolve("out")));
        }
        assertEquals(0, merge(folder, "out", "--quantization-config", "nf4-double", "--mirrors", "base"));
    }

    /** The run's folder with the adapter's config beside what the engine wrote. */
    private Path copied(Path from, String exported) throws IOException {
        Path to = dir.resolve("run");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Files.copy(
                TRAINED.resolve("exported").resolve(exported).resolve("adapter_config.json"),
                to.resolve("adapter_config.json"));
        return to;
    }

    private int merge(Path adapter, String out, String... more) {
        recorded = RecordedTerminal.of(0);
        List<String> words = new ArrayList<>(List.of(
                "merge",
                "--base",
                TRAINED.resolve("base").toString(),
                "--adapter",
                adapter.toString(),
                "--out",
                dir.resolve(out).toString()));
        words.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), words.toArray(String[]::new));
    }

    private byte[] weights(String out) throws IOException {
        return Files.readAllBytes(dir.resolve(out).resolve("model.safetensors"));
    }
}
