"""What a merge should give, computed by PEFT and bitsandbytes and by nothing of Ingot's."""

import json
from pathlib import Path

import bitsandbytes
import torch
from peft import PeftModel
from peft.tuners import lora
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification


def base(folder, labels=None):
    """The base in float32, every 4-bit weight dequantized by bitsandbytes to the dtype that its file records."""
    auto = AutoModelForSequenceClassification if labels else AutoModelForCausalLM
    more = {"num_labels": labels} if labels else {}
    if not _config(folder).get("quantization_config"):
        return auto.from_pretrained(folder, dtype=torch.float32, **more).eval()
    packed = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    plain = _without_quantization(packed.config, auto, labels)
    values = {name: value.float() for name, value in packed.state_dict().items() if value.is_floating_point()}
    # Before any forward pass: that repacks the weights in place on some CPUs, and what dequantizes them then is garbage.
    for name, module in packed.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            weight = module.weight
            values[name + ".weight"] = bitsandbytes.functional.dequantize_4bit(weight.data, weight.quant_state).float()
    left = plain.load_state_dict({name: values[name] for name in plain.state_dict() if name in values}, strict=False)
    assert set(left.missing_keys) <= {"score.weight", "lm_head.weight"}, left
    plain.tie_weights()
    return plain.eval()


def unmerged(folder, adapter, labels=None):
    """Base + adapter as PEFT runs them in training and inference: the judge of every merge."""
    return PeftModel.from_pretrained(base(folder, labels), adapter).eval()


def merged(folder, adapter, dtype=None, labels=None):
    """Name → tensor after a float32 merge by PEFT and one rounding to `dtype`, or to what the base records.

    The delta of an embedding is rounded before it is added, as PEFT does on a base of that dtype. The two ends are untied before PEFT sees them, because it adds the deltas of both to the one matrix that they share.
    """
    model = base(folder, labels)
    head = model.get_output_embeddings()
    if head is not None:
        model.config.tie_word_embeddings = False
        head.weight = torch.nn.Parameter(head.weight.detach().clone())
    wrapped = PeftModel.from_pretrained(model, adapter)
    recorded = dtypes(folder)
    written = lambda name: dtype or recorded.get(name) or _config_dtype(folder)  # noqa: E731
    embeddings = {name: weight + delta.to(written(name)).float() for name, weight, delta in _embeddings(wrapped)}
    values = wrapped.merge_and_unload().state_dict() | embeddings
    return {name: value.detach().to(written(name)) for name, value in values.items()}


def _embeddings(wrapped):
    """Name of the weight, weight and delta of every embedding that is no DoRA."""
    for name, module in wrapped.base_model.model.named_modules():
        if isinstance(module, lora.Embedding) and not module.use_dora["default"]:
            yield f"{name}.weight", module.get_base_layer().weight.detach().clone(), module.get_delta_weight("default").detach()


def dtypes(folder):
    """Name → dtype of the 16- or 32-bit value that each tensor of a base stands for."""
    found = {}
    for file in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():
                if ".quant_state.bitsandbytes__" in name:
                    state = json.loads(bytes(tensors.get_tensor(name).tolist()))
                    found[name.split(".quant_state.")[0]] = getattr(torch, state["dtype"])
                elif tensors.get_slice(name).get_dtype() in ("F16", "BF16", "F32"):
                    found.setdefault(name, tensors.get_tensor(name).dtype)
    return found


def _without_quantization(config, auto, labels):
    plain = type(config).from_dict({k: v for k, v in config.to_dict().items() if k != "quantization_config"})
    if labels:
        plain.num_labels = labels
    return auto.from_config(plain, dtype=torch.float32)


def _config(folder):
    return json.loads(Path(folder, "config.json").read_text())


def _config_dtype(folder):
    config = _config(folder)
    return getattr(torch, config.get("dtype") or config.get("torch_dtype"))
