"""One case: an adapter as PEFT saves it, and the tensors of the base that PEFT's merge changes."""

import copy
import json
import shutil
import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import torch
from peft import PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

from adapterkinds import bases

DELTA_SIZE = 0.1


@dataclass
class Case:
    """What is trained on which base, and who says what merging it gives.

    `oracle` is `peft`, or `float64` for the formulas of this package, with `why` PEFT is not believed. `prepare` changes the base before
    PEFT wraps it (a resized vocabulary); `load` loads it as another class; `edit` changes the saved tensors and configuration into what
    another version or tool writes. `wrap` is how PEFT takes the model where its initialization needs data. With `more` configurations each is an adapter of its own: they are merged in order, what each adds times
    its weight where there are `weights`.
    With `original` the base is what training left of that one, as `residual` writes it, and the request has to declare it.
    In 16 bits PEFT and the formula may differ by `ulps`, in a `share` of the elements.
    """

    base: str
    config: Callable
    oracle: str = "peft"
    why: str = ""
    prepare: Callable = lambda model: None
    load: Callable = bases.load
    wrap: Callable = get_peft_model
    edit: Callable = lambda tensors, config: None
    dtype: Any = None
    save: dict = field(default_factory=dict)
    more: list = field(default_factory=list)
    weights: list | None = None
    note: dict = field(default_factory=dict)
    size: float = DELTA_SIZE
    original: str = ""
    ulps: float = 1
    share: float = 0.001


def adapters(name, case, base_folder, parent):
    """Writes the adapters of a case and returns their folders."""
    configs = [case.config, *case.more]
    folders = [fresh(parent / (name if len(configs) == 1 else f"{name}-{number}")) for number in range(1, len(configs) + 1)]
    for folder, config in zip(folders, configs):
        adapter(folder.name, case, config, base_folder, folder)
    return folders


def adapter(name, case, config, base_folder, folder):
    """Gives every trained tensor random values and saves as PEFT does; trains nothing."""
    torch.manual_seed(zlib.crc32(name.encode()))
    model = case.load(base_folder)
    case.prepare(model)
    whole = case.wrap(model, config())
    for value in whole.parameters():
        if value.requires_grad:
            value.data += (torch.randn(value.shape) * case.size).to(value.dtype)
    if case.dtype:
        whole.to(case.dtype)
    whole.save_pretrained(folder, **case.save)
    Path(folder, "README.md").unlink(missing_ok=True)  # a form of 200 lines that nobody has filled in
    rewrite(folder, Path(base_folder).name, case.edit)


def residual(name, case, parent):
    """Writes adapter and base of a training that began by changing the base, and returns the adapter's folder and what PEFT merges them to, in memory."""
    folder, base = fresh(parent / "adapters" / name), fresh(parent / "bases" / case.base)
    torch.manual_seed(zlib.crc32(name.encode()))
    whole = case.wrap(bases.load(parent / "bases" / case.original), case.config())
    for value in whole.parameters():
        if value.requires_grad:
            value.data += (torch.randn(value.shape) * case.size).to(value.dtype)
    whole.save_pretrained(folder)
    Path(folder, "README.md").unlink(missing_ok=True)
    rewrite(folder, case.base, case.edit)
    copy.deepcopy(whole).unload().save_pretrained(base)
    for file in base.iterdir():
        if file.name not in ("config.json", "model.safetensors"):
            file.unlink()
    values, tied = written(whole.merge_and_unload(), base)
    return folder, values, tied


def rewrite(folder, base, edit):
    """Names the base, puts PEFT's sets in order (they are in another on each save), and applies what a case edits."""
    path = Path(folder, "adapter_config.json")
    config = json.loads(path.read_text())
    tensors = load_file(Path(folder, "adapter_model.safetensors"))
    config["base_model_name_or_path"] = base
    for value in config.values():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value.sort()
    tensors = edit(tensors, config) or tensors
    path.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    save_file({k: v.contiguous() for k, v in tensors.items()}, Path(folder, "adapter_model.safetensors"), {"format": "pt"})


def merged_by_peft(case, base_folder, folders):
    """Changed and added tensors under the names and in the dtypes of the base's files, and whether the ends are still tied."""
    model = case.load(base_folder)
    case.prepare(model)
    if case.weights:
        return written(_sum(model, folders, case.weights), base_folder)
    if len(folders) > 1 and _fit_one_model(folders):
        whole = _together(model, folders)
        names = [str(number) for number in range(len(folders))]
        whole.base_model.set_adapter(names)
        return written(whole.merge_and_unload(adapter_names=names), base_folder)
    for folder in folders:
        model = PeftModel.from_pretrained(model, folder).merge_and_unload()
    return written(model, base_folder)


def _fit_one_model(folders):
    """Whether PEFT can have all of them active at once, which is what the unmerged model is: LoRAs that replace nothing."""
    configs = [json.loads(Path(folder, "adapter_config.json").read_text()) for folder in folders]
    return all(config["peft_type"] == "LORA" and not config["modules_to_save"] and not config["trainable_token_indices"] for config in configs)


def _together(model, folders):
    whole = PeftModel.from_pretrained(model, folders[0], adapter_name="0")
    for number, folder in enumerate(folders[1:], 1):
        whole.load_adapter(folder, adapter_name=str(number))
    return whole


def _sum(model, folders, weights):
    whole = _together(model, folders)
    whole.add_weighted_adapter([str(number) for number in range(len(folders))], weights, "sum", combination_type="cat")
    whole.set_adapter("sum")
    return whole.merge_and_unload()


def written(model, base_folder):
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch, save_original_format=not any(kind in base_folder.name for kind in ("-fused-", "-mxfp4")))
        values = load_file(Path(scratch, "model.safetensors"))
    return changed(values, content(base_folder)), bool(getattr(model.config, "tie_word_embeddings", False))


def changed(values, base):
    same = lambda key: key in base and base[key].shape == values[key].shape and torch.equal(values[key], base[key])  # noqa: E731
    return {key: value for key, value in sorted(values.items()) if not same(key)}


def types(folders):
    return "+".join(json.loads(Path(folder, "adapter_config.json").read_text())["peft_type"] for folder in folders)


def content(folder):
    return bases.content(folder)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
