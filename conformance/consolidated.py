"""A training run of a vision-language model that quantized its base while loading, and what DeepSpeed's zero_to_fp32 makes of its checkpoint.

The names are those that transformers before 4.52 has, in memory and on disk alike.
"""

import json
import re
from pathlib import Path

import bitsandbytes
import torch
import transformers
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file

IMAGE_TOKEN, TILES, SIDE = 5, 3, 32
TEXT = dict(
    model_type="llama", hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    vocab_size=128, max_position_embeddings=128, initializer_range=0.08, pad_token_id=0, bos_token_id=0, eos_token_id=1,
)  # fmt: skip
VISION = dict(
    model_type="clip_vision_model", hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, image_size=SIDE,
    patch_size=16, projection_dim=64,
)  # fmt: skip
OPTIONS = dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)
TARGETS = [
    "q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "gate_proj", "up_proj", "down_proj", "fc1", "fc2", "linear_1", "linear_2",
]  # fmt: skip
LEGACY = [
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
    (r"^model\.vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
    (r"^vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
    (r"^model\.", ""),
]


def legacy(name):
    for pattern, replacement in LEGACY:
        name, changed = re.subn(pattern, replacement, name)
        if changed:
            break
    return name


def base(folder, dtype=torch.bfloat16):
    """Writes a random LLaVA-NeXT with the names that it had on disk when it came out."""
    torch.manual_seed(3)
    config = transformers.LlavaNextConfig(
        text_config=TEXT, vision_config=VISION, image_token_index=IMAGE_TOKEN, tie_word_embeddings=False,
        image_grid_pinpoints=[[SIDE, 2 * SIDE], [2 * SIDE, SIDE]], vision_feature_layer=-2,
    )  # fmt: skip
    model = transformers.LlavaNextForConditionalGeneration(config)
    for name, value in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            torch.nn.init.uniform_(value, 0.8, 1.2)
        else:
            torch.nn.init.normal_(value, std=0.08)
    model.to(dtype).save_pretrained(folder)
    file = Path(folder, "model.safetensors")
    save_file({legacy(name): value for name, value in load_file(file).items()}, file, {"format": "pt"})
    for each in Path(folder).iterdir():
        each.chmod(0o644)
    return folder


def trained(folder, storage, dtype=torch.bfloat16):
    """The base quantized while it is loaded, with a LoRA of random values on every linear layer."""
    config = transformers.BitsAndBytesConfig(**OPTIONS, bnb_4bit_quant_storage=storage)
    model = transformers.LlavaNextForConditionalGeneration.from_pretrained(
        folder, dtype=dtype, quantization_config=config, device_map="cpu"
    )
    torch.manual_seed(9)
    wrapped = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS))
    for name, value in wrapped.named_parameters():
        if value.requires_grad:
            value.data = torch.randn_like(value) * 0.08
    return wrapped


def consolidate(wrapped, folder, cast_bytes):
    """One float32 file under the trainer's attribute `model.`: parameters and buffers, without the scales that are neither.

    Floating tensors are widened, the packed words of a 16-bit storage with them; with `cast_bytes` those of uint8 become numbers too.
    """
    state = {**dict(wrapped.named_parameters()), **{k: v for k, v in wrapped.named_buffers() if k in wrapped.state_dict()}}
    tensors = {}
    for name, value in state.items():
        value = value.detach().data
        if value.is_floating_point() or (cast_bytes and value.dtype == torch.uint8):
            value = value.float()
        inside = legacy(name.removeprefix("base_model.model."))
        tensors["model.base_model.model." + inside] = value.clone().contiguous()
    folder = Path(folder)
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    return folder


def adapter_config(wrapped, file):
    config = wrapped.peft_config["default"].to_dict()
    config["target_modules"] = sorted(config["target_modules"])
    file.write_text(json.dumps(config, default=str))
    return file


def plain(folder, wrapped):
    """The unmerged model in float32: every packed weight at its worth as bitsandbytes dequantizes it, the LoRA beside it."""
    quantized = wrapped.base_model.model
    values = {}
    for name, module in quantized.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            own = name.removesuffix(".base_layer") + ".weight"
            values[own] = bitsandbytes.functional.dequantize_4bit(module.weight.data, module.weight.quant_state).float()
    model = transformers.LlavaNextForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    assert len(values) == sum(isinstance(module, LoraLayer) for module in wrapped.modules())
    left = model.load_state_dict(values, strict=False)
    assert not left.unexpected_keys
    again = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS))
    left = again.load_state_dict({k: v for k, v in wrapped.named_parameters() if ".lora_" in k}, strict=False)
    assert not left.unexpected_keys
    return again.eval()


def inputs(model):
    """Of a text, and of a text with an image."""
    torch.manual_seed(4)
    pixels = torch.randn(1, TILES, 3, SIDE, SIDE)
    sizes = torch.tensor([[SIDE, 2 * SIDE]])
    text = torch.arange(6, 40)[None]
    for count in range(1, 100):
        ids = torch.cat([text[:, :4], torch.full((1, count), IMAGE_TOKEN), text[:, 4:]], 1)
        try:
            logits(model, {"input_ids": ids, "pixel_values": pixels, "image_sizes": sizes})
        except ValueError:
            continue  # as many places as the image has features, which only the model knows
        return {"text": {"input_ids": text}, "image": {"input_ids": ids, "pixel_values": pixels, "image_sizes": sizes}}
    raise AssertionError("no number of image tokens fits")


def logits(model, arguments):
    with torch.no_grad():
        return model(**arguments).logits


def main(folder, arguments, save):
    """Run under another transformers: the logits of a checkpoint."""
    model, info = transformers.LlavaNextForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True
    )
    found = {name: logits(model.eval(), each) for name, each in torch.load(arguments).items()}
    left = {k: sorted(map(str, v)) for k, v in info.items() if v}
    torch.save({"version": transformers.__version__, "left": left, "logits": found}, save)


if __name__ == "__main__":
    import sys

    main(*sys.argv[1:])
