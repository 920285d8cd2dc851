"""The cells that a comparison belongs to: what its call and its operands vary."""

from typing import Any

import numpy as np

import faltung as ft
from faltung.dialects.record import complete, read_with
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec


def cells(function: str, arguments: dict[str, Any], x: Any, k: Any) -> list[str]:
    """Return the names of the cells; the same ones for every library, read from the Spec of the call."""
    x, k = np.asarray(x), np.asarray(k)
    call = ft.like(function, **arguments)
    try:
        inner, weights = call._prepared(x, k)
        facts = complete(call.dialect, call._facts(inner, weights))
        spec = read_with(call.dialect, call._facts(inner, weights))
        axes = call.dialect.sliding(facts) if call.dialect.sliding else None
    except (DialectError, SpecError):
        return of_numbers(x, k)
    sizes, taps = spatial(spec, inner.shape, weights.shape, axes)
    found = [*of_sizes(sizes, taps), *of_numbers(x, k), *of_spec(said(call, x, k) or spec)]
    return list(dict.fromkeys(found))


def said(call: Any, x: Any, k: Any) -> Spec | None:
    """Return what the call says of the operands as they are: a dialect may compute with others (Astropy's, where there are NaN)."""
    try:
        return read_with(call.dialect, call._facts(x, k))
    except (DialectError, SpecError):
        return None


def spatial(spec: Spec, x: tuple[int, ...], k: tuple[int, ...], axes: tuple[int, ...] | None) -> tuple[list[int], list[int]]:
    """Return the sizes of input and kernel along the axes over which it slides."""
    if spec.layout is not None:
        letters = spec.layout.spatial
        return [dict(zip(spec.layout.input, x, strict=False)).get(c, 0) for c in letters], [
            dict(zip(spec.layout.kernel, k, strict=False)).get(c, 0) for c in letters
        ]
    return [x[axis] for axis in axes] if axes is not None else list(x), list(k)


def of_sizes(sizes: list[int], taps: list[int]) -> list[str]:
    found = ["even kernel"] if any(size % 2 == 0 for size in taps) else []
    return found + (["longer kernel"] if any(m > n for n, m in zip(sizes, taps, strict=False)) else [])


def of_numbers(x: Any, k: Any) -> list[str]:
    found = []
    if x.dtype.kind in "biu":
        found.append("integer")
    if "c" in (x.dtype.kind, k.dtype.kind):
        found.append("complex")
    if any(array.dtype.kind in "fc" and np.isnan(array).any() for array in (x, k)):
        found.append("nan")
    return found


def of_spec(spec: Spec) -> list[str]:
    found = []
    if spec.operation != "convolve_transpose":
        reads_outside = spec.mode != "valid" and (spec.mode != "pads" or any(pad > 0 for pair in spec.pads for pad in pair))
        found.append(spec.mode if reads_outside else "valid")
        if reads_outside:
            found += [law for pair in spec.boundary for law in pair]
    for name in ("stride", "dilation"):
        if set(getattr(spec, name)) != {1}:
            found.append(name)
    if set(spec.input_dilation) != {1}:
        found.append("input dilation")
    return found + (["groups"] if spec.groups.count != 1 else [])
