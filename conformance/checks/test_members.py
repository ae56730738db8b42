"""The members of adapter_config.json that Ingot takes for known are those of the locked PEFT, and another one is said."""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model

import families

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "members"))
import write  # noqa: E402


def test_the_table_is_what_the_locked_peft_has():
    assert write.TARGET.read_text() == write.text(write.document())


def test_a_member_that_peft_does_not_know_is_named(merge, tmp_path):
    base = families.write("llama", tmp_path / "base", torch.float32)
    model = get_peft_model(families.load(base), LoraConfig(r=3, target_modules=["q_proj"], task_type="CAUSAL_LM"))
    for value in model.parameters():
        if value.requires_grad:
            value.data += torch.randn_like(value) * 0.1
    model.save_pretrained(tmp_path / "adapter")
    file = tmp_path / "adapter" / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"rank_patern": {"q_proj": 2}}))
    report = Path(merge(base, tmp_path / "adapter"), "report.json").read_text()
    assert "rank_patern" in report and "rank_pattern" in report
