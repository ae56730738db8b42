package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.LoadRenames.Renamed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that transformers was seen to give, in both directions. */
class GoldenNamesTest {
    private static final String VECTORS = """
            LlavaForConditionalGeneration, llava, language_model.model.layers.0.self_attn.q_proj.weight, model.language_model.layers.0.self_attn.q_proj.weight
            LlavaForConditionalGeneration, llava, vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight, model.vision_tower.encoder.layers.0.mlp.fc1.weight
            LlavaForConditionalGeneration, llava, model.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight, model.vision_tower.encoder.layers.0.mlp.fc1.weight
            LlavaForConditionalGeneration, llava, language_model.lm_head.weight, lm_head.weight
            MllamaForConditionalGeneration, mllama, language_model.lm_head.weight, lm_head.weight
            LlavaNextForConditionalGeneration, llava_next, image_newline, model.image_newline
            LlavaNextForConditionalGeneration, llava_next, language_model.model.layers.1.mlp.up_proj.weight, model.language_model.layers.1.mlp.up_proj.weight
            Gemma3ForConditionalGeneration, gemma3, multi_modal_projector.mm_input_projection_weight, model.multi_modal_projector.mm_input_projection_weight
            PaliGemmaForConditionalGeneration, paligemma, vision_tower.vision_model.encoder.layers.0.self_attn.out_proj.weight, model.vision_tower.encoder.layers.0.self_attn.out_proj.weight
            MllamaForConditionalGeneration, mllama, vision_model.class_embedding, model.vision_model.class_embedding
            Qwen2VLForConditionalGeneration, qwen2_vl, visual.blocks.0.attn.qkv.weight, model.visual.blocks.0.attn.qkv.weight
            Qwen2_5_VLForConditionalGeneration, qwen2_5_vl, visual.blocks.0.attn.qkv.weight, model.visual.blocks.0.attn.qkv.weight
            Qwen2VLForConditionalGeneration, qwen2_vl, model.layers.0.self_attn.q_proj.weight, model.language_model.layers.0.self_attn.q_proj.weight
            Qwen2VLForConditionalGeneration, qwen2_vl, lm_head.weight, lm_head.weight
            Qwen2_5_VLForConditionalGeneration, qwen2_5_vl, model.layers.0.self_attn.q_proj.weight, model.language_model.layers.0.self_attn.q_proj.weight
            Qwen2_5_VLForConditionalGeneration, qwen2_5_vl, lm_head.weight, lm_head.weight
            LlavaForConditionalGeneration, llava, model.vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight, model.vision_tower.encoder.layers.0.self_attn.q_proj.weight
            MixtralForCausalLM, mixtral, model.layers.0.block_sparse_moe.gate.weight, model.layers.0.mlp.gate.weight
            PhimoeForCausalLM, phimoe, model.layers.0.block_sparse_moe.gate.weight, model.layers.0.mlp.router.weight
            DeepseekV3ForCausalLM, deepseek_v3, model.layers.1.mlp.shared_experts.gate_proj.weight, model.layers.1.mlp.shared_experts.gate_proj.weight
            ViTForImageClassification, vit, vit.encoder.layer.0.attention.attention.query.weight, vit.layers.0.attention.q_proj.weight
            BertModel, bert, encoder.layer.0.output.LayerNorm.beta, encoder.layer.0.output.LayerNorm.bias
            Wav2Vec2Model, wav2vec2, encoder.pos_conv_embed.conv.weight_g, encoder.pos_conv_embed.conv.parametrizations.weight.original0
            CLIPModel, clip, vision_model.encoder.layers.0.mlp.fc1.weight, vision_model.encoder.layers.0.mlp.fc1.weight
            """;

    @ParameterizedTest
    @CsvSource(textBlock = VECTORS)
    void aNameOnDiskBecomesTheOneInMemory(String architecture, String type, String disk, String memory) {
        assertEquals(
                memory, renames(architecture, type, disk).newestOfBase(disk).name());
    }

    @ParameterizedTest
    @CsvSource(textBlock = VECTORS)
    void anAdapterOfTheNamesInMemoryFindsTheNameOnDisk(String architecture, String type, String disk, String memory) {
        assertEquals(List.of(disk), found(Configs.of(architecture, type), disk, memory));
    }

    @ParameterizedTest
    @CsvSource(textBlock = VECTORS)
    void anAdapterOfTheNamesOnDiskFindsABaseThatHasThoseInMemory(
            String architecture, String type, String disk, String memory) {
        assertEquals(List.of(memory), found(Configs.of(architecture, type), memory, disk));
    }

    /** The body's own prefix is repaired, and the name inside it is renamed. */
    @Test
    void aBodyTakesNamesOfAModelAroundIt() {
        ModelConfig bert = Configs.of("BertModel", "bert");
        String around = "bert.encoder.layer.0.output.LayerNorm.beta";
        String own = "encoder.layer.0.output.LayerNorm.bias";

        assertEquals(List.of(own), found(bert, own, around));
        assertEquals(List.of(around), found(bert, around, own));
    }

    @ParameterizedTest
    @CsvSource({
        "MixtralForCausalLM, mixtral, model.layers.0.block_sparse_moe.experts.1.w3.weight, model.layers.0.mlp.experts.gate_up_proj",
        "DeepseekV3ForCausalLM, deepseek_v3, model.layers.1.mlp.experts.1.down_proj.weight, model.layers.1.mlp.experts.down_proj",
    })
    void whatIsPutTogetherIsNoLongerOneTensorsName(String architecture, String type, String disk, String memory) {
        Renamed renamed = renames(architecture, type, disk).newestOfBase(disk);

        assertTrue(renamed.converted());
        assertEquals(memory, renamed.name());
    }

    /** The same vectors for a LoRA: of the parameter in memory on a base with experts one by one, and of one expert on a base that has them together. */
    @ParameterizedTest
    @CsvSource({
        "MixtralForCausalLM, mixtral, model.layers.0.block_sparse_moe.experts, w1 w3, model.layers.0.mlp.experts, gate_up_proj",
        "MixtralForCausalLM, mixtral, model.layers.0.block_sparse_moe.experts, w2, model.layers.0.mlp.experts, down_proj",
        "DeepseekV3ForCausalLM, deepseek_v3, model.layers.1.mlp.experts, gate_proj up_proj, model.layers.1.mlp.experts, gate_up_proj",
        "DeepseekV3ForCausalLM, deepseek_v3, model.layers.1.mlp.experts, down_proj, model.layers.1.mlp.experts, down_proj",
    })
    void whatIsPutTogetherIsFoundFromEitherSide(
            String architecture, String type, String disk, String projections, String memory, String parameter) {
        ModelConfig config = Configs.of(architecture, type);
        Map<String, Shape> separate = new TreeMap<>();
        for (int expert = 0; expert < 12; expert++) {
            for (String projection : projections.split(" ")) {
                separate.put("%s.%d.%s.weight".formatted(disk, expert, projection), Shape.of(4, 6));
            }
        }
        String fused = memory + "." + parameter;
        Map<String, Shape> together = Map.of(fused, Shape.of(12, 4L * projections.split(" ").length, 6));

        String module = placed("base_model.model." + memory + ".lora_A.weight", parameter, config, separate);
        List<FusedExperts.Part> parts = FusedExperts.find(
                        module, parameter, name -> Optional.ofNullable(separate.get(name)))
                .orElseThrow()
                .parts();
        assertEquals(
                separate.keySet(), parts.stream().map(FusedExperts.Part::tensor).collect(Collectors.toSet()));
        assertEquals(11, parts.getLast().expert());
        for (String projection : projections.split(" ")) {
            String key = "base_model.model.%s.11.%s.lora_A.weight".formatted(disk, projection);
            FusedExperts.Part part = FusedExperts.findFused(
                            placed(key, "none", config, together), name -> Optional.ofNullable(together.get(name)))
                    .orElseThrow()
                    .parts()
                    .getFirst();
            assertEquals(fused, part.tensor());
            assertEquals(11, part.expert());
        }
    }

    private static String placed(String key, String parameter, ModelConfig config, Map<String, Shape> base) {
        String json = "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 2, \"target_parameters\": [\"experts.%s\"]}"
                .formatted(parameter);
        AdapterConfig adapter =
                new AdapterConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "adapter_config.json"));
        PlacedKey placed = AdapterNames.place(
                        List.of(key),
                        adapter,
                        new ParameterNames(base.keySet(), config),
                        name -> Optional.ofNullable(base.get(name)))
                .keys()
                .getFirst();
        assertTrue(placed.found(), key);
        return placed.key().module();
    }

    @Test
    void thePrefixOfTheBodyMayBeMissingOnEitherSide() {
        ModelConfig vit = Configs.of("ViTForImageClassification", "vit");
        String bare = "encoder.layer.0.attention.attention.key.weight";

        assertEquals(List.of(bare), found(vit, bare, "vit.layers.0.attention.k_proj.weight"));
        assertEquals(
                List.of("vit.layers.0.attention.k_proj.weight"),
                found(vit, "vit.layers.0.attention.k_proj.weight", bare));
        assertEquals(
                List.of("model.layers.0.mlp.up_proj.weight"),
                found(
                        Configs.of("LlamaForCausalLM", "llama"),
                        "model.layers.0.mlp.up_proj.weight",
                        "layers.0.mlp.up_proj.weight"));
    }

    @ParameterizedTest
    @CsvSource({
        "LlavaForConditionalGeneration, llava, language_model.model.layers.0.mlp.up_proj.weight, model.language_model.layers.0.mlp.up_proj.weight",
        "LlavaForConditionalGeneration, llava, vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight, model.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight",
        "Qwen2VLForConditionalGeneration, qwen2_vl, visual.blocks.0.attn.qkv.weight, model.visual.blocks.0.attn.qkv.weight",
    })
    void namesOfReleasesInBetweenLeadToBothOthers(String architecture, String type, String oldest, String between) {
        ModelConfig config = Configs.of(architecture, type);
        String newest = renames(architecture, type, oldest).newestOfBase(oldest).name();

        assertEquals(List.of(oldest), found(config, oldest, between));
        assertEquals(List.of(newest), found(config, newest, between));
        assertEquals(List.of(between), found(config, between, oldest));
        assertEquals(List.of(between), found(config, between, newest));
    }

    @Test
    void aPartOfAnotherTypeThanTheDefaultHasItsOwnRules() {
        String json = """
                {"architectures": ["LlavaForConditionalGeneration"], "model_type": "llava",
                 "vision_config": {"model_type": "%s"}, "text_config": {"model_type": "mistral"}}""";
        String disk = "vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight";

        assertEquals(
                "model.vision_tower.encoder.layers.0.mlp.fc1.weight",
                LoadRenames.of(Configs.of(json.formatted("siglip_vision_model")), Set.of(disk))
                        .newestOfBase(disk)
                        .name());
        assertEquals(
                "model.vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight",
                LoadRenames.of(Configs.of(json.formatted("pixtral")), Set.of(disk))
                        .newestOfBase(disk)
                        .name());
    }

    @Test
    void theClassComesBeforeTheModelType() {
        String name = "model.layers.0.mlp.up_proj.weight";

        assertEquals(
                "model.language_model.layers.0.mlp.up_proj.weight",
                renames("Qwen2VLForConditionalGeneration", "qwen2_vl", name)
                        .newestOfBase(name)
                        .name());
        assertEquals(
                name,
                renames("Qwen2VLTextModel", "qwen2_vl", name).newestOfBase(name).name());
    }

    @Test
    void aGuardedRuleWaitsForItsGuard() {
        String first = "vision_tower.encoder.blocks.0.norm0.weight";
        String second = "vision_tower.encoder.blocks.0.norm1.weight";
        ModelConfig config = Configs.of("KimiK25ForConditionalGeneration", "kimi_k25");

        assertTrue(LoadRenames.of(config, Set.of(first, second))
                .newestOfBase(second)
                .name()
                .endsWith("norm2.weight"));
        assertTrue(LoadRenames.of(config, Set.of(second))
                .newestOfBase(second)
                .name()
                .endsWith("norm1.weight"));
    }

    @Test
    void aModelOfAnUnknownClassKeepsItsNames() {
        ModelConfig config = Configs.of("SomebodysModel", "somebodys");

        assertEquals(List.of("a.b.weight"), found(config, "a.b.weight", "a.b.weight"));
        assertEquals(List.of(), found(config, "a.b.weight", "c.b.weight"));
        assertEquals(List.of(), found(Configs.of("{}"), "a.b.weight", "c.b.weight"));
    }

    private static LoadRenames renames(String architecture, String type, String disk) {
        return LoadRenames.of(Configs.of(architecture, type), Set.of(disk));
    }

    private static List<String> found(ModelConfig config, String base, String wanted) {
        return new ParameterNames(Set.of(base), config)
                .find(wanted).stream().map(Place::parameter).toList();
    }
}
