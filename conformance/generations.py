"""Tiny models in the words of transformers 4.57, whose process writes them, and what changes of a merged config.json mean to each generation."""

from families import EXPERTS, LINEAR, TEXT, TIED, UNTIED, WITH_EXPERTS

WITHOUT_WIDTH = {name: value for name, value in TEXT.items() if name != "head_dim"}
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)
LONG = dict(type="longrope", short_factor=[1.0, 1.1, 1.2, 1.3, 1.4], long_factor=[2.0, 3.0, 4.0, 5.0, 6.0])
PHI = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
EYE = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14)
EYE_OF_QWEN = dict(depth=1, num_heads=2, patch_size=14, hidden_size=40)
SEES = dict(image_token_id=90, video_token_id=91, vision_start_token_id=92, vision_end_token_id=93)
MROPE = dict(rope_theta=5e5, rope_scaling={"type": "mrope", "mrope_section": [1, 2, 2]})
OF_TEXT = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"

# name: (class, configuration class, options in the words of 4.57, the linear layers that an adapter trains)
OLDER = {
    "llama": ("LlamaForCausalLM", "LlamaConfig", WITHOUT_WIDTH | UNTIED | {"rope_theta": 5e5}, LINEAR),
    "llama3": ("LlamaForCausalLM", "LlamaConfig", TEXT | UNTIED | {"rope_theta": 5e5, "rope_scaling": LLAMA3}, LINEAR),
    "llama-linear": ("LlamaForCausalLM", "LlamaConfig", TEXT | UNTIED | {"rope_scaling": {"type": "linear", "factor": 2.5}}, LINEAR),
    "llama-dynamic": ("LlamaForCausalLM", "LlamaConfig", TEXT | TIED | {"rope_scaling": {"type": "dynamic", "factor": 2.5}}, LINEAR),
    "llama-yarn": ("LlamaForCausalLM", "LlamaConfig", TEXT | UNTIED | {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, LINEAR),
    "mistral": ("MistralForCausalLM", "MistralConfig", TEXT | UNTIED | {"sliding_window": None, "rope_theta": 1e6}, LINEAR),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", WITHOUT_WIDTH | TIED | {"rope_theta": 1e6, "sliding_window": 8}, LINEAR),
    "qwen2-window": (
        "Qwen2ForCausalLM", "Qwen2Config",
        WITHOUT_WIDTH | UNTIED | {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1}, LINEAR,
    ),
    "qwen3": ("Qwen3ForCausalLM", "Qwen3Config", TEXT | TIED | {"rope_theta": 1e6}, LINEAR),
    "gemma": ("GemmaForCausalLM", "GemmaConfig", TEXT | {"hidden_act": "gelu"}, LINEAR),
    "gemma2": ("Gemma2ForCausalLM", "Gemma2Config", TEXT | {"query_pre_attn_scalar": 10}, LINEAR),
    "gemma3": (
        "Gemma3ForCausalLM", "Gemma3TextConfig",
        TEXT
        | {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 8}
        | {"rope_theta": 5e5, "rope_local_base_freq": 2e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}, LINEAR,
    ),
    "phi3": ("Phi3ForCausalLM", "Phi3Config", WITHOUT_WIDTH | UNTIED, PHI),
    "phi3-longrope": ("Phi3ForCausalLM", "Phi3Config", WITHOUT_WIDTH | UNTIED | {"original_max_position_embeddings": 32, "rope_scaling": LONG}, PHI),
    "smollm3": ("SmolLM3ForCausalLM", "SmolLM3Config", WITHOUT_WIDTH | UNTIED, LINEAR),
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", dict(n_embd=40, n_layer=2, n_head=4, n_positions=64, vocab_size=101), ["c_attn", "c_proj", "c_fc"]),
    "mixtral": ("MixtralForCausalLM", "MixtralConfig", TEXT | EXPERTS | UNTIED, WITH_EXPERTS),
    "qwen2-moe": ("Qwen2MoeForCausalLM", "Qwen2MoeConfig", WITHOUT_WIDTH | EXPERTS | UNTIED | {"shared_expert_intermediate_size": 20}, WITH_EXPERTS),
    "qwen3-moe": ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", TEXT | EXPERTS | UNTIED, WITH_EXPERTS),
    "gpt-oss": ("GptOssForCausalLM", "GptOssConfig", TEXT | EXPERTS | UNTIED | {"intermediate_size": 24}, WITH_EXPERTS),
    "llava": (
        "LlavaForConditionalGeneration", "LlavaConfig",
        dict(text_config={"model_type": "llama"} | TEXT, vision_config={"model_type": "clip_vision_model"} | EYE, image_token_index=90), OF_TEXT,
    ),
    "llava-next": (
        "LlavaNextForConditionalGeneration", "LlavaNextConfig",
        dict(text_config={"model_type": "mistral"} | TEXT, vision_config={"model_type": "clip_vision_model"} | EYE, image_token_index=90), OF_TEXT,
    ),
    "gemma3-vl": (
        "Gemma3ForConditionalGeneration", "Gemma3Config",
        dict(text_config=TEXT, vision_config={"model_type": "siglip_vision_model"} | EYE, mm_tokens_per_image=4, image_token_index=90), OF_TEXT,
    ),
    "mistral3": (
        "Mistral3ForConditionalGeneration", "Mistral3Config",
        dict(text_config={"model_type": "mistral"} | TEXT, vision_config={"model_type": "pixtral", "head_dim": 8} | EYE, image_token_index=90), OF_TEXT,
    ),
    "qwen2-vl": ("Qwen2VLForConditionalGeneration", "Qwen2VLConfig", WITHOUT_WIDTH | MROPE | SEES | {"vision_config": EYE_OF_QWEN | {"embed_dim": 16}}, OF_TEXT),
    "qwen3-vl": (
        "Qwen3VLForConditionalGeneration", "Qwen3VLConfig",
        SEES | dict(
            text_config=TEXT | {"rope_theta": 5e5, "rope_scaling": {"rope_type": "default", "mrope_section": [2, 2, 1]}},
            vision_config=dict(
                depth=1, hidden_size=24, intermediate_size=30, num_heads=2, out_hidden_size=40, patch_size=4, num_position_embeddings=16,
                deepstack_visual_indexes=[0],
            ),
        ),
        OF_TEXT,
    ),
}  # fmt: skip


def flat(config):
    """Qwen2-VL's first files, which have no part for the model of text."""
    text = config.pop("text_config")
    config.update({name: value for name, value in text.items() if name not in ("model_type", "dtype", "layer_types", "architectures")})
    del config["vision_config"]["model_type"]


HUB = {"qwen2-vl": flat}


def inside(**members):
    return lambda config: config["rope_parameters"].update(members)


def beside(**members):
    return lambda config: config.update(members)


def without(*members):
    return lambda config: [config.pop(member, None) for member in members]


def in_older_words(config):
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope if rope["rope_type"] != "default" else None


LINEAR_BY_TWO = {"rope_type": "linear", "factor": 2.0}
# (base, what is done to the config.json that transformers 5 saved of the merge)
MUTATIONS = {
    "as it is": ("llama3", lambda config: None),
    "in the words of 4": ("llama3", in_older_words),
    "theta again": ("llama", beside(rope_theta=5e5)),
    "another theta beside": ("llama", beside(rope_theta=1e4)),
    "another theta inside": ("llama", inside(rope_theta=1e4)),
    "no theta at all": ("llama", without("rope_parameters")),
    "a stale scaling": ("llama", beside(rope_scaling=LINEAR_BY_TWO)),
    "a stale scaling with theta": ("llama3", beside(rope_scaling=LINEAR_BY_TWO | {"rope_theta": 5e5})),
    "a scaling that is null": ("llama3", beside(rope_scaling=None)),
    "a scaling that is empty": ("llama3", beside(rope_scaling={})),
    "no scaling for the older": ("llama3", beside(rope_theta=5e5)),
    "both in full": ("llama3", beside(rope_theta=5e5, rope_scaling=LLAMA3 | {"rope_theta": 5e5})),
    "another type": ("llama-linear", inside(rope_type="dynamic")),
    "another factor": ("llama-linear", inside(factor=3.0)),
    "another trained length": ("llama3", inside(original_max_position_embeddings=16)),
    "longer": ("llama-dynamic", beside(max_position_embeddings=128)),
    "another trained length of phi": ("phi3-longrope", beside(original_max_position_embeddings=16)),
    "no trained length at the top": ("phi3-longrope", without("original_max_position_embeddings")),
    "another local theta": ("gemma3", lambda config: config["rope_parameters"]["sliding_attention"].update(rope_theta=1e4)),
    "a local theta for the older alone": ("gemma3", beside(rope_local_base_freq=1e4, rope_theta=5e5)),
    "scaling of the full layers": ("gemma3", beside(rope_scaling={"rope_type": "linear", "factor": 2.0})),
    "nothing of the kinds of layers": ("gemma3", beside(rope_parameters={"rope_type": "default", "rope_theta": 5e5})),
    "a flag as it is": ("smollm3", lambda config: None),
    "a flag that is left out": ("smollm3", without("tie_word_embeddings")),
    "a flag that is left out of llama": ("llama", without("tie_word_embeddings")),
    "a flag that ties": ("llama", beside(tie_word_embeddings=True)),
}
LEGACY = ("rope_theta", "rope_scaling", "rope_local_base_freq")


def is_for_older(config):
    """Whether it has a member that 4.57 reads, or none that 5 does."""
    return any(config.get(name) is not None for name in LEGACY) or not config.get("rope_parameters")
