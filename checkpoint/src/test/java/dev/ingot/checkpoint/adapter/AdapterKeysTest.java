package dev.ingot.checkpoint.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterKeysTest {
    @ParameterizedTest
    @CsvSource({
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight, LORA_A, model.layers.0.self_attn.q_proj.weight",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.default.weight, LORA_B, model.layers.0.self_attn.q_proj.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A, EMBEDDING_A, model.embed_tokens.weight",
        "base_model.model.model.embed_tokens.lora_embedding_B.default, EMBEDDING_B, model.embed_tokens.weight",
        "base_model.model.lm_head.base_layer.weight, BASE_LAYER, lm_head.weight",
        "base_model.model.lm_head.weight, WHOLE, lm_head.weight",
        "base_model.model.score.weight, WHOLE, score.weight",
        "base_model.model.lm_head.modules_to_save.default.weight, WHOLE, lm_head.weight",
        "base_model.model.lm_head.modules_to_save.weight, WHOLE, lm_head.weight",
        "base_model.model.lm_head.original_module.weight, ORIGINAL, lm_head.weight",
        "base_model.model.model.layers.3.mlp.up_proj.lora_magnitude_vector, MAGNITUDE, model.layers.3.mlp.up_proj.weight",
        "base_model.model.model.layers.3.mlp.up_proj.lora_B.bias, LORA_B_BIAS, model.layers.3.mlp.up_proj.weight",
        "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta, TOKENS, model.embed_tokens.weight",
        "model.layers.0.mlp.down_proj.lora_A.weight, LORA_A, model.layers.0.mlp.down_proj.weight",
    })
    void aKeySaysWhichParameterItIsForAndHow(String raw, Role role, String target) {
        AdapterKey key = AdapterKeys.parse(raw);

        assertEquals(role, key.role());
        assertEquals(target, key.target());
        assertEquals(raw, key.raw());
    }
}
