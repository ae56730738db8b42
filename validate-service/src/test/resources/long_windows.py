"""Losses that transformers computes in float32 on a window longer than what attention takes at a time, for checkpoints of make_families.py.

usage: long_windows.py FAMILIES      (torch 2.15, transformers 5.23; seconds; writes FAMILIES/../long-windows.json)
"""

import json
import pathlib
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM

NAMES = ["llama", "mistral", "gpt-oss", "gemma2", "qwen2-sliding"]
TOKENS = 300

families = pathlib.Path(sys.argv[1])
torch.manual_seed(5)
torch.set_num_threads(1)
tokens = torch.randint(2, 96, (1, TOKENS + 1))
losses = {}
for name in NAMES:
    config = AutoConfig.from_pretrained(families / name)
    config.max_position_embeddings = 512
    model = AutoModelForCausalLM.from_pretrained(
        families / name, config=config, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    with torch.no_grad():
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits[0].double()
    losses[name] = torch.nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="none").tolist()
text = json.dumps(dict(tokens=tokens[0].tolist(), losses=losses))
families.with_name("long-windows.json").write_text(text + "\n")
