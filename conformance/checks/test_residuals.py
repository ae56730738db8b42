"""Bases that an adapter's initialization changed: what is left of the base is saved, and declared to be that, and merged onto it the model has the unmerged one's logits."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.config import LoraGAConfig
from peft.tuners.lora.loraga import preprocess_loraga

import compare
import measures
import oracle
import tiny

IDS = torch.arange(3, 67)[None]
OPTIONS = dict(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM")


def by_gradients(model):
    config = LoraConfig(**OPTIONS, init_lora_weights="lora_ga", lora_ga_config=LoraGAConfig())
    preprocess_loraga(model, config, lambda: model(IDS, labels=IDS).loss.backward())
    return get_peft_model(model, config)


def by_random_projection(model):
    return get_peft_model(model, LoraConfig(**OPTIONS, init_lora_weights="pissa_niter_4"))


@pytest.mark.parametrize("prepare", [by_gradients, by_random_projection])
def test_a_declared_residual_is_merged_onto_and_refused_undeclared(prepare, merge, refuse, tmp_path):
    base = tiny.base(tmp_path / "base", torch.float32, tied=False, seed=3)
    torch.manual_seed(1)
    whole = prepare(oracle.base(base)).eval()
    for name, value in whole.named_parameters():
        if "lora_" in name:
            value.data += torch.randn_like(value) * 0.05
    expected = measures.logits(whole, IDS)
    whole.save_pretrained(tmp_path / "adapter")
    left = whole.unload()
    left.save_pretrained(tmp_path / "left")
    assert (expected - measures.logits(left.eval(), IDS)).abs().max() > 0.1
    assert "--base-is-residual" in refuse(base, tmp_path / "adapter")
    out = merge(tmp_path / "left", tmp_path / "adapter", "--base-is-residual")
    assert (measures.logits(compare.reloaded(out), IDS) - expected).abs().max() < 1e-4
