"""Tiny random models and adapters, written as the real tools write them."""

import json
from pathlib import Path

import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

import oracle

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

# Every width is a multiple of 64, the blocksize: bitsandbytes' AVX-512 path dequantizes other widths wrongly.
SHAPE = dict(
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=256,
    max_position_embeddings=128,
    initializer_range=0.08,
    bos_token_id=0,
    eos_token_id=1,
)


def base(folder, dtype=torch.float16, tied=True, seed=1, family="llama", shard_size="5GB", **shape):
    """Writes a random 16- or 32-bit base and returns its folder."""
    torch.manual_seed(seed)
    config = {**SHAPE, **shape, "tie_word_embeddings": tied}
    model = LlamaForCausalLM(LlamaConfig(**config)) if family == "llama" else Qwen2ForCausalLM(Qwen2Config(**config))
    for name, value in model.named_parameters():
        if name.endswith("norm.weight"):
            torch.nn.init.uniform_(value, 0.8, 1.2)  # ones would hide a norm that was left out
        if name.endswith(".bias"):
            torch.nn.init.normal_(value, std=0.05)
    model.to(dtype).save_pretrained(folder, max_shard_size=shard_size)
    return _readable(folder)


def quantized(folder, source, double=True, quant_type="nf4", shard_size="5GB"):
    """Writes what bitsandbytes makes of a 16-bit base while transformers loads it."""
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quant_type,
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=torch.float32,
    )
    model = AutoModelForCausalLM.from_pretrained(source, dtype="auto", quantization_config=config)
    model.save_pretrained(folder, max_shard_size=shard_size)
    return _readable(folder)


def adapter(folder, base_folder, seed=7, labels=None, size=0.08, save_embedding_layers="auto", half=False, **options):
    """Trains nothing: wraps the base as PEFT does, gives every trained tensor random values, and saves as PEFT does."""
    torch.manual_seed(seed)
    options.setdefault("r", 4)
    options.setdefault("lora_alpha", 8)
    options.setdefault("target_modules", LINEAR)
    options.setdefault("task_type", TaskType.SEQ_CLS if labels else TaskType.CAUSAL_LM)
    model = get_peft_model(oracle.base(base_folder, labels), LoraConfig(**options))
    for name, value in model.named_parameters():
        if value.requires_grad:
            noise = torch.randn_like(value) * size
            value.data = noise if "lora_" in name and "magnitude" not in name else value.data + noise
    for config in model.peft_config.values():
        config.base_model_name_or_path = Path(base_folder).name
    if half:
        model.to(torch.float16)
    model.save_pretrained(folder, save_embedding_layers=save_embedding_layers)
    Path(folder, "README.md").unlink(missing_ok=True)  # a form of 200 lines that nobody has filled in
    if not isinstance(options["target_modules"], str):  # PEFT keeps a set: another order on each save
        edit_config(folder, lambda config: config["target_modules"].sort())
    return _readable(folder)


def edit_config(folder, edit, name="adapter_config.json"):
    """Changes a JSON file of a folder in place."""
    path = Path(folder, name)
    config = json.loads(path.read_text())
    edit(config)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def _readable(folder):
    """transformers writes weights with mode 0600."""
    for file in Path(folder).iterdir():
        file.chmod(0o644)
    return str(folder)
