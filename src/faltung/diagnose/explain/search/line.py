"""Where a kernel's response resembles the result: the share of the result's variance that a straight line of it explains, at every shift.

For outputs y[o] and the response V(stride·o − pad) the sums of V, V², V·y, y and y² over the outputs that meet a position of V are all
cross-correlations, so a few transforms give them at every shift together, of many kernels at once.
"""

from math import prod
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SMALLEST = 1e-10
"""Variance, against the largest, from which on something varies: the rounding of a transform is below."""


def line_shares(pairs: list[tuple[Array, Array, Array]], strides: tuple[int, ...]) -> tuple[Array, Array]:
    """Return how many outputs meet V at every shift, (P …), and the share that a straight line explains, (V, P …).

    Parameters
    ----------
    pairs : list
        For each item and channel the responses (V, B …) of all kernels, the outputs (M …), and which of them count (M …).
    strides : tuple of int
        Steps of the outputs.

    Notes
    -----
    Entry i of an axis is the shift at which output 0 meets position i − stride·(M − 1).
    """
    first, outputs, _ = pairs[0]
    sizes = tuple(s * (m - 1) + 1 for s, m in zip(strides, outputs.shape, strict=True))
    shape = tuple(b + m - 1 for b, m in zip(first.shape[1:], sizes, strict=True))
    totals = _totals(pairs, strides, sizes, shape)
    n = np.rint(totals[0].real)
    sv, svv, svy, sy, syy = (np.asarray(each) for each in totals[1:])
    many = np.maximum(n, 1)
    gy = svy / many - np.conj(sv) / many * (sy / many)
    gg = svv.real / many - np.abs(sv / many) ** 2
    yy = syy.real / many - np.abs(sy / many) ** 2
    varies = (gg > SMALLEST * gg.max(initial=0)) & (yy > SMALLEST * yy.max(initial=0))
    share = np.where(varies, np.abs(gy) ** 2 / np.where(varies, gg * yy, 1), 0)
    return n.astype(np.int64), np.minimum(share.real, 1)


def _totals(pairs: list[tuple[Array, Array, Array]], strides: Any, sizes: tuple[int, ...], shape: tuple[int, ...]) -> list[Any]:
    """Return the sums of 1, V, |V|², conj(V)·y, y and |y|² over all outputs that meet V, at every shift."""
    totals: list[Any] = [0] * 6
    middle_v, middle_y = _middle([v for v, _, _ in pairs]), _middle([y[good] for _, y, good in pairs])
    for v, y, good in pairs:
        there = np.isfinite(v).all(axis=0)
        g = np.where(there, v - middle_v, 0)
        own, known = _spread(np.where(good, y - middle_y, 0), strides, sizes), _spread(good.astype(float), strides, sizes)
        kind = "c" if "c" in (g.dtype.kind, own.dtype.kind) else "f"
        ones, conjugate, square = (_spectrum(each, shape, kind) for each in (there.astype(float), np.conj(g), np.abs(g) ** 2))
        meets, of_y, of_yy = (_turned(each, shape, kind) for each in (known, own, np.abs(own) ** 2))
        plain = _spectrum(g, shape, kind) if kind == "c" else conjugate
        products = (ones * meets, plain * meets, square * meets, conjugate * of_y, ones * of_y, ones * of_yy)
        totals = [total + _back(each, sizes, shape, kind) for total, each in zip(totals, products, strict=True)]
    return totals


def _spectrum(a: Array, shape: tuple[int, ...], kind: str) -> Array:
    axes = tuple(range(-len(shape), 0))
    return np.fft.rfftn(a, shape, axes) if kind == "f" else np.fft.fftn(a, shape, axes)


def _turned(a: Array, shape: tuple[int, ...], kind: str) -> Array:
    """Return the spectrum of a(−p): a product with it sums a, without its conjugate, against every shift of another."""
    return np.conj(_spectrum(np.conj(a), shape, kind))


def _back(spectrum: Array, sizes: tuple[int, ...], shape: tuple[int, ...], kind: str) -> Array:
    """Return sums at the shifts −(size − 1) … B − 1, in this order."""
    axes = tuple(range(-len(shape), 0))
    values = np.fft.irfftn(spectrum, shape, axes) if kind == "f" else np.fft.ifftn(spectrum, shape, axes)
    return np.roll(values, tuple(size - 1 for size in sizes), axes)


def _spread(a: Array, strides: tuple[int, ...], sizes: tuple[int, ...]) -> Array:
    out = np.zeros(sizes, a.dtype)
    out[tuple(slice(None, None, s) for s in strides)] = a
    return out


def _middle(arrays: list[Array]) -> Any:
    """Return the mean of all finite numbers: without it, sums of squares would cancel."""
    total, count = 0, 0
    for a in arrays:
        finite = a[np.isfinite(a)]
        total, count = total + finite.sum(), count + prod(finite.shape)
    return total / max(count, 1)
