"""DoRA on experts that are linear layers, which PEFT makes and merges under transformers 4.57 alone."""

from pathlib import Path

import torch
from safetensors.torch import load_file

import older_adapter
from adapterkinds import bases, experts


def test_dora_on_single_experts_is_what_peft_merges(merge, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    bases.write(experts.MIXTRAL, base)
    older_adapter.make(base, tmp_path, experts.DORA)
    found = load_file(Path(merge(base, tmp_path / "adapter"), "model.safetensors"))
    want = load_file(tmp_path / "merged.safetensors")
    before = load_file(base / "model.safetensors")
    changed = [key for key in want if not torch.equal(want[key], before[key])]
    assert any("experts.2.w3" in key for key in changed)
    assert found.keys() == want.keys()
    assert all(torch.allclose(found[key], want[key], rtol=0, atol=1e-5) for key in want)
