"""Perplexities, logits and distances between tensors."""

import math

import torch


@torch.no_grad()
def logits(model, ids):
    return model(input_ids=ids).logits.float()


@torch.no_grad()
def perplexity(model, tokenizer, text):
    """As demo/README.md describes it: windows of 257 tokens that overlap by one."""
    end = [tokenizer.eos_token_id]
    lines = text.read_text().splitlines()
    ids = torch.tensor([i for line in lines for i in tokenizer.encode(line.strip(), add_special_tokens=False) + end])
    loss = 0.0
    for start in range(0, len(ids) - 1, 256):
        window = ids[start : start + 257][None]
        loss += model(input_ids=window, labels=window).loss.item() * (window.shape[1] - 1)
    return math.exp(loss / (len(ids) - 1))


def steps(left, right):
    """How many representable numbers lie between each pair of 16-bit values."""
    return (_rank(left) - _rank(right)).abs()


def _rank(values):
    """Position among all values of the dtype, -0 beside +0."""
    bits = values.view(torch.int16).to(torch.int32)
    return torch.where(bits >= 0, bits, -(bits & 0x7FFF))
