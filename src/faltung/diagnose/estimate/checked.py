"""Arrays as they are given, made into a Scene, or refused in a sentence."""

from math import prod, sqrt
from typing import Any

import numpy as np

from faltung.diagnose.estimate.scene import Box, Scene
from faltung.errors import SpecError

Array = np.ndarray[Any, Any]
MOST = 2**31
UNIT = 1 / sqrt(12)
"""The standard deviation of rounding to whole numbers."""


def scene_of(x: Any, y: Any, stride: Any) -> Scene:
    """Return the scene of an input and a result; colours on a third, last axis are items of one kernel.

    Raises
    ------
    SpecError
        For arrays that are empty, too large, of objects or text, without finite numbers, or whose axes differ.
    """
    data, result = _array(x, "x"), _array(y, "y")
    if data.ndim != result.ndim:
        raise SpecError(f"x has {data.ndim} axes {data.shape} and y has {result.ndim} {result.shape}; both must have the same axes")
    if data.ndim == 3 and data.shape[2] == result.shape[2] <= 4 < min(data.shape[:2]):
        data, result = np.moveaxis(data, 2, 0), np.moveaxis(result, 2, 0)
    else:
        data, result = data[None], result[None]
    axes = data.ndim - 1
    if axes not in (1, 2, 3):
        raise SpecError(f"x has {axes} axes; kernels are identified over 1, 2 or 3")
    steps = tuple(stride) if isinstance(stride, tuple | list) else (stride,) * axes
    if len(steps) != axes or not all(isinstance(s, int) and not isinstance(s, bool) and s >= 1 for s in steps):
        raise SpecError(f"stride is {stride!r}; it must be a whole number of at least 1, or one for each of the {axes} axes")
    values, clipped = _unclipped(result)
    return Scene(x=_floating(data), y=values, stride=steps, rounding=_rounding(result), clipped=clipped)


def _array(value: Any, name: str) -> Array:
    found = np.asarray(value)
    if found.dtype.kind not in "biufc":
        raise SpecError(f"{name} has dtype {found.dtype}; it must hold numbers")
    if found.size == 0:
        raise SpecError(f"{name} is empty: its shape is {found.shape}")
    if found.size > MOST:
        raise SpecError(f"{name} has {found.size:,} entries; at most {MOST:,} are read, so take a part")
    if not np.isfinite(found).any():
        raise SpecError(f"{name} holds no finite number")
    return found


def _unclipped(y: Array) -> tuple[Array, int]:
    """Return a result as floats, and how many outputs stand at the ends of a narrow dtype's range: they may be clipped, and become NaN.

    Where those are the most, they are what there is, and stay.
    """
    values = _floating(y)
    if y.dtype.kind not in "iu" or y.dtype.itemsize > 2:
        return values, 0
    ends = (y == np.iinfo(y.dtype).min) | (y == np.iinfo(y.dtype).max)
    count = int(ends.sum())
    return (np.where(ends, np.nan, values), count) if 0 < count < y.size / 2 else (values, 0)


def _floating(values: Array) -> Array:
    return values.astype("complex128" if values.dtype.kind == "c" else "float64", copy=False)


def _rounding(y: Array) -> float:
    if y.dtype.kind in "biu":
        return UNIT
    greatest = float(np.abs(np.where(np.isfinite(y), y, 0)).max(initial=0))
    return greatest * float(np.finfo(y.dtype).eps)


def boxes(scene: Scene, shape: Any) -> list[Box] | None:
    """Return the windows that the shapes leave: none if everything is open, two where an even kernel may lie either way.

    Raises
    ------
    SpecError
        Where the sizes do not go with each other.
    """
    sizes = _sizes(shape, scene.axes)
    choices: list[list[tuple[int, int]]] = []
    for axis, (n, m, step) in enumerate(zip(scene.samples, scene.outputs, scene.stride, strict=True)):
        k = None if sizes is None else sizes[axis]
        if m == -(-n // step):
            if k is None:
                return None
            choices.append([(-(k // 2), k), (-((k - 1) // 2), k)] if k % 2 == 0 else [(-(k // 2), k)])
        else:
            choices.append([_fixed(axis, n, m, step, k)])
    found: list[Box] = []
    for turn in range(max(map(len, choices))):
        picked = [options[min(turn, len(options) - 1)] for options in choices]
        found.append(Box(low=tuple(low for low, _ in picked), sizes=tuple(k for _, k in picked)))
    if prod(found[0].sizes) > 4096:
        raise SpecError(f"the kernel would have {prod(found[0].sizes):,} taps {found[0].sizes}; at most 4,096 are fitted")
    return found


def _fixed(axis: int, n: int, m: int, step: int, k: int | None) -> tuple[int, int]:
    """Return (low, K) of an axis whose result has another size than its input: valid or full."""
    where = f"along axis {axis}, x has {n} samples and y has {m} outputs (stride {step})"
    if step > 1:
        if k is None or (n - k) // step + 1 != m:
            raise SpecError(f"{where}: neither same nor valid; give the kernel's shape, so that (N − K)//stride + 1 = M")
        return 0, k
    size = n - m + 1 if m < n else m - n + 1
    if k is not None and k != size:
        word = "valid, K = N − M + 1" if m < n else "full, K = M − N + 1"
        raise SpecError(f"{where}: that is {word} = {size}, but the shape says {k}")
    return (0, size) if m < n else (1 - size, size)


def _sizes(shape: Any, axes: int) -> tuple[int, ...] | None:
    if shape is None:
        return None
    sizes = tuple(shape) if isinstance(shape, tuple | list) else (shape,) * axes
    if len(sizes) != axes or not all(isinstance(s, int | np.integer) and not isinstance(s, bool) and s >= 1 for s in sizes):
        raise SpecError(f"shape is {shape!r}; it must be whole numbers of at least 1, one for each of the {axes} axes")
    return tuple(int(s) for s in sizes)
