"""safetensors files byte by byte: in any order, at any offset."""

import json

import torch

_NAMES = {
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float32: "F32",
    torch.float8_e4m3fn: "F8_E4M3",
}


def write(path, tensors, padding=0):
    """Writes tensors in the order given, without alignment; `padding` spaces after the header move the data."""
    header, data = {"__metadata__": {"format": "pt"}}, bytearray()
    for name, tensor in tensors.items():
        content = content_of(tensor)
        span = [len(data), len(data) + len(content)]
        header[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode() + b" " * padding
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def content_of(tensor):
    """The bytes of a tensor, little-endian, row-major."""
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
