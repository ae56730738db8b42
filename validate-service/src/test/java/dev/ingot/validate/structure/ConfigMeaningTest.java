package dev.ingot.validate.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configs that say the same in the words of two releases, and configs that do not. */
class ConfigMeaningTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "llama   | 'rope_theta': 5e5, 'rope_scaling': null | 'rope_parameters': {'rope_theta': 500000.0, 'rope_type': 'default'}",
                "llama   | 'hidden_size': 64, 'num_attention_heads': 4, 'head_dim': null | 'hidden_size': 64, 'num_attention_heads': 4, 'head_dim': 16",
                "llama   | 'attention_bias': false | 'mlp_bias': null",
                "mistral | 'sliding_window': null | 'sliding_window': null",
                "mistral | 'sliding_window': 4096 | 'dtype': 'bfloat16'",
                "qwen2   | 'use_sliding_window': false, 'sliding_window': 32 | 'use_sliding_window': false, 'sliding_window': null",
                "qwen2   | 'num_hidden_layers': 2 | 'num_hidden_layers': 2, 'layer_types': ['full_attention', 'full_attention']",
                "qwen2   | 'num_hidden_layers': 2, 'use_sliding_window': true, 'sliding_window': 8, 'max_window_layers': 1 | 'num_hidden_layers': 2, 'use_sliding_window': true, 'sliding_window': 8, 'max_window_layers': 1, 'layer_types': ['full_attention', 'sliding_attention']",
                "gemma2  | 'num_hidden_layers': 2 | 'num_hidden_layers': 2, 'layer_types': ['sliding_attention', 'full_attention']",
                "gemma3_text | 'num_hidden_layers': 3, 'sliding_window_pattern': 2 | 'num_hidden_layers': 3, 'layer_types': ['sliding_attention', 'full_attention', 'sliding_attention']",
                "qwen3_next | 'num_hidden_layers': 4, 'full_attention_interval': 2 | 'num_hidden_layers': 4, 'layer_types': ['linear_attention', 'full_attention', 'linear_attention', 'full_attention']",
                "granitemoehybrid | 'num_hidden_layers': 2, 'layer_types': ['mamba', 'attention'] | 'num_hidden_layers': 2, 'layer_types': ['linear_attention', 'full_attention']",
                "lfm2    | 'num_hidden_layers': 2, 'full_attn_idxs': [1] | 'num_hidden_layers': 2, 'layer_types': ['conv', 'full_attention']",
                "mixtral | 'num_local_experts': 4 | 'num_experts': 4",
                "gpt2    | 'n_head': 4 | 'num_attention_heads': 4",
                // what transformers 5 saves of configs that 4 wrote
                "phi3    | 'rope_theta': 10000.0, 'original_max_position_embeddings': 64, 'rope_scaling': {'type': 'longrope', 'short_factor': [1.0], 'long_factor': [2.0]} | 'original_max_position_embeddings': 64, 'rope_parameters': {'type': 'longrope', 'rope_type': 'longrope', 'rope_theta': 10000.0, 'partial_rotary_factor': 1.0, 'original_max_position_embeddings': 64, 'short_factor': [1.0], 'long_factor': [2.0]}",
                "phi3    | 'rope_theta': 10000.0, 'rope_scaling': null, 'partial_rotary_factor': 0.5 | 'partial_rotary_factor': 0.5, 'rope_parameters': {'rope_type': 'default', 'rope_theta': 10000.0, 'partial_rotary_factor': 0.5}",
                "llama   | 'max_position_embeddings': 256, 'rope_scaling': {'rope_type': 'yarn', 'factor': 4.0} | 'max_position_embeddings': 256, 'rope_parameters': {'rope_type': 'yarn', 'factor': 4.0, 'rope_theta': 10000.0, 'original_max_position_embeddings': 256}",
                "gemma   | 'hidden_act': 'gelu' | 'hidden_act': 'gelu_pytorch_tanh'",
                "gemma3_text | 'rope_theta': 5e5, 'rope_local_base_freq': 2e4, 'rope_scaling': {'rope_type': 'linear', 'factor': 8.0} | 'rope_parameters': {'full_attention': {'rope_type': 'linear', 'factor': 8.0, 'rope_theta': 5e5}, 'sliding_attention': {'rope_type': 'default', 'rope_theta': 2e4}}",
                "qwen2_vl | 'vision_config': {'model_type': 'qwen2_vl', 'depth': 1} | 'vision_config': {'model_type': 'qwen2_vl_vision', 'depth': 1, 'rope_parameters': {'rope_type': 'axial', 'rope_theta': 10000.0}}",
                "qwen2_vl | 'hidden_size': 32, 'hidden_act': 'silu', 'rope_theta': 5e5, 'rope_scaling': {'type': 'mrope', 'mrope_section': [1, 1, 2]}, 'vision_config': {'depth': 1} | 'text_config': {'model_type': 'qwen2_vl_text', 'hidden_size': 32, 'rope_parameters': {'type': 'mrope', 'rope_type': 'default', 'rope_theta': 5e5, 'mrope_section': [1, 1, 2]}}, 'vision_config': {'model_type': 'qwen2_vl_vision', 'depth': 1}",
                "gemma3  | 'vision_config': {'model_type': 'siglip_vision_model'} | 'vision_config': {'model_type': 'siglip_vision_model', 'vision_use_head': true}",
                "mistral3 | 'tie_word_embeddings': true, 'text_config': {'model_type': 'mistral', 'tie_word_embeddings': false} | 'tie_word_embeddings': true, 'text_config': {'model_type': 'mistral', 'tie_word_embeddings': false}",
                "mistral3 | 'text_config': {'model_type': 'mistral'} | 'tie_word_embeddings': true, 'text_config': {'model_type': 'mistral', 'tie_word_embeddings': false}",
            })
    void theSame(String type, String base, String merged) {
        assertEquals(List.of(), faults(type, base, merged));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "llama   | 'rope_theta': 5e5 | 'rope_parameters': {'rope_theta': 10000.0, 'rope_type': 'default'}",
                "llama   | 'hidden_size': 64, 'num_attention_heads': 4 | 'hidden_size': 64, 'num_attention_heads': 4, 'head_dim': 128",
                "mistral | 'sliding_window': null | 'sliding_window': 4096",
                "mistral | 'sliding_window': null | 'hidden_act': 'silu'",
                "mistral | 'sliding_window': 4096 | 'sliding_window': null",
                "mixtral | 'num_experts_per_tok': 2 | 'num_experts_per_tok': 1",
                "mixtral | 'num_experts_per_tok': 3 | 'hidden_act': 'silu'",
                "mixtral | 'num_local_experts': 4 | 'num_local_experts': 4, 'num_experts': 3",
                "gpt2    | 'n_head': 4 | 'n_head': 4, 'num_attention_heads': 2",
                "gpt2    | 'n_head': 4 | 'num_attention_heads': 2",
                "qwen3   | 'head_dim': 10 | 'hidden_size': 4096",
                "qwen2   | 'num_hidden_layers': 2 | 'num_hidden_layers': 2, 'layer_types': ['full_attention', 'sliding_attention']",
                "gemma2  | 'num_hidden_layers': 2, 'layer_types': ['full_attention', 'full_attention'] | 'num_hidden_layers': 2",
                "gemma3_text | 'num_hidden_layers': 3 | 'num_hidden_layers': 3, 'layer_types': ['sliding_attention', 'full_attention', 'sliding_attention']",
                "smollm3 | 'num_hidden_layers': 4 | 'num_hidden_layers': 4, 'no_rope_layers': [1, 1, 1, 1]",
                "llama   | 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'default'} | 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'default'}, 'rope_scaling': {'rope_type': 'linear', 'factor': 2.0, 'rope_theta': 5e5}",
                "llama   | 'rope_parameters': {'rope_theta': 10000.0, 'rope_type': 'default'} | 'rope_parameters': {'rope_theta': 10000.0, 'rope_type': 'default'}, 'rope_theta': 5e5",
                "llama   | 'rope_theta': 5e5 | 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'default'}, 'rope_theta': 10000.0",
                "llama   | 'rope_theta': 5e5, 'rope_scaling': {'rope_type': 'linear', 'factor': 2.0} | 'rope_theta': 5e5, 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'linear', 'factor': 2.0}",
                "gemma   | 'hidden_act': 'gelu_pytorch_tanh' | 'hidden_act': 'gelu'",
                "gemma3_text | 'rope_theta': 5e5 | 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'default'}",
                "qwen2_vl | 'hidden_size': 32, 'hidden_act': 'silu' | 'text_config': {'model_type': 'qwen2_vl_text', 'hidden_size': 32, 'hidden_act': 'relu'}",
                "qwen2_vl | 'vision_config': {'model_type': 'qwen2_vl', 'hidden_act': 'silu'} | 'vision_config': {'model_type': 'qwen2_vl_vision'}",
                "llava   | 'vision_config': {'model_type': 'clip_vision_model'} | 'vision_config': {'model_type': 'siglip_vision_model'}",
                "mistral3 | 'tie_word_embeddings': false, 'text_config': {'model_type': 'mistral', 'tie_word_embeddings': false} | 'tie_word_embeddings': true, 'text_config': {'model_type': 'mistral', 'tie_word_embeddings': false}",
                "llama   | 'hidden_act': 'silu' | 'hidden_act': 'silu', 'compression_config': {'quant_method': 'compressed-tensors'}",
                "deepseek_v3 | 'routed_scaling_factor': 2.5 | 'routed_scaling_factor': 1.0",
            })
    void somethingElse(String type, String base, String merged) {
        List<String> faults = faults(type, base, merged);
        assertEquals(1, faults.size(), faults::toString);
    }

    private static List<String> faults(String type, String base, String merged) {
        JsonObject before = config(type, base);
        JsonObject after = config(type, merged);
        List<String> faults = new ArrayList<>(ConfigCheck.faults(new ModelConfig(before), new ModelConfig(after)));
        faults.addAll(LayerLists.faults(before, after));
        return faults;
    }

    private static JsonObject config(String type, String members) {
        String text = "{'model_type': '%s', %s}".formatted(type, members).replace('\'', '"');
        return Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "test");
    }
}
