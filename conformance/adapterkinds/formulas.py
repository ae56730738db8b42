"""Merging written down once more, in float64 from the files alone: keys, shapes and options of each type, and nothing of PEFT.

Every function of `otherkinds` and `lowrank` gives the new weight of one module, seen as [out, in] with the kernel of a convolution flattened into `in`.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from adapterkinds import bases, lowrank, otherkinds, special
from adapterkinds.names import in_trained_model

CONV1D_CLASS = {"gpt2": re.compile(r"\.(c_attn|c_proj|c_fc|q_attn)$")}  # stores [in, out]; nothing but the class tells
OWN = (
    "lora_|hada_|lokr_|ia3_|vera_|pvera_|fourierft_|oft_|boft_|hra_|vblora_|miss_|bone_|randlora_|shira_|c3a_|delora_|road_|gralora_|osf_"
    "|deft_|glora_|hira_|beft_|ln_tuning_|peanut_|supertuning_|tinylora_"
)
KEY = re.compile(rf"(?P<module>.*?)\.(?P<own>(?:{OWN})[^.]*(?:\..+)?|(?:token_adapter\.)?trainable_tokens_delta)")
STORED = re.compile(r"(?P<module>.*?)\.(?:token_adapter\.)?base_layer\.(?P<parameter>weight|bias)")


class Files:
    """An adapter and its base, all values in float64."""

    def __init__(self, adapter, base):
        self.config = json.loads(Path(adapter, "adapter_config.json").read_text())
        self.base_config = json.loads(Path(base, "config.json").read_text())
        if Path(base).name.startswith("residual-"):
            self.config |= {"init_lora_weights": True, "kasa_truncated": True}
        stored = bases.content(base)
        self.dtypes = {key: value.dtype for key, value in stored.items()}
        self.base = _wide(stored)
        self.original = dict(self.base)
        self.text = self.base_config.get("text_config", self.base_config)
        self.tied = bool(self.base_config.get("tie_word_embeddings", self.base_config["model_type"] in ("gpt2", "whisper")))
        self.modules, self.shared, self.replaced = {}, {}, {}
        self.on_disk = {} if self._has_all_names(adapter) else in_trained_model(base)
        self.trained = {}
        for key, value in _wide(load_file(Path(adapter, "adapter_model.safetensors"))).items():
            self._sort(key, value)

    def _has_all_names(self, adapter):
        """Whether the adapter calls every module of a LoRA as the base's files do."""
        keys = (KEY.fullmatch(key.removeprefix("base_model.model.")) for key in load_file(Path(adapter, "adapter_model.safetensors")))
        paths = {found["module"] for found in keys if found}
        return all(path + ".weight" in self.base or "base_layer" in path or ".experts" in path for path in paths)

    def _place(self, module):
        """A module's name in the base's files."""
        name = self.on_disk.get(module + ".weight", module + ".weight").removesuffix(".weight")
        self.trained[name] = module
        return name

    def _sort(self, key, value):
        name = key.removeprefix("base_model.model.")
        if name == key:
            self.shared[key.removeprefix("base_model.")] = value
        elif found := KEY.fullmatch(name):
            self.modules.setdefault(self._place(_unwrapped(found["module"])), {})[found["own"]] = value
        elif found := STORED.fullmatch(name):
            self.replaced[f"{found['module']}.{found['parameter']}"] = value
        elif ".original_module." not in name and ".modules_to_save." not in name:
            self.replaced[name] = value

    def cast(self, value, name):
        """As PEFT rounds what it casts to the dtype of the weight before adding it."""
        return value.to(self.dtypes.get(name) or self.dtypes[special.embedding(self.base)]).double()

    def transposed(self, module):
        pattern = CONV1D_CLASS.get(self.base_config["model_type"])
        return bool(pattern and pattern.search(module))


@dataclass(frozen=True)
class Place:
    """A module: its name, the name of its weight in the files, that weight as [out, in], and its bias or None."""

    module: str
    name: str
    weight: torch.Tensor
    bias: torch.Tensor | None
    original: torch.Tensor  # the weight before any other adapter, which DoRA takes its norms of


def merged(folders, base, weights=None):
    """Name in the base's files → float64 value, for everything that the adapters change or add, and whether the ends are tied afterwards."""
    out = {}
    for folder, weight in zip(folders, weights or [1] * len(folders)):
        files = Files(folder, base)
        files.base |= out
        for name, value in _one(files).items():
            before = files.base.get(name, files.base.get(special.embedding(files.base)))
            out[name] = value if weight == 1 else before + weight * (value - before)
    return out, files.tied and special.HEAD not in out


def _one(files):
    out = {}
    special.replace(files, out)
    special.replicate(files, out)
    for module, own in files.modules.items():
        if special.handles(files, module, own):
            special.apply(files, module, own, out)
        else:
            _merge(files, module, own, out)
    special.tie(files, out)
    return out


def _merge(files, module, own, out):
    names = special.names(module, files.base)
    now = lambda name: out.get(name, files.base.get(name, files.base.get(special.embedding(files.base))))  # noqa: E731
    value = now(names["weight"])
    flattened = lambda matrix: (matrix.T if files.transposed(module) else matrix).flatten(1)  # noqa: E731
    original = value if names["weight"] in out else files.original.get(names["weight"], value)
    function = lowrank.merge if files.config["peft_type"] == "LORA" else otherkinds.BY_TYPE[files.config["peft_type"]]
    bias = out.get(names["bias"], files.base.get(names["bias"]))
    place = Place(files.trained[module], names["weight"], flattened(value), bias, flattened(original))
    flat, bias = function(files, place, own)
    out[names["weight"]] = (flat.T if files.transposed(module) else flat).reshape(value.shape)
    if bias is not None and (names["bias"] in out or not torch.equal(bias, files.base[names["bias"]])):
        out[names["bias"]] = bias


def _unwrapped(module):
    return module.replace(".base_layer.out_proj", ".out_proj")


def _wide(tensors):
    return {key: value.double() if value.is_floating_point() else value for key, value in tensors.items()}
