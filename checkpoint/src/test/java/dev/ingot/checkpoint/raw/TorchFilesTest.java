package dev.ingot.checkpoint.raw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.TestFiles;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against files that torch.save wrote, and the same tensors as safetensors; {@code conformance/fixtures/torchfiles.py} makes both. */
class TorchFilesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zip.bin",
                "zip-protocol-4.bin",
                "zip-protocol-5.bin",
                "legacy.bin",
                "legacy-protocol-4.bin",
                "lightning.ckpt",
                "trainer.pt"
            })
    void everyTensorHasTheBytesThatTorchWouldLoad(String name) throws IOException {
        FileSet files = new RawFiles(TestFiles.folder("torch"));
        Map<String, String> expected = TensorText.of(
                files, TensorCatalog.ofFile(files, "expected.safetensors").orElseThrow());

        Map<String, String> found =
                TensorText.of(files, TensorCatalog.ofFile(files, name).orElseThrow());

        assertEquals(expected, found);
    }

    @Test
    void tensorsInOnePieceAreReadFromTheFileItself() throws IOException {
        RawTensors raw = RawTensors.ofFile(TestFiles.folder("torch"), "zip.bin").orElseThrow();

        assertEquals(
                "[shared.columns, transposed, steps, permuted, expanded, f8_transposed]",
                raw.assembly().entries().stream()
                        .map(entry -> entry.name())
                        .collect(Collectors.toList())
                        .toString());
        assertTrue(raw.whole().stream().anyMatch(entry -> entry.name().equals("shared.rows")));
    }

    @ParameterizedTest
    @CsvSource({
        "sparse.bin, torch.tensor",
        "meta.bin, torch.tensor",
        "quantized.bin, torch.tensor",
        "no-tensors.bin, torch.no-tensors",
        "several.bin, torch.several-models"
    })
    void whatIsNoPlainTensorIsRefusedByName(String name, String code) throws IOException {
        FileSet files = TestFiles.folder("torch");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> TensorCatalog.ofFile(files, name));
        assertEquals(code, refused.code());
        assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }

    @Test
    void aModelInShardsOfBothFormatsIsTheSameModel() throws IOException {
        FileSet torch = new RawFiles(TestFiles.folder("torch/base"));
        FileSet safetensors = TestFiles.folder("fixtures/base-bf16-untied");
        assertEquals(
                TensorText.of(safetensors, TensorCatalog.ofModel(safetensors)),
                TensorText.of(torch, TensorCatalog.ofModel(torch)));
    }

    @Test
    void safetensorsAreTakenWhereBothAreThere() throws IOException {
        Map<String, byte[]> both =
                new TreeMap<>(TestFiles.folder("fixtures/base-fp16").files());
        both.put("pytorch_model.bin", new byte[] {1, 2, 3});
        TensorCatalog catalog = TensorCatalog.ofModel(new MemoryFiles(both));
        assertEquals("model.safetensors", catalog.files().getFirst().name());
    }

    @Test
    void whatTrainersPutBesideTheAdapterIsReadWithIt() throws IOException {
        Map<String, byte[]> folder =
                new TreeMap<>(TestFiles.folder("torch/adapter").files());
        int alone = TensorCatalog.ofAdapter(new MemoryFiles(folder))
                .orElseThrow()
                .tensors()
                .size();
        folder.put("non_lora_trainables.bin", TestFiles.folder("torch").files().get("zip.bin"));
        assertEquals(
                alone + 20,
                TensorCatalog.ofAdapter(new MemoryFiles(folder))
                        .orElseThrow()
                        .tensors()
                        .size());
        folder.put("non_lora_state_dict.bin", TestFiles.folder("torch").files().get("zip.bin"));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> TensorCatalog.ofAdapter(new MemoryFiles(folder)));
        assertEquals("adapter.two-sources", refused.code());
    }
}
