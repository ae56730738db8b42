"""Adapters that only PEFT under transformers 4.57 makes, whose experts are linear layers; runs in a process of its own, as transformers 5 fuses them.

    python older_adapter.py BASE FOLDER OPTIONS     writes FOLDER/adapter, and the whole merged model as FOLDER/merged.safetensors
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file, save_file


def made_by_older(base, options):
    """An edit that takes all tensors and the configuration from an adapter that PEFT made under the older transformers."""

    def edit(tensors, config):
        with tempfile.TemporaryDirectory() as scratch:
            make(Path(__file__).resolve().parents[1] / "checkpoint/src/test/resources/fixtures/peft/bases" / base, scratch, options)
            made = json.loads(Path(scratch, "adapter/adapter_config.json").read_text())
            config.update({key: sorted(value) if isinstance(value, list) else value for key, value in made.items()})
            config["base_model_name_or_path"] = base
            return load_file(Path(scratch, "adapter/adapter_model.safetensors"))

    return edit


def make(base, folder, options):
    older = os.environ["INGOT_TRANSFORMERS_4"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [older, os.environ.get("PYTHONPATH", "")]))}
    subprocess.run([sys.executable, __file__, base, folder, json.dumps(options)], env=environment, check=True)


def main(base, folder, options):
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(29)
    architecture = json.loads(Path(base, "config.json").read_text())["architectures"][0]
    model = getattr(transformers, architecture).from_pretrained(base, dtype=torch.float32)
    whole = get_peft_model(model, LoraConfig(**options))
    for value in whole.parameters():
        if value.requires_grad:
            value.data += torch.randn(value.shape) * 0.1
    whole.save_pretrained(Path(folder, "adapter"))
    merged = whole.merge_and_unload().state_dict()
    save_file({key: value.contiguous() for key, value in merged.items()}, Path(folder, "merged.safetensors"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
