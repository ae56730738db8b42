"""The comparisons that every kind of adapter goes through."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

import measures
import oracle


def auto_class(labels):
    return AutoModelForSequenceClassification if labels else AutoModelForCausalLM


def reloaded(out, labels=None):
    return auto_class(labels).from_pretrained(out, dtype=torch.float32).eval()


def loads_whole(out, labels=None):
    """Loads as a user would: no tensor missing, none left over, none of another shape, and in the dtype that config names."""
    model, info = auto_class(labels).from_pretrained(out, dtype="auto", output_loading_info=True)
    assert {kind: names for kind, names in info.items() if names} == {}
    return model


def written(out):
    return {k: v for file in sorted(Path(out).glob("*.safetensors")) for k, v in load_file(file).items()}


def tensors(base, adapter, out, labels=None, dtype=None):
    """At most one step from PEFT's float32 merge rounded once, and over 99.9 % equal to it."""
    expected, ours = oracle.merged(base, adapter, dtype, labels), written(out)
    if "lm_head.weight" not in ours:  # tied: the two ends have to be equal, then
        head = expected.pop("lm_head.weight", None)
        assert head is None or torch.equal(head, expected["model.embed_tokens.weight"])
    assert ours.keys() == expected.keys()
    equal = total = 0
    for name, value in ours.items():
        want = expected[name]
        assert (value.dtype, value.shape) == (want.dtype, want.shape), name
        assert torch.isfinite(value).all(), name
        if value.dtype == torch.float32:
            assert torch.allclose(value, want, rtol=1e-5, atol=1e-6), name
            continue
        away = measures.steps(value, want)
        # Where W and its delta all but cancel, the order of a float32 sum is worth more than one step of a bfloat16 near zero.
        tiny = 2.0**-22 * want.abs().max().float() if value.dtype == torch.bfloat16 else 0.0
        assert not (away[(value.float() - want.float()).abs() > tiny] > 1).any(), name
        equal, total = equal + int((away == 0).sum()), total + away.numel()
    assert total == 0 or equal / total > 0.999, f"{equal} of {total} values are equal"


def logits_within_rounding(base, adapter, out, ids, labels=None, dtype=None):
    """No further from the unmerged model than the best merge can be that is rounded once to the same dtype."""
    want = measures.logits(oracle.unmerged(base, adapter, labels), ids)
    model = reloaded(out, labels)
    ours = measures.logits(model, ids)
    best = oracle.merged(base, adapter, dtype, labels)
    model.load_state_dict({k: best[k].float() for k in model.state_dict()})
    ideal = (measures.logits(model, ids) - want).abs().max()
    error, span = (ours - want).abs().max(), want.abs().max()
    assert error <= 1.5 * ideal + 1e-5 * span, f"{error} of {span}, a correctly rounded merge is {ideal} off"


def index_is_right(out):
    """model.safetensors alone, or files with an index that names every tensor's file and sums their bytes."""
    where, size, parameters = {}, 0, 0
    for file in sorted(Path(out).glob("*.safetensors")):
        with safe_open(file, "pt") as opened:
            assert opened.metadata() == {"format": "pt"}
            for name in opened.keys():
                value = opened.get_tensor(name)
                where[name] = file.name
                size, parameters = size + value.numel() * value.element_size(), parameters + value.numel()
    index = Path(out, "model.safetensors.index.json")
    if not index.exists():
        assert set(where.values()) == {"model.safetensors"}
        return
    content = json.loads(index.read_text())
    assert content["weight_map"] == where
    assert content["metadata"]["total_size"] == size
    assert content["metadata"].get("total_parameters", parameters) == parameters
