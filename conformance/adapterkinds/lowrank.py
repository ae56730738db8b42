"""LoRA on one module, in float64."""

import math
import re

import torch


def pattern(config, key, module, default):
    """The value of the first pattern that matches the end of the module's name, from the start of a component."""
    for regex, value in (config.get(key) or {}).items():
        if re.match(rf"^(.*\.)?({regex})$", module):
            return value
    return default


def scaling(config, module):
    rank = pattern(config, "rank_pattern", module, config["r"])
    alpha = pattern(config, "alpha_pattern", module, config["lora_alpha"])
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def delta(files, module, own):
    """[out, in] of everything but fused experts; an embedding is [vocabulary, dim]."""
    scale = scaling(files.config, module)
    if "lora_embedding_A" in own:
        return (own["lora_embedding_B"] @ own["lora_embedding_A"]).T * scale
    a, b = own["lora_A.weight"].flatten(1), own["lora_B.weight"].flatten(1)
    options = files.config.get("use_bdlora")
    if options:
        count = options["nblocks"]
        a = torch.block_diag(*a.chunk(count)) if _named(module, options["target_modules_bd_a"]) else a
        b = torch.block_diag(*b.chunk(count)) if _named(module, options["target_modules_bd_b"]) else b
    return (b * own["lora_diag"] if "lora_diag" in own else b) @ a * scale


def _named(module, targets):
    return any(target in module for target in targets or [])


def merge(files, place, own):
    added = _rounded(files, place, own)
    merged = _residual(files, place, place.weight, own) + added
    if place.module.endswith("attention.out_proj") and f"{place.module[:-9]}.in_proj_weight" in files.base:
        # In training and in merging PEFT adds the delta of an attention's output twice: cast, and then not.
        merged = files.cast(merged, place.name) + delta(files, place.module, own)
    if "lora_magnitude_vector" in own:
        along = 0 if "lora_embedding_A" in own else 1
        norm = (_residual(files, place, place.original, own) + added).norm(dim=along, keepdim=True)
        merged = merged * own["lora_magnitude_vector"].reshape(norm.shape) / norm
    bias = place.bias
    if "lora_B.bias" in own:
        bias = bias + own["lora_B.bias"] * scaling(files.config, place.module)
    return merged, bias


def _rounded(files, place, own):
    value = delta(files, place.module, own)
    dora = "lora_magnitude_vector" in own
    attention = f"{place.module}.in_proj_weight" in files.base or f"{place.module.removesuffix('.out_proj')}.in_proj_weight" in files.base
    first = ("lora_embedding_A" in own and not dora) or attention or files.config.get("use_bdlora") or "lora_diag" in own
    return files.cast(value, place.name) if first else value


def _residual(files, place, weight, own):
    """What the initialization left of the base: without the largest singular values (PiSSA), or without the first columns of Q (OLoRA), or without the smallest values (KaSA)."""
    kind = files.config.get("init_lora_weights")
    if "lora_diag" in own and not files.config.get("kasa_truncated"):
        u, s, vh = torch.linalg.svd(weight, full_matrices=False)
        kept = len(s) - len(own["lora_diag"])
        return files.cast(u[:, :kept] * s[:kept] @ vh[:kept], place.name)
    if kind not in ("pissa", "olora"):
        return weight
    rank = own["lora_A.weight"].shape[0]
    if kind == "pissa":
        u, s, vh = torch.linalg.svd(weight, full_matrices=False)
        rest = weight - u[:, :rank] * s[:rank] @ vh[:rank]
    else:
        q, r = torch.linalg.qr(weight)
        rest = weight - scaling(files.config, place.module) * q[:, :rank] @ r[:rank]
    return files.cast(rest, place.name)
