"""How far two merged checkpoints are apart: prints the share of equal values and the largest distance in 16-bit steps.

usage: agreement.py LEFT RIGHT
"""

import sys
from pathlib import Path

from safetensors import safe_open

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "conformance"))
import measures  # noqa: E402


def opened(folder):
    files = [safe_open(file, "pt") for file in sorted(Path(folder).glob("*.safetensors"))]
    return {name: file for file in files for name in file.keys()}


left, right = opened(sys.argv[1]), opened(sys.argv[2])
assert left.keys() == right.keys(), left.keys() ^ right.keys()
equal = total = furthest = 0
for name in sorted(left)[:: max(1, len(left) // 24)]:
    a, b = left[name].get_tensor(name), right[name].get_tensor(name)
    assert (a.dtype, a.shape) == (b.dtype, b.shape), name
    away = measures.steps(a, b)
    equal, total, furthest = equal + int((away == 0).sum()), total + away.numel(), max(furthest, int(away.max()))
assert total, "nothing to compare"
print(f"{equal / total:.6f} {furthest}")
