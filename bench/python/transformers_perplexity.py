"""Perplexity of a checkpoint by transformers in float32, a window at a time.

usage: transformers_perplexity.py FOLDER ATTENTION THREADS        FOLDER as forward_shapes.py writes it; prints a line of JSON
"""

import json
import math
import sys
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

folder, attention, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
windows = json.loads((folder / "windows.json").read_text())["windows"]
start = time.monotonic()
model = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32, attn_implementation=attention).eval()
loaded = time.monotonic()
total, count = 0.0, 0
with torch.inference_mode():
    for window in windows:
        tokens = torch.tensor([window])
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits[0]
        total += torch.nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="sum").item()
        count += len(window) - 1
        del logits
done = time.monotonic()
print(json.dumps(dict(perplexity=math.exp(total / count), tokens=count, load_s=loaded - start, forward_s=done - loaded)))
