"""Several adapters in one run: what Ingot wrote has the logits of the base with all of them active in PEFT, none of them merged."""

from dataclasses import dataclass, field

import pytest
import torch

import compare
import measures
import oracle
import tiny
from peft import HRAConfig, LoraConfig, OFTConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer

IDS = torch.arange(3, 67)[None]
ENDS = ["embed_tokens", "lm_head"]


@dataclass
class Several:
    """A base and adapters on it, in order."""

    base: str
    adapters: list
    weights: list = field(default_factory=lambda: [1, 1])


CASES = {
    "same modules, with weights": Several("bf16", [{}, {"r": 3, "use_rslora": True}], [0.5, -0.25]),
    "other modules, on nf4": Several("nf4", [{"target_modules": ["q_proj"]}, {"target_modules": ["up_proj", "q_proj"]}]),
    "one end each": Several("nf4", [{"target_modules": ["embed_tokens"]}, {"target_modules": ["lm_head", "q_proj"]}], [1, 0.5]),
    "both ends twice": Several("nf4", [{"target_modules": ENDS}, {"target_modules": ENDS, "r": 2}], [0.5, 0.5]),
    "DoRA last": Several("bf16", [{}, {"use_dora": True}]),
    "DoRA first": Several("bf16", [{"use_dora": True}, {}]),
    "three, one of them twice as much": Several("bf16", [{}, {"r": 2}, {"r": 1}], [1, 2, -1]),
}


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    root = tmp_path_factory.mktemp("bases")
    tied = tiny.base(root / "fp16")
    return {"bf16": tiny.base(root / "bf16", torch.bfloat16, tied=False, seed=2), "nf4": tiny.quantized(root / "nf4", tied)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_logits_are_those_of_all_adapters_active_at_once(case, bases, merge, tmp_path):
    base = bases[case.base]
    folders = [tiny.adapter(tmp_path / f"adapter-{n}", base, seed=n + 7, **options) for n, options in enumerate(case.adapters)]
    named = [f"{folder}:{weight}" for folder, weight in zip(folders, case.weights)]
    more = [part for name in named[1:] for part in ("--adapter", name)]
    out = merge(base, named[0], *more, "--dtype", "float32")
    expected = measures.logits(_active(base, folders, case.weights), IDS)
    plain = measures.logits(oracle.base(base), IDS)
    found = measures.logits(compare.reloaded(out), IDS)
    assert (expected - plain).abs().max() > 0.1
    assert (found - expected).abs().max() < 1e-4


TARGETS = {"target_modules": ["q_proj", "down_proj"], "task_type": "CAUSAL_LM"}
TURNS = {
    "OFT, then LoRA": [OFTConfig(oft_block_size=8, **TARGETS), LoraConfig(r=3, **TARGETS)],
    "LoRA, then OFT": [LoraConfig(r=3, **TARGETS), OFTConfig(oft_block_size=8, **TARGETS)],
    # No DoRA behind others: with several active it takes its norms of the base, merged in turn of what the others made.
    "HRA, then LoRA": [HRAConfig(r=4, **TARGETS), LoraConfig(r=3, **TARGETS)],
}


@pytest.mark.parametrize("configs", TURNS.values(), ids=TURNS.keys())
def test_on_nf4_too_each_adapter_stands_on_what_those_before_it_made(configs, bases, merge, tmp_path):
    """PEFT merges them one after the other into the dequantized base, in float32: types that it cannot have active at once."""
    model, folders = oracle.base(bases["nf4"]), []
    for number, config in enumerate(configs):
        torch.manual_seed(number)
        whole = get_peft_model(model, config)
        for value in (value for value in whole.parameters() if value.requires_grad):
            value.data += torch.randn_like(value) * 0.08
        folders.append(tmp_path / f"adapter-{number}")
        whole.save_pretrained(folders[-1])
        model = whole.merge_and_unload()
    out = merge(bases["nf4"], folders[0], "--adapter", folders[1], "--dtype", "float32")
    expected = measures.logits(model, IDS)
    assert (expected - measures.logits(oracle.base(bases["nf4"]), IDS)).abs().max() > 0.1
    assert (measures.logits(compare.reloaded(out), IDS) - expected).abs().max() < 1e-4


def _active(base, folders, weights):
    model = PeftModel.from_pretrained(oracle.base(base), folders[0], adapter_name="0")
    for number, folder in enumerate(folders[1:], 1):
        model.load_adapter(folder, adapter_name=str(number))
    names = [str(number) for number in range(len(folders))]
    model.base_model.set_adapter(names)
    for layer in (module for module in model.modules() if isinstance(module, LoraLayer)):
        for name in names:
            if name in layer.scaling:
                layer.scaling[name] *= weights[int(name)]
    return model.eval()
