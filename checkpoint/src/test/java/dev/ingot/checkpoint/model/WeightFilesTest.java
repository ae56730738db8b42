package dev.ingot.checkpoint.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.TestFiles;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.raw.RawFiles;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of several sets of weights in a folder the one is read that transformers and PEFT load; conformance/fixtures/weightfiles.py asked them. */
class WeightFilesTest {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String SHARD = "model-00001-of-00001.safetensors";
    private static final String TORCH = "pytorch_model.bin";
    private static final String TORCH_INDEX = "pytorch_model.bin.index.json";
    private static final Map<String, String> SHARDS =
            Map.of(INDEX, SHARD, TORCH_INDEX, "pytorch_model-00001-of-00001.bin");

    private static JsonObject taken() throws IOException {
        return Json.parseObject(TestFiles.folder("weightfiles").files().get("taken.json"), "taken.json");
    }

    static Stream<Arguments> asTransformersLoads() throws IOException {
        return taken().members().entrySet().stream()
                .filter(version -> version.getKey().startsWith("transformers"))
                .flatMap(version -> ((JsonObject) version.getValue())
                        .members().entrySet().stream()
                                .map(each -> Arguments.of(
                                        version.getKey(), each.getKey(), ((JsonText) each.getValue()).value())));
    }

    @ParameterizedTest
    @MethodSource("asTransformersLoads")
    void theWeightsAreReadThatTransformersLoads(String version, String there, String loaded) throws IOException {
        FileSet files = model(there.split(" "));
        List<String> read =
                TensorCatalog.ofModel(files).files().stream().map(FileInfo::name).toList();
        assertEquals(List.of(SHARDS.getOrDefault(loaded, loaded)), read, version);
        assertEquals(loaded, WeightFiles.ofModel(files).getFirst(), version);
        assertEquals(there.split(" ").length - 1, WeightFiles.notLoaded(files).size());
    }

    @Test
    void bothReleasesWereAskedForAllOfThem() throws IOException {
        assertEquals(30, asTransformersLoads().count());
    }

    @Test
    void ofAnAdapterTheOneIsReadThatPeftLoads() throws IOException {
        FileSet files = new RawFiles(TestFiles.folder("weightfiles/adapter"));
        String loaded = taken().object("peft")
                .flatMap(all -> all.text("adapter_model.safetensors adapter_model.bin"))
                .orElseThrow();
        assertEquals(
                loaded,
                TensorCatalog.ofAdapter(files)
                        .orElseThrow()
                        .files()
                        .getFirst()
                        .name());
        assertTrue(WeightFiles.besideAdapter(files).orElseThrow().contains("PEFT loads"));
    }

    @Test
    void adaptersOfOtherTensorsAreRefused() throws IOException {
        Map<String, byte[]> files =
                new TreeMap<>(TestFiles.folder("weightfiles/adapter").files());
        files.put(
                "adapter_model.safetensors",
                TestFiles.folder("weightfiles/model").files().get(SINGLE));
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> WeightFiles.besideAdapter(new RawFiles(new MemoryFiles(files))));
        assertEquals("adapter.two-weights", refused.code());
    }

    @Test
    void aSecondSetOfTheSameTensorsIsNoted() throws IOException {
        String note = WeightFiles.besideModel(model(SINGLE, INDEX)).orElseThrow();
        assertTrue(note.contains(SINGLE + ", which transformers loads"), note);
        assertTrue(note.contains("same names, dtypes and shapes"), note);
    }

    @Test
    void aSecondSetOfOtherTensorsIsRefusedWithOneOfThem() throws IOException {
        Map<String, byte[]> files = copied(SINGLE, INDEX, SHARD);
        files.put(SHARD, TestFiles.folder("weightfiles/adapter").files().get("adapter_model.safetensors"));
        put(files, INDEX, "{\"weight_map\": {\"base_model.model.lm_head.lora_A.weight\": \"%s\"}}".formatted(SHARD));
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> WeightFiles.besideModel(new MemoryFiles(files)));
        assertEquals("base.two-weights", refused.code());
        assertTrue(refused.getMessage().contains("lora_A.weight is missing in the first"), refused.getMessage());
    }

    @Test
    void anIndexWhoseShardsAreGoneIsNoted() throws IOException {
        Map<String, byte[]> files = copied(SINGLE, INDEX);
        String note = WeightFiles.besideModel(new MemoryFiles(files)).orElseThrow();
        assertTrue(note.contains("index.missing-shard"), note);
    }

    @Test
    void anIndexThatLeadsToTheSingleFileIsNoSecondSet() throws IOException {
        Map<String, byte[]> files = copied(SINGLE, INDEX);
        put(files, INDEX, new String(files.get(INDEX), StandardCharsets.UTF_8).replace(SHARD, SINGLE));
        assertEquals(List.of(), WeightFiles.notLoaded(new MemoryFiles(files)));
        assertEquals(Optional.empty(), WeightFiles.besideModel(new MemoryFiles(files)));
    }

    /** As most repositories have it. */
    @Test
    void whatTorchSaveWroteBesideSafetensorsIsNotEvenRead() throws IOException {
        Map<String, byte[]> files = copied(SINGLE);
        put(files, TORCH, "no weights");
        assertEquals(Optional.empty(), WeightFiles.besideModel(new MemoryFiles(files)));
        assertEquals(List.of(TORCH), WeightFiles.notLoaded(new MemoryFiles(files)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"other.safetensors", INDEX})
    void weightsThatConfigNamesInPlaceOfThoseThatAreFoundAreRefused(String name) throws IOException {
        FileSet files = new MemoryFiles(copied(SINGLE));
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> WeightFiles.requireUnnamed(files, named(name)));
        assertEquals("base.named-weights", refused.code());
        WeightFiles.requireUnnamed(files, named(SINGLE));
    }

    private static ModelConfig named(String weights) {
        String config = "{\"transformers_weights\": \"%s\"}".formatted(weights);
        return new ModelConfig(Json.parseObject(config.getBytes(StandardCharsets.UTF_8), "config.json"));
    }

    private static FileSet model(String... names) throws IOException {
        List<String> all = Stream.of(names)
                .flatMap(name -> Stream.concat(Stream.of(name), Optional.ofNullable(SHARDS.get(name)).stream()))
                .toList();
        return new RawFiles(new MemoryFiles(copied(all.toArray(String[]::new))));
    }

    private static Map<String, byte[]> copied(String... names) throws IOException {
        Map<String, byte[]> all = TestFiles.folder("weightfiles/model").files();
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : names) {
            files.put(name, all.get(name));
        }
        return files;
    }

    private static void put(Map<String, byte[]> files, String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
