"""Make a tiny random checkpoint of each family and the losses that transformers computes on it in float32.

usage: make_families.py OUT      (torch 2.15, transformers 5.23; a minute)

Each folder holds config.json and model.safetensors (bfloat16); losses.json holds the token ids and the negative log-likelihood of every token
but the first.
"""
import json, os, sys
import torch
from transformers import AutoConfig, AutoModelForCausalLM

SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, vocab_size=96,
             max_position_embeddings=128, bos_token_id=0, eos_token_id=1, pad_token_id=None, head_dim=8)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
FAMILIES = {
    "llama": dict(model_type="llama", tie_word_embeddings=False),
    "llama-biased-tied": dict(model_type="llama", attention_bias=True, mlp_bias=True, tie_word_embeddings=True),
    "llama3-rope": dict(model_type="llama", rope_parameters=LLAMA3, tie_word_embeddings=False),
    "llama-linear-rope": dict(model_type="llama", rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0), tie_word_embeddings=False),
    "mistral": dict(model_type="mistral", sliding_window=8, tie_word_embeddings=False),
    "qwen2": dict(model_type="qwen2", tie_word_embeddings=True),
    "qwen2-sliding": dict(model_type="qwen2", use_sliding_window=True, sliding_window=8, max_window_layers=1, tie_word_embeddings=False),
    "qwen3": dict(model_type="qwen3", tie_word_embeddings=True),
    "phi3": dict(model_type="phi3", sliding_window=8, tie_word_embeddings=False, head_dim=None),
    "gemma": dict(model_type="gemma", head_dim=16, hidden_activation="gelu_pytorch_tanh"),
    "gemma2": dict(model_type="gemma2", head_dim=16, sliding_window=8, query_pre_attn_scalar=24, attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    "gemma3": dict(model_type="gemma3_text", head_dim=16, sliding_window=8, query_pre_attn_scalar=24, num_hidden_layers=7),
}


def make(out, name, changes):
    settings = {k: v for k, v in {**SMALL, **changes}.items() if v is not None or k == "pad_token_id"}
    torch.manual_seed(len(name))
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**settings), attn_implementation="eager")
    with torch.no_grad():
        for n, p in model.named_parameters():
            p.copy_(torch.randn_like(p) * (0.1 if "norm" in n else 0.3) + (1.0 if "norm" in n and "gemma" not in name else 0.0))
    folder = f"{out}/{name}"
    model.to(torch.bfloat16).save_pretrained(folder)
    os.path.exists(f"{folder}/generation_config.json") and os.remove(f"{folder}/generation_config.json")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = torch.randint(0, settings["vocab_size"], (1, 41), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        logits = model(input_ids=tokens[:, :-1]).logits[0]
    losses = torch.nn.functional.cross_entropy(logits.double(), tokens[0, 1:], reduction="none")
    json.dump({"tokens": tokens[0].tolist(), "losses": [round(x, 7) for x in losses.tolist()]}, open(f"{folder}/losses.json", "w"))
    print(name, losses.mean().exp().item())


if __name__ == "__main__":
    for each, settings in FAMILIES.items():
        make(sys.argv[1], each, settings)
