package dev.ingot.checkpoint.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which engines and tools were seen to wrap names, one after the other: what the name of a tensor becomes, the rule that leaves it out, or the refusal. */
class EveryWrapperTest {
    private static final ModelConfig LLAMA = Configs.of("LlamaForCausalLM", "llama");
    private static final String MODULE = "model.layers.0.self_attn.q_proj";
    private static final Set<String> BASE = Set.of(
            "model.embed_tokens.weight", MODULE + ".weight", MODULE + ".bias", "model.norm.weight", "lm_head.weight");
    private static final String LORA = "{\"peft_type\": \"LORA\", \"r\": 8, \"lora_alpha\": 8}";

    /** Columns: what wraps, the name in the file (~ for the path of a linear layer in the model), what it is, and for what. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PEFT's tuners                      | base_model.model.~.lora_A.weight                                          | LORA_A      | ~.weight",
                "PEFT's prompt learning             | base_model.~.weight                                                       | WHOLE       | ~.weight",
                "DDP                                | module.base_model.model.~.lora_A.weight                                   | LORA_A      | ~.weight",
                "AveragedModel                      | module.module.base_model.model.~.lora_B.weight                            | LORA_B      | ~.weight",
                "torch.compile of all               | _orig_mod.base_model.model.~.lora_A.weight                                | LORA_A      | ~.weight",
                "torch.compile of a region          | base_model.model.model.layers.0._orig_mod.self_attn.q_proj.lora_A.weight  | LORA_A      | ~.weight",
                "DDP of a compiled model            | module._orig_mod.base_model.model.~.lora_A.weight                         | LORA_A      | ~.weight",
                "a compiled DDP                     | _orig_mod.module.base_model.model.~.lora_A.weight                         | LORA_A      | ~.weight",
                "FSDP1                              | _fsdp_wrapped_module.base_model.model.model.layers.0._fsdp_wrapped_module.self_attn.q_proj.lora_A.weight | LORA_A | ~.weight",
                "checkpointed activations           | base_model.model.model.layers.0._checkpoint_wrapped_module.self_attn.q_proj.lora_A.weight | LORA_A | ~.weight",
                "Lightning's DeepSpeed before 2.1   | _forward_module.model.base_model.model.~.lora_A.default.weight            | LORA_A      | ~.weight",
                "Fabric                             | _forward_module._original_module.base_model.model.~.lora_A.weight         | LORA_A      | ~.weight",
                "torchrec                           | _dmp_wrapped_module.base_model.model.~.lora_A.weight                      | LORA_A      | ~.weight",
                "fairscale                          | base_model.model.model.layers.0._fpw_module.self_attn.q_proj.lora_A.weight | LORA_A     | ~.weight",
                "a copy that PEFT wraps             | base_model.model.~.base_layer.weight                                      | BASE_LAYER  | ~.weight",
                "a copy that PEFT wraps twice       | base_model.model.~.base_layer.base_layer.weight                           | BASE_LAYER  | ~.weight",
                "a copy of a bias                   | base_model.model.~.base_layer.bias                                        | BASE_LAYER  | ~.bias",
                "a name in memory: A                | base_model.model.~.lora_A.default.weight                                  | LORA_A      | ~.weight",
                "a name in memory: B                | base_model.model.~.lora_B.some-name.weight                                | LORA_B      | ~.weight",
                "a name in memory: bias of B        | base_model.model.~.lora_B.default.bias                                    | LORA_B_BIAS | ~.weight",
                "a name in memory: embedding's A    | base_model.model.model.embed_tokens.lora_embedding_A.default              | EMBEDDING_A | model.embed_tokens.weight",
                "a name in memory: embedding's B    | base_model.model.model.embed_tokens.lora_embedding_B.default              | EMBEDDING_B | model.embed_tokens.weight",
                "a name in memory: magnitude        | base_model.model.~.lora_magnitude_vector.default.weight                   | MAGNITUDE   | ~.weight",
                "a magnitude on disk                | base_model.model.~.lora_magnitude_vector                                  | MAGNITUDE   | ~.weight",
                "the name that breaks PEFT          | base_model.model.~.lora_A.lora.weight                                     | LORA_A      | ~.weight",
                "modules_to_save in memory          | base_model.model.lm_head.modules_to_save.default.weight                   | WHOLE       | lm_head.weight",
                "modules_to_save on disk            | base_model.model.lm_head.weight                                           | WHOLE       | lm_head.weight",
                "the frozen original                | base_model.model.lm_head.original_module.weight                           | ORIGINAL    | lm_head.weight",
                "trained tokens on disk             | base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta  | TOKENS      | model.embed_tokens.weight",
                "trained tokens in memory           | base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta.default | TOKENS | model.embed_tokens.weight",
                "TRL's value head around the model  | pretrained_model.base_model.model.~.lora_A.default.weight                 | LORA_A      | ~.weight",
                "OpenRLHF's Actor                   | model.base_model.model.~.lora_A.weight                                    | LORA_A      | ~.weight",
                "an attribute of a LightningModule  | model.base_model.model.~.lora_A.default.weight                            | LORA_A      | ~.weight",
                "the trained role: actor            | actor.base_model.model.~.lora_A.weight                                    | LORA_A      | ~.weight",
                "the trained role: policy           | policy.model.~.lora_A.weight                                              | LORA_A      | ~.weight",
                "the trained role: student          | student.base_model.model.~.lora_A.weight                                  | LORA_A      | ~.weight",
                "an engine in a model               | model.module.base_model.model.~.lora_A.weight                             | LORA_A      | ~.weight",
                "a model in an engine               | module.model.base_model.model.~.lora_A.weight                             | LORA_A      | ~.weight",
                "a container in a name: state_dict  | state_dict.model.base_model.model.~.lora_A.weight                         | LORA_A      | ~.weight",
                "a container in a name: model_state_dict | model_state_dict.base_model.model.~.lora_A.weight                    | LORA_A      | ~.weight",
                "a container in a name: params      | params.base_model.model.~.lora_A.weight                                   | LORA_A      | ~.weight",
                "verl                               | base_model.model.~.lora_A.default.weight                                  | LORA_A      | ~.weight",
                "transformers' mixin, without PEFT  | ~.lora_A.weight                                                           | LORA_A      | ~.weight",
            })
    void whatWrapsANameIsTakenOff(String wrapper, String key, String role, String target) {
        PlacedKeys placed = place(LORA, key.replace("~", MODULE));

        PlacedKey found = placed.keys().getFirst();
        assertTrue(found.found(), wrapper);
        assertEquals(role, found.key().role().name(), wrapper);
        assertEquals(target.replace("~", MODULE), found.key().target(), wrapper);
    }

    /** Columns: who writes it, its name, and the rule that the ledger names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AveragedModel     | n_averaged                            | state of training: n_averaged",
                "TRL's value head  | v_head.summary.weight                 | value head: v_head",
                "TRL's value head  | v_head.summary.bias                   | value head: v_head",
                "a value head      | value_head.weight                     | value head: value_head",
                "OpenRLHF's critic | score.weight                          | value head: score",
                "OpenRLHF's critic | module.base_model.model.score.weight  | value head: score",
                "RLHF              | critic.model.norm.weight              | another role than the trained model: critic",
                "RLHF              | ref.model.norm.weight                 | another role than the trained model: ref",
                "RLHF              | reward_model.model.norm.weight        | another role than the trained model: reward_model",
                "distillation      | teacher.model.norm.weight             | another role than the trained model: teacher",
                "Lightning         | optimizer_states.0.exp_avg            | state of training: optimizer_states",
                "Transformer Engine | base_model.model.model.norm._extra_state | buffer that is computed anew: _extra_state",
            })
    void whatIsNotTheModelGoesToTheLedgerByItsRule(String writer, String key, String rule) {
        PlacedKeys placed = place(LORA, "base_model.model." + MODULE + ".lora_A.weight", key);

        assertEquals(Map.of(key, rule), placed.ignored(), writer);
        assertEquals(1, placed.keys().size(), writer);
    }

    /** A classifier's head is the model's, whether PEFT adds it by the task or somebody asked for it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 8, 'task_type': 'SEQ_CLS'}          | base_model.model.score.weight",
                "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 8, 'task_type': 'TOKEN_CLS'}        | base_model.model.score.weight",
                "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 8, 'modules_to_save': ['score']}    | base_model.model.score.weight",
                "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 8}                                  | base_model.model.score.modules_to_save.default.weight",
                "{'peft_type': 'LORA', 'r': 8, 'lora_alpha': 8}                                  | base_model.model.score.lora_A.weight",
            })
    void aClassifiersHeadIsKept(String config, String key) {
        PlacedKeys placed = place(config.replace('\'', '"'), "base_model.model." + MODULE + ".lora_A.weight", key);

        assertEquals(Map.of(), placed.ignored());
        assertEquals(2, placed.keys().size());
    }

    /** Columns: whose they are, a name, the code and a part of the message. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PEFT's prompts          | prompt_embeddings                                                  | adapter.prompt-learning | prompt learning",
                "PEFT's prompts in memory | base_model.prompt_encoder.default.embedding.weight               | adapter.prompt-learning | prompt learning",
                "FSDP1's local state     | base_model.model.model.layers.0._flat_param                        | adapter.dialect | flattened",
                "FSDP1's local state     | flat_param                                                         | adapter.dialect | flattened",
                "Megatron's LoRA         | decoder.layers.0.self_attention.linear_qkv.adapter.linear_in.weight | adapter.dialect | Megatron",
                "Megatron: qkv           | decoder.layers.3.self_attention.linear_qkv.weight                  | adapter.dialect | Megatron",
                "Megatron: o             | module.decoder.layers.3.self_attention.linear_proj.weight          | adapter.dialect | Megatron",
                "Megatron: gate and up   | decoder.layers.3.mlp.linear_fc1.weight                             | adapter.dialect | Megatron",
                "Megatron: down          | decoder.layers.3.mlp.linear_fc2.weight                             | adapter.dialect | Megatron",
                "Megatron: norm inside   | decoder.layers.3.mlp.linear_fc1.layer_norm_weight                  | adapter.dialect | Megatron",
                "Megatron: a whole file  | embedding.word_embeddings.weight,decoder.layers.0.self_attention.linear_qkv.weight,decoder.final_layernorm.weight,output_layer.weight | adapter.dialect | Megatron",
                "Megatron's VLM          | language_model.decoder.layers.3.self_attention.linear_qkv.weight   | adapter.dialect | Megatron",
                "kohya                   | lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight      | adapter.dialect | kohya",
                "kohya's alpha           | lora_unet_down_blocks_0_attentions_0_proj_in.alpha                 | adapter.dialect | kohya",
                "MLX                     | model.layers.0.self_attn.q_proj.lora_a                             | adapter.dialect | MLX",
                "DeepSpeed-Chat          | model.layers.0.self_attn.q_proj.lora_right_weight                  | adapter.dialect | DeepSpeed-Chat",
                "torchtune               | layers.0.attn.q_proj.lora_a.weight                                 | adapter.dialect | torchtune",
                "two names in memory     | base_model.model.model.norm.lora_A.one.weight,base_model.model.model.norm.lora_A.two.weight | adapter.several-names | one, two",
            })
    void whatCannotBeReadIsRefusedByItsName(String whose, String keys, String code, String part) {
        RefusedInput refused = assertThrows(RefusedInput.class, () -> place(LORA, keys.split(",")), whose);

        assertEquals(code, refused.code(), whose);
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
        assertTrue(!refused.remedy().isEmpty(), whose);
    }

    private static PlacedKeys place(String config, String... keys) {
        AdapterConfig read =
                new AdapterConfig(Json.parseObject(config.getBytes(StandardCharsets.UTF_8), "adapter_config.json"));
        return AdapterNames.place(
                List.of(keys), read, new ParameterNames(BASE, LLAMA), _ -> Optional.of(Shape.of(8, 8)));
    }
}
