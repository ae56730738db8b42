"""Loads checkpoints in the older transformers. One JSON request per line on stdin, one JSON answer per line on stdout."""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import BitsAndBytesConfig

import reading


def answer(request):
    if "write" in request:
        reading.write(transformers, *request["write"], request["save"], seed=3)
        return {"version": transformers.__version__}
    architecture = json.loads(Path(request["folder"], "config.json").read_text())["architectures"][0]
    model_class = getattr(transformers, architecture)
    if "adapter" in request:
        return merge(model_class, request)
    if "reads" in request:
        return reads(model_class, request)
    if "quantize" in request:
        return quantize(model_class, request)
    model, info = model_class.from_pretrained(request["folder"], dtype=torch.float32, output_loading_info=True)
    with torch.no_grad():
        found = model.eval()(input_ids=torch.tensor(request["ids"]))
    logits = found.logits if "logits" in found else found.start_logits
    torch.save(logits, request["save"])
    return {"version": transformers.__version__, "left": {k: sorted(map(str, v)) for k, v in info.items() if v}}


def merge(model_class, request):
    """What PEFT makes of a base and an adapter with this transformers."""
    from peft import PeftModel

    model = model_class.from_pretrained(request["folder"], dtype=torch.bfloat16)
    PeftModel.from_pretrained(model, request["adapter"]).merge_and_unload().save_pretrained(request["save"])
    return {"version": transformers.__version__}


def reads(model_class, request):
    """What this transformers makes of a config.json; one that it cannot load says nothing."""
    try:
        found = reading.reads(model_class.from_pretrained(request["folder"], dtype=torch.float32).eval())
    except Exception as refused:
        found = {"refused": type(refused).__name__}
    return {"version": transformers.__version__, "found": found}


def quantize(model_class, request):
    """Writes a base as bitsandbytes quantized it while loading."""
    config = BitsAndBytesConfig(**request["quantize"])
    model = model_class.from_pretrained(request["folder"], dtype="auto", quantization_config=config, device_map="cpu")
    model.save_pretrained(request["save"])
    return {"version": transformers.__version__}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
