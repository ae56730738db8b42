"""What quantized tensors are worth, written down once more from the formulas: the arithmetic of bitsandbytes' CUDA kernels, of MXFP4 and of FP8.

Plain float32 steps of torch, each rounded once; nothing here calls bitsandbytes or transformers. Nothing here is fast.
"""

import math

import torch

NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip
_FP4 = [0.0, 0.005208333488553762, 0.6666666865348816, 1.0, 0.3333333432674408, 0.5, 0.1666666716337204, 0.25]
# CUDA multiplies the magnitude by the sign, so that code 8 is -0.0.
CODES = {"nf4": torch.tensor(NF4), "fp4": torch.tensor(_FP4 + [-value for value in _FP4])}
# What the CUDA quantizer compares with: x over the absmax of its block, and its magnitude for FP4, whose codes come in another order.
_NF4_BOUNDS = "bf591cd9 bf1c5270 beeb8480 beadea76 be703cec be0d38bc bd3a7871 3d22faff 3df64863 3e5067e0 3e9582d4 3ec753f9 3f006d03 3f248daf 3f5c89d9"
_FP4_BOUNDS, _FP4_ORDER = "3b2aaab9 3db00000 3e555555 3e955555 3ed55556 3f155550 3f555555", torch.tensor([0, 1, 6, 7, 4, 5, 2, 3])
E2M1 = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]


def raw(tensor):
    """The bytes of a tensor in a row, whatever its dtype says."""
    return tensor.contiguous().flatten().view(torch.uint8)


def nibbles(packed, count, low_first=False):
    """The first `count` 4-bit codes of packed bytes."""
    pair = (packed & 15, packed >> 4) if low_first else (packed >> 4, packed & 15)
    return torch.stack(pair, dim=-1).flatten()[:count].long()


def scales(state, absmax, parts):
    """float32 scales of a tensor's blocks; double quantization is undone in `nested_dtype`, two roundings, never fused."""
    if "nested_blocksize" not in state:
        return absmax.flatten().float()
    dtype = getattr(torch, state["nested_dtype"])
    block = torch.arange(absmax.numel()) // state["nested_blocksize"]
    product = (parts["nested_quant_map"][absmax.flatten().long()] * parts["nested_absmax"][block]).to(dtype)
    return (product + torch.tensor(state["nested_offset"], dtype=torch.float32).to(dtype)).float()


def four_bit(packed, state, parts, low_first=False):
    """float32 code times float32 scale of its block, rounded once to the dtype that `state` records."""
    count = math.prod(state["shape"])
    code = CODES[state["quant_type"]][nibbles(raw(packed), count, low_first)]
    scale = scales(state, parts["absmax"], parts)[torch.arange(count) // state["blocksize"]]
    return (code * scale).to(getattr(torch, state["dtype"])).reshape(state["shape"])


def rowwise_int8(weight, scb, dtype):
    """LLM.int8: (weight * absmax of the row) * float(1/127), in this order."""
    return (weight.float() * scb.float()[:, None] * torch.tensor(1 / 127)).to(dtype)


def mxfp4(blocks, exponents, dtype):
    """Two E2M1 values a byte, the first in the low nibble, times 2^(exponent - 127) of their group of 32; exact before the rounding."""
    code = torch.tensor(E2M1 + [-value for value in E2M1], dtype=torch.float64)
    values = code[nibbles(blocks.flatten(), blocks.numel() * 2, low_first=True)].reshape(*exponents.shape, 32)
    scaled = torch.ldexp(values, exponents.int()[..., None] - 127)
    return scaled.to(dtype).reshape(*exponents.shape[:-1], -1)


def block_fp8(weight, scale, block, dtype):
    """E4M3 times the float32 scale of its tile of `block` rows and columns."""
    rows, columns = weight.shape[-2:]
    row = torch.arange(rows) // block[0]
    column = torch.arange(columns) // block[1]
    return (weight.float() * scale.float()[..., row[:, None], column[None, :]]).to(dtype)


def _floats(bits):
    return torch.tensor([int(word, 16) for word in bits.split()], dtype=torch.int64).to(torch.int32).view(torch.float32)


def loaded_in_four_bit(values, kind, double, dynamic_map):
    """What quantizing to blocks of 64 by CUDA's rules and dequantizing makes of a tensor, in its dtype.

    The mean of the scales is taken in double precision and rounded once; CUDA's is within two units in the last place of it.
    """
    flat = values.float().flatten()
    blocks = torch.nn.functional.pad(flat, (0, -flat.numel() % 64)).reshape(-1, 64)
    absmax = blocks.abs().amax(dim=1)
    share = blocks * (1 / absmax)[:, None]
    if kind == "nf4":
        codes = (share[..., None] > _floats(_NF4_BOUNDS)).sum(dim=-1)
    else:
        codes = _FP4_ORDER[(share.abs()[..., None] > _floats(_FP4_BOUNDS)).sum(dim=-1)] + 8 * (share < 0)
    scale = _double_quantized(absmax, dynamic_map) if double else absmax
    return (CODES[kind][codes] * scale[:, None]).flatten()[: flat.numel()].to(values.dtype).reshape(values.shape)


def _double_quantized(absmax, dynamic_map):
    offset = absmax.double().mean().float()
    rest = absmax - offset
    groups = torch.nn.functional.pad(rest, (0, -rest.numel() % 256)).reshape(-1, 256)
    largest = groups.abs().amax(dim=1, keepdim=True)
    share = groups * (1 / largest)
    middle = (dynamic_map[:-1] + dynamic_map[1:]) * 0.5
    below = torch.searchsorted(middle, share.contiguous(), right=False)
    tie = (below < 255) & (middle[below.clamp(max=254)] == share)
    codes = below + (tie & (below % 2 == 1))  # exactly between two entries: the even one
    codes = torch.where(largest == 0, 0, codes)
    return (dynamic_map[codes] * largest).flatten()[: absmax.numel()] + offset


def loaded_in_int8(values):
    """The same for LLM.int8: float16 first, then each row by its absmax, to the nearest of 127 steps (ties to even)."""
    half = values.to(torch.float16).float()
    absmax = half.abs().amax(dim=1)
    codes = torch.round(half * (127 / absmax)[:, None]).to(torch.int8)
    return rowwise_int8(codes, absmax, values.dtype)
