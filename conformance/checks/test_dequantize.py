"""`ingot dequantize`: what it writes loads in transformers, and every tensor is what bitsandbytes or transformers make of the base."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

import compare
import measures
import rawfile
import tiny
import variants
import worth

IDS = torch.arange(2, 14)[None]
WIDE = dict(hidden_size=128, intermediate_size=512, num_hidden_layers=3, vocab_size=1024)

# What loads as a whole model; the Java tests go through all others, tensor by tensor.
MODELS = ["llama-int8", "llama-sharded", "gpt2-nf4", "gpt2-int8", "experts", "gpt-oss", "qwen-fp8"]
LOADING = ["loading-nf4", "loading-nf4-double", "loading-nf4-double-cast", "loading-fp4", "loading-gpt2", "loading-skipping", "loading-int8"]


@pytest.fixture(scope="session")
def dequantize(tmp_path_factory):
    """dequantize(base, *flags) → the folder that Ingot wrote."""

    def run(base, *flags):
        out = tmp_path_factory.mktemp("dequantized") / Path(base).name
        command = [os.environ["INGOT"], "dequantize", "--base", base, "--out", out, *flags]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr}{done.stdout}"
        return out

    return run


@pytest.fixture(scope="session")
def bases(tmp_path_factory, demo):
    """Folder by name: made when it is first asked for."""
    root, made = tmp_path_factory.mktemp("quantized"), {"demo": demo / "base-nf4"}

    def base(name):
        if name not in made:
            made[name] = wide(root) if name == "wide" else variants.write(name, root / name)
        return made[name]

    return base


def wide(root):
    tiny.base(root / "wide-fp16", **WIDE)
    return Path(tiny.quantized(root / "wide", root / "wide-fp16"))


def requires_equal(out, base, dtype=None):
    """Bit for bit; a value that lost its sign with its last digit is another value."""
    expected, written = worth.of(base), compare.written(out)
    assert written.keys() == expected.keys()
    for name, (value, _) in expected.items():
        want = value.to(dtype) if dtype and value.is_floating_point() else value
        found = written[name]
        assert (found.dtype, found.shape) == (want.dtype, want.shape), name
        assert rawfile.content_of(found) == rawfile.content_of(want), name


@pytest.fixture(scope="module", params=["demo", "wide", *MODELS])
def case(request, bases, dequantize):
    base = bases(request.param)
    return base, dequantize(base)


def test_transformers_5_finds_every_tensor_and_no_other(case):
    compare.loads_whole(case[1])


def test_transformers_4_gives_the_same_logits(case, older):
    if case[0].name == "experts":
        pytest.skip("fused experts: a layout of transformers 5")
    left, logits = older.loading(case[1], IDS)
    assert left == {}
    assert torch.allclose(logits, measures.logits(compare.reloaded(case[1]), IDS), atol=1e-4, equal_nan=True)


def test_tensors_are_those_of_bitsandbytes_and_transformers(case):
    requires_equal(case[1], case[0])


def test_config_and_index_say_what_was_written(case):
    base, out = case
    config = json.loads((out / "config.json").read_text())
    before = json.loads((base / "config.json").read_text())
    assert "quantization_config" not in config
    assert config.get("dtype", config.get("torch_dtype")) == before.get("dtype", before.get("torch_dtype"))
    assert config["architectures"] == before["architectures"]
    compare.index_is_right(out)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", ["demo", "gpt2-nf4", "llama-int8", "qwen-fp8"])
def test_another_dtype_is_a_second_rounding(name, dtype, bases, dequantize):
    out = dequantize(bases(name), "--dtype", dtype)
    requires_equal(out, bases(name), getattr(torch, dtype))
    assert json.loads((out / "config.json").read_text()).get("dtype", "float16") == dtype
    compare.loads_whole(out)


def test_shards_are_cut_to_size(bases, dequantize):
    out = dequantize(bases("wide"), "--max-shard-size", "1MiB")
    files = sorted(out.glob("*.safetensors"))
    assert len(files) > 1
    for file in files:
        with safe_open(file, "pt") as opened:
            size = sum(opened.get_tensor(name).nbytes for name in opened.keys())
            assert size <= 1 << 20 or len(opened.keys()) == 1, file.name
    requires_equal(out, bases("wide"))
    compare.index_is_right(out)
    compare.loads_whole(out)


def test_swapped_nibbles_are_read_where_somebody_says_so(bases, dequantize):
    requires_equal(dequantize(bases("swapped-nibbles"), "--swap-nibbles"), bases("swapped-nibbles"))


@pytest.mark.parametrize("name", LOADING)
def test_a_base_that_was_quantized_while_loading_is_quantized_as_transformers_does_it(name, bases, dequantize):
    base = bases(name)
    out = dequantize(base, "--quantization-config", base / "quantization.json")
    requires_equal(out, base)
    compare.loads_whole(out)


def test_the_usual_configuration_has_a_name(bases, dequantize):
    base = bases("loading-nf4-double")
    requires_equal(dequantize(base, "--quantization-config", "nf4-double"), base)
