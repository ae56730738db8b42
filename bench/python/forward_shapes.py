"""Writes a Llama checkpoint of random weights in bfloat16, and windows of random tokens for it.

usage: forward_shapes.py SHAPE FOLDER        writes FOLDER/model and FOLDER/windows.json
"""

import json
import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

SMOLLM2_135M = dict(
    hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3, rope_theta=100000.0
)
VOCABULARIES = {"135M": 49152, "135M-256k": 256000}
WINDOWS, TOKENS = 4, 1024


def write(shape, folder):
    vocabulary = VOCABULARIES[shape]
    torch.manual_seed(1)
    config = LlamaConfig(
        **SMOLLM2_135M, vocab_size=vocabulary, max_position_embeddings=8192, tie_word_embeddings=True, bos_token_id=0, eos_token_id=0
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder / "model")
    tokens = torch.randint(vocabulary, (WINDOWS, TOKENS + 1))
    (folder / "windows.json").write_text(json.dumps(dict(windows=tokens.tolist())))


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
