"""Initializations of LoRA that look at data: PEFT runs some through the model first."""

import dataclasses
import sys
from unittest import mock

import torch
from peft import get_peft_model, initialize_lora_eva_weights

# PEFT's CorDA takes `dataclass` from a package that PEFT does not depend on; the standard library's does here
with mock.patch.dict(sys.modules, {"attr": dataclasses}):
    from peft.tuners.lora.corda import preprocess_corda

ROWS = 4


def texts(model):
    generator = torch.Generator().manual_seed(23)
    return [torch.randint(3, model.config.vocab_size, (ROWS, 24), generator=generator) for _ in range(6)]


def eva(model, config):
    """LoRA A from the singular vectors of what goes into each layer, and ranks shared out by how much they explain."""
    batches = [{"input_ids": ids, "attention_mask": torch.ones_like(ids)} for ids in texts(model)]
    whole = get_peft_model(model, config)
    initialize_lora_eva_weights(whole, batches, show_progress_bar=False)
    return whole


def corda(model, config):
    """Both factors from the weight as the covariance of its inputs turns it, and the base less their product."""
    batches = texts(model)

    def run():
        with torch.no_grad():
            for ids in batches:
                for row in ids:
                    model(row[None])

    preprocess_corda(model, config, run)
    return get_peft_model(model, config)
