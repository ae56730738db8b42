package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.quantized.Remark;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bases of every quantized format, made by the real tools (conformance/fixtures/quantized.py). */
class QuantizedBasesTest {
    private static final Path FOLDER = Path.of("..", "checkpoint", "src", "test", "resources", "quantized");
    private static final Changes UNCHANGED = Changes.NONE;

    static List<String> folders() throws IOException {
        return expected().members().keySet().stream()
                .filter(name -> !name.startsWith("loading-"))
                .toList();
    }

    private static JsonObject expected() throws IOException {
        return Json.parseObject(Files.readAllBytes(FOLDER.resolve("expected.json")), "expected.json")
                .object("variants")
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void parametersAreThoseOfTheDequantizedModel(String name) throws IOException {
        JsonObject tensors =
                expected().object(name).orElseThrow().object("tensors").orElseThrow();
        BaseModel base = read(name);
        BaseValues values = new BaseValues(base, new Inputs("file:///base"));

        assertEquals(
                new TreeSet<>(tensors.members().keySet()),
                new TreeSet<>(base.parameters().keySet()));
        for (String parameter : base.parameters().keySet()) {
            JsonObject wanted = tensors.object(parameter).orElseThrow();
            Value value = values.of(parameter);
            assertEquals(
                    new Shape(wanted.array("shape").orElseThrow().wholes().orElseThrow()), value.shape(), parameter);
            assertEquals(wanted.text("dtype").orElseThrow(), value.dtype().torchName(), parameter);
        }
    }

    @Test
    void anFp8WeightWithoutScalesIsRefusedByTheNameOfWhatItLacks() {
        TensorEntry entry = new TensorEntry("up.weight", DType.F8_E4M3, Shape.of(2, 2), 8, 4);
        LocatedTensor weight = new LocatedTensor(new FileInfo("model.safetensors", 12, ""), entry);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> QuantizationMethods.requirePlain(weight));
        assertTrue(refused.getMessage().contains("without up.weight_scale_inv beside it"), refused.getMessage());
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyTensorOfTheFilesHasExactlyOneLedgerEntry(String name) throws IOException {
        BaseModel base = read(name);
        List<String> entries = BaseLedger.of(base, UNCHANGED, List.of()).stream()
                .map(LedgerEntry::tensor)
                .sorted()
                .toList();
        TensorCatalog catalog = TensorCatalog.ofModel(FolderFiles.of(FOLDER.resolve(name)));

        assertEquals(catalog.tensors().keySet().stream().sorted().toList(), entries);
    }

    @ParameterizedTest
    @CsvSource({
        "after-cpu-inference, SCALES_TRANSPOSED",
        "storage-disagrees, STORAGE_DISAGREES",
        "swapped-nibbles, LOW_NIBBLE_FIRST",
    })
    void whatWasReadAroundStandsInTheLedgerAndInANote(String name, Remark remark) throws IOException {
        BaseModel base = read(name);
        List<LedgerEntry> ledger = BaseLedger.of(base, UNCHANGED, List.of());

        assertTrue(ledger.stream()
                .anyMatch(entry ->
                        entry.outcome() == Outcome.COPIED && entry.rule().contains(remark.rule())));
        assertTrue(Remark.sentences(base.quantized().values()).size() >= 1);
    }

    @Test
    void aConv1dOfAQuantizedBaseIsTurnedBack() throws IOException {
        BaseValues values = new BaseValues(read("gpt2-nf4"), new Inputs("file:///base"));

        assertInstanceOf(Value.Transposed.class, values.of("transformer.h.0.attn.c_proj.weight"));
    }

    @Test
    void swappingNibblesOfABaseWithoutAnyIsRefused() {
        RefusedInput refused = assertThrows(
                RefusedInput.class, () -> BaseModel.read(FolderFiles.of(FOLDER.resolve("llama-int8")), true));

        assertEquals("request.swap-nibbles", refused.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gptq", "awq", "compressed-tensors", "hqq", "torchao", "gguf", "fbgemm_fp8", "no-such-method"})
    void otherMethodsAreRefusedWithWhatWouldWorkAndWhatItCosts(String method) {
        ModelConfig config = config("{\"quantization_config\": {\"quant_method\": \"%s\"}}".formatted(method));

        RefusedInput refused = assertThrows(RefusedInput.class, () -> QuantizationMethods.requireReadable(config));
        assertEquals("quantization.unsupported", refused.code());
        assertTrue(refused.getMessage().contains("'" + method + "'"));
        assertTrue(
                refused.remedy().contains("16-bit original") && refused.remedy().contains("differs from training"));
    }

    @Test
    void theOriginalIsNamedWhereTheConfigKnowsIt() {
        ModelConfig config =
                config("{\"_name_or_path\": \"org/model-8b\", \"quantization_config\": {\"quant_method\": \"awq\"}}");

        RefusedInput refused = assertThrows(RefusedInput.class, () -> QuantizationMethods.requireReadable(config));
        assertTrue(refused.remedy().contains("'org/model-8b'"));
    }

    @Test
    void aMethodInsideTextConfigCountsToo() {
        ModelConfig config = config("{\"text_config\": {\"quantization_config\": {\"quant_method\": \"gptq\"}}}");

        assertThrows(RefusedInput.class, () -> QuantizationMethods.requireReadable(config));
    }

    @Test
    void aFolderOfGgufFilesIsRefusedByName(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("model-Q4_K_M.gguf"), "GGUF");
        Files.writeString(folder.resolve("config.json"), "{}");

        RefusedInput refused = assertThrows(RefusedInput.class, () -> BaseModel.read(FolderFiles.of(folder)));
        assertEquals("quantization.unsupported", refused.code());
        assertTrue(refused.getMessage().contains("model-Q4_K_M.gguf"));
    }

    private static ModelConfig config(String json) {
        return new ModelConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }

    private static BaseModel read(String name) throws IOException {
        boolean swapped =
                expected().object(name).orElseThrow().bool("swapNibbles").orElseThrow();
        return BaseModel.read(FolderFiles.of(FOLDER.resolve(name)), swapped);
    }
}
