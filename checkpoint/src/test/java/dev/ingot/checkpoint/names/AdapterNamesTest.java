package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which engines wrap the names of PEFT's keys, and every way in which names do not lead to a base. */
class AdapterNamesTest {
    private static final ModelConfig LLAMA = Configs.of("LlamaForCausalLM", "llama");
    private static final ModelConfig QWEN_VL = Configs.of("Qwen2VLForConditionalGeneration", "qwen2_vl");
    private static final ModelConfig LLAVA = Configs.of("LlavaForConditionalGeneration", "llava");
    private static final List<String> PEFT = List.of(
            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
            "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
            "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight",
            "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight",
            "base_model.model.model.embed_tokens.lora_embedding_A",
            "base_model.model.model.embed_tokens.lora_embedding_B",
            "base_model.model.lm_head.weight");

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "module., ''",
        "'', _orig_mod.",
        "_orig_mod., ''",
        "module._orig_mod., ''",
        "_orig_mod.module., ''",
        "'', _fsdp_wrapped_module.",
        "_fsdp_wrapped_module., _fsdp_wrapped_module.",
        "'', _checkpoint_wrapped_module.",
        "_fsdp_wrapped_module., _fsdp_wrapped_module._checkpoint_wrapped_module.",
        "_forward_module., ''",
        "_forward_module._original_module., ''",
        "_original_module., ''",
        "_dmp_wrapped_module., ''",
        "'', _fpw_module.",
        "pretrained_model., ''",
        "model., ''",
        "model.module., ''",
        "module.model., ''",
        "actor., ''",
        "actor.model., ''",
        "policy., ''",
        "student.module., ''",
        "state_dict., ''",
        "params., ''",
        "model_state_dict.model., ''",
    })
    void wrappersAreTakenOffTheWholeFile(String lead, String infix) {
        List<String> wrapped = PEFT.stream()
                .map(key -> lead + key.replace("layers.", "layers." + infix).replace("lm_head", infix + "lm_head"))
                .toList();

        assertEquals(targets(place(PEFT, LLAMA, llama())), targets(place(wrapped, LLAMA, llama())));
        assertEquals(7, targets(place(wrapped, LLAMA, llama())).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "my_adapter", "lora", "checkpoint-500"})
    void theNameInMemoryIsNoPartOfAKey(String name) {
        List<String> named = PEFT.stream()
                .map(key -> key.replaceFirst("(lora_[AB]|lora_embedding_[AB])(?=\\.|$)", "$1." + name))
                .toList();

        assertEquals(targets(place(PEFT, LLAMA, llama())), targets(place(named, LLAMA, llama())));
    }

    @Test
    void keysWithoutPeftsPrefixAreReadAsTheyStand() {
        List<String> bare = PEFT.stream()
                .map(key -> key.substring("base_model.model.".length()))
                .toList();

        assertEquals(targets(place(PEFT, LLAMA, llama())), targets(place(bare, LLAMA, llama())));
    }

    @Test
    void aModuleThatWasSavedWholeTakesThePlaceOfTheOriginal() {
        PlacedKeys placed = place(
                List.of(
                        "base_model.model.lm_head.modules_to_save.default.weight",
                        "base_model.model.lm_head.original_module.weight",
                        "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta.default",
                        "base_model.model.model.embed_tokens.token_adapter.base_layer.weight"),
                LLAMA,
                llama());

        assertEquals(
                List.of(
                        "lm_head.weight WHOLE",
                        "lm_head.weight ORIGINAL",
                        "model.embed_tokens.weight TOKENS",
                        "model.embed_tokens.weight BASE_LAYER"),
                placed.keys().stream()
                        .map(key -> key.key().target() + " " + key.key().role())
                        .toList());
    }

    @Test
    void aModuleWithModulesInsideMayBeSavedWhole() {
        PlacedKeys placed = place(
                List.of("base_model.model.model.layers.1.mlp.modules_to_save.default.up_proj.weight"), LLAMA, llama());

        assertEquals(
                "model.layers.1.mlp.up_proj.weight",
                placed.keys().getFirst().key().target());
        assertEquals(Role.WHOLE, placed.keys().getFirst().key().role());
    }

    @Test
    void copiesOfTheBaseAreFoundUnderAnyNumberOfWrappers() {
        PlacedKeys placed = place(
                List.of("module.base_model.model.model.layers.0.self_attn.q_proj.base_layer.base_layer.weight"),
                LLAMA,
                llama());

        assertEquals(Role.BASE_LAYER, placed.keys().getFirst().key().role());
        assertEquals(
                "model.layers.0.self_attn.q_proj.weight",
                placed.keys().getFirst().key().target());
    }

    @ParameterizedTest
    @CsvSource({
        "critic.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight, another role than the trained model: critic",
        "module.ref.model.layers.0.self_attn.q_proj.weight, another role than the trained model: ref",
        "teacher.model.layers.0.self_attn.q_proj.weight, another role than the trained model: teacher",
        "v_head.summary.weight, value head: v_head",
        "base_model.model.value_head.weight, value head: value_head",
        "n_averaged, state of training: n_averaged",
        "module.optimizer.state.0.exp_avg, state of training: optimizer",
        "base_model.model.model.layers.0.self_attn.rotary_emb.inv_freq, buffer that is computed anew: rotary_emb.inv_freq",
    })
    void whatIsNoPartOfTheModelIsLeftOutByANamedRule(String key, String rule) {
        List<String> keys = new ArrayList<>(PEFT);
        keys.add(key);

        PlacedKeys placed = place(keys, LLAMA, llama());

        assertEquals(Map.of(key, rule), placed.ignored());
        assertEquals(targets(place(PEFT, LLAMA, llama())), targets(placed));
    }

    @Test
    void aPartOfTheModelThatIsCalledLikeARoleStays() {
        Set<String> base = llama();
        base.add("critic.weight");

        assertEquals(
                Map.of(),
                place(List.of("base_model.model.critic.lora_A.weight"), LLAMA, base)
                        .ignored());
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight, kohya's",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha, kohya's",
        "model.layers.0.self_attn.q_proj.lora_a, MLX's",
        "layers.0.attn.q_proj.lora_a.weight, torchtune's",
        "model.layers.0.self_attn.q_proj.lora_right_weight, DeepSpeed-Chat's",
        "decoder.layers.0.self_attention.linear_qkv.adapter.linear_in.weight, Megatron's",
        "base_model.model._flat_param, FSDP's flattened",
    })
    void otherDialectsAreRefusedByName(String key, String name) {
        RefusedInput refused = refused(List.of(key), LLAMA, llama());

        assertEquals("adapter.dialect", refused.code());
        assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }

    @Test
    void severalAdaptersInOneFileAreListed() {
        RefusedInput refused = refused(
                List.of(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.one.weight",
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.two.weight"),
                LLAMA,
                llama());

        assertEquals("adapter.several-names", refused.code());
        assertTrue(refused.getMessage().contains("one, two"), refused.getMessage());
    }

    @Test
    void oneOfSeveralInMemoryIsTakenByItsNameAndTheOthersAreLeftOutByARule() {
        String key = "base_model.model.model.layers.0.self_attn.q_proj.lora_%s.%s.weight";
        List<String> keys = List.of(
                key.formatted("A", "one"),
                key.formatted("B", "one"),
                key.formatted("A", "two"),
                key.formatted("B", "two"),
                "base_model.model.lm_head.modules_to_save.one.weight");
        PlacedKeys placed = AdapterNames.place(
                keys,
                config("{\"peft_type\": \"LORA\", \"r\": 8}").inMemory("two"),
                new ParameterNames(llama(), LLAMA),
                _ -> Optional.of(Shape.of(8, 8)));

        assertEquals(
                List.of(key.formatted("A", "two"), key.formatted("B", "two")),
                placed.keys().stream().map(found -> found.key().raw()).toList());
        assertEquals("another adapter of the checkpoint: one", placed.ignored().get(keys.getFirst()));
        assertEquals(3, placed.ignored().size());
        assertEquals(
                "adapter.not-found",
                assertThrows(
                                RefusedInput.class,
                                () -> AdapterNames.place(
                                        keys,
                                        config("{\"peft_type\": \"LORA\", \"r\": 8}")
                                                .inMemory("three"),
                                        new ParameterNames(llama(), LLAMA),
                                        _ -> Optional.empty()))
                        .code());
    }

    @Test
    void twoKeysForOnePlaceAreRefused() {
        RefusedInput refused = refused(
                List.of(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight"),
                LLAMA,
                llama());

        assertEquals("adapter.duplicate-key", refused.code());
    }

    @Test
    void namesThatFitInTwoWaysAreRefusedWithBoth() {
        Set<String> base = new TreeSet<>(Set.of("layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight"));

        RefusedInput refused = refused(List.of("model.layers.0.mlp.up_proj.lora_A.weight"), LLAMA, base);

        assertEquals("adapter.ambiguous-prefix", refused.code());
        assertTrue(refused.getMessage().contains(" layers.0.mlp.up_proj.weight"), refused.getMessage());
        assertTrue(refused.getMessage().contains(" model.layers.0.mlp.up_proj.weight"), refused.getMessage());
    }

    @Test
    void oneBeginningHoldsForTheWholeFile() {
        PlacedKeys placed = place(
                List.of(
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
                        "model.layers.1.mlp.up_proj.lora_A.weight"),
                LLAMA,
                llama());

        assertEquals(
                List.of(true, true, false),
                placed.keys().stream().map(PlacedKey::found).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "model.layers.0.self_attn.q_proj, model.layers.0.self_attn.q_proj",
        "model.language_model.layers.0.self_attn.q_proj, model.layers.0.self_attn.q_proj",
        "visual.blocks.0.attn.qkv, visual.blocks.0.attn.qkv",
        "model.visual.blocks.0.attn.qkv, visual.blocks.0.attn.qkv",
    })
    void anAdapterOfAnyReleaseFindsAVisionModelThatIsStoredAsBefore(String trained, String module) {
        PlacedKeys placed = place(
                List.of("base_model.model." + trained + ".lora_A.weight"),
                QWEN_VL,
                Set.of("model.layers.0.self_attn.q_proj.weight", "visual.blocks.0.attn.qkv.weight", "lm_head.weight"));

        assertEquals(module, placed.keys().getFirst().key().module());
        assertEquals(trained, placed.keys().getFirst().trained());
    }

    /** Names as transformers 4.57 and 5 give them in memory, against those that 4.57 and 5 write to disk. */
    @ParameterizedTest
    @CsvSource({
        "AyaVisionForConditionalGeneration, aya_vision, model.vision_tower.encoder.layers.0.mlp.fc1, vision_tower.vision_model.encoder.layers.0.mlp.fc1",
        "AyaVisionForConditionalGeneration, aya_vision, model.vision_tower.vision_model.encoder.layers.0.mlp.fc1, model.vision_tower.encoder.layers.0.mlp.fc1",
        "AyaVisionForConditionalGeneration, aya_vision, model.vision_tower.vision_model.encoder.layers.0.mlp.fc1, vision_tower.encoder.layers.0.mlp.fc1",
        "AyaVisionForConditionalGeneration, aya_vision, model.language_model.layers.0.mlp.up_proj, language_model.model.layers.0.mlp.up_proj",
        "Emu3ForConditionalGeneration, emu3, model.text_model.layers.0.mlp.up_proj, text_model.model.layers.0.mlp.up_proj",
        "ColPaliForRetrieval, colpali, vlm.model.vision_tower.vision_model.encoder.layers.0.mlp.fc1, vlm.vision_tower.encoder.layers.0.mlp.fc1",
        "ColPaliForRetrieval, colpali, vlm.vision_tower.encoder.layers.0.mlp.fc1, vlm.vision_tower.vision_model.encoder.layers.0.mlp.fc1",
        "ColPaliForRetrieval, colpali, vlm.model.language_model.layers.0.mlp.up_proj, vlm.language_model.model.layers.0.mlp.up_proj",
    })
    void anAdapterOfOneReleaseFindsTheNamesOfAnother(String architecture, String type, String trained, String module) {
        PlacedKeys placed = place(
                List.of("base_model.model." + trained + ".lora_A.weight"),
                Configs.of(architecture, type),
                Set.of(module + ".weight", "lm_head.weight"));

        assertTrue(placed.keys().getFirst().found(), placed::toString);
        assertEquals(module, placed.keys().getFirst().key().module());
    }

    @Test
    void anAdapterOfALanguageModelAloneFindsTheOneInsideAVisionModel() {
        PlacedKeys placed = place(
                List.of(
                        "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight",
                        "base_model.model.lm_head.lora_A.weight"),
                LLAVA,
                Set.of("language_model.model.layers.0.mlp.up_proj.weight", "language_model.lm_head.weight"));

        assertEquals(
                List.of("language_model.model.layers.0.mlp.up_proj.weight", "language_model.lm_head.weight"),
                placed.keys().stream().map(key -> key.key().target()).toList());
        assertTrue(placed.keys().getFirst().rules().getFirst().startsWith("language model alone: "));
    }

    @Test
    void theLanguagePartOfAnAdapterOfAVisionModelFindsALanguageModelAlone() {
        PlacedKeys placed = place(
                List.of("base_model.model.model.language_model.layers.0.mlp.up_proj.lora_A.weight"),
                LLAMA,
                Set.of("model.layers.0.mlp.up_proj.weight"));

        assertEquals(
                "model.layers.0.mlp.up_proj", placed.keys().getFirst().key().module());
    }

    @ParameterizedTest
    @CsvSource({"'', model.", "module., model.", "model., model.", "model.module., model."})
    void whatWrapsNamesWithoutPeftsPrefixIsTakenOffAndNoMore(String lead, String rest) {
        PlacedKeys placed = place(List.of(lead + rest + "layers.0.self_attn.q_proj.lora_A.weight"), LLAMA, llama());

        assertEquals("model.layers.0.self_attn.q_proj", placed.keys().getFirst().trained());
    }

    @Test
    void patternsOfTheConfigAreMatchedOnTheNamesThatWereTrained() {
        String json = """
                {"peft_type": "LORA", "r": 8, "lora_alpha": 8,
                 "target_modules": "model\\\\.language_model\\\\..*up_proj",
                 "rank_pattern": {"^model.language_model.layers.0.mlp.up_proj": 2}}""";
        AdapterConfig config = config(json);
        PlacedKeys placed = AdapterNames.place(
                List.of("base_model.model.model.language_model.layers.0.mlp.up_proj.lora_A.weight"),
                config,
                new ParameterNames(Set.of("language_model.model.layers.0.mlp.up_proj.weight"), LLAVA),
                name -> Optional.of(Shape.of(4, 4)));

        AdapterConfig onBase = config.withTrained(placed.trained());

        assertEquals(2, onBase.rankOf("language_model.model.layers.0.mlp.up_proj"));
        assertTrue(onBase.targetModules().contains("language_model.model.layers.0.mlp.up_proj"));
        assertEquals(8, config.rankOf("language_model.model.layers.0.mlp.up_proj"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anyWrappingInAnyOrderOfKeysLeadsToTheSamePlaces(long seed) {
        Random random = new Random(seed);
        List<String> leads = List.of("", "module.", "model.", "_orig_mod.", "actor.", "_forward_module.");
        List<String> infixes = List.of("", "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.");
        String lead = leads.get(random.nextInt(leads.size())) + leads.get(random.nextInt(leads.size()));
        List<String> wrapped = new ArrayList<>();
        for (String key : PEFT) {
            String infix = infixes.get(random.nextInt(infixes.size()));
            wrapped.add(lead + key.replaceFirst("\\.(layers|lm_head|embed_tokens)\\.", "." + infix + "$1." + infix));
        }
        Collections.shuffle(wrapped, random);

        assertEquals(targets(place(PEFT, LLAMA, llama())), targets(place(wrapped, LLAMA, llama())));
    }

    /** Target and role by the key as PEFT would have written it. */
    private static Map<String, Long> targets(PlacedKeys placed) {
        Map<String, Long> targets = new TreeMap<>();
        placed.keys().stream()
                .filter(PlacedKey::found)
                .forEach(key ->
                        targets.merge(key.key().target() + " " + key.key().role(), 1L, Long::sum));
        return targets;
    }

    private static Set<String> llama() {
        Set<String> names = new TreeSet<>(Set.of("model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"));
        for (int layer = 0; layer < 2; layer++) {
            for (String module : List.of("self_attn.q_proj", "self_attn.o_proj", "mlp.up_proj", "input_layernorm")) {
                names.add("model.layers." + layer + "." + module + ".weight");
            }
        }
        return names;
    }

    private static PlacedKeys place(List<String> keys, ModelConfig model, Set<String> base) {
        AdapterConfig config = config("{\"peft_type\": \"LORA\", \"r\": 8, \"lora_alpha\": 8}");
        return AdapterNames.place(keys, config, new ParameterNames(base, model), name -> Optional.of(Shape.of(4, 4)));
    }

    private static RefusedInput refused(List<String> keys, ModelConfig model, Set<String> base) {
        return assertThrows(RefusedInput.class, () -> place(keys, model, base));
    }

    private static AdapterConfig config(String json) {
        return new AdapterConfig(Json.parseObject(json.getBytes(StandardCharsets.UTF_8), "adapter_config.json"));
    }
}
