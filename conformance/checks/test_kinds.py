"""Adapters of every kind that PEFT writes and Ingot merges, made here on tiny random bases."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

import compare
import measures
import tiny

IDS = torch.arange(3, 67)[None]
ATTENTION, MLP, ENDS = tiny.LINEAR[:4], tiny.LINEAR[4:], ["embed_tokens", "lm_head"]


@dataclass
class Kind:
    """A base, an adapter on it, and whether the two ends come apart."""

    base: str
    adapter: dict = field(default_factory=dict)
    unties: bool = False
    flags: tuple = ()
    dtype: torch.dtype | None = None

    @property
    def labels(self):
        return self.adapter.get("labels")


KINDS = {
    "all-linear": Kind("fp16"),
    "all-linear on bfloat16": Kind("bf16-untied"),
    "all-linear on float32": Kind("fp32"),
    "all-linear on several files": Kind("bf16-sharded"),
    "nf4": Kind("nf4"),
    "nf4, single quantization, several files": Kind("nf4-single"),
    "to float32": Kind("nf4", flags=("--dtype", "float32"), dtype=torch.float32),
    "to bfloat16": Kind("fp16", flags=("--dtype", "bfloat16"), dtype=torch.bfloat16),
    "biases stay": Kind("qwen2", {"target_modules": ATTENTION}),
    "rslora": Kind("fp16", {"use_rslora": True}),
    "rank and alpha patterns": Kind(
        "nf4",
        {
            "rank_pattern": {r"layers.0.self_attn.q_proj": 2, "down_proj": 6},
            "alpha_pattern": {r"^model\.layers\.1\..*k_proj": 20, "down_proj": 3, "proj": 5},
            "use_rslora": True,
        },
    ),
    "one layer of two": Kind("fp16", {"layers_to_transform": [1], "layers_pattern": "layers"}),
    "targets by expression": Kind("fp16", {"target_modules": r".*layers\.\d+\.(mlp\.down|self_attn\.v)_proj"}),
    "half precision adapter": Kind("fp16", {"half": True}),
    "both ends with mirrors": Kind("nf4", {"target_modules": MLP + ENDS}, unties=True),
    "both ends, untied already": Kind("bf16-untied", {"target_modules": MLP + ENDS}, unties=True),
    "both ends without mirrors": Kind("fp16", {"target_modules": ENDS, "save_embedding_layers": False}, unties=True),
    "embedding only": Kind("fp16", {"target_modules": ["embed_tokens"]}, unties=True),
    "head only": Kind("nf4", {"target_modules": ["lm_head"]}, unties=True),
    "saved head": Kind("bf16-untied", {"target_modules": ATTENTION, "modules_to_save": ["lm_head"]}, unties=True),
    "saved embedding": Kind("nf4", {"target_modules": ATTENTION, "modules_to_save": ["embed_tokens"]}, unties=True),
    "saved ends": Kind("fp16", {"target_modules": ATTENTION, "modules_to_save": ENDS}, unties=True),
    "saved norms": Kind("fp16", {"target_modules": ATTENTION, "modules_to_save": ["input_layernorm", "norm"]}),
    "score head": Kind("nf4", {"target_modules": ATTENTION, "labels": 3}),
    "score head of a reward model": Kind("fp16", {"target_modules": ATTENTION, "labels": 1}),
    "score head on an untied base": Kind("bf16-untied", {"target_modules": ATTENTION, "labels": 4}),
}


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    root = tmp_path_factory.mktemp("bases")
    made = {
        "fp16": tiny.base(root / "fp16"),
        "fp32": tiny.base(root / "fp32", torch.float32, seed=3),
        "bf16-untied": tiny.base(root / "bf16-untied", torch.bfloat16, tied=False, seed=2),
        "bf16-sharded": tiny.base(root / "bf16-sharded", torch.bfloat16, tied=False, seed=5, shard_size="60KB"),
        "qwen2": tiny.base(root / "qwen2", torch.bfloat16, seed=4, family="qwen2"),
    }
    made["nf4"] = tiny.quantized(root / "nf4", made["fp16"])
    made["nf4-single"] = tiny.quantized(root / "nf4-single", made["bf16-untied"], double=False, shard_size="40KB")
    return made


class Case:
    """One kind, and what Ingot made of it."""

    def __init__(self, kind, base, folder, merge):
        self.kind, self.base = kind, base
        self.adapter = tiny.adapter(folder / "adapter", base, **kind.adapter)
        self.out = merge(base, self.adapter, *kind.flags)


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS.keys())
def case(request, bases, merge, tmp_path_factory):
    return Case(request.param, bases[request.param.base], tmp_path_factory.mktemp("kind"), merge)


def test_transformers_5_finds_every_tensor_and_no_other(case):
    compare.loads_whole(case.out, case.kind.labels)


def test_transformers_4_gives_the_same_logits(case, older):
    left, logits = older.loading(case.out, IDS)
    assert left == {}
    assert torch.allclose(logits, measures.logits(compare.reloaded(case.out, case.kind.labels), IDS), atol=1e-4)


def test_tensors_are_those_of_peft_and_bitsandbytes(case):
    compare.tensors(case.base, case.adapter, case.out, case.kind.labels, case.kind.dtype)


def test_logits_are_the_unmerged_models_within_rounding(case):
    compare.logits_within_rounding(case.base, case.adapter, case.out, IDS, case.kind.labels, case.kind.dtype)


def test_config_and_index_say_what_was_written(case):
    config = json.loads(Path(case.out, "config.json").read_text())
    base = json.loads(Path(case.base, "config.json").read_text())
    assert config["tie_word_embeddings"] is (base["tie_word_embeddings"] and not case.kind.unties)
    assert config["architectures"] == (["LlamaForSequenceClassification"] if case.kind.labels else base["architectures"])
    assert not case.kind.labels or compare.reloaded(case.out, case.kind.labels).config.num_labels == case.kind.labels
    compare.index_is_right(case.out)
