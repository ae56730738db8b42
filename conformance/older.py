"""Loads checkpoints in the older transformers. One JSON request per line on stdin, one JSON answer per line on stdout."""

import json
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification


def answer(request):
    auto = AutoModelForSequenceClassification if request["labels"] else AutoModelForCausalLM
    model, info = auto.from_pretrained(request["folder"], dtype=torch.float32, output_loading_info=True)
    with torch.no_grad():
        logits = model.eval()(input_ids=torch.tensor(request["ids"])).logits
    torch.save(logits, request["save"])
    return {"version": transformers.__version__, "left": {k: sorted(map(str, v)) for k, v in info.items() if v}}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
