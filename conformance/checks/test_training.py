"""The checkpoint of a training run that quantized its base while loading: merged as it is, proved by its own copies of the base."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import consolidated

HERE = Path(__file__).resolve().parents[1]
# How the run stored packed weights, and whether what consolidated it made numbers of bytes.
STORAGES = {"bytes": (torch.uint8, False), "bytes as numbers": (torch.uint8, True), "words of bfloat16": (torch.bfloat16, False)}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return consolidated.base(tmp_path_factory.mktemp("base") / "llava-next")


@pytest.fixture(scope="module")
def runs(base, tmp_path_factory):
    """Storage → the model in training, its consolidated checkpoint with the adapter's config above it."""
    made = {}

    def run(name):
        if name not in made:
            storage, cast = STORAGES[name]
            wrapped = consolidated.trained(base, storage)
            root = tmp_path_factory.mktemp("run")
            consolidated.adapter_config(wrapped, root / "adapter_config.json")
            made[name] = wrapped, consolidated.consolidate(wrapped, root / "consolidated", cast)
        return made[name]

    return run


@pytest.fixture
def quantization(tmp_path):
    file = tmp_path / "quantization.json"
    file.write_text(json.dumps(consolidated.OPTIONS | {"dtype": "bfloat16", "transformers_version": "5.23.0"}))
    return file


def older(folder, arguments, scratch):
    """The logits in transformers 4.57."""
    torch.save(arguments, scratch / "inputs.pt")
    paths = [os.environ["INGOT_TRANSFORMERS_4"], os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, HERE / "consolidated.py", folder, scratch / "inputs.pt", scratch / "logits.pt"]
    subprocess.run(list(map(str, command)), env=environment, check=True, timeout=300)
    found = torch.load(scratch / "logits.pt")
    assert found["version"].startswith("4.57")
    assert not found["left"], found["left"]
    return found["logits"]


def refusal(base, run, out, *flags):
    command = [os.environ["INGOT"], "merge", "--base", base, "--adapter", run, "--out", out, *flags]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert not Path(out).exists() or not list(Path(out).iterdir())
    return done.stderr + done.stdout


@pytest.mark.parametrize("storage", STORAGES)
def test_logits_are_those_of_the_unmerged_model_and_the_copies_prove_the_base(base, runs, merge, quantization, storage, tmp_path):
    wrapped, run = runs(storage)
    out = merge(base, run, "--quantization-config", quantization, "--dtype", "float32")
    unmerged = consolidated.plain(base, wrapped)
    arguments = consolidated.inputs(unmerged)
    expected = {name: consolidated.logits(unmerged, each) for name, each in arguments.items()}
    untrained = {name: consolidated.logits(unmerged.unload(), each) for name, each in arguments.items()}
    model = transformers.LlavaNextForConditionalGeneration.from_pretrained(out, dtype=torch.float32).eval()
    found = {5: {name: consolidated.logits(model, each) for name, each in arguments.items()}, 4: older(out, arguments, tmp_path)}
    for kind in ("text", "image"):
        assert (expected[kind] - untrained[kind]).abs().max() > 0.1
        for generation in (4, 5):
            assert (found[generation][kind] - expected[kind]).abs().max() < 1e-3, (kind, generation)
    notes = " ".join(json.loads((out / "report.json").read_text())["notes"])
    packed = len([name for name in load_file(run / "model.safetensors") if name.endswith(".base_layer.weight")])
    assert f"packed copies of {packed} weights equal the base in nf4-double byte for byte: quantization settings confirmed" in notes
    assert "base tensors equal the base" in notes


def test_a_base_that_drifted_is_refused_unless_the_request_decides(base, runs, merge, quantization, tmp_path):
    _, run = runs("bytes")
    other = tmp_path / "other"
    other.mkdir()
    tensors = load_file(Path(base) / "model.safetensors")
    norm, packed = "language_model.model.norm.weight", "language_model.model.layers.0.self_attn.q_proj.weight"
    tensors[norm] = tensors[norm] + 0.25
    tensors[packed] = torch.randn_like(tensors[packed])
    save_file(tensors, other / "model.safetensors", {"format": "pt"})
    (other / "config.json").write_text((Path(base) / "config.json").read_text())
    flags = ["--quantization-config", quantization]
    text = refusal(other, run, tmp_path / "refused", *flags)
    assert "adapter.mirror-drift" in text or "differ from the base" in text
    assert norm in text and packed in text and "unrelated weights" in text
    out = merge(other, run, *flags, "--mirrors", "base")
    notes = " ".join(json.loads((out / "report.json").read_text())["notes"])
    assert norm in notes and packed in notes and "confirmed" not in notes


def test_another_load_dtype_shows_in_the_packed_copies(base, runs, tmp_path):
    _, run = runs("bytes")
    wide = consolidated.base(tmp_path / "wide", torch.float32)
    flags = ["--quantization-config", "nf4-double"]
    text = refusal(wide, run, tmp_path / "refused", *flags)
    assert "differ from the base" in text


def test_a_run_that_knows_no_alpha_or_no_quantization_is_refused(base, runs, quantization, tmp_path):
    _, run = runs("bytes")
    assert "--quantization-config" in refusal(base, run, tmp_path / "out", "--trained-on", "stored")
    config = json.loads((run.parent / "adapter_config.json").read_text()) | {"lora_alpha": 0}
    file = tmp_path / "adapter_config.json"
    file.write_text(json.dumps(config))
    flags = ["--quantization-config", quantization, "--adapter-config", file]
    assert "never guessed" in refusal(base, run, tmp_path / "out", *flags)
