"""Folders as the engines of training left them (`fixtures/trained.py`, `fixtures/training.py`): merged as they are, the logits are the unmerged model's."""

import json
import shutil
from pathlib import Path

import bitsandbytes
import pytest
import torch
import transformers
from peft import PeftModel

RESOURCES = Path(__file__).resolve().parents[2] / "checkpoint/src/test/resources"
TRAINED = RESOURCES / "trained"
DEEPSPEED = ["zero-1", "zero-2", "zero-3"]
OTHERS = ["dcp", "dcp-safetensors", "verl", "fsdp-full", "fsdp1-full", "lightning", "zip", "legacy"]
IDS = torch.arange(20)[None]
FOUR = dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16)


def base(quantized):
    """The base in float32, at its worth in NF4 where training quantized it while loading."""
    load = transformers.AutoModelForCausalLM.from_pretrained
    model = load(TRAINED / "base", dtype=torch.float32)
    if quantized:
        config = transformers.BitsAndBytesConfig(**FOUR)
        packed = load(TRAINED / "base", quantization_config=config, dtype=torch.bfloat16, device_map="cpu")
        values = {}
        for name, module in packed.named_modules():
            if isinstance(module, bitsandbytes.nn.Linear4bit):
                whole = bitsandbytes.functional.dequantize_4bit(module.weight.data, module.weight.quant_state)
                values[name + ".weight"] = whole.to(torch.bfloat16).float()
        assert len(values) == 7
        model.load_state_dict(values, strict=False)
    return model.eval()


def logits(model):
    with torch.no_grad():
        return model(input_ids=IDS).logits


def left(run, folder):
    """The run's folder with the adapter's config, and the adapter that PEFT exported of it."""
    quantized = run in DEEPSPEED
    source = RESOURCES / "training" / run if quantized else TRAINED / "runs" / run
    exported = TRAINED / "exported" / (run if quantized else "lora")
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("expected.safetensors"))
    shutil.copy(exported / "adapter_config.json", folder)
    return folder, exported


def check(out, exported, quantized, older):
    """Logits in transformers 5 and 4.57 are those of the unmerged model, and not those of the base."""
    untrained = logits(base(quantized))
    expected = logits(PeftModel.from_pretrained(base(quantized), exported).eval())
    found = logits(transformers.AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32).eval())
    assert (expected - untrained).abs().max() > 1e-3
    assert (found - expected).abs().max() < 1e-5
    over, in_older = older.loading(out, IDS)
    assert not over, over
    assert (in_older - expected).abs().max() < 1e-5
    return " ".join(json.loads((out / "report.json").read_text())["notes"])


@pytest.mark.parametrize("run", DEEPSPEED + OTHERS)
def test_logits_are_those_of_the_unmerged_model(merge, older, run, tmp_path):
    quantized = run in DEEPSPEED
    folder, exported = left(run, tmp_path / "run")
    flags = ["--quantization-config", "nf4-double"] if quantized else []
    notes = check(merge(TRAINED / "base", folder, *flags, "--dtype", "float32"), exported, quantized, older)
    assert "base tensors equal the base" in notes
    assert ("quantization settings confirmed" in notes) == quantized


@pytest.mark.parametrize("run", DEEPSPEED)
def test_packed_copies_with_their_scales_are_the_base_that_training_saw(merge, older, run, tmp_path):
    """Nobody says how the base was quantized: the rank files' own packed weights and scales count."""
    folder, exported = left(run, tmp_path / "run")
    out = merge(TRAINED / "base", folder, "--mirrors", "checkpoint", "--dtype", "float32")
    notes = check(out, exported, True, older)
    assert "Merged onto the training checkpoint's own weights" in notes + (out / "report.json").read_text()
