"""The command line on wrong merges: each is refused with exit code 4, by the gate that is meant for it, with a figure and the tensor or member; weights are random,
so that no perplexity can help. And on what a merge by a wrong plan leaves."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import tiny
import wrong
from merges import edited

DTYPE = torch.bfloat16
FIGURE = re.compile(r"\d")


def tensors_of(folder):
    found = {}
    for file in sorted(Path(folder).glob("*.safetensors")):
        found |= load_file(file)
    return found


@pytest.fixture(scope="module")
def judged():
    """judged(base, adapter, merged) → the exit code and all that is said to people."""

    def run(base, adapter, merged):
        command = [os.environ["INGOT"], "validate", "--base", base, "--adapter", adapter, "--merged", merged]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout + done.stderr

    return run


def test_there_are_as_many_kinds_as_promised():
    assert len(wrong.KINDS) >= 25


@pytest.mark.parametrize("name", wrong.KINDS)
def test_is_refused_by_its_gate_with_figure_and_place(made, judged, tmp_path, name):
    kind = wrong.KINDS[name]
    base, lora, merged = made(kind.family)
    before = tensors_of(base)
    folder = edited(merged, tmp_path / "merged", lambda tensors: kind.tensors(tensors, before), kind.config)
    code, said = judged(base, lora, folder)
    assert code == 4, said
    line = " ".join(said.split())
    assert re.search(rf"\b{kind.gate}\b", line) and kind.names in line.replace(" ", ""), said
    assert FIGURE.search(line), said


@pytest.mark.parametrize("family", sorted({kind.family for kind in wrong.KINDS.values()}))
def test_what_they_are_made_from_is_right(made, judged, family):
    code, said = judged(*made(family))
    assert code == 0, said


def another_alpha(folder):
    tiny.edit_config(folder, lambda config: config.update(lora_alpha=9))


def keys_exchanged(folder):
    file = Path(folder, "adapter_model.safetensors")
    tensors = load_file(file)
    one, other = (f"base_model.model.model.layers.0.self_attn.{name}_proj.lora_B.weight" for name in "kv")
    tensors[one], tensors[other] = tensors[other], tensors[one]
    save_file(tensors, file, {"format": "pt"})


PLANS = {"another alpha": another_alpha, "two keys exchanged": keys_exchanged}


@pytest.mark.parametrize("plan", PLANS)
def test_a_merge_by_a_wrong_plan_is_refused(made, judged, merge, tmp_path, plan):
    """Ingot executes the plan for another adapter rightly; the judge has the one of training."""
    base, lora, _ = made("llama")
    other = shutil.copytree(lora, tmp_path / "other")
    PLANS[plan](other)
    merged = merge(base, other)
    code, said = judged(base, lora, merged)
    assert code == 4 and re.search(r"\bweights\b", said), said
    assert judged(base, other, merged)[0] == 0


def test_a_tie_that_was_decided_wrongly_is_refused(judged, merge, tmp_path):
    """Training changed one end of a tied model: tied again, the other would change with it."""
    base = tiny.base(tmp_path / "base", dtype=DTYPE)
    lora = tiny.adapter(tmp_path / "adapter", base, target_modules=["q_proj", "lm_head"])
    right = merge(base, lora)
    assert judged(base, lora, right)[0] == 0
    tied = shutil.copytree(right, tmp_path / "tied")
    file = next(tied.glob("*.safetensors"))
    tensors = load_file(file)
    tensors["model.embed_tokens.weight"] = tensors.pop("lm_head.weight")
    save_file(tensors, file, {"format": "pt"})
    (tied / "model.safetensors.index.json").unlink(missing_ok=True)
    tiny.edit_config(tied, lambda config: config.update(tie_word_embeddings=True), "config.json")
    code, said = judged(base, lora, tied)
    assert code == 4 and re.search(r"\b(structure|weights)\b", said), said
