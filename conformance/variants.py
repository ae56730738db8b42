"""Quantized checkpoints of every kind, tiny, written by bitsandbytes and transformers.

Each maker takes an empty folder. What the tools cannot write on any machine (swapped nibbles, padded tensors, odd offsets) is made from what they
wrote, as the note beside it says.
"""

import json
import shutil
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
import transformers
from bitsandbytes.nn.parametrize import replace_parameter_4bit
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    GPT2Config,
    GPT2LMHeadModel,
    GptOssConfig,
    GptOssForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3MoeConfig,
    Qwen3MoeForCausalLM,
)
from transformers.integrations.finegrained_fp8 import Fp8Quantize

import rawfile

DTYPES = [torch.bfloat16, torch.float16, torch.float32]
BLOCKSIZES = [32, 64, 128, 256, 512, 1024, 2048, 4096]
STORAGES = {"uint8": torch.uint8, "float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
STATISTICS = [None, torch.float32, torch.bfloat16, torch.float16]

# One or more blocks and a short last one; rows that begin inside a block; packed bytes that fill whole float32 words.
SHAPES = {
    32: (6, 24),
    64: (5, 40),
    128: (8, 40),
    256: (10, 40),
    512: (10, 72),
    1024: (24, 56),
    2048: (39, 56),
    4096: (52, 80),
}


def weight(shape, dtype):
    """Random, with zeros that fill a block or more where the shape has room for it."""
    values = torch.randn(shape) * 0.05
    values.view(-1)[: values.numel() // 3] *= 4
    if values.numel() > 128:
        values.view(-1)[-values.numel() // 4 :] = 0
    return values.to(dtype)


def quantize(values, kind="nf4", blocksize=64, statistics=None, storage=torch.uint8):
    """bitsandbytes' parts of a quantized tensor by suffix; `statistics` is the dtype of double quantization, None for single."""
    packed, state = bnb.quantize_4bit(values, blocksize=blocksize, quant_type=kind, quant_storage=storage)
    if statistics is not None:
        # quantize_4bit itself always does this in float32; other dtypes come from saving after inference on a CPU.
        absmax = state.absmax.to(statistics)
        state.offset = absmax.mean()
        state.absmax, state.state2 = bnb.quantize_blockwise(absmax - state.offset, blocksize=256)
        state.nested = True
    return {"": packed, **{"." + suffix: part for suffix, part in state.as_dict(packed=True).items()}}


def named(name, parts):
    return {name + suffix: part.contiguous() for suffix, part in parts.items()}


def llama_config(**more):
    config = dict(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        vocab_size=64,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        initializer_range=0.08,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=None,
    )
    return LlamaConfig(**{**config, **more})


def write_config(folder, config, quantization=None, architecture="LlamaForCausalLM", dtype="bfloat16"):
    content = {**config.to_diff_dict(), "model_type": config.model_type, "architectures": [architecture], "dtype": dtype}
    if quantization is not None:
        content["quantization_config"] = quantization if isinstance(quantization, dict) else quantization.to_dict()
    folder.joinpath("config.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def four_bit_config(kind="nf4", double=False, storage="uint8"):
    config = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type=kind, bnb_4bit_use_double_quant=double, bnb_4bit_quant_storage=storage
    )
    return config


def bare(folder, tensors, **config):
    """A checkpoint of any tensors under a Llama's config, with an embedding and a norm beside them."""
    ends = {
        "model.embed_tokens.weight": weight((16, 8), torch.bfloat16),
        "model.norm.weight": torch.ones(8, dtype=torch.float32),
    }
    save_file({**ends, **tensors}, folder / "model.safetensors", {"format": "pt"})
    write_config(folder, llama_config(vocab_size=16, hidden_size=8), four_bit_config(**config))


def grid(folder, kind, storage):
    """Every blocksize, single and double quantization in each dtype of statistics; the dtypes of the weights take turns."""
    tensors = {}
    for row, blocksize in enumerate(BLOCKSIZES):
        for column, statistics in enumerate(STATISTICS):
            values = weight(SHAPES[blocksize], DTYPES[(row + column) % len(DTYPES)])
            parts = quantize(values, kind, blocksize, statistics, STORAGES[storage])
            tensors |= named(f"model.layers.{len(STATISTICS) * row + column}.self_attn.q_proj.weight", parts)
    bare(folder, tensors, kind=kind, double=True, storage=storage)


def shapes(folder, kind):
    """Odd counts, one element, one dimension and three, rows that straddle blocks, more than 256 blocks."""
    cases = {
        "straddling": ((32, 80), 64, None),
        "straddling_double": ((16, 176), 64, torch.float32),
        "odd": ((7, 33), 64, None),
        "odd_double": ((5, 13), 32, torch.float32),
        "single": ((1, 1), 64, None),
        "vector": ((130,), 64, None),
        "block_and_one": ((1, 65), 64, torch.float32),
        "block_less_one": ((1, 63), 64, None),
        "three_dimensions": ((3, 5, 7), 32, None),
        "three_dimensions_double": ((2, 24, 32), 128, torch.float32),
        "several_nested_blocks": ((130, 136), 32, torch.float32),
        "several_nested_blocks_bf16": ((65, 136), 32, torch.bfloat16),
    }
    tensors = {}
    for number, (name, (shape, blocksize, statistics)) in enumerate(cases.items()):
        values = weight(shape, DTYPES[number % len(DTYPES)])
        if name.startswith("several"):  # zeros would give most of the scales one value
            values = torch.randn(shape).mul_(torch.rand(shape[0], 1) * 0.1 + 0.01).to(values.dtype)
        tensors |= named(f"model.layers.{number}.{name}.weight", quantize(values, kind, blocksize, statistics))
    bare(folder, tensors, kind=kind)


def other_names(folder):
    """Parameters whose names do not end in weight."""
    names = ["model.layers.0.mlp.router.bank", "model.layers.0.mlp.experts.w1", "model.projection"]
    tensors = {}
    for number, name in enumerate(names):
        tensors |= named(name, quantize(weight((12, 20), DTYPES[number]), statistics=STATISTICS[number]))
    bare(folder, tensors)


def longer(folder):
    """Made: packed bytes filled up to a whole block and scales to an even number, as the Triton quantizer leaves them."""
    tensors = {}
    for number, statistics in enumerate([None, torch.float32]):
        parts = quantize(weight((5, 33), torch.bfloat16), statistics=statistics)
        parts[""] = torch.cat([parts[""], torch.full((96 - parts[""].numel(), 1), 0x5A, dtype=torch.uint8)])
        parts[".absmax"] = torch.cat([parts[".absmax"], torch.full_like(parts[".absmax"][:1], 9)])
        tensors |= named(f"model.layers.{number}.mlp.down_proj.weight", parts)
    bare(folder, tensors)


def scattered(folder):
    """Made: each layer's parts in three files, and the code map apart from all."""
    files = [{}, {}, {}]
    home = {"": 0, ".absmax": 1, ".quant_map": 2, ".nested_absmax": 0, ".nested_quant_map": 1}
    for number, dtype in enumerate(DTYPES):
        name = f"model.layers.{number}.mlp.up_proj.weight"
        for suffix, part in quantize(weight((9, 40), dtype), statistics=STATISTICS[number]).items():
            files[(home.get(suffix, 2) + number) % 3][name + suffix] = part.contiguous()
    files[1]["model.embed_tokens.weight"] = weight((16, 8), torch.bfloat16)
    names = [f"model-{number + 1:05}-of-00003.safetensors" for number in range(3)]
    for name, tensors in zip(names, files):
        save_file(tensors, folder / name, {"format": "pt"})
    index = {
        "metadata": {"total_size": sum(t.numel() * t.element_size() for f in files for t in f.values())},
        "weight_map": {key: name for name, tensors in zip(names, files) for key in sorted(tensors)},
    }
    folder.joinpath("model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    write_config(folder, llama_config(vocab_size=16, hidden_size=8), four_bit_config())


def unaligned(folder):
    """Made: nothing stands at a multiple of its element's size, not even the data as a whole."""
    tensors = {}
    for number, dtype in enumerate(DTYPES):
        name = f"model.layers.{number}.self_attn.k_proj.weight"
        parts = quantize(weight((3, 5), dtype), statistics=STATISTICS[number])
        order = ["", ".nested_absmax", ".nested_quant_map", ".quant_map", ".absmax"]
        keys = [suffix for suffix in order if suffix in parts] + [s for s in parts if s.startswith(".quant_state")]
        tensors |= {name + suffix: parts[suffix] for suffix in keys}
        tensors[f"model.layers.{number}.norm.weight"] = weight((3,), dtype)
    tensors["model.embed_tokens.weight"] = weight((16, 8), torch.bfloat16)
    rawfile.write(folder / "model.safetensors", tensors, padding=3)
    write_config(folder, llama_config(vocab_size=16, hidden_size=8), four_bit_config(double=True))


def swapped_nibbles(folder):
    """Made: the first element in the low nibble, as builds before January 2025 wrote it; nothing in the file says so."""
    tensors = {}
    for number, statistics in enumerate([None, torch.float32]):
        parts = quantize(weight((7, 33), torch.bfloat16), "fp4" if number else "nf4", statistics=statistics)
        parts[""] = (parts[""] >> 4) | (parts[""] << 4)
        tensors |= named(f"model.layers.{number}.self_attn.v_proj.weight", parts)
    bare(folder, tensors)


def after_cpu_inference(folder):
    """What bitsandbytes saves once AVX512-BF16 inference has repacked its weights, by its own packing and unpacking."""
    tensors = {}
    for number, (dtype, statistics) in enumerate(
        [(torch.bfloat16, None), (torch.float32, None), (torch.bfloat16, torch.float32), (torch.float16, torch.float32)]
    ):
        packed, state = bnb.quantize_4bit(
            weight((64, 128), dtype), blocksize=64, quant_type="nf4", compress_statistics=statistics is not None
        )
        packed, state = bnb._convert_weight_packed_for_cpu(packed, state)
        packed, state = bnb._convert_weight_packed_for_cpu_inverse(packed, state)
        parts = {"": packed, **{"." + suffix: part for suffix, part in state.as_dict(packed=True).items()}}
        tensors |= named(f"model.layers.{number}.mlp.gate_proj.weight", parts)
    bare(folder, tensors)


def storage_disagrees(folder):
    """Made: the files hold bfloat16 words, config.json says uint8."""
    grid_of = {}
    for number, kind in enumerate(["nf4", "fp4"]):
        parts = quantize(weight((24, 64), DTYPES[number]), kind, 64, torch.float32, torch.bfloat16)
        grid_of |= named(f"model.layers.{number}.self_attn.o_proj.weight", parts)
    bare(folder, grid_of, storage="uint8")


def save(model, folder, **options):
    """As save_pretrained does it, readable by everybody."""
    model.save_pretrained(folder, **options)
    for file in folder.iterdir():
        file.chmod(0o644)


def loaded(config_class, scratch, model, quantization, dtype):
    """A random model, saved in 16 bit and loaded again as transformers quantizes it."""
    shutil.rmtree(scratch, ignore_errors=True)
    model.to(dtype).save_pretrained(scratch)
    model = config_class.from_pretrained(scratch, dtype=dtype, quantization_config=quantization)
    shutil.rmtree(scratch)
    return model


def gpt2():
    config = GPT2Config(n_embd=32, n_layer=1, n_head=2, n_positions=16, vocab_size=64, bos_token_id=0, eos_token_id=1)
    return GPT2LMHeadModel(config)


def llama(**more):
    return LlamaForCausalLM(llama_config(**more))


def saved_by_transformers(folder, model, quantization, dtype, **options):
    save(loaded(AutoModelForCausalLM, folder / "scratch", model, quantization, dtype), folder, **options)


def gpt2_nf4(folder):
    """Conv1D layers, which transformers transposes before it quantizes them."""
    saved_by_transformers(folder, gpt2(), four_bit_config(double=True), torch.float16)


def gpt2_int8(folder):
    saved_by_transformers(folder, gpt2(), BitsAndBytesConfig(load_in_8bit=True), torch.float16)


def llama_int8(folder):
    saved_by_transformers(folder, llama(), BitsAndBytesConfig(load_in_8bit=True), torch.bfloat16)


def int8_without_format(folder):
    """Made: as versions before weight_format saved it."""
    llama_int8(folder)
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if not name.endswith(".weight_format")}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def llama_sharded(folder):
    """As transformers cuts it: a weight and its scales may stand in different files."""
    saved_by_transformers(folder, llama(num_hidden_layers=2), four_bit_config(), torch.bfloat16, max_shard_size="5KB")


def mixed(folder):
    """As unsloth's dynamic files: some layers stay in 16 bit, and a router is quantized that is no Linear."""
    quantization = four_bit_config(double=True)
    quantization.llm_int8_skip_modules = ["lm_head", "model.layers.1.mlp", "model.layers.0.self_attn.k_proj"]
    saved_by_transformers(folder, llama(num_hidden_layers=2), quantization, torch.bfloat16)
    tensors = load_file(folder / "model.safetensors")
    tensors |= named("model.layers.1.router.gate", quantize(weight((8, 32), torch.bfloat16), statistics=torch.float32))
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def experts(folder):
    """Fused experts, three-dimensional, by bitsandbytes' replace_parameter_4bit; the first of an odd width."""
    config = Qwen3MoeConfig(
        hidden_size=24,
        intermediate_size=32,
        moe_intermediate_size=20,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=12,
        num_experts=4,
        num_experts_per_tok=2,
        vocab_size=32,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
    )
    model = Qwen3MoeForCausalLM(config).to(torch.bfloat16)
    for number, layer in enumerate(model.model.layers):
        for name in ("gate_up_proj", "down_proj"):
            replace_parameter_4bit(
                layer.mlp.experts, name, compress_statistics=number == 1, quant_type="nf4", blocksize=64
            )
    state = {name: part for name, part in model.state_dict().items() if name != "lm_head.weight"}
    save_file({name: part.contiguous() for name, part in state.items()}, folder / "model.safetensors", {"format": "pt"})
    write_config(folder, config, four_bit_config(), "Qwen3MoeForCausalLM")


def gpt_oss(folder):
    """Made: gpt-oss' layout around random blocks; the scales reach from bfloat16's smallest numbers to near its largest."""
    config = GptOssConfig(
        num_hidden_layers=2,
        num_local_experts=2,
        num_experts_per_tok=1,
        vocab_size=32,
        hidden_size=32,
        intermediate_size=64,
        head_dim=16,
        num_attention_heads=2,
        num_key_value_heads=1,
        pad_token_id=0,
    )
    model = GptOssForCausalLM(config).to(torch.bfloat16)
    tensors = {}
    for name, value in model.state_dict().items():
        if not name.endswith(("gate_up_proj", "down_proj")):
            tensors[name] = value
            continue
        number, columns, rows = value.shape
        tensors[name + "_blocks"] = torch.randint(0, 256, (number, rows, columns // 32, 16), dtype=torch.uint8)
        exponents = torch.randint(117, 126, (number, rows, columns // 32), dtype=torch.uint8)
        if ".1." in name:
            exponents[0, :4, 0] = torch.tensor([0, 1, 6, 251], dtype=torch.uint8)
        tensors[name + "_scales"] = exponents
    save_file({name: part.contiguous() for name, part in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
    left = ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]
    quantization = {"quant_method": "mxfp4", "modules_to_not_convert": left}
    write_config(folder, config, quantization, "GptOssForCausalLM")


def fp8_config(block):
    return {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": list(block)}


def qwen_fp8(folder):
    """The layout of FP8 releases, quantized by transformers' own step for it; the scales in float32."""
    config = Qwen3Config(
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        vocab_size=64,
        tie_word_embeddings=True,
        initializer_range=0.3,
        bos_token_id=0,
        eos_token_id=1,
    )
    tensors = {}
    for name, value in Qwen3ForCausalLM(config).to(torch.bfloat16).state_dict().items():
        if name.endswith("_proj.weight"):
            parts = Fp8Quantize(_Fp8((32, 32))).convert({name: [value]})
            tensors |= {key: part.contiguous() for key, part in parts.items()}
        elif name != "lm_head.weight":
            tensors[name] = value
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    write_config(folder, config, fp8_config((32, 32)), "Qwen3ForCausalLM")


class _Fp8:
    """What Fp8Quantize asks of a quantizer."""

    def __init__(self, block):
        from transformers import FineGrainedFP8Config

        self.quantization_config = FineGrainedFP8Config(weight_block_size=block)


def deepseek_fp8(folder):
    """Made: DeepSeek's layout with blocks of 128 that neither rows nor columns fill, every finite E4M3 value, and scales in two dtypes."""
    shapes_of = {"q_a_proj": (40, 136), "kv_b_proj": (130, 24), "o_proj": (129, 129), "q_b_proj": (1, 1)}
    codes = [code for code in range(256) if code & 127 != 127]
    tensors = {"model.embed_tokens.weight": weight((16, 8), torch.bfloat16)}
    for number, (name, (rows, columns)) in enumerate(shapes_of.items()):
        chosen = torch.tensor(codes, dtype=torch.uint8)[torch.arange(rows * columns) % len(codes)].reshape(rows, columns)
        key = f"model.layers.0.self_attn.{name}.weight"
        tensors[key] = chosen.view(torch.float8_e4m3fn)
        scale = torch.rand(-(-rows // 128), -(-columns // 128)) * 1e-3 + 1e-4
        tensors[key + "_scale_inv"] = scale.to(torch.bfloat16 if number == 1 else torch.float32)
    rawfile.write(folder / "model.safetensors", tensors)
    config = llama_config(vocab_size=16, hidden_size=8)
    write_config(folder, config, fp8_config((128, 128)), "DeepseekV3ForCausalLM")


def loading(folder, model, dtype, quantization, load_dtype=None):
    """A 16- or 32-bit base, and beside it the configuration with which a training run loaded it."""
    save(model.to(dtype), folder)
    config = {
        "dtype": str(load_dtype or dtype).removeprefix("torch."),
        "transformers_version": transformers.__version__,
        "quantization_config": quantization.to_dict(),
    }
    folder.joinpath("quantization.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


def loading_nf4(folder):
    loading(folder, llama(), torch.bfloat16, four_bit_config())


def loading_nf4_double(folder):
    loading(folder, llama(hidden_size=48, intermediate_size=80), torch.bfloat16, four_bit_config(double=True))


def loading_nf4_double_cast(folder):
    loading(folder, llama(), torch.float32, four_bit_config(double=True), torch.float16)


def loading_fp4(folder):
    loading(folder, llama(), torch.float32, four_bit_config("fp4"))


def loading_gpt2(folder):
    loading(folder, gpt2(), torch.float16, four_bit_config(double=True))


def loading_skipping(folder):
    quantization = four_bit_config()
    quantization.llm_int8_skip_modules = ["lm_head", "up_proj"]
    loading(folder, llama(), torch.float16, quantization)


def loading_int8(folder):
    loading(folder, llama(), torch.bfloat16, BitsAndBytesConfig(load_in_8bit=True))


def all_variants():
    """Name → maker of a folder."""
    makers = {
        f"{kind}-{storage}": (lambda folder, kind=kind, storage=storage: grid(folder, kind, storage))
        for kind in ("nf4", "fp4")
        for storage in STORAGES
    }
    makers |= {f"{kind}-shapes": (lambda folder, kind=kind: shapes(folder, kind)) for kind in ("nf4", "fp4")}
    named_makers = [
        other_names, longer, scattered, unaligned, swapped_nibbles, after_cpu_inference, storage_disagrees, gpt2_nf4,
        gpt2_int8, llama_int8, int8_without_format, llama_sharded, mixed, experts, gpt_oss, qwen_fp8, deepseek_fp8,
        loading_nf4, loading_nf4_double, loading_nf4_double_cast, loading_fp4, loading_gpt2, loading_skipping, loading_int8,
    ]  # fmt: skip
    return makers | {maker.__name__.replace("_", "-"): maker for maker in named_makers}


def write(name, folder):
    """Writes one variant, always the same."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.manual_seed(sum(name.encode()))
    all_variants()[name](folder)
    folder.joinpath("generation_config.json").unlink(missing_ok=True)
    return folder
