"""`ingot validate` on merges that one generation of transformers saved of a base that the other wrote, and on configs that mean something else to one of them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
import transformers

import families
import generations
import reading
import tiny
from merges import edited

DTYPE = torch.bfloat16


def judged(base, adapter, merged):
    command = [os.environ["INGOT"], "validate", "--json", "--smoke", "--base", base, "--adapter", adapter, "--merged", merged]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
    return done.returncode, done.stderr + done.stdout


def load(folder, dtype=DTYPE):
    """4.57 names the class of some models in the part for text alone."""
    config = json.loads(Path(folder, "config.json").read_text())
    model_class = (config.get("architectures") or config["text_config"]["architectures"])[0]
    return getattr(transformers, model_class).from_pretrained(folder, dtype=dtype).eval()


def adapter(base, targets, folder):
    """Random, by PEFT; also of what a base is that 4.57 wrote."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(5)
    options = targets if isinstance(targets, dict) else {"target_modules": targets}
    model = get_peft_model(load(base), LoraConfig(r=4, lora_alpha=8, **options))
    for name, value in model.named_parameters():
        if value.requires_grad:
            value.data = torch.randn_like(value, dtype=torch.float32).to(value.dtype) * 0.08
    model.save_pretrained(folder)
    return folder


def merge(base, lora, folder):
    from peft import PeftModel

    PeftModel.from_pretrained(load(base), lora).merge_and_unload().save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def older_bases(open_older, tmp_path_factory):
    """older_bases(name) → folders of a base that 4.57 wrote, an adapter, and the merge that transformers 5 saved."""
    known = {}

    def get(name):
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            open_older().ask({"write": generations.OLDER[name][:3], "save": str(folder / "base")})
            lora = adapter(folder / "base", generations.OLDER[name][3], folder / "adapter")
            known[name] = folder / "base", lora, merge(folder / "base", lora, folder / "merged")
        return known[name]

    return get


@pytest.mark.parametrize("name", generations.OLDER)
def test_a_merge_that_transformers_5_saved_of_an_older_base_is_right(older_bases, name):
    code, said = judged(*older_bases(name))
    assert code == 0, said


@pytest.mark.parametrize("name", generations.HUB)
def test_of_a_base_as_the_first_files_have_it_too(older_bases, tmp_path, name):
    base, lora, merged = older_bases(name)
    hub = shutil.copytree(base, tmp_path / "hub")
    tiny.edit_config(hub, generations.HUB[name], "config.json")
    code, said = judged(hub, lora, merged)
    assert code == 0, said


@pytest.mark.parametrize("name", ["llama", "llama-tied", "qwen2", "qwen3", "mistral", "gemma2", "phi3", "gpt2"])
def test_a_merge_that_the_older_saved_of_a_newer_base_is_right(older, tmp_path, name):
    base = families.write(name, tmp_path / "base", DTYPE)
    lora = adapter(base, families.FAMILIES[name][3], tmp_path / "adapter")
    older.ask({"folder": str(base), "adapter": str(lora), "save": str(tmp_path / "merged")})
    code, said = judged(base, lora, tmp_path / "merged")
    assert code == 0, said


def read_by_newer(folder):
    try:
        found = reading.reads(load(folder, torch.float32))
    except Exception as refused:
        found = {"refused": type(refused).__name__}
    return json.loads(json.dumps(found))


@pytest.mark.parametrize("name", generations.MUTATIONS)
def test_the_verdict_is_what_both_generations_make_of_a_config(older_bases, older, tmp_path, name):
    """Nothing of the judge's own rules is in the expectation: both transformers load base and merge, and what they turn by is compared."""
    family, edit = generations.MUTATIONS[name]
    base, lora, merged = older_bases(family)
    folder = edited(merged, tmp_path / "merged", config=edit)
    code, said = judged(base, lora, folder)
    assert code == (0 if is_same(base, folder, older) else 4), said


def is_same(base, merged, older):
    newer = {read: read_by_newer(read) for read in (base, merged)}
    found = {read: older.ask({"folder": str(read), "reads": True})["found"] for read in (base, merged)}
    assert "turned" in newer[base] and "turned" in found[base], "a base that both load"
    if newer[base] != newer[merged]:
        return False
    if "refused" in found[merged] or found[base]["tied"] != found[merged]["tied"]:
        return False
    words = json.loads(Path(merged, "config.json").read_text())
    turned = [found[base]["turned"], newer[base]["turned"]]
    return not generations.is_for_older(words) or found[merged]["turned"] in turned
