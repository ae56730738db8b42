"""What every tensor of a quantized checkpoint is worth, by the formulas, and what bitsandbytes or transformers say to it."""

import json
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from bitsandbytes.backends.default import ops
from bitsandbytes.nn import Linear4bit, Linear8bitLt
from safetensors import safe_open
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from transformers.integrations.finegrained_fp8 import Fp8Dequantize
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

import formulas

STATE = ".quant_state.bitsandbytes__"
CONV1D = ("c_attn.weight", "c_proj.weight", "c_fc.weight", "q_attn.weight")


def of(folder):
    """Name → (value in the dtype that the checkpoint records, how the tools' own result compares; None for a plain tensor)."""
    folder, tensors = Path(folder), {}
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, "pt") as opened:
            tensors |= {name: opened.get_tensor(name) for name in opened.keys()}
    config = json.loads(folder.joinpath("config.json").read_text())
    values = {}
    if folder.joinpath("quantization.json").exists():
        quantized_while_loading(folder, tensors, values)
    for take in (four_bit, rowwise_int8, mxfp4, block_fp8):
        take(tensors, config, values, swapped=folder.name == "swapped-nibbles")
    values |= {name: (tensor, None) for name, tensor in tensors.items()}
    if config["model_type"] == "gpt2" and "quantization_config" in config:
        for name in [name for name in values if name.endswith(CONV1D) and values[name][1]]:
            values[name] = (values[name][0].T.contiguous(), values[name][1])
    return values


def compared(value, *found):
    """The best that can be said of what tools make of a tensor whose value is known."""
    if any(rawbits_equal(value, other) for other in found):
        return "equal"
    apart = min((value != other.reshape(value.shape)).sum().item() for other in found)
    return f"{apart} of {value.numel()} differ" if apart else "sign of zero"


def rawbits_equal(one, other):
    return torch.equal(formulas.raw(one), formulas.raw(other))


def four_bit(tensors, config, values, swapped):
    for key in [key for key in tensors if STATE in key]:
        name = key.split(STATE)[0]
        state = json.loads(bytes(tensors.pop(key).tolist()))
        suffixes = ["absmax", "quant_map", "nested_absmax", "nested_quant_map"]
        parts = {suffix: tensors.pop(f"{name}.{suffix}") for suffix in suffixes if f"{name}.{suffix}" in tensors}
        packed = tensors.pop(name)
        tools = by_bitsandbytes(packed, state, parts)
        if parts["absmax"].dim() == 2:  # left behind by inference on a CPU: bitsandbytes itself reads it in the wrong order
            parts["absmax"] = parts["absmax"].T
        value = formulas.four_bit(packed, state, parts, low_first=swapped)
        values[name] = (value, compared(value, *tools))


def by_bitsandbytes(packed, state, parts):
    """What its kernel for this CPU gives, and its torch code, which minds neither shapes nor instruction sets."""
    whole = torch.tensor(list(json.dumps(state).encode()), dtype=torch.uint8)
    parsed = bnb.QuantState.from_dict({**parts, "quant_state.bitsandbytes__" + state["quant_type"]: whole}, torch.device("cpu"))
    count = parsed.shape.numel()
    absmax = parsed.absmax
    if parsed.nested:
        absmax = (bnb.dequantize_blockwise(absmax, parsed.state2) + parsed.offset).float()
    exact = formulas.raw(packed)[: -(-count // 2)].clone()
    blocks = absmax.flatten()[: -(-count // parsed.blocksize)].float().clone()
    by_torch = ops._dequantize_4bit_compute(exact, blocks, parsed.code, parsed.blocksize, parsed.shape, parsed.dtype)
    found = [by_torch.reshape(parsed.shape)]
    if packed.numel() * packed.element_size() == exact.numel():  # the native kernel takes no longer ones
        found.append(bnb.dequantize_4bit(packed, parsed).reshape(parsed.shape))
    return found


def rowwise_int8(tensors, config, values, swapped):
    dtype = getattr(torch, config["dtype"])
    for key in [key for key in tensors if key.endswith(".SCB")]:
        name = key.removesuffix("SCB") + "weight"
        scb, weight = tensors.pop(key), tensors.pop(name)
        tensors.pop(name + "_format", None)
        value = formulas.rowwise_int8(weight, scb, dtype)
        values[name] = (value, compared(value, bnb.int8_vectorwise_dequant(weight, scb).to(dtype)))


def mxfp4(tensors, config, values, swapped):
    """gpt-oss' experts; transformers' parameter is the transpose of what the blocks hold."""
    dtype = getattr(torch, config["dtype"])
    for key in [key for key in tensors if key.endswith("_blocks")]:
        name = key.removesuffix("_blocks")
        blocks, scales = tensors.pop(key), tensors.pop(name + "_scales")
        value = formulas.mxfp4(blocks, scales, dtype).transpose(1, 2).contiguous()
        values[name] = (value, compared(value, convert_moe_packed_tensors(blocks, scales, dtype=dtype)))


def block_fp8(tensors, config, values, swapped):
    dtype = getattr(torch, config["dtype"])
    for key in [key for key in tensors if key.endswith(".weight_scale_inv")]:
        name = key.removesuffix("_scale_inv")
        weight, scale = tensors.pop(name), tensors.pop(key)
        block = config["quantization_config"]["weight_block_size"]
        value = formulas.block_fp8(weight, scale, block, dtype)
        whole = all(side % size == 0 for side, size in zip(weight.shape[-2:], block))
        # transformers takes whole blocks only; DeepSeek's own code, whose formula this is, takes any.
        found = [Fp8Dequantize(None)._dequantize_one(weight, scale, dtype)] if whole else []
        values[name] = (value, compared(value, *found) if found else "takes no such shape")


def quantized_while_loading(folder, tensors, values):
    """Which modules it hits is for transformers to say; what becomes of them, for CUDA's rules: bitsandbytes on a CPU follows others."""
    config = json.loads(folder.joinpath("quantization.json").read_text())
    quantization, dtype = config["quantization_config"], getattr(torch, config["dtype"])
    options = {key: value for key, value in quantization.items() if not key.startswith("_") and key != "quant_method"}
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, quantization_config=BitsAndBytesConfig(**options))
    for module_name, module in model.named_modules():
        name = module_name + ".weight"
        if not isinstance(module, (Linear4bit, Linear8bitLt)):
            continue
        source = tensors.pop(name).to(dtype)
        transposed = name.endswith(CONV1D)
        source = source.T if transposed else source
        if isinstance(module, Linear8bitLt):
            value = formulas.loaded_in_int8(source)
            found = bnb.int8_vectorwise_dequant(module.weight.data, module.weight.SCB).to(dtype)
        else:
            kind, double = quantization["bnb_4bit_quant_type"], quantization["bnb_4bit_use_double_quant"]
            value = formulas.loaded_in_four_bit(source, kind, double, bnb.create_dynamic_map())
            found = bnb.dequantize_4bit(module.weight.data, module.weight.quant_state)
        values[name] = (value.T.contiguous() if transposed else value, compared(value, found))
    for name, tensor in tensors.items():  # loading casts what it does not quantize
        tensors[name] = tensor.to(dtype) if tensor.is_floating_point() else tensor
