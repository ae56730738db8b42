"""Adapters that cannot be merged, or not from their files alone: each with the reason in words."""

import warnings
import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import Callable

import peft
import torch
from peft import get_peft_model
from safetensors.torch import save_file

from adapterkinds import bases, heads
from adapterkinds.lora import LLAMA, TIED, lora
from adapterkinds.making import fresh, rewrite
from adapterkinds.types import of

PROMPT = "it trains a prompt in front of the text and changes no weight"


@dataclass
class Refusal:
    """`config` for PEFT, what is edited after saving, and what a message has to say."""

    config: Callable
    why: str
    edit: Callable = lambda tensors, config: None
    base: str = TIED
    load: Callable = bases.load
    note: dict = field(default_factory=dict)


def prompt(kind, **options):
    return lambda: getattr(peft, f"{kind}Config")(task_type="CAUSAL_LM", **options)


def changing(**options):
    def edit(tensors, config):
        config.update(options)

    return edit


def renamed(old, new):
    return lambda tensors, config: {key.replace(old, new): value for key, value in tensors.items()}


def old_oft(tensors, config):
    """As PEFT 0.14 and 0.15 saved it."""
    config["peft_version"] = None
    out = {}
    for key, value in tensors.items():
        module = key.removesuffix(".oft_R.weight")
        out[module + ".oft_r"], out[module + ".oft_s"] = torch.zeros(value.shape[0], 8, 8), torch.ones(24, 1)
    return out


def two_factors(tensors, config):
    config["boft_n_butterfly_factor"] = 2
    return {key: torch.cat([value, value]) if key.endswith("boft_R") else value for key, value in tensors.items()}


REFUSALS = {
    "prompt-tuning": Refusal(prompt("PromptTuning", num_virtual_tokens=2), PROMPT),
    "p-tuning": Refusal(prompt("PromptEncoder", num_virtual_tokens=2, encoder_hidden_size=8), PROMPT),
    "prefix-tuning": Refusal(prompt("PrefixTuning", num_virtual_tokens=2), "it trains keys and values in front of the text and changes no weight"),
    "multitask-prompt-tuning": Refusal(prompt("MultitaskPromptTuning", num_virtual_tokens=2, num_tasks=2), PROMPT),
    "cpt": Refusal(prompt("CPT", cpt_token_ids=[1, 2], cpt_mask=[1, 1], cpt_tokens_type_mask=[1, 2]), PROMPT),
    "cartridge": Refusal(prompt("Cartridge", num_virtual_tokens=2), "it trains a cache of keys and values and changes no weight"),
    "adaption-prompt": Refusal(prompt("AdaptionPrompt", adapter_len=2, adapter_layers=1), "it adds attention to a trained prompt and changes no weight"),
    "xlora": Refusal(lora(), "it mixes several LoRA adapters anew for every token", changing(peft_type="XLORA", adapters={"0": "a", "1": "b"})),
    "poly": Refusal(of("Poly", r=2, n_tasks=2, n_skills=2), "it mixes skills anew for every task"),
    "lily": Refusal(of("Lily", r=2), "it routes between shared factors by the input"),
    "shadow": Refusal(lora(), "it runs a second network beside the model", changing(peft_type="SHADOW")),
    "activated-lora": Refusal(lora(), "it acts only after certain tokens", changing(alora_invocation_tokens=[3, 4])),
    "arrow": Refusal(lora(), "it routes between several adapters by the input", changing(arrow_config={"top_k": 2})),
    "qalora": Refusal(lora(), "QA-LoRA belongs to a GPTQ base", changing(use_qalora=True)),
    "lora-ga": Refusal(lora(), "training began on a base that was changed by gradients; right only on that saved base, which the request has to declare",
                       changing(init_lora_weights="lora_ga"), note={"declares": "residual"}),
    "corda": Refusal(lora(), "training began on a base that was changed by covariances of data; right only on that saved base, which the request has to declare",
                     changing(init_lora_weights="corda"), note={"declares": "residual"}),
    "pissa-niter": Refusal(lora(), "the approximate decomposition is random and was not seeded; right only on the saved residual base, which the request has to declare",
                           changing(init_lora_weights="pissa_niter_4"), note={"declares": "residual"}),
    "loftq": Refusal(lora(), "training began on a quantized base with its error moved into the factors; right only on that base, which the request has to declare",
                     changing(init_lora_weights="loftq", loftq_config={"loftq_bits": 4, "loftq_iter": 1}), note={"declares": "residual"}),
    "unilora": Refusal(of("UniLora", r=2, theta_d_length=16), "its factors are drawn from one vector by numpy's generator"),
    "frod": Refusal(of("Frod"), "every layer needs a dense solve in the space of a shared basis"),
    "psoft": Refusal(of("Psoft", r=4), "its basis is a decomposition whose signs and order are not saved"),
    "adamss": Refusal(lora(), "its subspaces are clusters that are not saved", changing(peft_type="ADAMSS")),
    "waveft": Refusal(of("WaveFT", n_frequency=8), "its delta is an inverse wavelet transform"),
    "oft-before-0.16": Refusal(of("OFT", oft_block_size=8), "PEFT 0.14 and 0.15 saved OFT in a layout that no later version reads", old_oft),
    "boft-two-factors": Refusal(of("BOFT", boft_block_size=4), "more than one butterfly factor needs PEFT's CUDA extension, which alone can train it", two_factors),
    "supertuning-without-indices": Refusal(of("Supertuning", sparsity=0.9, save_precomputed_indices=False), "the order among weights of one size is that of the device which sorted them"),
    "grouped-convolution": Refusal(lora(r=4, target_modules=[r"layer.1.convolution"]), "PEFT trains a LoRA on a convolution in groups, and merges none", base="regnet-float32"),
    "tinylora-without-projection": Refusal(of("TinyLora", r=2, u=3, save_projection=False), "its projections were not saved"),
    "pooler-not-saved": Refusal(lora(task_type="SEQ_CLS", target_modules=["query"]), "the classifier has a pooler, which was random and not saved",
                                base=heads.BERT, load=partial(heads.load, "SEQ_CLS")),
    "random-body": Refusal(lora(task_type="QUESTION_ANS"), "transformers loads no body for this class from a language model: all of it was random",
                           base=LLAMA, load=partial(heads.load, "QUESTION_ANS")),
    "unknown-type": Refusal(lora(), "no such type is known", changing(peft_type="NOVELTY")),
}  # fmt: skip


def chosen(names):
    return {name: refusal for name, refusal in REFUSALS.items() if not names or name in names}


def write(out, names):
    """Writes those of these names, or all, and returns their entries of the manifest."""
    entries = {}
    for name, refusal in chosen(names).items():
        folder = fresh(out / "refused" / name)
        _save(name, refusal, out / "bases" / refusal.base, folder)
        rewrite(folder, refusal.base, refusal.edit)
        (folder / "README.md").unlink(missing_ok=True)
        entries[name] = {"base": refusal.base, "why": refusal.why} | refusal.note
    return entries


def _save(name, refusal, base, folder):
    torch.manual_seed(zlib.crc32(name.encode()))
    config = refusal.config()
    try:
        get_peft_model(refusal.load(base), config).save_pretrained(folder)
    except Exception as problem:  # some types cannot even be made on this base; the configuration alone decides
        warnings.warn(f"{name}: {problem}")
        print(f"{name}: only a configuration, because {type(problem).__name__}: {str(problem)[:120]}")
        config.base_model_name_or_path = base.name
        config.save_pretrained(folder)
        save_file({"base_model.model.model.layers.0.self_attn.q_proj.weight": torch.zeros(24, 24)}, folder / "adapter_model.safetensors", {"format": "pt"})
