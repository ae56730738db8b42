"""What reaches the logits: of an adapter's effect no more is lost than the best rounded merge loses, in every family and for every way of tying.

Without --all a part of it runs, in a minute or two: the newest families, and ties.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import effect
import families
import measures
import tiny

IDS = torch.arange(3, 99).reshape(2, 48)  # nearly every token: what rounding does to a single one is chance
LARGE, SMALL = 0.1, 0.005
ENDS = ["embed_tokens", "lm_head"]
QUICK_FAMILIES = ["gemma3", "gpt2", "phi3", "qwen3.5", "gemma4", "ministral3", "qwen3-vl", "gpt-oss"]
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def _cases():
    for family in families.FAMILIES:
        for base in ("bfloat16", "nf4"):
            for size in (LARGE, SMALL):
                quick = family in QUICK_FAMILIES and (base, size) in [("nf4", LARGE), ("bfloat16", SMALL)][: 1 + (family == "gemma3")]
                yield pytest.param(family, base, size, id=f"{family} {base} {size:.1%}", marks=[] if quick else pytest.mark.slow)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    """bases(family, kind) → (the folder that Ingot reads, the folder of what its values are worth), made once."""
    root, made = tmp_path_factory.mktemp("families"), {}

    def make(family, kind):
        if (family, kind) not in made:
            stored = families.write(family, root / f"{family} {kind}", DTYPES.get(kind, torch.bfloat16))
            if kind == "nf4":
                packed = families.quantize(stored, root / f"{family} packed")
                made[family, kind] = (packed, families.plain(packed, root / f"{family} worth"))
            else:
                made[family, kind] = (stored, stored)
        return made[family, kind]

    return make


@pytest.mark.parametrize("family, kind, size", _cases())
def test_no_more_is_lost_than_one_rounding_takes(family, kind, size, bases, merge, tmp_path):
    base, worth = bases(family, kind)
    adapter = effect.adapter(tmp_path / "adapter", worth, size, target_modules=families.FAMILIES[family][3])
    ideal = effect.Ideal(worth, adapter, IDS, torch.bfloat16)
    out = merge(base, adapter, "--validate", "off")
    ideal.requires(measures.logits(families.load(out), IDS), "transformers 5")


def wider(model):
    model.resize_token_embeddings(107, mean_resizing=False)


def keep(base):
    """The base as it is."""


def stores_both(base):
    """A tied base of which somebody saved the one matrix under both names."""
    file = Path(base, "model.safetensors")
    tensors = load_file(file)
    name = next(name for name in tensors if name.endswith("embed_tokens.weight"))
    save_file(tensors | {"lm_head.weight": tensors[name].clone()}, file, {"format": "pt"})


def says_it_inside_only(base):
    tiny.edit_config(base, lambda config: config.pop("tie_word_embeddings"), "config.json")


@dataclass
class Tie:
    """An adapter on a base whose ends are tied, and whether the unmerged model's ends still are one matrix.

    `edit` is done to the base that Ingot reads, and changes nothing that the model computes where it was trained.
    `apart`: the files hold a delta for each end, and what PEFT loads of them depends on their order; the judge then gives each end its own.
    """

    adapter: dict
    tied: bool
    base: str = "llama-tied"
    kind: str = "bfloat16"
    edit: object = keep
    flags: tuple = ()
    prepare: object = staticmethod(lambda model: None)
    shares_rows: bool = False
    apart: bool = False
    drift: float = 0.0
    save: dict = field(default_factory=dict)
    older: bool = True


def _lora(*targets, **options):
    return {"target_modules": list(targets), **options}


TIES = {
    "neither end": Tie(_lora("q_proj"), tied=True),
    "neither end, untied on request": Tie(_lora("q_proj"), tied=False, flags=("--tie", "untie")),
    "embedding": Tie(_lora("embed_tokens"), tied=False),
    "head": Tie(_lora("lm_head", "q_proj"), tied=False),
    "head on nf4": Tie(_lora("lm_head", "q_proj"), tied=False, kind="nf4"),
    "both": Tie(_lora(*ENDS), tied=False),
    "both, small": Tie(_lora(*ENDS, "q_proj"), tied=False),
    "embedding, one delta for both": Tie(_lora("embed_tokens", ensure_weight_tying=True), tied=True, kind="float32"),
    "head, one delta for both": Tie(_lora("lm_head", ensure_weight_tying=True), tied=True, kind="float32"),
    "both, one delta for both": Tie(_lora(*ENDS, ensure_weight_tying=True), tied=True, kind="float32"),
    "one delta that training drove apart": Tie(_lora(*ENDS, ensure_weight_tying=True), tied=False, apart=True, drift=0.3),
    "saved embedding": Tie(_lora("q_proj", modules_to_save=["embed_tokens"]), tied=False),
    "saved head": Tie(_lora("q_proj", modules_to_save=["lm_head"]), tied=False),
    "saved ends": Tie(_lora("q_proj", modules_to_save=ENDS), tied=False),
    "saved as one": Tie(_lora("q_proj", modules_to_save=["embed_tokens"], ensure_weight_tying=True), tied=True, kind="float32"),
    "rows": Tie(_lora("q_proj", trainable_token_indices=[5, 9, 40]), tied=True, shares_rows=True),
    "rows as one": Tie(_lora("q_proj", trainable_token_indices=[5, 9], ensure_weight_tying=True), tied=True, shares_rows=True),
    "resized": Tie(_lora("q_proj"), tied=True, prepare=staticmethod(wider), shares_rows=True),
    "resized, rows": Tie(_lora("q_proj", trainable_token_indices=[5, 103]), tied=True, prepare=staticmethod(wider), shares_rows=True),
    "stored twice, neither end": Tie(_lora("q_proj"), tied=True, edit=stores_both),
    "stored twice, embedding": Tie(_lora("embed_tokens"), tied=False, edit=stores_both),
    "stored twice, head": Tie(_lora("lm_head"), tied=False, edit=stores_both),
    "stored twice, both": Tie(_lora(*ENDS), tied=False, edit=stores_both),
    "stored twice, rows": Tie(_lora("q_proj", trainable_token_indices=[5, 9]), tied=True, edit=stores_both, shares_rows=True),
    "stored twice, saved head": Tie(_lora("q_proj", modules_to_save=["lm_head"]), tied=False, edit=stores_both),
    "text_config, both": Tie(_lora(*ENDS), tied=False, base="qwen3-vl", older=False),
    "text_config, neither": Tie(_lora("q_proj"), tied=True, base="qwen3-vl", older=False),
    "text_config alone, head": Tie(_lora("lm_head"), tied=False, base="qwen3-vl", edit=says_it_inside_only, older=False),
    "text_config alone, neither": Tie(_lora("q_proj"), tied=True, base="qwen3-vl", edit=says_it_inside_only, older=False),
    "gemma3, embedding": Tie(_lora("embed_tokens"), tied=False, base="gemma3"),
    "gpt2, head": Tie(_lora("lm_head", "c_attn"), tied=False, base="gpt2"),
    "qwen3.5, both": Tie(_lora(*ENDS), tied=False, base="qwen3.5", older=False),
}  # fmt: skip
QUICK_TIES = ["embedding", "head on nf4", "both", "rows", "stored twice, rows", "stored twice, head", "text_config, both", "resized"]
QUICK_TIES += ["one delta that training drove apart", "both, one delta for both"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in QUICK_TIES else pytest.mark.slow) for name in TIES])
def test_ends_are_those_of_the_unmerged_model_after_a_reload(name, merge, open_older, tmp_path):
    tie = TIES[name]
    dtype = DTYPES.get(tie.kind, torch.bfloat16)
    base = worth = families.write(tie.base, tmp_path / "base", dtype)
    if tie.kind == "nf4":
        base = families.quantize(base, tmp_path / "packed")
        worth = families.plain(base, tmp_path / "worth")
    stored = Path(shutil.copytree(base, tmp_path / "stored"))
    tie.edit(stored)
    size = SMALL if "small" in name else LARGE
    adapter = effect.adapter(
        tmp_path / "adapter", worth, size, prepare=tie.prepare, drift=tie.drift, save=tie.save, **tie.adapter
    )
    ideal = effect.Ideal(worth, adapter, IDS, dtype, tie.prepare, tie.shares_rows, tie.apart)
    out = merge(stored, adapter, "--validate", "off", *tie.flags)
    config = json.loads(Path(out, "config.json").read_text())
    assert {flag for flag in effect.flags(out) if flag is not None} <= {tie.tied}, config
    model = families.load(out)
    one = model.get_input_embeddings().weight is model.get_output_embeddings().weight
    assert one is tie.tied, "transformers 5 ties what should be apart" if one else "transformers 5 has two matrices"
    ideal.requires(measures.logits(model, IDS), "transformers 5")
    if tie.older:
        left, logits = open_older().loading(out, IDS)
        assert left == {}
        ideal.requires(logits, "transformers 4.57")
