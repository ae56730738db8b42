"""How much of an adapter's effect on the logits a merged checkpoint loses, and how much the best rounded merge has to lose."""

import copy
import json
import re
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, PeftConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

import families
import measures
import tiny

EMBEDDING, HEAD = "embed_tokens", "lm_head"


def adapter(folder, base, size, seed=5, prepare=lambda model: None, drift=0.0, **options):
    """Saves a LoRA whose every delta has `size` of its weight's norm; with `drift` the factors of two ends that were saved as equal part.

    `prepare` changes the base before PEFT wraps it.
    """
    torch.manual_seed(seed)
    model = families.load(base)
    prepare(model)
    whole = get_peft_model(model, LoraConfig(**{"r": 3, "lora_alpha": 5, "task_type": "CAUSAL_LM"} | options))
    for name, value in whole.named_parameters():
        if value.requires_grad:
            noise = torch.randn_like(value)
            # In place: the factors of two ends that are kept tied share their memory.
            value.data.copy_(noise if "lora_" in name else value.data + noise * value.data.std() * size)
    for module in whole.modules():
        if getattr(module, "lora_B", None) or getattr(module, "lora_embedding_B", None):
            _scale(module, size)
    whole.save_pretrained(folder)
    if drift:
        file = Path(folder, "adapter_model.safetensors")
        tensors = load_file(file)
        tensors = {k: v + torch.randn_like(v) * drift * v.std() if HEAD in k and "lora_" in k else v for k, v in tensors.items()}
        save_file(tensors, file, {"format": "pt"})
    return folder


def one_by_one(folder, base, adapter, size, rank=3):
    """The same adapter with a LoRA on every projection of every expert beside it, as PEFT saves them under transformers 4."""
    shutil.copytree(adapter, folder)
    generator = torch.Generator().manual_seed(9)
    file = Path(folder, "adapter_model.safetensors")
    tensors, names = load_file(file), set()
    for key, weight in load_file(Path(base, "model.safetensors")).items():
        if re.search(r"experts\.\d+\.\w+\.weight$", key):
            module = key.removesuffix(".weight")
            names.add(module.rsplit(".", 1)[1])
            a = torch.randn(rank, weight.shape[1], generator=generator)
            b = torch.randn(weight.shape[0], rank, generator=generator)
            b *= size * weight.float().norm() / (b @ a * 5 / rank).norm()
            tensors |= {f"base_model.model.{module}.lora_A.weight": a, f"base_model.model.{module}.lora_B.weight": b}
    save_file(tensors, file, {"format": "pt"})
    tiny.edit_config(folder, lambda config: config.update(target_modules=sorted({*config["target_modules"], *names})))
    return folder


def _scale(module, size):
    """To a delta of the asked size; a pair that two ends share is scaled once, by whoever comes last."""
    fused = hasattr(module, "parameter_name")
    weight = module.get_param().data if fused else module.get_base_layer().weight.data
    factor = size * weight.norm() / module.get_delta_weight("default").norm()
    b = module.lora_B["default"].weight if "default" in module.lora_B else module.lora_embedding_B["default"]
    b.data *= factor


class Ideal:
    """Base + adapter unmerged in float32, what the adapter does to the logits, and what merging in float64 and rounding once loses."""

    def __init__(self, base, adapter, ids, dtype, prepare=lambda model: None, shares_rows=False, apart=False):
        self.ids = ids
        self.adapter = adapter
        plain = self.model(base, prepare)
        before = measures.logits(plain, ids)
        config = self.config(ends=apart)
        self.unmerged = measures.logits(PeftModel.from_pretrained(plain, adapter, config=config).eval(), ids)
        self.effect = (self.unmerged - before).abs().mean()
        self.lost = self.loss(measures.logits(self.merged(base, prepare, dtype, shares_rows), ids))

    def model(self, base, prepare):
        model = families.load(base)
        prepare(model)
        return model

    def config(self, ends):
        """As saved; or with each end on its own, which the files of a kept tie hold both of."""
        config = PeftConfig.from_pretrained(self.adapter)
        if not ends:
            return config
        keys = load_file(Path(self.adapter, "adapter_model.safetensors"))
        config.ensure_weight_tying = False
        if any(f"{HEAD}.lora_A" in key for key in keys) and any("lora_embedding_A" in key for key in keys):
            config.target_modules = {*config.target_modules, EMBEDDING, HEAD}
        if any(key.endswith(f"{HEAD}.weight") for key in keys) and config.modules_to_save:
            config.modules_to_save = [*config.modules_to_save, HEAD]
        return config

    def merged(self, base, prepare, dtype, shares_rows):
        """PEFT in float64 on ends that share nothing, because it adds the deltas of both to the one matrix that they share."""
        model = self.model(base, prepare)
        head = model.get_output_embeddings()
        tied = head.weight is model.get_input_embeddings().weight
        for part in (model.config, model.config.get_text_config()):
            part.tie_word_embeddings = False
        head.weight = torch.nn.Parameter(head.weight.detach().clone())
        blank = copy.deepcopy(model)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        whole = PeftModel.from_pretrained(model.double(), self.adapter, config=self.config(ends=True), autocast_adapter_dtype=False)
        after = whole.double().merge_and_unload().state_dict()
        values = {k: v if torch.equal(before[k].double(), v) else v.to(dtype) for k, v in after.items() if k in before}
        blank.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in values.items()})
        if tied and shares_rows:
            blank.get_output_embeddings().weight = blank.get_input_embeddings().weight
        return blank.eval()

    def loss(self, logits):
        return (logits - self.unmerged).abs().mean()

    def requires(self, logits, what):
        """At most 1.1 times what has to be lost; below a hundred-thousandth of the effect the order of float32 sums decides."""
        lost = self.loss(logits)
        share, least = (lost / self.effect).item(), (self.lost / self.effect).item()
        assert self.effect > 0, "the adapter does nothing"
        assert least < 1, f"rounding takes {least:.0%} of this effect: it says nothing about a merge"
        assert share <= 1.1 * least + 1e-5, f"{what}: {share:.3%} of the effect is lost, {least:.3%} has to be"


def flags(out):
    """What config.json says of tying, at the top and in text_config."""
    config = json.loads(Path(out, "config.json").read_text())
    return config.get("tie_word_embeddings"), config.get("text_config", {}).get("tie_word_embeddings")
