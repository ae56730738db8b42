"""What PEFT makes of a tiny base and an adapter, and copies of it that are changed."""

import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

import families
import tiny


def adapter(family, base, folder, dtype, seed=5):
    torch.manual_seed(seed)
    model = get_peft_model(families.load(base, dtype), LoraConfig(r=4, lora_alpha=8, **families.trained(family)))
    for name, value in model.named_parameters():
        if value.requires_grad:
            value.data = torch.randn_like(value, dtype=torch.float32).to(value.dtype) * 0.08
    model.peft_config["default"].base_model_name_or_path = str(base)
    model.save_pretrained(folder)


def merge(base, adapter, folder, dtype, autocast=True, **options):
    """PEFT's own path; without autocast it has the adapter in 16 bit too, and rounds the delta before it adds it."""
    model = PeftModel.from_pretrained(families.load(base, dtype), adapter, autocast_adapter_dtype=autocast)
    model.merge_and_unload().save_pretrained(folder, **options)
    return folder


def edited(merged, folder, edit=lambda tensors: None, config=lambda config: None):
    """A copy of a merged folder with its tensors in one file, changed."""
    shutil.copytree(merged, folder)
    tensors = {}
    for file in sorted(folder.glob("*.safetensors")):
        tensors |= load_file(file)
        file.unlink()
    (folder / "model.safetensors.index.json").unlink(missing_ok=True)
    edit(tensors)
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
    tiny.edit_config(folder, config, "config.json")
    return folder
