package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.loading.MissingWeights;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.pipeline.source.FolderFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bases that lack weights; the whole ones were written by transformers, bitsandbytes and their like. */
class CompletenessTest {
    private static final Path RESOURCES = Path.of("..", "checkpoint", "src", "test", "resources");
    private static final String FIRST = "model.layers.0.mlp.down_proj.weight";
    private static final String SECOND = "model.layers.1.mlp.down_proj.weight";

    @ParameterizedTest
    @MethodSource("wholeBases")
    void aWholeBaseLacksNothing(Path folder) throws IOException {
        assertEquals(Optional.empty(), Completeness.require(BaseModel.read(FolderFiles.of(folder))));
    }

    static Stream<Path> wholeBases() {
        Path families = Path.of("..", "validate-service", "src", "test", "resources", "families");
        return Stream.of(
                        RESOURCES.resolve("fixtures"),
                        RESOURCES.resolve("fixtures/peft/bases"),
                        RESOURCES.resolve("quantized"),
                        families,
                        Path.of("..", "demo"))
                .flatMap(CompletenessTest::models);
    }

    private static Stream<Path> models(Path parent) {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("config.json")))
                    .filter(folder -> !folder.endsWith("base-unknown-quantization"))
                    // two layers made by hand that differ
                    .filter(folder -> !folder.endsWith("mixed"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "base-nf4, model.layers.1.mlp.down_proj.weight",
        "base-fp16, model.layers.0.self_attn.q_proj.weight",
        "peft/bases/llama-bfloat16, model.layers.1.self_attn.o_proj.weight",
        "peft/bases/mixtral-float32, model.layers.0.block_sparse_moe.experts.2.w3.weight",
        "peft/bases/qwen3-moe-bfloat16, model.layers.0.mlp.experts.1.up_proj.weight",
    })
    void aMatrixThatItsFellowLayerHasIsRefusedByName(String folder, String lost) throws IOException {
        BaseModel base = without(fixture(folder), lost::equals);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> Completeness.require(base));
        assertEquals("base.missing-weight", refused.code());
        assertTrue(refused.getMessage().contains("has " + lost + ", and"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "model.embed_tokens.weight, an embedding of its tokens",
        "model.norm.weight, a norm behind model.layers",
    })
    void whatStandsBesideTheLayersIsMissedToo(String lost, String named) throws IOException {
        BaseModel base = without(fixture("base-fp16"), lost::equals);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> Completeness.require(base));
        assertTrue(refused.getMessage().contains(named), refused.getMessage());
    }

    @Test
    void aLayerThatIsNotThereAtAllIsRefused() throws IOException {
        BaseModel base = without(fixture("base-fp16"), name -> name.startsWith("model.layers.1."));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> Completeness.require(base));
        assertTrue(refused.getMessage().contains("model.layers.1,"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "LlamaForCausalLM, false, lm_head.weight",
        "LlamaForCausalLM, true, ''",
        "LlamaForSequenceClassification, false, ''",
        "NewForCausalLM, false, ''"
    })
    void aHeadOfItsOwnIsMissedOnlyWhereItIsOne(String architecture, boolean tied, String missed) {
        String config = "{\"architectures\": [\"%s\"], \"tie_word_embeddings\": %s}".formatted(architecture, tied);
        MissingWeights missing = MissingWeights.of(
                new ModelConfig(json(config)),
                named(config, "model.embed_tokens.weight").parameters());
        assertEquals(missed.isEmpty() ? List.of() : List.of(missed), missing.certain());
    }

    @Test
    void aHeadThatIsStoredUnderAnOlderNameIsThere() {
        String config = "{\"architectures\": [\"DeepseekV4ForCausalLM\"], \"tie_word_embeddings\": false}";
        BaseModel base = named(config, "model.embed_tokens.weight", "head.weight");
        assertEquals(
                List.of(), MissingWeights.of(base.config(), base.parameters()).certain());
    }

    @Test
    void manyAreCounted() throws IOException {
        BaseModel base = without(fixture("base-fp16"), name -> name.startsWith("model.layers.1.self_attn."));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> Completeness.require(base));
        assertTrue(refused.getMessage().contains("and 1 more, and no file holds them"), refused.getMessage());
    }

    @Test
    void aNormIsDoubted() throws IOException {
        BaseModel base = without(fixture("base-fp16"), "model.layers.1.input_layernorm.weight"::equals);
        assertTrue(Completeness.require(base).orElseThrow().contains("model.layers.1.input_layernorm.weight"));
    }

    @Test
    void ofAClassThatIsNotKnownItIsSaidOnly() throws IOException {
        String config = "{\"model_type\": \"new\", \"architectures\": [\"NewForCausalLM\"], \"num_hidden_layers\": 2}";
        assertTrue(Completeness.require(
                        named(config, FIRST, "model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight"))
                .orElseThrow()
                .contains(SECOND));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // layers of multi-token prediction stand after the counted ones
                "\"num_hidden_layers\": 1, \"num_nextn_predict_layers\": 1 | DeepseekV3ForCausalLM | "
                        + "model.layers.0.mlp.up_proj.weight model.layers.1.mlp.up_proj.weight model.layers.1.eh_proj.weight",
                // layers of another kind do without a value projection
                "\"num_hidden_layers\": 2, \"layer_types\": [\"sliding_attention\", \"full_attention\"] | Qwen3ForCausalLM | "
                        + "model.layers.0.self_attn.k_proj.weight model.layers.0.self_attn.v_proj.weight model.layers.1.self_attn.k_proj.weight",
                // and those that use the keys and values of others have neither
                "\"num_hidden_layers\": 3, \"num_kv_shared_layers\": 1 | Qwen3ForCausalLM | "
                        + "model.layers.0.self_attn.q_proj.weight model.layers.0.self_attn.k_proj.weight"
                        + " model.layers.1.self_attn.q_proj.weight model.layers.1.self_attn.k_proj.weight model.layers.2.self_attn.q_proj.weight",
                // dense and sparse layers differ
                "\"num_hidden_layers\": 3 | Qwen3MoeForCausalLM | model.layers.0.mlp.up_proj.weight model.layers.1.mlp.gate.weight"
                        + " model.layers.2.mlp.gate.weight",
                // one layer holds it for all
                "\"num_layers\": 2 | T5ForConditionalGeneration | encoder.block.0.layer.0.SelfAttention.q.weight"
                        + " encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight encoder.block.1.layer.0.SelfAttention.q.weight",
                // every second layer has cross-attention
                "\"num_hidden_layers\": 4 | LlamaForCausalLM | model.layers.0.mlp.up_proj.weight model.layers.0.mlp.down_proj.weight"
                        + " model.layers.1.mlp.up_proj.weight model.layers.2.mlp.up_proj.weight model.layers.2.mlp.down_proj.weight"
                        + " model.layers.3.mlp.up_proj.weight",
                // more layers than the config counts are not loaded
                "\"num_hidden_layers\": 1 | LlamaForCausalLM | model.layers.0.mlp.up_proj.weight model.layers.1.mlp.up_proj.weight"
                        + " model.layers.1.mlp.down_proj.weight",
                // one of two names counts halves of layers
                "\"num_layers\": 1, \"num_hidden_layers\": 2 | LongcatFlashForCausalLM | model.layers.0.mlps.0.up_proj.weight"
                        + " model.layers.0.mlps.1.up_proj.weight",
                // one layer for all
                "\"num_hidden_layers\": 12 | AlbertForSequenceClassification | "
                        + "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight",
            })
    void whatAModelDoesWithoutIsNotMissed(String model) {
        String[] parts = model.split(" \\| ");
        String config = "{%s, \"architectures\": [\"%s\"]}".formatted(parts[0], parts[1]);
        assertEquals(
                List.of(),
                MissingWeights.of(
                                new ModelConfig(json(config)),
                                named(config, ("model.embed_tokens.weight " + parts[2]).split(" "))
                                        .parameters())
                        .certain());
    }

    private static BaseModel fixture(String name) throws IOException {
        return BaseModel.read(FolderFiles.of(RESOURCES.resolve("fixtures").resolve(name)));
    }

    /** A base of matrices with these names. */
    private static BaseModel named(String config, String... names) {
        Map<String, LocatedTensor> parameters = new TreeMap<>();
        for (String name : names) {
            TensorEntry entry = new TensorEntry(name, DType.F32, Shape.of(2, 2), 0, 16);
            parameters.put(name, new LocatedTensor(new FileInfo("model.safetensors", 16, ""), entry));
        }
        return new BaseModel(
                new ModelConfig(json(config)),
                new TensorCatalog("nowhere", parameters),
                parameters,
                Map.of(),
                Optional.empty());
    }

    private static JsonObject json(String text) {
        return Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "config.json");
    }

    private static BaseModel without(BaseModel base, Predicate<String> lost) {
        Map<String, LocatedTensor> parameters = new TreeMap<>(base.parameters());
        assertTrue(parameters.keySet().removeIf(lost));
        return new BaseModel(base.config(), base.catalog(), parameters, base.quantized(), base.ends());
    }
}
