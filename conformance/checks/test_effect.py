"""What reaches the logits: of an adapter's effect no more is lost than the best rounded merge loses, in every family and for every way of tying.

Without --all a part of it runs, in two minutes: every family and every tie once.
"""

import json
import shutil
from dataclasses import dataclass
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
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
NEWER = ["qwen3.5", "gemma4", "ministral3"]  # no transformers 4 has them
PER_EXPERT = ["mixtral", "qwen3-moe"]  # their experts are linear layers of transformers 4, and one parameter for all of 5
PLAIN, PACKED, LOADED = "bfloat16", "nf4", "loaded in nf4"
PACKED_4, LOADED_4 = "nf4 by 4.57", "loaded in nf4 by 4.57"  # the experts too
MICROSCALED = "mxfp4"
ONE_BY_ONE = ", experts one by one"


def _bases(family):
    if family == "gpt-oss-wide":
        return [MICROSCALED]
    kinds = [PLAIN, PACKED, LOADED]
    if family in PER_EXPERT:
        kinds += [PACKED_4, LOADED_4, PLAIN + ONE_BY_ONE, PACKED_4 + ONE_BY_ONE, LOADED_4 + ONE_BY_ONE]
    return kinds


QUICK = [
    ("llama", LOADED, LARGE),
    ("gemma3", PACKED, LARGE),
    ("gpt2", LOADED, SMALL),
    ("mixtral", PACKED_4, SMALL),
    ("mixtral", LOADED_4 + ONE_BY_ONE, LARGE),
    ("qwen3-moe", PACKED_4 + ONE_BY_ONE, LARGE),
    ("qwen3-moe", LOADED_4, SMALL),
    ("gpt-oss", LOADED, LARGE),
    ("gpt-oss-wide", MICROSCALED, LARGE),
]


def _cases():
    """Without --all each family once, packed or plain in turn, and the kinds of bases of QUICK."""
    for number, family in enumerate(families.FAMILIES):
        for base in _bases(family):
            for size in (LARGE, SMALL):
                once = (base, size) == [(PACKED, LARGE), (PLAIN, SMALL)][number % 2]
                quick = once or (family, base, size) in QUICK
                yield pytest.param(family, base, size, id=f"{family} {base} {size:.1%}", marks=[] if quick else pytest.mark.slow)


@pytest.fixture(scope="module")
def bases(tmp_path_factory, open_older):
    """bases(family, kind) → (the folder that Ingot reads, the folder of what its values are worth, flags for Ingot), made once."""
    root, made = tmp_path_factory.mktemp("families"), {}

    def make(family, kind):
        if (family, kind) not in made:
            made[family, kind] = new(family, kind, root / f"{family} {kind} worth")
        return made[family, kind]

    def new(family, kind, worth):
        if kind == PLAIN:
            stored = families.write(family, root / f"{family} {kind}", torch.bfloat16)
            return stored, stored, ()
        stored = make(family, PLAIN)[0]
        folder = root / f"{family} {kind}"
        if kind == MICROSCALED:
            return families.microscale(stored, folder), families.plain(folder, worth), ()
        if kind == PACKED:
            return families.quantize(stored, folder), families.plain(folder, worth), ()
        if kind == PACKED_4:
            return open_older().quantize(stored, folder, families.NF4), families.plain(folder, worth), ()
        packed = make(family, PACKED_4 if kind == LOADED_4 else PACKED)[0]
        asked = root / f"{family} {kind}.json"
        version = "4.57.6" if kind == LOADED_4 else "5.23.0"
        asked.write_text(json.dumps({**families.NF4, "dtype": "bfloat16", "transformers_version": version}))
        return stored, families.loaded(stored, packed, worth), ("--quantization-config", asked)

    return make


@pytest.mark.parametrize("family, kind, size", _cases())
def test_no_more_is_lost_than_one_rounding_takes(family, kind, size, bases, merge, open_older, tmp_path):
    apart = kind.endswith(ONE_BY_ONE)
    base, worth, flags = bases(family, kind.removesuffix(ONE_BY_ONE))
    trains = {"target_modules": families.ATTENTION} if apart else families.trained(family)
    adapter = effect.adapter(tmp_path / "adapter", worth, size, **trains)
    if apart:
        adapter = effect.one_by_one(tmp_path / "apart", worth, adapter, size)
    ideal = effect.Ideal(worth, adapter, IDS, torch.bfloat16)
    out = merge(base, adapter, "--validate", "off", *flags)
    ideal.requires(measures.logits(families.load(out), IDS), "transformers 5")
    if family not in NEWER:
        left, logits = open_older().loading(out, IDS)
        assert left == {}
        ideal.requires(logits, "transformers 4.57")


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
    "both and more": Tie(_lora(*ENDS, "q_proj"), tied=False),
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
    "text_config, both": Tie(_lora(*ENDS), tied=False, base="qwen3-vl"),
    "text_config, neither": Tie(_lora("q_proj"), tied=True, base="qwen3-vl"),
    "text_config alone, head": Tie(_lora("lm_head"), tied=False, base="qwen3-vl", edit=says_it_inside_only),
    "text_config alone, neither": Tie(_lora("q_proj"), tied=True, base="qwen3-vl", edit=says_it_inside_only),
    "gemma3, embedding": Tie(_lora("embed_tokens"), tied=False, base="gemma3"),
    "gpt2, head": Tie(_lora("lm_head", "c_attn"), tied=False, base="gpt2"),
    "qwen3.5, both": Tie(_lora(*ENDS), tied=False, base="qwen3.5", older=False),
}  # fmt: skip


def _ties():
    """Without --all each row once, with a large or a small delta in turn."""
    for number, name in enumerate(TIES):
        for size in (LARGE, SMALL):
            quick = size == (LARGE, SMALL)[number % 2]
            yield pytest.param(name, size, id=f"{name} {size:.1%}", marks=[] if quick else pytest.mark.slow)


@pytest.mark.parametrize("name, size", _ties())
def test_ends_are_those_of_the_unmerged_model_after_a_reload(name, size, merge, open_older, tmp_path):
    tie = TIES[name]
    dtype = DTYPES.get(tie.kind, torch.bfloat16)
    base = worth = families.write(tie.base, tmp_path / "base", dtype)
    if tie.kind == "nf4":
        base = families.quantize(base, tmp_path / "packed")
        worth = families.plain(base, tmp_path / "worth")
    stored = Path(shutil.copytree(base, tmp_path / "stored"))
    tie.edit(stored)
    adapter = effect.adapter(tmp_path / "adapter", worth, size, prepare=tie.prepare, drift=tie.drift, **tie.adapter)
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
