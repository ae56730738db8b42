"""`ingot validate` on merges that PEFT made and transformers saved, right and wrong ones, and on folders that people put together by hand."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

import families
import tiny
from merges import edited, merge

FAMILIES = ["llama", "llama-tied", "qwen2", "qwen3", "mistral", "gemma2", "gemma3", "phi3", "gpt2", "mixtral", "qwen3-moe", "ministral3", "qwen3-vl"]
QUERY = "model.layers.0.self_attn.q_proj.weight"


@pytest.fixture(scope="session")
def validate():
    """validate(base, adapter, merged, *flags) → the exit code and the document that --json prints."""

    def run(base, adapter, merged, *flags):
        command = [os.environ["INGOT"], "validate", "--json", "--base", base, "--adapter", adapter, "--merged", merged, *flags]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        return done.returncode, json.loads(done.stdout or "{}"), done.stderr

    return run


@pytest.mark.parametrize("family", FAMILIES)
def test_a_merge_by_peft_is_the_trained_model(made, validate, family):
    code, document, said = validate(*made(family))
    assert code == 0, said
    tensors = document["report"]["weights"]
    assert tensors and all(tensor["compared"] == tensor["elements"] for tensor in tensors)
    assert max(tensor["ulp"] for tensor in tensors) <= 2
    if family not in ("mixtral", "qwen3-moe"):
        assert any(tensor["equal"] < tensor["elements"] for tensor in tensors if tensor["changed"]), "roundings that show"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_base_that_is_called_its_own_merge_is_not(made, validate, family):
    base, adapter, _ = made(family)
    code, document, said = validate(base, adapter, base)
    assert (code, document["gate"]) == (4, "weights"), said


@pytest.mark.parametrize(
    "family,dtype,options",
    [
        ("llama", torch.float16, {}),
        ("llama", torch.float32, {}),
        ("llama-tied", torch.float16, {}),
        ("gemma3", torch.float32, {}),
        ("llama", torch.bfloat16, {"max_shard_size": "40KB"}),
        ("mixtral", torch.bfloat16, {"save_original_format": False}),
        ("qwen3-moe", torch.bfloat16, {"save_original_format": False}),
        ("qwen3-vl", torch.bfloat16, {"save_original_format": False}),
    ],
)
def test_other_dtypes_shards_and_names_are_right(made, validate, tmp_path, family, dtype, options):
    base, adapter, _ = made(family)
    code, _, said = validate(base, adapter, merge(base, adapter, tmp_path / "merged", dtype, **options))
    assert code == 0, said


def test_what_torch_save_wrote_is_read(made, validate, tmp_path):
    base, adapter, merged = made("llama")
    folder = shutil.copytree(merged, tmp_path / "merged")
    file = next(folder.glob("*.safetensors"))
    torch.save(load_file(file), folder / "pytorch_model.bin")
    file.unlink()
    code, _, said = validate(base, adapter, folder)
    assert code == 0, said


def test_tied_ends_may_be_stored_twice(made, validate, tmp_path):
    base, adapter, merged = made("llama-tied")
    folder = edited(merged, tmp_path / "merged", lambda tensors: tensors.update({"lm_head.weight": tensors["model.embed_tokens.weight"]}))
    assert validate(base, adapter, folder)[0] == 0


def test_an_older_config_says_the_same(made, validate, tmp_path):
    """rope_theta at the top and torch_dtype, as transformers 4 writes it."""
    base, adapter, merged = made("llama")

    def older(config):
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        config["torch_dtype"] = config.pop("dtype")
        del config["attention_bias"], config["mlp_bias"]

    assert validate(base, adapter, edited(merged, tmp_path / "merged", config=older))[0] == 0


WRONG_CONFIGS = {
    "quantization_config": lambda config: config.update(quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
    "tie_word_embeddings": lambda config: config.update(tie_word_embeddings=True),
    "rms_norm_eps": lambda config: config.update(rms_norm_eps=1e-5),
    "rotary": lambda config: config["rope_parameters"].update(rope_theta=5e5),
    "rotary ": lambda config: config.update(rope_parameters={"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}),
    "num_hidden_layers": lambda config: config.update(num_hidden_layers=1),
    "num_key_value_heads": lambda config: config.update(num_key_value_heads=4),
    "vocab_size": lambda config: config.update(vocab_size=100),
    "dtype": lambda config: config.update(dtype="float16"),
}


@pytest.mark.parametrize("member", WRONG_CONFIGS)
def test_a_config_that_loads_as_something_else_is_found(made, validate, tmp_path, member):
    base, adapter, merged = made("llama")
    code, document, said = validate(base, adapter, edited(merged, tmp_path / "merged", config=WRONG_CONFIGS[member]))
    assert (code, document["gate"]) == (4, "structure"), said
    assert member.strip() in json.dumps(document["report"]["gates"])


def test_a_merge_by_peft_into_four_bit_weights_is_none(made, validate, tmp_path):
    """merge_and_unload of a model that was loaded in 4 bit quantizes what it merged once more."""
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    wide = tiny.base(tmp_path / "base", dtype=torch.bfloat16, tied=False)
    lora = tiny.adapter(tmp_path / "adapter", wide)
    model = AutoModelForCausalLM.from_pretrained(wide, quantization_config=BitsAndBytesConfig(**families.NF4), dtype=torch.bfloat16)
    PeftModel.from_pretrained(model, lora).merge_and_unload().save_pretrained(tmp_path / "merged")
    code, document, said = validate(wide, lora, tmp_path / "merged", "--quantization-config", "nf4-double")
    assert (code, document["gate"]) == (4, "structure"), said
    assert "packed" in said


def test_a_merge_onto_the_sixteen_bit_original_is_called_that(validate, tmp_path):
    original = tiny.base(tmp_path / "base", dtype=torch.bfloat16, tied=False, hidden_size=128, intermediate_size=256)
    packed = tiny.quantized(tmp_path / "packed", original)
    lora = tiny.adapter(tmp_path / "adapter", original)
    merged = merge(original, lora, tmp_path / "merged", torch.bfloat16)
    for base, flags in ((packed, ()), (original, ("--quantization-config", "nf4-double"))):
        code, document, said = validate(base, lora, merged, *flags)
        assert (code, document["gate"]) == (4, "base"), said
        assert "merged onto the 16-bit original" in document["report"]["verdict"]
    assert validate(original, lora, merged)[0] == 0


def test_a_merge_onto_what_quantization_leaves_is_called_that(validate, tmp_path):
    original = tiny.base(tmp_path / "base", dtype=torch.bfloat16, tied=False)
    lora = tiny.adapter(tmp_path / "adapter", original)
    merged = tmp_path / "merged"
    command = [os.environ["INGOT"], "merge", "--base", original, "--adapter", lora, "--out", merged, "--quantization-config", "nf4-double"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=600)
    code, document, said = validate(original, lora, merged)
    assert (code, document["gate"]) == (4, "base"), said
    assert "dequantized from nf4-double" in document["report"]["verdict"]
    assert validate(original, lora, merged, "--quantization-config", "nf4-double")[0] == 0
