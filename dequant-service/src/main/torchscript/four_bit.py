"""Writes four_bit.pt: what the GPU does with a tile of 4-bit blocks, as TorchScript.

    python dequant-service/src/main/torchscript/four_bit.py

DJL offers neither bfloat16 nor a look-up by bytes; a script does, and runs on whatever libtorch the engine loads. Needs torch only to write the archive;
the product needs no Python.
"""

import io
import pathlib
import zipfile

import torch

TARGET = pathlib.Path(__file__).parents[1] / "resources/dev/ingot/dequant/gpu/four_bit.pt"


class FourBit(torch.nn.Module):
    def forward(self, packed: torch.Tensor, absmax: torch.Tensor, pairs: torch.Tensor, dtype: torch.Tensor) -> torch.Tensor:
        """packed: uint8, whole blocks. absmax: float32, one per block. pairs: float32 [256, 2], both values of every byte.
        dtype: one number, 0 float16, 1 bfloat16, 2 float32; on the CPU, so that reading it does not wait for the device."""
        values = pairs.index_select(0, packed.to(torch.int32)).reshape(absmax.size(0), -1)
        scaled = (values * absmax.reshape(-1, 1)).reshape(-1)
        kind = int(dtype.item())
        if kind == 0:
            scaled = scaled.to(torch.float16)
        elif kind == 1:
            scaled = scaled.to(torch.bfloat16)
        return scaled.cpu()


if __name__ == "__main__":
    archive = io.BytesIO()
    torch.jit.save(torch.jit.script(FourBit()), archive)
    # Without the debug records, which hold the paths of the machine that wrote them.
    with zipfile.ZipFile(archive) as written, zipfile.ZipFile(TARGET, "w") as kept:
        for entry in written.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                name = "four_bit/" + entry.filename.split("/", 1)[1]
                kept.writestr(zipfile.ZipInfo(name), written.read(entry))
    print(TARGET, TARGET.stat().st_size, "bytes, torch", torch.__version__)
