"""Singular parts of a weight as large as those of real models, against torch's decomposition in float64: OSF and KaSA, merged and judged."""

import json
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, OSFConfig, get_peft_model
from peft.tuners.lora.config import KasaConfig
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

WIDE = dict(hidden_size=1088, intermediate_size=40, num_hidden_layers=1, num_attention_heads=8, num_key_value_heads=1, vocab_size=64)
WEIGHT = "model.layers.0.self_attn.q_proj.weight"
RANK = 24


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    torch.manual_seed(17)
    folder = tmp_path_factory.mktemp("wide")
    LlamaForCausalLM(LlamaConfig(**WIDE)).save_pretrained(folder)
    return folder


def osf():
    return OSFConfig(target_modules=["q_proj"], task_type="CAUSAL_LM", effective_rank=WIDE["hidden_size"] // 2)


def kasa():
    return LoraConfig(r=RANK, lora_alpha=RANK, target_modules=["q_proj"], task_type="CAUSAL_LM", kasa_config=KasaConfig())


def merged_in_float64(weight, adapter):
    left, sizes, right = torch.linalg.svd(weight.double(), full_matrices=False)
    tensors = {key.split("q_proj.")[1]: value.double() for key, value in load_file(Path(adapter, "adapter_model.safetensors")).items()}
    if "lora_diag" in tensors:
        added = tensors["lora_B.weight"] @ torch.diag(tensors["lora_diag"]) @ tensors["lora_A.weight"]
        kept = len(sizes) - RANK
    else:
        added = tensors["osf_svd_params.U_low"] @ torch.diag(tensors["osf_svd_params.S_low"]) @ tensors["osf_svd_params.V_low"]
        kept = len(sizes) // 2
    return left[:, :kept] @ torch.diag(sizes[:kept]) @ right[:kept] + added


@pytest.mark.parametrize("config", [osf, kasa])
def test_a_large_weight_loses_the_part_that_torch_finds(config, base, merge, tmp_path):
    model = get_peft_model(LlamaForCausalLM.from_pretrained(base, dtype=torch.float32), config())
    for value in model.parameters():
        if value.requires_grad:
            value.data += torch.randn_like(value) * 0.01
    model.save_pretrained(tmp_path / "adapter")
    out = merge(base, tmp_path / "adapter", "--validate", "full")
    found = load_file(Path(out, "model.safetensors"))[WEIGHT].double()
    before = load_file(Path(base, "model.safetensors"))[WEIGHT]
    assert (found - merged_in_float64(before, tmp_path / "adapter")).abs().max() <= 1e-5
    gates = {gate["name"]: gate["state"] for gate in json.loads(Path(out, "report.json").read_text())["gates"]}
    assert gates["weights"] == "passed", gates
