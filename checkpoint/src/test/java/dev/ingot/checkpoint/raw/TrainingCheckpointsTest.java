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
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what DeepSpeed and torch.distributed wrote on two processes; {@code conformance/fixtures/training.py} makes them. */
class TrainingCheckpointsTest {
    @ParameterizedTest
    @ValueSource(strings = {"zero-1", "zero-2", "zero-3", "dcp", "verl"})
    void everyTensorIsPutTogetherAsTheTrainersOwnToolDoes(String run) throws IOException {
        FileSet files = new RawFiles(TestFiles.folder("training/" + run));
        Map<String, String> expected = TensorText.of(
                files, TensorCatalog.ofFile(files, "expected.safetensors").orElseThrow());

        Map<String, String> found =
                TensorText.of(files, TensorCatalog.ofTraining(files).orElseThrow());

        assertEquals(expected.keySet(), found.keySet());
        for (String name : expected.keySet()) {
            assertEquals(expected.get(name), found.get(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero-1", "zero-2", "zero-3"})
    void theScalesOf4BitWeightsAreReadFromTheRankFile(String run) throws IOException {
        FileSet files = new RawFiles(TestFiles.folder("training/" + run));
        TensorCatalog catalog = TensorCatalog.ofTraining(files).orElseThrow();
        String weight = "base_model.model.model.layers.0.self_attn.q_proj.base_layer.weight";
        assertTrue(catalog.has(weight), () -> catalog.tensors().keySet().toString());
        assertTrue(catalog.has(weight + ".absmax"));
        assertTrue(catalog.has(weight + ".quant_state.bitsandbytes__nf4"));
    }

    private interface Damage extends UnaryOperator<Map<String, byte[]>> {}

    static Stream<Arguments> damages() throws IOException {
        byte[] saved = TestFiles.folder("torch").files().get("zip.bin");
        String tag = "global_step1/";
        return Stream.of(
                damage("zero-3", "training.ranks", without("rank_1_mp_rank_00_optim")),
                damage("zero-3", "training.ranks", without("rank_1_mp_rank_00_model")),
                damage("zero-2", "training.ranks", without("rank_0_mp_rank_00_optim")),
                damage("zero-2", "training.no-optimizer", without("optim_states")),
                damage("zero-2", "training.tensor-parallel", with(tag + "mp_rank_01_model_states.pt")),
                damage("zero-2", "training.experts", with(tag + "layer_0_expert_0_mp_rank_00_model_states.pt")),
                damage("zero-2", "training.universal", with("latest_universal")),
                damage("zero-2", "training.universal", with("zero/optimizer_state.pt")),
                damage("verl", "training.megatron", with("mp_rank_00/model_optim_rng.pt")),
                damage("verl", "training.megatron", with("mp_rank_01_000/model_optim_rng.pt")),
                damage("dcp", "training.rank-files", with("pytorch_model_fsdp_rank1.bin", saved)),
                damage("zero-2", "training.several-checkpoints", several()),
                damage("dcp", "dcp.no-metadata", without(".metadata")),
                damage("dcp", "dcp.missing-file", without("__1_0")),
                damage("dcp", "dcp.file-name", inMetadata("__1_0.distcp", "../a.distcp.")),
                damage("dcp", "dcp.chunks", inMetadata("float32", "float64")),
                damage("dcp", "dcp.metadata", inMetadata("size\u0094\u008c\u0005torch", "sise\u0094\u008c\u0005torch")),
                damage("dcp", "pickle.dangerous", inMetadata("pathlib", "os.path")),
                damage("dcp", "pickle.truncated", files -> {
                    String name = "pytorch_model_fsdp_0/.metadata";
                    files.put(name, java.util.Arrays.copyOf(files.get(name), 300));
                    return files;
                }),
                damage("verl", "training.ranks", without("rank_1")),
                damage("verl", "training.ranks", without("rank_0")));
    }

    private static Arguments damage(String run, String code, Damage damage) {
        return Arguments.of(run, code, damage);
    }

    private static Damage without(String part) {
        return files -> {
            files.keySet().removeIf(name -> name.contains(part));
            return files;
        };
    }

    private static Damage with(String name) {
        return with(name, new byte[] {'x'});
    }

    private static Damage with(String name, byte[] content) {
        return files -> {
            files.put(name, content);
            return files;
        };
    }

    private static Damage several() {
        return files -> {
            files.put("other/mp_rank_00_model_states.pt", new byte[] {'x'});
            files.remove("latest");
            return files;
        };
    }

    private static Damage inMetadata(String found, String by) {
        return files -> {
            String name = "pytorch_model_fsdp_0/.metadata";
            String text = new String(files.get(name), StandardCharsets.ISO_8859_1);
            assertTrue(text.contains(found) && found.length() == by.length(), found);
            files.put(name, text.replace(found, by).getBytes(StandardCharsets.ISO_8859_1));
            return files;
        };
    }

    @ParameterizedTest
    @MethodSource("damages")
    void whatCannotBePutTogetherIsRefusedWithItsCode(String run, String code, Damage damage) throws IOException {
        Map<String, byte[]> files =
                damage.apply(new TreeMap<>(TestFiles.folder("training/" + run).files()));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> TensorCatalog.ofTraining(new MemoryFiles(files)));
        assertEquals(code, refused.code(), refused.getMessage());
    }

    @Test
    void aFileBesideTheWeightsIsNotTakenForThem() throws IOException {
        byte[] saved = TestFiles.folder("torch").files().get("zip.bin");
        FileSet files = new MemoryFiles(
                Map.of("training_args.bin", saved, "optimizer.pt", saved, "pytorch_model_fsdp.bin", saved));
        assertEquals(
                "pytorch_model_fsdp.bin",
                TensorCatalog.ofTraining(files).orElseThrow().files().getFirst().name());
    }
}
