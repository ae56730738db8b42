package dev.ingot.checkpoint.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.MemoryFiles;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.TensorCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes that somebody else wrote, alone and with the shards that they speak of. */
class ShardIndexTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @Test
    void whatItWritesItReads() {
        String written = ShardIndex.write(Map.of(ONE, List.of(new TensorSpec("a", DType.F16, Shape.of(2, 3)))));
        assertEquals(Map.of("a", ONE), parse(written).fileOf());
        assertTrue(written.replaceAll("\\s", "").contains("\"total_size\":12"), written);
    }

    /** {@code total_size} counts shared storage once, and releases of transformers add members: nothing depends on any of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"weight_map\":{\"a\":\"x.safetensors\"}}",
                "{\"metadata\":{\"total_size\":-1},\"weight_map\":{\"a\":\"x.safetensors\"}}",
                "{\"metadata\":{\"total_size\":1e3,\"total_parameters\":\"?\",\"other\":[]},\"weight_map\":{\"a\":\"x.safetensors\"},\"more\":1}",
                "{\"metadata\":null,\"weight_map\":{\"a\":\"x.safetensors\"}}"
            })
    void otherMembersSayNothing(String text) {
        assertEquals(Map.of("a", "x.safetensors"), parse(text).fileOf());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | index.weight-map",
                "{\"weight_map\":null} | index.weight-map",
                "{\"weight_map\":[]} | index.weight-map",
                "{\"weight_map\":\"x\"} | index.weight-map",
                "[] | json.malformed",
                "{\"weight_map\":{} | json.malformed",
                "{\"weight_map\":{}} x | json.malformed",
                "{\"weight_map\":{},\"weight_map\":{}} | json.malformed",
                "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}} | json.malformed",
                "{\"weight_map\":{\"a\":1}} | index.file-name",
                "{\"weight_map\":{\"a\":null}} | index.file-name",
                "{\"weight_map\":{\"a\":{\"file\":\"x\"}}} | index.file-name"
            })
    void whatIsNoIndexIsRefusedWithItsCode(String text, String code) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> parse(text));
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("the index"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".hidden.safetensors",
                "../x.safetensors",
                "a/x.safetensors",
                "/etc/passwd",
                "a\\\\x.safetensors",
                "C:\\\\x.safetensors",
                "x\\u0000.safetensors",
                "x\\n.safetensors",
                "x\\u0085.safetensors",
                "file:///x.safetensors",
                "http://host/x.safetensors"
            })
    void aFileThatIsNoPlainNameIsRefused(String file) {
        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> parse("{\"weight_map\":{\"a\":\"" + file + "\"}}"));
        assertEquals("index.file-name", refused.code());
    }

    @ParameterizedTest
    @CsvSource({"255, true", "256, false"})
    void aFileNameMayHaveTwoHundredAndFiftyFiveLetters(int length, boolean read) {
        String text = "{\"weight_map\":{\"a\":\"" + "x".repeat(length) + "\"}}";
        if (read) {
            assertEquals(Set.of("a"), parse(text).fileOf().keySet());
        } else {
            assertThrows(RefusedInput.class, () -> parse(text));
        }
    }

    private static Map<String, byte[]> model() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put(ONE, shard("a", "b"));
        files.put(TWO, shard("c"));
        index(files, Map.of("a", ONE, "b", ONE, "c", TWO));
        return files;
    }

    private static void index(Map<String, byte[]> files, Map<String, String> fileOf) {
        StringBuilder map = new StringBuilder();
        new TreeMap<>(fileOf)
                .forEach((tensor, file) -> map.append(map.isEmpty() ? "" : ",")
                        .append("\"" + tensor + "\":\"" + file + "\""));
        files.put(ShardIndex.FILE, ("{\"weight_map\":{" + map + "}}").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] shard(String... names) {
        SafetensorsLayout layout = SafetensorsLayout.of(Arrays.stream(names)
                .map(name -> new TensorSpec(name, DType.F32, Shape.of(2)))
                .toList());
        return Arrays.copyOf(layout.header(), (int) layout.fileSize());
    }

    @Test
    void theTensorsOfAllShardsAreTheModel() throws IOException {
        assertEquals(
                Set.of("a", "b", "c"),
                TensorCatalog.ofModel(new MemoryFiles(model())).tensors().keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "a shard that is not there, index.missing-shard",
        "a tensor that no shard holds, index.disagrees",
        "a tensor that the index does not know, index.disagrees",
        "a tensor that it puts elsewhere, index.disagrees",
        "a shard that holds a tensor of another, index.disagrees",
        "a shard that it does not name but which is there, ''",
        "no tensor at all, ''"
    })
    void anIndexAndItsShardsHaveToAgree(String what, String code) throws IOException {
        Map<String, byte[]> files = model();
        switch (what) {
            case "a shard that is not there" -> files.remove(TWO);
            case "a tensor that no shard holds" -> index(files, Map.of("a", ONE, "b", ONE, "c", TWO, "d", TWO));
            case "a tensor that the index does not know" -> index(files, Map.of("a", ONE, "c", TWO));
            case "a tensor that it puts elsewhere" -> index(files, Map.of("a", ONE, "b", TWO, "c", TWO));
            case "a shard that holds a tensor of another" -> files.put(TWO, shard("c", "a"));
            case "a shard that it does not name but which is there" -> files.put("model-extra.safetensors", shard("z"));
            case "no tensor at all" -> index(files, Map.of());
            default -> throw new IllegalArgumentException(what);
        }
        if (code.isEmpty()) {
            assertTrue(Set.of(0, 3)
                    .contains(TensorCatalog.ofModel(new MemoryFiles(files))
                            .tensors()
                            .size()));
        } else {
            RefusedInput refused =
                    assertThrows(RefusedInput.class, () -> TensorCatalog.ofModel(new MemoryFiles(files)));
            assertEquals(code, refused.code(), refused.getMessage());
        }
    }

    private static ShardIndex parse(String text) {
        return ShardIndex.parse(text.getBytes(StandardCharsets.UTF_8), "the index");
    }
}
