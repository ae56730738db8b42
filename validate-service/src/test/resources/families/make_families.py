"""Make a tiny random checkpoint of each architecture and the losses that transformers computes on it in float32.

usage: make_families.py OUT [NAME ...]      (torch 2.15, transformers 5.23, peft 0.21.2; two minutes)
       make_families.py OUT                 (with transformers 4.57.6 on PYTHONPATH: those whose config.json it writes otherwise, as NAME-4.57)

`beside` are members that the config.json gets besides, as files have that older or other tools wrote: some win, some are not read.
NAME-in-memory is saved by the names that transformers 5 has in memory, not by those of the architecture's first files.
Each folder holds config.json and model.safetensors (bfloat16); losses.json holds the token ids and the negative log-likelihood of every token
but the first, also with the LoRA in adapter/ beside the model, where there is one.
"""
import json, os, sys
import torch, transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

OLD = transformers.__version__.startswith("4.")
SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, vocab_size=96,
             max_position_embeddings=128, bos_token_id=0, eos_token_id=1, pad_token_id=None, head_dim=8)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16)
LONG = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.1, 1.3, 1.4], long_factor=[1.0, 1.7, 2.5, 6.0])
EXPERTS = dict(num_experts=6, num_experts_per_tok=2, moe_intermediate_size=16)
DELTA_NET = dict(linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8, linear_value_head_dim=12, linear_conv_kernel_dim=4,
                 head_dim=16, num_hidden_layers=4)
MROPE = dict(rope_type="default", rope_theta=10000.0, mrope_section=[1, 1, 2])
GEMMA4 = dict(global_head_dim=16, sliding_window=8, num_hidden_layers=6, final_logit_softcapping=4.0, vocab_size_per_layer_input=96,
              layer_types=["sliding_attention", "sliding_attention", "full_attention"] * 2)
PLAIN = dict(num_key_value_heads=None, head_dim=None, intermediate_size=None)
EYE = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14)
QWEN_EYE = dict(depth=1, hidden_size=16, intermediate_size=24, num_heads=2, patch_size=14, out_hidden_size=32, spatial_merge_size=2, temporal_patch_size=2)
SEES = dict(image_token_id=90, video_token_id=91, vision_start_token_id=92, vision_end_token_id=93)
FAMILIES = {
    "llama": dict(model_type="llama", tie_word_embeddings=False),
    "llama-biased-tied": dict(model_type="llama", attention_bias=True, mlp_bias=True, tie_word_embeddings=True),
    "llama3-rope": dict(model_type="llama", rope_parameters=LLAMA3, tie_word_embeddings=False),
    "llama-linear-rope": dict(model_type="llama", rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0), tie_word_embeddings=False),
    "llama-two-ropes": dict(model_type="llama", rope_parameters=LLAMA3, tie_word_embeddings=False,
                            beside=dict(rope_theta=500.0, rope_scaling=dict(type="linear", factor=2.5))),
    "llama-not-partial": dict(model_type="llama", tie_word_embeddings=False, rope_parameters=dict(rope_type="default", rope_theta=9000.0, partial_rotary_factor=0.5),
                              beside=dict(rope_theta=500.0)),
    "mistral": dict(model_type="mistral", sliding_window=8, tie_word_embeddings=False),
    "qwen2": dict(model_type="qwen2", tie_word_embeddings=True),
    "qwen2-sliding": dict(model_type="qwen2", use_sliding_window=True, sliding_window=8, max_window_layers=1, tie_word_embeddings=False),
    "qwen3": dict(model_type="qwen3", tie_word_embeddings=True),
    "phi3": dict(model_type="phi3", sliding_window=8, tie_word_embeddings=False, head_dim=None),
    "gemma": dict(model_type="gemma", head_dim=16, hidden_activation="gelu_pytorch_tanh"),
    "gemma2": dict(model_type="gemma2", head_dim=16, sliding_window=8, query_pre_attn_scalar=24, attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    "gemma3": dict(model_type="gemma3_text", head_dim=16, sliding_window=8, query_pre_attn_scalar=24, num_hidden_layers=7),
    "gemma-beside": dict(model_type="gemma", head_dim=16, beside=dict(hidden_act="gelu", hidden_activation="relu")),
    "gemma2-beside": dict(model_type="gemma2", head_dim=16, sliding_window=8, query_pre_attn_scalar=24, hidden_activation="gelu", beside=dict(hidden_act="silu")),
    "gemma3-beside": dict(model_type="gemma3_text", head_dim=16, sliding_window=8, hidden_activation="gelu", attn_logit_softcapping=0.5,
                          beside=dict(rope_scaling=dict(rope_type="linear", factor=8.0), rope_local_base_freq=77.0, hidden_act="relu")),
    "llama-dynamic-rope": dict(model_type="llama", rope_parameters=dict(rope_type="dynamic", rope_theta=10000.0, factor=2.0), max_position_embeddings=32),
    "llama-yarn": dict(model_type="llama", rope_parameters=dict(**YARN, mscale=1.2, mscale_all_dim=0.7), max_position_embeddings=64),
    "llama-longrope": dict(model_type="llama", rope_parameters=dict(**LONG, factor=4.0, original_max_position_embeddings=32)),
    "phi3-longrope": dict(model_type="phi3", rope_parameters=LONG, original_max_position_embeddings=32, head_dim=None),
    "phi3-longrope-short": dict(model_type="phi3", rope_parameters=LONG, original_max_position_embeddings=64, head_dim=None),
    "smollm": dict(model_type="llama", num_attention_heads=3, num_key_value_heads=1, hidden_size=24, tie_word_embeddings=True),
    "smollm3": dict(model_type="smollm3", num_hidden_layers=4, no_rope_layer_interval=2, tie_word_embeddings=True),
    "gpt2": dict(model_type="gpt2", **PLAIN),
    "gpt2-scaled": dict(model_type="gpt2", **PLAIN, n_inner=40, scale_attn_by_inverse_layer_idx=True, activation_function="relu"),
    "mixtral": dict(model_type="mixtral", num_local_experts=4, num_experts_per_tok=2, sliding_window=8, in_memory=(False, True)),
    "qwen2-moe": dict(model_type="qwen2_moe", **EXPERTS, shared_expert_intermediate_size=24, mlp_only_layers=[1], norm_topk_prob=True),
    "qwen2-moe-unnormed": dict(model_type="qwen2_moe", **EXPERTS, shared_expert_intermediate_size=24, decoder_sparse_step=2),
    "qwen3-moe": dict(model_type="qwen3_moe", **EXPERTS, norm_topk_prob=True, in_memory=(False, True)),
    "gpt-oss": dict(model_type="gpt_oss", num_local_experts=4, num_experts_per_tok=2, sliding_window=8, num_hidden_layers=4,
                    rope_parameters=dict(**YARN, beta_fast=32.0, beta_slow=1.0, truncate=False)),
    "gpt-oss-mxfp4": dict(model_type="gpt_oss", num_local_experts=3, num_experts_per_tok=2, intermediate_size=64, num_hidden_layers=2, packed=True,
                          rope_parameters=dict(rope_type="default", rope_theta=10000.0)),
    "qwen3.5": dict(model_type="qwen3_5_text", **DELTA_NET, rope_parameters=dict(**MROPE, mrope_interleaved=True, partial_rotary_factor=0.5)),
    "qwen3.5-vl": dict(model_type="qwen3_5", text=dict(**DELTA_NET, tie_word_embeddings=True), vision=QWEN_EYE, tie_word_embeddings=True, **SEES),
    "gemma4": dict(model_type="gemma4_text", **GEMMA4, hidden_size_per_layer_input=8, num_kv_shared_layers=3, use_double_wide_mlp=True),
    "gemma4-moe": dict(model_type="gemma4_text", **GEMMA4, hidden_size_per_layer_input=0, enable_moe_block=True, num_experts=5, top_k_experts=2,
                       moe_intermediate_size=16, attention_k_eq_v=True, num_global_key_value_heads=1),
    "gemma4-vl": dict(model_type="gemma4", text=dict(**GEMMA4, pad_token_id=2, hidden_size_per_layer_input=8, num_kv_shared_layers=3),
                      vision=dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, head_dim=8,
                                  position_embedding_size=16, patch_size=4), audio_config=None),
    "ministral3": dict(model_type="ministral3", rope_parameters=dict(**YARN, llama_4_scaling_beta=0.1, mscale=1.0, mscale_all_dim=1.0, beta_fast=32.0, beta_slow=1.0),
                       max_position_embeddings=64),
    "mistral3": dict(model_type="mistral3", text=dict(model_type="ministral3", rope_parameters=dict(**YARN, llama_4_scaling_beta=0.1), max_position_embeddings=64),
                     vision=dict(model_type="pixtral", head_dim=8, **EYE)),
    "llava": dict(model_type="llava", text=dict(model_type="llama"), vision=dict(model_type="clip_vision_model", projection_dim=16, **EYE), image_token_index=90,
                  in_memory=(False, True)),
    "llava-next": dict(model_type="llava_next", text=dict(model_type="mistral", sliding_window=8),
                       vision=dict(model_type="clip_vision_model", projection_dim=16, **EYE), image_token_index=90),
    "gemma3-vl": dict(model_type="gemma3", text=dict(head_dim=16, sliding_window=8, query_pre_attn_scalar=24, num_hidden_layers=7),
                      vision=dict(model_type="siglip_vision_model", **EYE), mm_tokens_per_image=4, image_token_index=90, in_memory=(False, True)),
    "qwen2-vl": dict(model_type="qwen2_vl", text=dict(rope_parameters=MROPE, head_dim=None),
                     vision=dict(depth=1, embed_dim=16, hidden_size=32, num_heads=2, mlp_ratio=2, patch_size=14), in_memory=(False, True), **SEES),
    "qwen3-vl": dict(model_type="qwen3_vl", text=dict(rope_parameters=dict(**MROPE, mrope_interleaved=True)),
                     vision=dict(deepstack_visual_indexes=[0], num_position_embeddings=16, **QWEN_EYE), **SEES),
}
# an adapter beside the checkpoint: modules, and parameters that are no module
ADAPTERS = {
    "gpt2": (["c_attn", "c_proj", "c_fc", "wpe"], []),
    "mixtral": (["q_proj", "v_proj"], ["mlp.experts.gate_up_proj", "mlp.experts.down_proj", "mlp.gate.weight"]),
    "mixtral-in-memory": (["o_proj"], ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]),
    "qwen2-moe": (["k_proj", "shared_expert_gate", "shared_expert.up_proj", "mlp.down_proj"], ["mlp.experts.gate_up_proj"]),
    "gpt-oss": (["q_proj", "o_proj"], ["mlp.experts.gate_up_proj", "mlp.experts.down_proj", "mlp.router.weight"]),
    "gpt-oss-mxfp4": (["v_proj"], ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]),
    "qwen3.5-vl": (["in_proj_qkv", "in_proj_a", "in_proj_b", "in_proj_z", "out_proj", "q_proj", "o_proj", "gate_proj", "language_model.embed_tokens"], []),
    "gemma4": (["q_proj", "k_proj", "per_layer_input_gate", "per_layer_projection", "per_layer_model_projection", "embed_tokens_per_layer"], []),
    "gemma4-moe": (["k_proj", "router.proj", "up_proj"], ["experts.gate_up_proj", "experts.down_proj"]),
    "llava": (["language_model.*q_proj", "language_model.*down_proj"], []),
    "llava-in-memory": (["vision_tower.*q_proj", "language_model.*v_proj"], []),
    "phi3": (["qkv_proj", "gate_up_proj"], []),
}
IN_OLD = ["gemma3", "llava", "gemma3-vl", "qwen2-vl", "qwen3-vl"]


def old(settings):
    """The same settings as transformers 4 takes them."""
    rope = settings.pop("rope_parameters", None)
    if rope:
        settings.update(rope_theta=rope["rope_theta"], rope_scaling={k: v for k, v in rope.items() if k != "rope_theta"})
    return settings


def small(changes):
    settings = {k: v for k, v in {**SMALL, **changes}.items() if v is not None or k == "pad_token_id"}
    return old(settings) if OLD else settings


def settings_of(changes):
    changes = dict(changes)
    if "text" not in changes:
        return small(changes)
    text, vision = small(changes.pop("text")), changes.pop("vision")
    if OLD and changes["model_type"] == "qwen2_vl":
        return dict(**changes, **text, vision_config=vision)
    return dict(**changes, text_config=text, vision_config=vision)


def fill(model, gemma):
    with torch.no_grad():
        for n, p in model.named_parameters():
            p.copy_(torch.randn_like(p) * (0.1 if "norm" in n or "ln_" in n else 0.3) + (1.0 if ("norm" in n or "ln_" in n) and not gemma else 0.0))
        for n, b in model.named_buffers():
            if n.endswith("layer_scalar"):
                b.copy_(0.8 + 0.1 * torch.randn_like(b))


def make(out, name, changes, in_memory=False):
    changes = dict(changes)
    packed = changes.pop("packed", False)
    beside = changes.pop("beside", {})
    settings = settings_of(changes)
    sees = "text_config" in settings or "vision_config" in settings
    torch.manual_seed(len(name))
    kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
    model = kind.from_config(AutoConfig.for_model(**settings), attn_implementation="eager")
    fill(model, "gemma" in name and "gemma4" not in name)
    folder = f"{out}/{name}" + ("-in-memory" if in_memory else "") + ("-4.57" if OLD else "")
    model.to(torch.bfloat16).save_pretrained(folder, **({} if OLD else dict(save_original_format=not in_memory)))
    os.path.exists(f"{folder}/generation_config.json") and os.remove(f"{folder}/generation_config.json")
    add(f"{folder}/config.json", beside)
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = tokens_of(sees)
    packed and pack(model, folder)
    found = dict(tokens=tokens[0].tolist(), losses=losses_of(model, tokens))
    modules, parameters = ({} if OLD else ADAPTERS).get(os.path.basename(folder), ([], []))
    if modules:
        adapted = adapt(model, modules, parameters)
        adapted.save_pretrained(f"{folder}/adapter")
        os.remove(f"{folder}/adapter/README.md")
        found["adapted"] = losses_of(adapted, tokens)
    json.dump(found, open(f"{folder}/losses.json", "w"))
    print(os.path.basename(folder), torch.tensor(found["losses"]).mean().exp().item(), flush=True)


def add(file, members):
    if members:
        config = json.load(open(file)) | members
        json.dump(config, open(file, "w"), indent=2)


def pack(model, folder):
    """Experts of random codes in MXFP4, in the model by their values and in its file as they are."""
    from safetensors.torch import load_file, save_file
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    tensors = load_file(f"{folder}/model.safetensors")
    with torch.no_grad():
        for name, values in model.named_parameters():
            if name.endswith(("experts.gate_up_proj", "experts.down_proj")):
                experts, columns, rows = values.shape
                blocks = torch.randint(0, 256, (experts, rows, columns // 32, 16), dtype=torch.uint8)
                scales = torch.randint(122, 126, (experts, rows, columns // 32), dtype=torch.uint8)
                values.copy_(convert_moe_packed_tensors(blocks, scales, dtype=torch.bfloat16))
                del tensors[name]
                tensors.update({f"{name}_blocks": blocks, f"{name}_scales": scales})
    save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    config = json.load(open(f"{folder}/config.json"))
    left = ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]
    config["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": left}
    json.dump(config, open(f"{folder}/config.json", "w"), indent=2)


def tokens_of(sees):
    return torch.randint(0, 88 if sees else SMALL["vocab_size"], (1, 41), generator=torch.Generator().manual_seed(1))


def losses_of(model, tokens):
    with torch.no_grad():
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits[0]
    losses = torch.nn.functional.cross_entropy(logits.double(), tokens[0, 1:], reduction="none")
    return [round(x, 7) for x in losses.tolist()]


def adapt(model, modules, parameters):
    """A LoRA of random numbers beside the model."""
    from peft import LoraConfig, get_peft_model

    pattern = modules if not any("*" in each for each in modules) else "(.*" + "|.*".join(modules) + ")"
    config = LoraConfig(r=4, lora_alpha=6, target_modules=pattern, target_parameters=parameters or None, init_lora_weights=False, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, config).eval()
    with torch.no_grad():
        for n, p in adapted.named_parameters():
            if "lora_" in n:
                p.copy_((0.15 * torch.randn_like(p)).to(torch.bfloat16))
    return adapted


if __name__ == "__main__":
    wanted = sys.argv[2:] or (IN_OLD if OLD else list(FAMILIES))
    for each in wanted:
        changes = dict(FAMILIES[each])
        for in_memory in changes.pop("in_memory", (False,)):
            if not (OLD and in_memory):
                make(sys.argv[1], each, changes, in_memory)
