"""Writes NF4 checkpoints of real shapes with random values, and adapters for them, a tensor at a time.

usage: shapes.py SHAPE FOLDER        writes FOLDER/base and FOLDER/adapter

Nothing is quantized: uniform nibbles under plausible scales are what quantizing normal values gives, at the speed of the disk.
"""

import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
from bitsandbytes.functional import create_dynamic_map, get_4bit_type
from peft import LoraConfig
from transformers import BitsAndBytesConfig, LlamaConfig

RANK, BLOCK, NESTED = 16, 64, 256


@dataclass(frozen=True)
class Shape:
    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int


SHAPES = {
    "0.1B": Shape(hidden=768, inner=3072, layers=12, heads=12, kv_heads=4, vocabulary=32000),
    "1B": Shape(hidden=2048, inner=8192, layers=16, heads=32, kv_heads=8, vocabulary=128256),  # Llama 3.2 1B
    "3B": Shape(hidden=3072, inner=8192, layers=28, heads=24, kv_heads=8, vocabulary=128256),  # Llama 3.2 3B
}


def linear(shape):
    """Name → rows, columns of every linear layer."""
    kv = shape.hidden // shape.heads * shape.kv_heads
    sizes = {
        "self_attn.q_proj": (shape.hidden, shape.hidden),
        "self_attn.k_proj": (kv, shape.hidden),
        "self_attn.v_proj": (kv, shape.hidden),
        "self_attn.o_proj": (shape.hidden, shape.hidden),
        "mlp.gate_proj": (shape.inner, shape.hidden),
        "mlp.up_proj": (shape.inner, shape.hidden),
        "mlp.down_proj": (shape.hidden, shape.inner),
    }
    return {f"model.layers.{i}.{name}": size for i in range(shape.layers) for name, size in sizes.items()}


class Checkpoint:
    """Collects what each tensor is and how its values are made, and writes them in the order in which transformers does."""

    ORDER = {"F32": 0, "BF16": 1, "U8": 2}

    def __init__(self):
        self.tensors = []

    def add(self, name, dtype, shape, values):
        self.tensors.append((self.ORDER[dtype], name, dtype, list(shape), values))

    def write(self, file):
        header, at = {"__metadata__": {"format": "pt"}}, 0
        self.tensors.sort(key=lambda tensor: tensor[:2])
        for _, name, dtype, shape, _ in self.tensors:
            size = int(numpy.prod(shape)) * {"F32": 4, "BF16": 2, "U8": 1}[dtype]
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
            at += size
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(file, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            for _, name, _, _, values in self.tensors:
                out.write(values().tobytes())
            assert out.tell() == 8 + len(text) + at, name


def normal(rng, shape, scale):
    return lambda: rng.standard_normal(shape, dtype=numpy.float32) * numpy.float32(scale)


def bfloat16(values):
    return lambda: (values().view(numpy.uint32) >> 16).astype(numpy.uint16)


def ones(n):
    return lambda: numpy.ones(n, dtype=numpy.float32)


def packed(checkpoint, rng, name, rows, columns):
    """One linear layer as bitsandbytes saves it with double quantization."""
    n = rows * columns
    blocks, nested = -(-n // BLOCK), -(-(-(-n // BLOCK)) // NESTED)
    state = {
        "quant_type": "nf4",
        "blocksize": BLOCK,
        "dtype": "bfloat16",
        "shape": [rows, columns],
        "nested_blocksize": NESTED,
        "nested_dtype": "float32",
        "nested_offset": 0.0500000007450580597,
    }
    text = numpy.frombuffer(json.dumps(state).encode(), dtype=numpy.uint8)
    code, dynamic = get_4bit_type("nf4", device="cpu").numpy(), create_dynamic_map().numpy()
    weight = name + ".weight"
    checkpoint.add(weight, "U8", (n // 2, 1), lambda: rng.integers(0, 256, n // 2, dtype=numpy.uint8))
    checkpoint.add(weight + ".absmax", "U8", (blocks,), lambda: rng.integers(0, 256, blocks, dtype=numpy.uint8))
    checkpoint.add(weight + ".quant_map", "F32", (16,), lambda: code)
    checkpoint.add(weight + ".nested_absmax", "F32", (nested,), lambda: rng.uniform(0.01, 0.03, nested).astype(numpy.float32))
    checkpoint.add(weight + ".nested_quant_map", "F32", (256,), lambda: dynamic)
    checkpoint.add(weight + ".quant_state.bitsandbytes__nf4", "U8", text.shape, lambda: text)


def base(shape, folder):
    rng, checkpoint = numpy.random.default_rng(1), Checkpoint()
    embedding = normal(rng, (shape.vocabulary, shape.hidden), 0.02)
    checkpoint.add("model.embed_tokens.weight", "BF16", (shape.vocabulary, shape.hidden), bfloat16(embedding))
    checkpoint.add("model.norm.weight", "BF16", (shape.hidden,), bfloat16(ones(shape.hidden)))
    for layer in range(shape.layers):
        for norm in ("input_layernorm", "post_attention_layernorm"):
            checkpoint.add(f"model.layers.{layer}.{norm}.weight", "BF16", (shape.hidden,), bfloat16(ones(shape.hidden)))
    for name, (rows, columns) in linear(shape).items():
        packed(checkpoint, rng, name, rows, columns)
    folder.mkdir(parents=True)
    checkpoint.write(folder / "model.safetensors")
    config = LlamaConfig(
        architectures=["LlamaForCausalLM"],
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        vocab_size=shape.vocabulary,
        tie_word_embeddings=True,
        dtype="bfloat16",
    )
    config.quantization_config = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype="bfloat16"
    ).to_dict()
    config.save_pretrained(folder)


def adapter(shape, folder):
    rng, checkpoint = numpy.random.default_rng(2), Checkpoint()
    for name, (rows, columns) in linear(shape).items():
        prefix = f"base_model.model.{name}."
        checkpoint.add(prefix + "lora_A.weight", "F32", (RANK, columns), normal(rng, (RANK, columns), columns**-0.5))
        checkpoint.add(prefix + "lora_B.weight", "F32", (rows, RANK), normal(rng, (rows, RANK), 0.005))
    targets = sorted({name.rsplit(".", 1)[1] for name in linear(shape)})
    LoraConfig(
        r=RANK, lora_alpha=2 * RANK, target_modules=targets, task_type="CAUSAL_LM", base_model_name_or_path="base"
    ).save_pretrained(folder)
    checkpoint.write(folder / "adapter_model.safetensors")


if __name__ == "__main__":
    base(SHAPES[sys.argv[1]], Path(sys.argv[2], "base"))
    adapter(SHAPES[sys.argv[1]], Path(sys.argv[2], "adapter"))
