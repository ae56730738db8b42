"""Whether two computations of a merge agree, and rounding the exact one."""

import torch

from adapterkinds import making

ABSOLUTE = 1e-5  # of float32
FEW = 0.001  # share of the elements of a case that may differ in 16 bits


def rounded(exact, base_folder):
    """Every value in the dtype that the base gives it; all tensors of a base have the same."""
    dtype = next(iter(making.content(base_folder).values())).dtype
    return {name: value.to(dtype) for name, value in exact.items()}


def require(case, values, exact, base, ulps=1, share=FEW):
    """A phrase on how close the two are. AssertionError if names, shapes or values do not agree."""
    exact = {name: value for name, value in exact.items() if name not in base or not torch.equal(value, base[name].double())}
    assert values.keys() == exact.keys(), f"{case}: only in one of the two: {sorted(values.keys() ^ exact.keys())}"
    worst, differ, count = 0.0, 0, 0
    for name, value in values.items():
        assert value.shape == exact[name].shape, f"{case}: {name} has shapes {tuple(value.shape)} and {tuple(exact[name].shape)}"
        distance = (value.double() - exact[name]).abs()
        if value.dtype == torch.float32:
            assert distance.max() <= ABSOLUTE, f"{case}: {name} differs by {distance.max():.1e}"
        else:
            before = base[name].double().abs() if name in base and base[name].shape == value.shape else 0 * distance
            unit = torch.finfo(value.dtype).eps * torch.maximum(value.double().abs(), before).clamp_min(1e-3)
            assert (distance <= ulps * unit).all(), f"{case}: {name} differs by {(distance / unit).max():.2f} ulp"
        worst = max(worst, distance.max().item())
        differ += (value != exact[name].to(value.dtype)).sum().item()
        count += value.numel()
    if value.dtype == torch.float32:
        return f"within {worst:.0e} of the float64 formula"
    assert differ <= max(2, share * count), f"{case}: {differ} of {count} elements differ"
    return f"{differ} of {count} elements differ from the float64 formula rounded once"
