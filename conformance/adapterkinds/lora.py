"""Cases of LoRA: every kind of layer and every option."""

from functools import partial

import torch
from peft import EvaConfig, LoraConfig
from peft.tuners.lora import BdLoraConfig
from peft.tuners.lora.config import CordaConfig, KasaConfig

from adapterkinds import databound
from adapterkinds.making import Case

LLAMA, LLAMA_16, QWEN_16 = "llama-float32", "llama-bfloat16", "qwen2-float16"
TIED, TIED_16, GPT2, VIT = "tied-float32", "tied-bfloat16", "gpt2-float32", "vit-float32"
WHISPER, SIGLIP, QWEN_VL = "whisper-float16", "siglip-bfloat16", "qwen3-vl-bfloat16"
PAIR = ["q_proj", "down_proj"]
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ENDS = ["embed_tokens", "lm_head"]
SHARED = "PEFT adds the delta of one end to the matrix that both share; the unmerged model keeps them apart"
ROWS = "PEFT adds the head's delta to the matrix that both share; in the unmerged model the head has the trained rows and its delta, the embedding the rows alone"
TWICE = "PEFT adds the shared delta twice with ensure_weight_tying"
DRIFTED = "on a 16-bit base PEFT casts the factors that the ends share one by one; they are trained apart, and the sum of both is added"
REPLICAS = "PEFT adds the deltas of all replicas to the one layer that they share"


def lora(**options):
    return partial(LoraConfig, **{"r": 3, "lora_alpha": 5, "target_modules": PAIR} | options)


def wider(model, size=57):
    model.resize_token_embeddings(size, mean_resizing=False)


def another_base(model):
    """A base that trained further before the adapter was made: what the adapter stores replaces the end, it is no mirror."""
    generator = torch.Generator().manual_seed(5)
    for end in (model.get_input_embeddings(), model.get_output_embeddings()):
        end.weight.data += torch.randn(end.weight.shape, generator=generator).to(end.weight.dtype) * 0.05


LAYERS = {
    "lora-linear": Case(LLAMA, lora(target_modules=ALL)),
    "lora-linear-bfloat16": Case(LLAMA_16, lora(target_modules=ALL)),
    "lora-linear-float16": Case(QWEN_16, lora(target_modules=ALL)),
    "lora-16-bit-adapter": Case(LLAMA_16, lora(), dtype=torch.bfloat16),
    "lora-conv1d-class": Case(GPT2, lora(target_modules=["c_attn", "c_proj", "c_fc"])),
    "lora-conv1d": Case(WHISPER, lora(target_modules=["conv1", "conv2"])),
    "lora-conv2d": Case(VIT, lora(target_modules=["projection"])),
    "lora-conv2d-bfloat16": Case(SIGLIP, lora(target_modules=["patch_embedding"])),
    "lora-conv3d": Case(QWEN_VL, lora(target_modules=["patch_embed.proj"])),
    "lora-embedding": Case(LLAMA, lora(target_modules=ENDS + ["q_proj"])),
    "lora-embedding-bfloat16": Case(LLAMA_16, lora(target_modules=ENDS), save={"save_embedding_layers": False}),
    "lora-multihead-attention": Case(SIGLIP, lora(target_modules=["attention", "fc2"])),
}

OPTIONS = {
    "lora-rslora": Case(LLAMA_16, lora(use_rslora=True)),
    "lora-patterns": Case(LLAMA_16, lora(
        target_modules=["q_proj", "k_proj", "down_proj"],
        # In the order of the alphabet: PEFT sorts them when it saves, and then the first that matches may be another.
        rank_pattern={r"1\.mlp\.down_proj": 4, "down_proj": 6, "layers.0.self_attn.q_proj": 2},
        alpha_pattern={r"^model\.layers\.1\..*k_proj": 20, "down.proj": 3, "q_proj|k_proj": 7})),
    "lora-rslora-patterns": Case(QWEN_16, lora(use_rslora=True, rank_pattern={"q_proj": 5}, alpha_pattern={".*down_proj": 2})),
    "lora-bias-all": Case(QWEN_16, lora(bias="all")),
    "lora-bias-only": Case(QWEN_16, lora(bias="lora_only")),
    "lora-bias-only-conv": Case(VIT, lora(target_modules=["projection"], bias="lora_only")),
    "lora-b-bias": Case(QWEN_16, lora(target_modules=["q_proj", "v_proj"], lora_bias=True)),
    "lora-b-bias-and-bias": Case(GPT2, lora(target_modules=["c_attn"], lora_bias=True, bias="all")),
    "lora-block-diagonal": Case(LLAMA_16, lora(r=4, target_modules=["q_proj", "down_proj", "v_proj"], use_bdlora=BdLoraConfig(
        target_modules_bd_a=["down_proj"], target_modules_bd_b=["q_proj"], nblocks=2, match_strict=False))),
    "lora-layer-replication": Case(LLAMA, lora(layer_replication=[(0, 2), (0, 1)]), "float64", REPLICAS),
    "lora-pissa": Case(LLAMA, lora(init_lora_weights="pissa")),
    "lora-pissa-bfloat16": Case(LLAMA_16, lora(init_lora_weights="pissa"), ulps=4),
    "lora-pissa-conv1d-class": Case(GPT2, lora(target_modules=["c_attn", "c_proj"], init_lora_weights="pissa")),
    "lora-olora": Case(LLAMA, lora(init_lora_weights="olora")),
    "lora-olora-bfloat16": Case(LLAMA_16, lora(init_lora_weights="olora"), ulps=4),
    "lora-eva": Case(LLAMA, lora(r=4, init_lora_weights="eva", eva_config=EvaConfig(rho=2.0)), wrap=databound.eva),
    "lora-kasa": Case(LLAMA, lora(target_modules=ALL, kasa_config=KasaConfig())),
    "lora-kasa-bfloat16": Case(LLAMA_16, lora(kasa_config=KasaConfig(), use_rslora=True), ulps=4),
}  # fmt: skip

# The base is what PEFT left of another one: the request has to say so.
RESIDUALS = {
    "residual-pissa": Case("residual-pissa-float32", lora(init_lora_weights="pissa"), original=LLAMA),
    "residual-pissa-niter": Case("residual-pissa-niter-float32", lora(init_lora_weights="pissa_niter_4", use_rslora=True), original=LLAMA),
    "residual-olora": Case("residual-olora-bfloat16", lora(init_lora_weights="olora"), original=LLAMA_16),
    "residual-corda": Case("residual-corda-float32", lora(init_lora_weights="corda", corda_config=CordaConfig()), original=LLAMA, wrap=databound.corda),
    "residual-corda-kpm": Case("residual-corda-kpm-bfloat16", lora(init_lora_weights="corda", corda_config=CordaConfig(corda_method="kpm")), original=LLAMA_16, wrap=databound.corda),
    "residual-kasa": Case("residual-kasa-bfloat16", lora(kasa_config=KasaConfig()), original=LLAMA_16),
}

DORA = {
    "lora-dora": Case(LLAMA, lora(use_dora=True, target_modules=ALL)),
    "lora-dora-bfloat16": Case(LLAMA_16, lora(use_dora=True, use_rslora=True)),
    "lora-dora-conv1d-class": Case(GPT2, lora(use_dora=True, target_modules=["c_attn", "c_proj"])),
    "lora-dora-conv2d": Case(VIT, lora(use_dora=True, target_modules=["projection"])),
    "lora-dora-conv1d": Case(WHISPER, lora(use_dora=True, target_modules=["conv1"])),
    "lora-dora-conv3d": Case(QWEN_VL, lora(use_dora=True, target_modules=["patch_embed.proj"])),
    "lora-dora-embedding": Case(LLAMA_16, lora(use_dora=True, target_modules=["embed_tokens"])),
}

SAVED = {
    "saved-head": Case(LLAMA_16, lora(modules_to_save=["lm_head"])),
    "saved-norms": Case(LLAMA, lora(modules_to_save=["input_layernorm", "norm"])),
    "saved-biased": Case(QWEN_16, lora(target_modules=["down_proj"], modules_to_save=["v_proj"])),
    "saved-ends": Case(LLAMA, lora(modules_to_save=ENDS)),
    "saved-embedding-of-tied": Case(TIED_16, lora(modules_to_save=["embed_tokens"])),
    "saved-head-of-tied": Case(TIED, lora(modules_to_save=["lm_head"])),
    "saved-ends-of-tied": Case(TIED, lora(modules_to_save=ENDS)),
    "saved-embedding-keeping-tie": Case(TIED, lora(modules_to_save=["embed_tokens"], ensure_weight_tying=True)),
    "tokens-list": Case(LLAMA, lora(trainable_token_indices=[7, 3, 48])),
    "tokens-both-ends": Case(LLAMA_16, lora(trainable_token_indices={"embed_tokens": [5, 1], "lm_head": [1, 30, 2]})),
    "tokens-of-tied": Case(TIED_16, lora(trainable_token_indices=[0, 49])),
    "tokens-of-tied-keeping-tie": Case(TIED, lora(trainable_token_indices=[4, 9], ensure_weight_tying=True)),
    "tokens-of-tied-under-head": Case(TIED, lora(target_modules=["lm_head", "q_proj"], trainable_token_indices=[3, 9]), "float64", ROWS),
    "tokens-of-tied-under-head-bfloat16": Case(TIED_16, lora(target_modules=["lm_head"], trainable_token_indices={"embed_tokens": [48, 0]}), "float64", ROWS),
    "tokens-of-head-beside-embedding": Case(TIED, lora(target_modules=["embed_tokens"], trainable_token_indices={"lm_head": [3, 9]}), "float64", SHARED),
    "tokens-of-head-of-tied": Case(TIED, lora(trainable_token_indices={"lm_head": [7]}), "float64", SHARED),
    "tokens-of-tied-by-name": Case(TIED, lora(trainable_token_indices={"embed_tokens": [11, 2]})),
}

VOCABULARIES = {
    "resized": Case(LLAMA_16, lora(), prepare=wider),
    "resized-tied": Case(TIED, lora(), prepare=wider),
    "resized-saved": Case(LLAMA, lora(modules_to_save=ENDS), prepare=wider),
    "resized-tokens": Case(TIED_16, lora(trainable_token_indices=[50, 56]), prepare=wider),
    "resized-adapted": Case(LLAMA_16, lora(target_modules=ENDS), prepare=wider),
    "resized-text-config": Case(QWEN_VL, lora(), prepare=wider, save={"save_embedding_layers": True}),
    "replaced-ends": Case(LLAMA, lora(target_modules=ENDS), prepare=another_base),
}

TIES = {
    "tied-embedding": Case(TIED, lora(target_modules=["embed_tokens", "q_proj"]), "float64", SHARED),
    "tied-embedding-bfloat16": Case(TIED_16, lora(target_modules=["embed_tokens"]), "float64", SHARED),
    "tied-head": Case(TIED, lora(target_modules=["lm_head", "q_proj"]), "float64", SHARED),
    "tied-ends": Case(TIED_16, lora(target_modules=ENDS), "float64", SHARED),
    "tied-ends-text-config": Case(QWEN_VL, lora(target_modules=ENDS), "float64", SHARED),
    "kept-tie-embedding": Case(TIED, lora(target_modules=["embed_tokens"], ensure_weight_tying=True), "float64", TWICE),
    "kept-tie-head": Case(TIED, lora(target_modules=["lm_head"], ensure_weight_tying=True), "float64", TWICE),
    "kept-tie-ends": Case(TIED, lora(target_modules=ENDS + ["q_proj"], ensure_weight_tying=True), "float64", TWICE),
    "drifted-ends": Case(TIED_16, lora(target_modules=ENDS, ensure_weight_tying=True), "float64", DRIFTED),
}

CASES = LAYERS | OPTIONS | RESIDUALS | DORA | SAVED | VOCABULARIES | TIES
