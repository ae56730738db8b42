"""Cases whose adapters were trained under other names than those of the base's files, and the way from the ones to the others."""

import json
from pathlib import Path

import torch
import transformers

from adapterkinds.experts import LOST, per_expert
from adapterkinds.lora import lora
from adapterkinds.making import Case

LLAVA, QWEN_VL, VIT, PHIMOE, DEEPSEEK = "llava-next-float32", "qwen2-vl-float32", "vit-float32", "phimoe-float32", "deepseek-v3-float32"
EVERY_PART = r".*(language_model.*(q_proj|down_proj)|vision_tower.*(q_proj|fc1)|linear_1)"
UNRENAMED = "PEFT does not rename what transformers before 4.52 called otherwise, and leaves the adapter at its start with a warning"
HALF = "PEFT finds the language model's part and loses the vision tower's and the projector's without a word"
LOST_BESIDE = "PEFT loses the pairs of dense layers and shared experts when it fuses those of the routed ones"
ATTENTION = ["q_proj", "v_proj"]
TOWER = "model.vision_tower."


def in_trained_model(base):
    """{name in the memory of transformers: name in the base's files} of every parameter that is the same in both but for its name."""
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

    from adapterkinds import bases

    config = transformers.AutoConfig.from_pretrained(base)
    with torch.device("meta"):
        model = getattr(transformers, json.loads(Path(base, "config.json").read_text())["architectures"][0])(config)
    rules = get_model_conversion_mapping(model)
    renamings = [rule for rule in rules if isinstance(rule, WeightRenaming)]
    converters = [rule for rule in rules if isinstance(rule, WeightConverter)]
    state = model.state_dict()
    found = {}
    for name in bases.content(base):
        new, converted = rename_source_key(name, renamings, converters, model.base_model_prefix, state)
        if converted is None and new in state:
            found[new] = name
            found[new.replace(TOWER, TOWER + "vision_model.", 1)] = name  # as transformers 4.57 has it
    return found


def renamed(*pairs):
    """Another release's names for the tensors and in adapter_config.json."""

    def edit(tensors, config):
        out = {}
        for key, value in tensors.items():
            for old, new in pairs:
                if key.startswith(old):
                    key = new + key.removeprefix(old)
                    break
            out[key] = value
        return out

    return edit


PREFIX = "base_model.model."
LLAVA_4_51 = renamed(
    (PREFIX + "model.language_model.", PREFIX + "language_model.model."),
    (PREFIX + "model.", PREFIX),
)
QWEN_VL_4_51 = renamed(
    (PREFIX + "model.language_model.", PREFIX + "model."),
    (PREFIX + "model.visual.", PREFIX + "visual."),
)
AYA = "aya-vision-float32"
AYA_PARTS = ["q_proj", "down_proj", "fc1", "linear_1"]
AYA_4_57 = renamed((PREFIX + "model.vision_tower.", PREFIX + "model.vision_tower.vision_model."))
HALF_4_57 = "PEFT under transformers 5 loses the vision tower's part of what transformers 4.57 trained"
MLP = ["gate_proj", "up_proj", "down_proj"]


def beside_experts(tensors, config):
    """Pairs for routed experts one by one, for the shared expert and for the dense layer: PEFT itself would rewrite such a configuration."""
    tensors = per_expert("mlp", MLP, 24, 12, layer=1)(tensors, config)
    generator = torch.Generator().manual_seed(23)
    for block, inner in (("layers.0.mlp", 40), ("layers.1.mlp.shared_experts", 12)):
        for name, (out, width) in zip(MLP, [(inner, 24), (inner, 24), (24, inner)]):
            key = f"{PREFIX}model.{block}.{name}."
            tensors[key + "lora_A.weight"] = torch.randn(2, width, generator=generator) * 0.2
            tensors[key + "lora_B.weight"] = torch.randn(out, 2, generator=generator) * 0.2
    return tensors


PHIMOE_EXPERTS = per_expert("block_sparse_moe", ["w1", "w3", "w2"], 24, 12)

CASES = {
    "names-llava-next": Case(LLAVA, lora(target_modules=EVERY_PART, rank_pattern={r"^model\.language_model\.layers\.0\.self_attn\.q_proj": 2})),
    "names-llava-next-4.51": Case(LLAVA, lora(target_modules=["q_proj", "fc1", "linear_1"]), "float64", HALF, edit=LLAVA_4_51),
    "names-aya-vision": Case(AYA, lora(target_modules=AYA_PARTS)),
    "names-aya-vision-4.57": Case(AYA, lora(target_modules=AYA_PARTS), "float64", HALF_4_57, edit=AYA_4_57),
    "names-vit": Case(VIT, lora(target_modules=["q_proj", "o_proj", "fc1", "fc2"])),
    "names-qwen2-vl": Case(QWEN_VL, lora(target_modules=["q_proj", "down_proj", "qkv", "fc1"])),
    "names-qwen2-vl-4.51": Case(QWEN_VL, lora(target_modules=["q_proj", "qkv"]), "float64", UNRENAMED, edit=QWEN_VL_4_51),
    "names-phimoe": Case(PHIMOE, lora(r=2, target_modules=ATTENTION), "float64", LOST, edit=PHIMOE_EXPERTS),
    "names-deepseek-v3": Case(DEEPSEEK, lora(r=2, target_modules=["o_proj"]), "float64", LOST_BESIDE, edit=beside_experts),
}
