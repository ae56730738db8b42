"""Write what transformers' config classes say where a config.json says nothing: defaults.json, which validate reads beside every config.json.

usage: defaults.py validate-service/src/main/resources/dev/ingot/validate/family/defaults.json      (transformers 5.23)

Only members that validate asks for; `names` are a class's own names of members that most classes call otherwise.
"""
import json, sys
from transformers import CONFIG_MAPPING

TYPES = ["llama", "smollm3", "mistral", "ministral3", "mixtral", "qwen2", "qwen2_vl_text", "qwen2_moe", "qwen3", "qwen3_vl_text", "qwen3_moe",
         "qwen3_5_text", "phi3", "gpt2", "gpt_oss", "gemma", "gemma2", "gemma3_text", "gemma4_text"]
MEMBERS = """activation_function attention_bias attention_k_eq_v attn_logit_softcapping decoder_sparse_step enable_moe_block final_logit_softcapping
    full_attention_interval head_dim hidden_act hidden_activation hidden_size hidden_size_per_layer_input intermediate_size layer_norm_epsilon
    linear_conv_kernel_dim linear_key_head_dim linear_num_key_heads linear_num_value_heads linear_value_head_dim max_position_embeddings
    max_window_layers mlp_bias mlp_only_layers moe_intermediate_size no_rope_layer_interval norm_topk_prob num_attention_heads num_experts_per_tok
    num_hidden_layers num_key_value_heads num_kv_shared_layers original_max_position_embeddings partial_rotary_factor qkv_bias query_pre_attn_scalar
    rms_norm_eps rope_local_base_freq rope_theta scale_attn_by_inverse_layer_idx scale_attn_weights shared_expert_intermediate_size sliding_window
    sliding_window_pattern swiglu_alpha swiglu_limit top_k_experts use_double_wide_mlp use_sliding_window vocab_size vocab_size_per_layer_input""".split()
LEGACY = {"gemma3_text": dict(rope_theta=1000000.0, rope_local_base_freq=10000.0), "qwen3_5_text": dict(partial_rotary_factor=0.25),
          "gemma4_text": dict(global_head_dim=512)}


def of(model_type):
    """Of the class and not of an instance: what an instance derives from other members depends on them."""
    cls = CONFIG_MAPPING[model_type]
    own = dict(cls.attribute_map)
    defaults = {}
    for name in MEMBERS:
        value = getattr(cls, own.get(name, name), None)
        if isinstance(value, (bool, int, float, str, list)):
            defaults[own.get(name, name)] = value
    rope = cls().to_dict().get("rope_parameters") or {}
    defaults["rope_theta"] = rope.get("rope_theta") or cls.default_theta
    if model_type == "gemma4_text":
        defaults["rope_parameters"] = rope
    defaults.update(LEGACY.get(model_type, {}))
    return {"names": {usual: name for usual, name in own.items() if usual in MEMBERS}, "defaults": dict(sorted(defaults.items()))}


with open(sys.argv[1], "w") as out:
    json.dump({model_type: of(model_type) for model_type in TYPES}, out, indent=1)
    out.write("\n")
