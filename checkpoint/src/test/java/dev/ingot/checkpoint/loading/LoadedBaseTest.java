package dev.ingot.checkpoint.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.loading.LoadedTensor.Treatment;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.FileInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expectations are what transformers 4.57.6 and 5.23 did when they loaded such models. */
class LoadedBaseTest {
    private static final List<String> LLAMA = names(
            "model.embed_tokens lm_head model.layers.1.self_attn.q_proj model.layers.11.self_attn.q_proj model.layers.1.mlp.down_proj");
    private static final List<String> LLAVA = names(
            "language_model.model.embed_tokens language_model.lm_head"
                    + " language_model.model.layers.0.self_attn.q_proj language_model.model.layers.0.mlp.up_proj"
                    + " vision_tower.vision_model.embeddings.position_embedding vision_tower.vision_model.encoder.layers.0.self_attn.out_proj"
                    + " vision_tower.vision_model.encoder.layers.0.mlp.fc1 multi_modal_projector.linear_1 multi_modal_projector.linear_2");
    private static final List<String> GPT2 =
            names("wte wpe h.0.attn.c_attn h.0.attn.c_proj h.0.mlp.c_fc h.0.mlp.c_proj");
    private static final List<String> MIXTRAL = names("model.embed_tokens lm_head model.layers.0.self_attn.o_proj"
            + " model.layers.0.block_sparse_moe.gate model.layers.0.block_sparse_moe.experts.1.w1");
    private static final List<String> QWEN3_MOE = names(
            "model.embed_tokens lm_head model.layers.0.self_attn.o_proj model.layers.0.mlp.gate model.layers.0.mlp.experts.3.down_proj");
    private static final List<String> BERT = names(
            "bert.embeddings.word_embeddings bert.encoder.layer.0.attention.self.query bert.pooler.dense classifier");

    @ParameterizedTest
    @ValueSource(strings = {"4.57.6", "5.23.0"})
    void everyLinearOfALlamaIsQuantizedButItsHead(String version) {
        assertEquals(
                Set.of(
                        "model.layers.1.self_attn.q_proj",
                        "model.layers.11.self_attn.q_proj",
                        "model.layers.1.mlp.down_proj"),
                quantized(version, "", "LlamaForCausalLM", LLAMA));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.57.6", "5.23.0"})
    void llavaNextIsQuantizedInLanguageModelTowerAndProjector(String version) {
        assertEquals(
                Set.of(
                        "language_model.model.layers.0.self_attn.q_proj",
                        "language_model.model.layers.0.mlp.up_proj",
                        "vision_tower.vision_model.encoder.layers.0.self_attn.out_proj",
                        "vision_tower.vision_model.encoder.layers.0.mlp.fc1",
                        "multi_modal_projector.linear_1",
                        "multi_modal_projector.linear_2"),
                quantized(version, "", "LlavaNextForConditionalGeneration", LLAVA));
    }

    @ParameterizedTest
    @CsvSource({"4.57.6, 2", "5.23.0, 6"})
    void towerAndProjectorAreSkippedByNameInVersion4Only(String version, int count) {
        String skip = ", \"llm_int8_skip_modules\": [\"vision_tower\", \"multi_modal_projector\", \"lm_head\"]";
        assertEquals(
                count,
                quantized(version, skip, "LlavaNextForConditionalGeneration", LLAVA)
                        .size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.57.6", "5.23.0"})
    void conv1dLayersAreQuantizedTransposed(String version) {
        LoadedBase base = load(version, "", "GPT2LMHeadModel", GPT2);
        assertEquals(
                Treatment.QUANTIZED_TRANSPOSED,
                base.of("h.0.attn.c_proj.weight").treatment());
        assertEquals(4, base.quantizedCount());
    }

    @ParameterizedTest
    @CsvSource({"4.57.6, 3", "5.23.0, 1"})
    void expertsAndRoutersAreQuantizedInVersion4Only(String version, int count) {
        assertEquals(
                count, quantized(version, "", "MixtralForCausalLM", MIXTRAL).size());
        assertEquals(
                count, quantized(version, "", "Qwen3MoeForCausalLM", QWEN3_MOE).size());
    }

    @ParameterizedTest
    @CsvSource({"4.57.6, false", "5.23.0, true"})
    void aClassifierWithABiasIsSkippedInVersion4Only(String version, boolean quantized) {
        assertEquals(
                quantized,
                quantized(version, "", "BertForSequenceClassification", BERT).contains("classifier"));
    }

    @ParameterizedTest
    @CsvSource({"4.57.6, 1", "5.23.0, 3"})
    void aPartOfANameIsAKeyInVersion5Only(String version, int notSkipped) {
        String skip = ", \"llm_int8_skip_modules\": [\"proj\"]";
        int all = quantized(version, skip, "LlamaForCausalLM", LLAMA).size();
        assertEquals(
                version.startsWith("4") ? 4 : 1,
                all,
                "lm_head is not skipped by default once there are keys; " + notSkipped);
    }

    @Test
    void aNumberedKeySkipsThatLayerOnly() {
        String skip = ", \"llm_int8_skip_modules\": [\"model.layers.1\"]";
        assertTrue(quantized("5.23.0", skip, "LlamaForCausalLM", LLAMA).contains("model.layers.11.self_attn.q_proj"));
        assertTrue(quantized("4.57.6", ", \"llm_int8_skip_modules\": [\"layers.1\"]", "LlamaForCausalLM", LLAMA)
                .contains("model.layers.11.self_attn.q_proj"));
    }

    @Test
    void theScoreOfAClassifierOnALanguageModelIsNotQuantized() {
        LoadedBase base = LoadedBase.of(
                TrainingQuantization.read("nf4"),
                config("LlamaForCausalLM"),
                "LlamaForSequenceClassification",
                tensors(LLAMA));
        assertEquals(Treatment.CAST, base.of("lm_head.weight").treatment());
        assertEquals(3, base.quantizedCount());
    }

    @ParameterizedTest
    @CsvSource({"4.57.6, F16", "5.23.0, BF16"})
    void withoutADTypeVersion4CastsToFloat16AndVersion5ToTheConfigs(String version, DType dtype) {
        assertEquals(
                dtype,
                load(version, "", "LlamaForCausalLM", LLAMA)
                        .of("model.embed_tokens.weight")
                        .dtype());
    }

    @Test
    void wo0fT5StaysAsItIsInFloat16() {
        List<String> t5 =
                names("shared encoder.block.0.layer.1.DenseReluDense.wi encoder.block.0.layer.1.DenseReluDense.wo");
        LoadedBase base = load("4.57.6", "", "T5ForConditionalGeneration", t5);
        assertEquals(
                new LoadedTensor(DType.BF16, Treatment.CAST),
                base.of("encoder.block.0.layer.1.DenseReluDense.wo.weight"));
        assertEquals(
                new LoadedTensor(DType.F16, Treatment.QUANTIZED),
                base.of("encoder.block.0.layer.1.DenseReluDense.wi.weight"));
    }

    @Test
    void whereBothVersionsAgreeNothingIsAssumed() {
        String config = "{\"load_in_4bit\": true, \"dtype\": \"bfloat16\"}";
        LoadedBase base =
                LoadedBase.of(TrainingQuantization.read(config), config("LlamaForCausalLM"), "", tensors(LLAMA));
        assertTrue(base.assumption().isEmpty());
    }

    @Test
    void whereTheyDifferTheNewerIsAssumedAndSaysSo() {
        String config = "{\"load_in_4bit\": true, \"dtype\": \"bfloat16\"}";
        LoadedBase base =
                LoadedBase.of(TrainingQuantization.read(config), config("MixtralForCausalLM"), "", tensors(MIXTRAL));
        assertEquals(TransformersGeneration.V5, base.generation());
        assertTrue(base.assumption().orElseThrow().contains("quantizes 1 of its weights"));
        assertTrue(base.assumption().orElseThrow().contains("quantized 3"));
    }

    @Test
    void aClassThatTheTableDoesNotListIsRefusedByName() {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> load("5.23.0", "", "MyOwnForCausalLM", LLAMA));
        assertEquals("quantization.unknown-modules", refused.code());
        assertTrue(refused.getMessage().contains("MyOwnForCausalLM"));
    }

    @Test
    void aMatrixThatTheClassDoesNotHaveIsRefusedByName() {
        List<String> more = new ArrayList<>(LLAMA);
        more.add("model.layers.1.self_attn.extra_proj");
        RefusedInput refused = assertThrows(RefusedInput.class, () -> load("5.23.0", "", "LlamaForCausalLM", more));
        assertEquals("quantization.unknown-modules", refused.code());
        assertTrue(refused.getMessage().contains("extra_proj"));
    }

    @Test
    void aKeyThatIsNoRegularExpressionIsRefused() {
        String skip = ", \"llm_int8_skip_modules\": [\"layers.(\"]";
        RefusedInput refused = assertThrows(RefusedInput.class, () -> load("5.23.0", skip, "LlamaForCausalLM", LLAMA));
        assertEquals("quantization-config.skip-modules", refused.code());
    }

    private static Set<String> quantized(String version, String more, String architecture, List<String> modules) {
        LoadedBase base = load(version, more, architecture, modules);
        return modules.stream()
                .filter(module -> base.of(module + ".weight").isQuantized())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static LoadedBase load(String version, String more, String architecture, List<String> modules) {
        String config = "{\"load_in_4bit\": true, \"transformers_version\": \"%s\"%s}".formatted(version, more);
        return LoadedBase.of(TrainingQuantization.read(config), config(architecture), "", tensors(modules));
    }

    private static ModelConfig config(String architecture) {
        String json = "{\"architectures\": [\"%s\"], \"dtype\": \"bfloat16\"}".formatted(architecture);
        return new ModelConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }

    private static List<LocatedTensor> tensors(List<String> modules) {
        return modules.stream()
                .map(module -> new LocatedTensor(
                        new FileInfo("model.safetensors", 1 << 20, "id"),
                        new TensorEntry(module + ".weight", DType.BF16, Shape.of(8, 8), 0, 128)))
                .toList();
    }

    private static List<String> names(String text) {
        return Arrays.asList(text.split(" "));
    }
}
