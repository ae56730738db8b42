"""Tiny random language models of the families that people merge: 40 wide, so that neither rows nor blocks of 64 line up."""

import json
import shutil
from pathlib import Path

import torch
import transformers
from bitsandbytes.functional import create_dynamic_map
from safetensors.torch import load_file, save_file
from transformers import BitsAndBytesConfig

import formulas
import tiny
import worth

TEXT = dict(
    hidden_size=40,
    intermediate_size=72,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=10,
    vocab_size=101,
    max_position_embeddings=64,
    bos_token_id=0,
    eos_token_id=1,
    pad_token_id=2,
)
TIED, UNTIED = {"tie_word_embeddings": True}, {"tie_word_embeddings": False}
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
LINEAR = ATTENTION + ["gate_proj", "up_proj", "down_proj"]
EXPERTS = dict(num_experts=3, num_local_experts=3, num_experts_per_tok=2, moe_intermediate_size=24)
ROPE = {"rope_type": "default", "rope_theta": 1e4}
VISION = dict(
    depth=1, hidden_size=24, intermediate_size=30, num_heads=2, out_hidden_size=40, patch_size=4,
    temporal_patch_size=2, spatial_merge_size=1, num_position_embeddings=16, deepstack_visual_indexes=[0],
)  # fmt: skip
HYBRID = dict(
    layer_types=["linear_attention", "full_attention"], linear_num_key_heads=2, linear_num_value_heads=4,
    linear_key_head_dim=10, linear_value_head_dim=10, head_dim=16,
    rope_parameters=ROPE | {"partial_rotary_factor": 0.25, "mrope_section": [1, 1, 0], "mrope_interleaved": True},
)  # fmt: skip
PER_LAYER = dict(
    vocab_size_per_layer_input=101, hidden_size_per_layer_input=8, num_kv_shared_layers=0,
    layer_types=["sliding_attention", "full_attention"], global_head_dim=10, num_global_key_value_heads=2,
)  # fmt: skip

FUSED = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]
WITH_EXPERTS = dict(target_modules=ATTENTION, target_parameters=FUSED)
NF4 = dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)

# name: (class, configuration class, options, the linear layers that an adapter trains, or these and the experts of fused parameters)
FAMILIES = {
    "llama": ("LlamaForCausalLM", "LlamaConfig", TEXT | UNTIED, LINEAR),
    "llama-tied": ("LlamaForCausalLM", "LlamaConfig", TEXT | TIED, LINEAR),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", TEXT | UNTIED, LINEAR),
    "qwen3": ("Qwen3ForCausalLM", "Qwen3Config", TEXT | TIED, LINEAR),
    "mistral": ("MistralForCausalLM", "MistralConfig", TEXT | UNTIED, LINEAR),
    "gemma2": ("Gemma2ForCausalLM", "Gemma2Config", TEXT | {"query_pre_attn_scalar": 10}, LINEAR),
    "gemma3": ("Gemma3ForCausalLM", "Gemma3TextConfig", TEXT | {"query_pre_attn_scalar": 10}, LINEAR),
    "phi3": ("Phi3ForCausalLM", "Phi3Config", TEXT | UNTIED, ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]),
    "gpt2": (
        "GPT2LMHeadModel", "GPT2Config",
        dict(n_embd=40, n_layer=2, n_head=4, n_inner=72, n_positions=64, vocab_size=101, bos_token_id=0, eos_token_id=1),
        ["c_attn", "c_proj", "c_fc"],
    ),
    "mixtral": ("MixtralForCausalLM", "MixtralConfig", TEXT | EXPERTS | UNTIED, WITH_EXPERTS),
    "qwen3-moe": ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", TEXT | EXPERTS | {"decoder_sparse_step": 1} | UNTIED, WITH_EXPERTS),
    "gpt-oss": ("GptOssForCausalLM", "GptOssConfig", TEXT | EXPERTS | {"intermediate_size": 24} | UNTIED, WITH_EXPERTS),
    "qwen3.5": ("Qwen3_5ForCausalLM", "Qwen3_5TextConfig", TEXT | HYBRID | TIED, LINEAR + ["in_proj_qkv", "in_proj_z", "out_proj"]),
    "gemma4": ("Gemma4ForCausalLM", "Gemma4TextConfig", TEXT | PER_LAYER | TIED, LINEAR),
    "ministral3": ("Ministral3ForCausalLM", "Ministral3Config", TEXT | UNTIED, LINEAR),
    "qwen3-vl": (
        "Qwen3VLForConditionalGeneration", "Qwen3VLConfig",
        dict(
            text_config=TEXT | TIED | {"rope_parameters": ROPE | {"mrope_section": [2, 2, 1]}}, vision_config=VISION,
            image_token_id=90, video_token_id=91, vision_start_token_id=92, vision_end_token_id=93, tie_word_embeddings=True,
        ),
        r".*language_model.*\.(q|k|v|o|gate|up|down)_proj",
    ),
}  # fmt: skip
# Microscaled blocks are 32 wide.
FAMILIES["gpt-oss-wide"] = (*FAMILIES["gpt-oss"][:2], FAMILIES["gpt-oss"][2] | {"hidden_size": 96, "intermediate_size": 32}, WITH_EXPERTS)


def trained(family):
    """What an adapter on the family trains, as LoraConfig takes it."""
    targets = FAMILIES[family][3]
    return targets if isinstance(targets, dict) else {"target_modules": targets}


def write(name, folder, dtype):
    """Writes a base in 16 or 32 bits; norms, biases and sinks are random too, for what is left out would else not be missed."""
    model_class, config_class, options, _ = FAMILIES[name]
    torch.manual_seed(11 + list(FAMILIES).index(name))
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**options))
    for key, value in model.named_parameters():
        if "norm" in key or ".ln_" in key:
            zero_centered = float(value.float().mean().abs() < 0.5)
            torch.nn.init.uniform_(value, 0.8 - zero_centered, 1.2 - zero_centered)
        elif value.dim() > 1:
            torch.nn.init.normal_(value, std=0.08)
        else:
            value.data += torch.randn_like(value) * 0.05
    model.to(dtype).save_pretrained(folder)
    tiny.edit_config(folder, _for_both_generations, "config.json")
    return folder


def _for_both_generations(config):
    """What transformers 4.57 calls otherwise than 5, which writes it."""
    if "num_local_experts" in config:
        config["num_experts"] = config["num_local_experts"]
    if config["model_type"] == "qwen3_vl":
        rope = config["text_config"]["rope_parameters"]
        config["text_config"] |= {"rope_theta": rope["rope_theta"], "rope_scaling": {**rope, "type": "default"}}


def quantize(source, folder):
    """What bitsandbytes makes of a base while transformers loads it: NF4, double quantization."""
    config = BitsAndBytesConfig(**NF4)
    model_class(source).from_pretrained(source, dtype="auto", quantization_config=config, device_map="cpu").save_pretrained(folder)
    tiny.edit_config(folder, _for_both_generations, "config.json")
    return folder


def microscale(source, folder):
    """gpt-oss as it is published: random MXFP4 experts beside the other weights of a base. transformers writes MXFP4 on a GPU alone."""
    shutil.copytree(source, folder)
    file, generator = Path(folder, "model.safetensors"), torch.Generator().manual_seed(23)
    tensors = load_file(file)
    for key in [key for key in tensors if key.endswith(("gate_up_proj", "down_proj"))]:
        experts, width, height = tensors.pop(key).shape
        tensors[key + "_blocks"] = torch.randint(0, 256, (experts, height, width // 32, 16), dtype=torch.uint8, generator=generator)
        tensors[key + "_scales"] = torch.randint(121, 125, (experts, height, width // 32), dtype=torch.uint8, generator=generator)
    save_file(tensors, file, {"format": "pt"})
    method = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "lm_head"]}
    tiny.edit_config(folder, lambda config: config.update(quantization_config=method), "config.json")
    return folder


def loaded(source, packed, folder):
    """What a 16-bit base is worth to a training that quantized it while loading: the modules that `packed` has in 4 bits, by CUDA's rules."""
    shutil.copytree(source, folder)
    file = Path(folder, "model.safetensors")
    tensors = load_file(file)
    for key in load_file(Path(packed, "model.safetensors")):
        if worth.STATE in key:
            name = key.split(worth.STATE)[0]
            turned = name.endswith(worth.CONV1D)
            value = tensors[name].T.contiguous() if turned else tensors[name]
            value = formulas.loaded_in_four_bit(value, "nf4", True, create_dynamic_map())
            tensors[name] = value.T.contiguous() if turned else value.contiguous()
    save_file(tensors, file, {"format": "pt"})
    return folder


def plain(source, folder):
    """A quantized base with every weight at its worth by the formulas: bitsandbytes' own kernels for a CPU are wrong at these widths."""
    config = json.loads(Path(source, "config.json").read_text())
    config.pop("quantization_config", None)
    folder.mkdir()
    Path(folder, "config.json").write_text(json.dumps(config))
    values = {name: value.contiguous() for name, (value, _) in worth.of(source).items()}
    save_file(values, Path(folder, "model.safetensors"), {"format": "pt"})
    return folder


def model_class(folder):
    return getattr(transformers, json.loads(Path(folder, "config.json").read_text())["architectures"][0])


def load(folder, dtype=torch.float32):
    return model_class(folder).from_pretrained(folder, dtype=dtype).eval()
