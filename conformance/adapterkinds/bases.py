"""Tiny random bases of many families: 24 wide, so that no width is a multiple of 64, in three dtypes."""

import json
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

DECODER = dict(
    hidden_size=24,
    intermediate_size=40,
    num_hidden_layers=1,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=6,
    vocab_size=50,
    max_position_embeddings=64,
    initializer_range=0.08,
    bos_token_id=0,
    eos_token_id=1,
    pad_token_id=2,
)
# 12 wide experts: the fused gate and up matrices are then square, and only a version can tell their layout.
EXPERTS = dict(num_experts=3, num_local_experts=3, num_experts_per_tok=2, moe_intermediate_size=12)
ENCODER = dict(
    hidden_size=24, intermediate_size=40, num_hidden_layers=1, num_attention_heads=4, vocab_size=50, max_position_embeddings=34, pad_token_id=1,
)  # fmt: skip
VISION = dict(hidden_size=24, intermediate_size=30, num_hidden_layers=1, num_attention_heads=2, image_size=10, patch_size=5)
QWEN_VISION = dict(
    depth=1, hidden_size=24, intermediate_size=30, num_heads=2, out_hidden_size=24, patch_size=4,
    temporal_patch_size=2, spatial_merge_size=1, num_position_embeddings=16, deepstack_visual_indexes=[0],
)  # fmt: skip
SPEECH = dict(
    d_model=20, vocab_size=40, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
    encoder_ffn_dim=24, decoder_ffn_dim=24, num_mel_bins=12, max_source_positions=16, max_target_positions=16,
    decoder_start_token_id=1, pad_token_id=2, bos_token_id=0, eos_token_id=1, suppress_tokens=None, begin_suppress_tokens=None,
)  # fmt: skip

# name: (class that loads it, configuration class, dtype, options)
BASES = {
    "llama-float32": ("LlamaForCausalLM", "LlamaConfig", "float32", DECODER | {"num_hidden_layers": 2}),
    "llama-bfloat16": ("LlamaForCausalLM", "LlamaConfig", "bfloat16", DECODER | {"num_hidden_layers": 2}),
    "qwen2-float16": ("Qwen2ForCausalLM", "Qwen2Config", "float16", DECODER),
    "tied-float32": ("LlamaForCausalLM", "LlamaConfig", "float32", DECODER | {"tie_word_embeddings": True}),
    "tied-bfloat16": ("LlamaForCausalLM", "LlamaConfig", "bfloat16", DECODER | {"tie_word_embeddings": True}),
    "gpt2-float32": ("GPT2LMHeadModel", "GPT2Config", "float32", dict(
        n_embd=24, n_layer=1, n_head=4, n_inner=40, n_positions=32, vocab_size=50, bos_token_id=0, eos_token_id=1)),
    "vit-float32": ("ViTForImageClassification", "ViTConfig", "float32", VISION | {"num_labels": 3}),
    "whisper-float16": ("WhisperForConditionalGeneration", "WhisperConfig", "float16", SPEECH),
    "siglip-bfloat16": ("SiglipVisionModel", "SiglipVisionConfig", "bfloat16", VISION),
    "qwen3-vl-bfloat16": ("Qwen3VLForConditionalGeneration", "Qwen3VLConfig", "bfloat16", dict(
        text_config=DECODER | {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 1, 1]}},
        vision_config=QWEN_VISION, tie_word_embeddings=True,
        image_token_id=40, video_token_id=41, vision_start_token_id=42, vision_end_token_id=43)),
    "qwen3-moe-bfloat16": ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", "bfloat16", DECODER | EXPERTS | {"decoder_sparse_step": 1}),
    "qwen3-moe-fused-float32": ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", "float32", DECODER | EXPERTS | {"decoder_sparse_step": 1}),
    "mixtral-float32": ("MixtralForCausalLM", "MixtralConfig", "float32", DECODER | EXPERTS | {"intermediate_size": 16}),
    "gpt-oss-bfloat16": ("GptOssForCausalLM", "GptOssConfig", "bfloat16", DECODER | EXPERTS | {"intermediate_size": 12}),
    "qwen2-moe-bfloat16": ("Qwen2MoeForCausalLM", "Qwen2MoeConfig", "bfloat16", DECODER | EXPERTS | {
        "num_hidden_layers": 2, "mlp_only_layers": [0], "decoder_sparse_step": 1, "shared_expert_intermediate_size": 16}),
    "regnet-float32": ("RegNetForImageClassification", "RegNetConfig", "float32", dict(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], groups_width=4, num_labels=3)),
    "bert-float32": ("BertForMaskedLM", "BertConfig", "float32", ENCODER),
    "roberta-bfloat16": ("RobertaForMaskedLM", "RobertaConfig", "bfloat16", ENCODER),
    "phimoe-float32": ("PhimoeForCausalLM", "PhimoeConfig", "float32", DECODER | EXPERTS | {"intermediate_size": 12}),
    "granite-moe-float32": ("GraniteMoeForCausalLM", "GraniteMoeConfig", "float32", DECODER | EXPERTS | {"intermediate_size": 12}),
    "nemotron-h-float32": ("NemotronHForCausalLM", "NemotronHConfig", "float32", DECODER | EXPERTS | {
        "num_hidden_layers": 1, "layers_block_type": ["moe"], "n_routed_experts": 3, "moe_shared_expert_intermediate_size": 16}),
    "dbrx-float32": ("DbrxForCausalLM", "DbrxConfig", "float32", dict(
        d_model=24, n_heads=4, n_layers=1, max_seq_len=64, vocab_size=50, attn_config={"kv_n_heads": 2, "clip_qkv": 8, "rope_theta": 1e4},
        ffn_config={"ffn_hidden_size": 12, "moe_num_experts": 3, "moe_top_k": 2, "ffn_act_fn": {"name": "silu"}})),
    "llava-next-float32": ("LlavaNextForConditionalGeneration", "LlavaNextConfig", "float32", dict(
        text_config=DECODER | {"model_type": "llama"}, vision_config=VISION | {"model_type": "clip_vision_model", "projection_dim": 24},
        image_grid_pinpoints=[[10, 10]], image_token_index=40)),
    "qwen2-vl-float32": ("Qwen2VLForConditionalGeneration", "Qwen2VLConfig", "float32", dict(
        text_config=DECODER | {"rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 1, 1]}},
        vision_config=dict(depth=1, embed_dim=24, hidden_size=24, num_heads=2, mlp_ratio=2, patch_size=4, temporal_patch_size=2, spatial_merge_size=1),
        image_token_id=40, video_token_id=41, vision_start_token_id=42, vision_end_token_id=43)),
    "deepseek-v3-float32": ("DeepseekV3ForCausalLM", "DeepseekV3Config", "float32", DECODER | {
        "num_hidden_layers": 2, "first_k_dense_replace": 1, "n_routed_experts": 3, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
        "n_shared_experts": 1, "n_group": 1, "topk_group": 1, "q_lora_rank": 12, "kv_lora_rank": 8, "qk_rope_head_dim": 4, "qk_nope_head_dim": 4,
        "v_head_dim": 6}),
    "llama-body-float32": ("LlamaModel", "LlamaConfig", "float32", DECODER),
    "aya-vision-float32": ("AyaVisionForConditionalGeneration", "AyaVisionConfig", "float32", dict(
        text_config=DECODER | {"model_type": "cohere2", "num_hidden_layers": 1},
        vision_config=VISION | {"model_type": "siglip_vision_model"}, image_token_index=40)),
}  # fmt: skip

# What a class with a head adds to the names of a body that was saved alone.
LEADS = {"llama-body-float32": "model."}

# Bases that are another fixture's: transformers writes MXFP4 on a GPU alone.
COPIED = {"gpt-oss-mxfp4": "quantized/gpt-oss"}
RESOURCES = Path(__file__).resolve().parents[2] / "checkpoint/src/test/resources"
E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def write(name, folder):
    """Writes one base and returns its folder."""
    if name in COPIED:
        for file in ("config.json", "model.safetensors"):
            shutil.copyfile(RESOURCES / COPIED[name] / file, Path(folder, file))
        return folder
    model_class, config_class, dtype, options = BASES[name]
    torch.manual_seed(1000 + list(BASES).index(name))
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**options))
    for key, value in model.named_parameters():
        if "norm" in key or ".ln_" in key:
            torch.nn.init.uniform_(value, 0.8, 1.2)  # ones would hide a norm that was left out
        elif key.endswith("bias") or "attn.sinks" in key:
            torch.nn.init.normal_(value, std=0.05)
        else:
            torch.nn.init.normal_(value, std=0.08)
    model.to(getattr(torch, dtype)).save_pretrained(folder, save_original_format="-fused-" not in name)
    return folder


def load(folder):
    """The base in the dtype of its files; MXFP4 dequantized."""
    config = json.loads(Path(folder, "config.json").read_text())
    options = {"quantization_config": transformers.Mxfp4Config(dequantize=True)} if "quantization_config" in config else {}
    return getattr(transformers, config["architectures"][0]).from_pretrained(folder, dtype="auto", **options).eval()


def content(folder):
    """Tensors by name, of a body alone by that in the class with a head; MXFP4 as the parameter that it is."""
    lead = LEADS.get(Path(folder).name, "")
    tensors = {lead + key: value for key, value in load_file(Path(folder, "model.safetensors")).items()}
    for key in [key for key in tensors if key.endswith("_blocks")]:
        name = key.removesuffix("_blocks")
        tensors[name] = microscaled(tensors.pop(key), tensors.pop(name + "_scales"))
    return tensors


def microscaled(blocks, scales):
    """[experts, rows, groups, 16] bytes, the first of two in the low nibble, times 2^(scale - 127) → [experts, groups * 32, rows]."""
    values = torch.stack([E2M1[(blocks & 15).long()], E2M1[(blocks >> 4).long()]], -1).flatten(-2)
    return (values * torch.exp2(scales.float() - 127)[..., None]).flatten(-2).transpose(1, 2).contiguous().bfloat16()
