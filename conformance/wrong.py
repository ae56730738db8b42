"""Ways to merge wrongly, each with the gate of `ingot validate` that has to find it and what its output has to name.

A kind changes the tensors of a right merge by PEFT in place; it has the base's tensors beside them, and knows no code of Ingot's.
"""

from dataclasses import dataclass
from typing import Callable

import bitsandbytes.functional as bnb
import torch

LAYER = "model.layers.{}.".format
QUERY, KEY, VALUE = (LAYER(0) + f"self_attn.{name}_proj.weight" for name in "qkv")
GATE, UP = (LAYER(0) + f"mlp.{name}_proj.weight" for name in ("gate", "up"))
EMBEDDING, HEAD, NORM = "model.embed_tokens.weight", "lm_head.weight", LAYER(1) + "input_layernorm.weight"


@dataclass
class Kind:
    """tensors(merged, base) and config(config) change a right merge; `names` stands in what is said of it."""

    gate: str
    names: str
    tensors: Callable = lambda merged, base: None
    config: Callable = lambda config: None
    family: str = "llama"


def scaled(factor, only=""):
    """Deltas multiplied: those of tensors whose name has `only` in it."""

    def change(merged, base):
        for name in merged:
            if only in name:
                delta = merged[name].float() - base[name].float()
                merged[name] = (base[name].float() + factor * delta).to(merged[name].dtype)

    return change


def exchanged(one, other):
    def change(merged, base):
        merged[one], merged[other] = merged[other], merged[one]

    return change


def exchanged_deltas(one, other):
    def change(merged, base):
        deltas = {name: merged[name].float() - base[name].float() for name in (one, other)}
        merged[one] = (base[one].float() + deltas[other]).to(merged[one].dtype)
        merged[other] = (base[other].float() + deltas[one]).to(merged[other].dtype)

    return change


def of(name, function):
    """One tensor put through a function."""

    def change(merged, base):
        merged[name] = function(merged[name]).to(merged[name].dtype).contiguous()

    return change


def matrices(function):
    def change(merged, base):
        for name, value in merged.items():
            if value.dim() == 2:
                merged[name] = function(value.float()).to(value.dtype)

    return change


def transposed(merged, base):
    delta = merged[QUERY].float() - base[QUERY].float()
    merged[QUERY] = (base[QUERY].float() + delta.T).to(merged[QUERY].dtype)


def layers_exchanged(merged, base):
    for name in [name for name in merged if name.startswith(LAYER(0))]:
        exchanged(name, name.replace(LAYER(0), LAYER(1)))(merged, base)


def int8(value):
    scale = value.abs().amax(dim=1, keepdim=True) / 127
    return (value / scale).round() * scale


def nf4(value):
    packed, state = bnb.quantize_4bit(value, blocksize=64, quant_type="nf4")
    return bnb.dequantize_4bit(packed, state)


def flipped(value):
    bits = value.clone().view(torch.int16)
    bits.view(-1)[33] ^= 1 << 4
    return bits.view(value.dtype)


def with_value(number):
    def change(value):
        value = value.clone()
        value.view(-1)[17] = number
        return value

    return change


def retied(merged, base):
    del merged[HEAD]


def cut(merged, base):
    for name in (EMBEDDING, HEAD):
        merged[name] = merged[name][:-1].contiguous()


def experts_exchanged(merged, base):
    exchanged(*(LAYER(0) + f"block_sparse_moe.experts.{expert}.w1.weight" for expert in (0, 1)))(merged, base)


KINDS = {
    "layer dropped": Kind("weights", LAYER(1), scaled(0, LAYER(1))),
    "module dropped": Kind("weights", QUERY, scaled(0, QUERY)),
    "nothing merged": Kind("weights", LAYER(0), scaled(0)),
    "delta transposed": Kind("weights", QUERY, transposed),
    "scale doubled": Kind("weights", "model.layers.", scaled(2)),
    "scale by the root of the rank": Kind("weights", "model.layers.", scaled(2 / 4**0.5 * 2)),
    "delta subtracted": Kind("weights", "model.layers.", scaled(-1)),
    "alpha a thirtieth larger": Kind("weights", "model.layers.", scaled(31 / 30)),
    "gate and up exchanged": Kind("weights", LAYER(0) + "mlp.", exchanged(GATE, UP)),
    "deltas of gate and up exchanged": Kind("weights", LAYER(0) + "mlp.", exchanged_deltas(GATE, UP)),
    "key and value exchanged": Kind("weights", LAYER(0) + "self_attn.", exchanged(KEY, VALUE)),
    "deltas of two layers exchanged": Kind("weights", "q_proj", exchanged_deltas(QUERY, QUERY.replace("0", "1"))),
    "layers exchanged": Kind("weights", "model.layers.", layers_exchanged),
    "heads permuted": Kind("weights", QUERY, of(QUERY, lambda value: value.roll(10, 0))),
    "rows shifted": Kind("weights", VALUE, of(VALUE, lambda value: value.roll(1, 0))),
    "through int8": Kind("weights", "weight", matrices(int8)),
    "through nf4": Kind("weights", "weight", matrices(nf4)),
    "through float8": Kind("weights", "weight", matrices(lambda value: value.to(torch.float8_e4m3fn).float())),
    "one bit of a merged tensor": Kind("weights", QUERY, of(QUERY, flipped)),
    "one bit of a tensor that is copied": Kind("weights", EMBEDDING, of(EMBEDDING, flipped)),
    "norm not taken": Kind("weights", NORM, of(NORM, torch.ones_like)),
    "no number": Kind("weights", QUERY, of(QUERY, with_value(float("nan")))),
    "infinite": Kind("weights", EMBEDDING, of(EMBEDDING, with_value(float("inf")))),
    "tensor missing": Kind("structure", KEY, lambda merged, base: merged.pop(KEY)),
    "tensor too many": Kind("structure", "q_proj.bias", lambda merged, base: merged.update({QUERY.replace("weight", "bias"): torch.zeros(40)})),
    "matrix turned": Kind("structure", GATE, of(GATE, lambda value: value.T)),
    "vocabulary cut": Kind("structure", "vocab_size", cut, lambda config: config.update(vocab_size=100)),
    "head tied again": Kind("weights", HEAD, retied, lambda config: config.update(tie_word_embeddings=True)),
    "head left out": Kind("structure", HEAD, retied),
    "stale quantization": Kind("structure", "quantization_config", config=lambda config: config.update(quantization_config={"quant_method": "bitsandbytes"})),
    "another epsilon": Kind("structure", "rms_norm_eps", config=lambda config: config.update(rms_norm_eps=1e-4)),
    "another theta": Kind("structure", "rope_theta", config=lambda config: config["rope_parameters"].update(rope_theta=5e5)),
    "another depth": Kind("structure", "num_hidden_layers", config=lambda config: config.update(num_hidden_layers=1)),
    "another end": Kind("structure", "eos_token_id", config=lambda config: config.update(eos_token_id=5)),
    "a dtype that no tensor has": Kind("structure", "float16", config=lambda config: config.update(dtype="float16")),
    "layers of another kind": Kind(
        "structure", "layer_types", config=lambda config: config.update(layer_types=["full_attention"] * 2), family="gemma2"
    ),
    "window taken away": Kind("structure", "sliding_window", config=lambda config: config.update(sliding_window=None), family="mistral"),
    "fewer experts": Kind("structure", "num_experts_per_tok", config=lambda config: config.update(num_experts_per_tok=1), family="mixtral"),
    "experts exchanged": Kind("weights", "experts", experts_exchanged, family="mixtral"),
}  # fmt: skip
