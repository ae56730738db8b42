"""Holds what `ingot dequantize --quantization-config` wrote against what this transformers has in memory after loading with that config.

One JSON request per line on stdin, one JSON answer per line on stdout; runs under transformers 5 and, with it first on PYTHONPATH, 4.57.
"""

import json
import sys
import traceback

import bitsandbytes as bnb
import torch
import transformers
from transformers import BitsAndBytesConfig
from transformers.pytorch_utils import Conv1D


def seen(model):
    """({name: value that the forward pass works with}, names of what was quantized)."""
    values, quantized = dict(model.state_dict()), []
    for path, module in model.named_modules():
        if isinstance(module, bnb.nn.Linear4bit):
            weight = bnb.functional.dequantize_4bit(module.weight.data, module.weight.quant_state)
        elif isinstance(module, bnb.nn.Linear8bitLt):
            scales = module.weight.SCB if module.state.SCB is None else module.state.SCB
            weight = bnb.functional.int8_vectorwise_dequant(module.weight.data, scales).to(model.dtype)
        else:
            continue
        turned = issubclass(getattr(module, "source_cls", torch.nn.Linear), Conv1D)
        values = {k: v for k, v in values.items() if not k.startswith(f"{path}.weight.") and not k.startswith(f"{path}.SCB")}
        values[f"{path}.weight"] = weight.T if turned else weight
        quantized.append(f"{path}.weight")
    return values, quantized


def answer(request):
    auto = getattr(transformers, request["auto"])
    config = BitsAndBytesConfig(**request["config"])
    dtype = getattr(torch, request["dtype"])
    model = auto.from_pretrained(request["base"], quantization_config=config, dtype=dtype, device_map="cpu")
    values, quantized = seen(model)
    written = auto.from_pretrained(request["written"], dtype=dtype).state_dict()
    plain = auto.from_pretrained(request["base"], dtype=dtype).state_dict()
    different, changed = {}, []
    for name, value in written.items():
        if not value.is_floating_point():
            continue
        wrong = (value.float() != values[name].float()).float().mean().item()
        if wrong:
            different[name] = wrong
        if not torch.equal(value, plain[name]):
            changed.append(name)
    return {"version": transformers.__version__, "quantized": sorted(quantized), "changed": sorted(changed), "different": different}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception:  # the next request may fare better
            found = {"error": traceback.format_exc()}
        print(json.dumps(found), flush=True)
