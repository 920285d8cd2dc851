"""Results that hold NaN or infinities where no window of the input holds one: what is known of them, and the finite rest."""

from itertools import pairwise
from math import prod

import numpy as np

from faltung.diagnose.explain.explanation import Array

ENOUGH = 16  # finite outputs that are worth a diagnosis of their own


def broken(array: Array) -> Array:
    """Return which samples are NaN or infinite."""
    return ~np.isfinite(array) if array.dtype.kind in "fc" else np.zeros(array.shape, bool)


def nothing_finite(x: Array, k: Array, y: Array) -> str:
    """Return what to say of a result without a finite number; nothing where there is one.

    Examples
    --------
    >>> nothing_finite(np.array([1.0, np.nan, 2.0, 3.0]), np.ones(2), np.full(5, np.nan)).partition(":")[0]
    'y is NaN everywhere, though only 2 of its 5 outputs read the NaN at 1 of the input'
    """
    if not broken(y).all():
        return ""
    what = "NaN" if np.isnan(y).all() else "infinite" if np.isinf(y).all() else "NaN or infinite"
    if broken(k).any():
        return f"y is {what} everywhere: so is every sum with this kernel, {_where(k)} of the kernel being no number"
    if not broken(x).any():
        return (
            f"y is {what} everywhere, though x and k are finite: {_of_finite(k)}; no convolution of finite numbers in this range makes it"
        )
    reached = _reached(x, k, y)
    if reached >= y.size:
        return f"y is {what} everywhere, and so may every sum be: {int(broken(x).sum()):,} samples of x are NaN or infinite"
    return f"y is {what} everywhere, though only {reached:,} of its {y.size:,} outputs read {_where(x)} of the input: {BY_TRANSFORMS}"


BY_TRANSFORMS = "a method by Fourier transforms spreads it over the whole result; a direct one, or one that skips NaN, does not"


def tiled(x: Array, k: Array, y: Array) -> str:
    """Return what to say of a result that is NaN in more outputs than read such a sample, and finite elsewhere; else nothing."""
    count = int(broken(y).sum())
    if not broken(x).any() or broken(k).any() or count in (0, y.size) or count <= _reached(x, k, y):
        return ""
    reached = f"though at most {_reached(x, k, y):,} read {_where(x)} of the input"
    return f"{count:,} of {y.size:,} outputs are NaN or infinite, {reached}: a method by Fourier transforms spreads it over whole tiles"


def finite_rest(y: Array) -> tuple[slice, ...] | None:
    """Return the largest part of a result, a stretch of one axis, without NaN and infinities; None where it is small."""
    best: tuple[int, tuple[slice, ...]] = (0, ())
    for axis, size in enumerate(y.shape):
        bad = broken(y).any(axis=tuple(a for a in range(y.ndim) if a != axis))
        edges = [-1, *np.flatnonzero(bad).tolist(), size]
        for first, last in pairwise(edges):
            count = (last - first - 1) * y.size // size
            if count > best[0]:
                best = count, tuple(slice(first + 1, last) if a == axis else slice(0, n) for a, n in enumerate(y.shape))
    return best[1] if best[0] >= ENOUGH else None


def _reached(x: Array, k: Array, y: Array) -> int:
    """Return how many outputs may read a broken sample: each as many as the kernel has taps."""
    return min(int(broken(x).sum()) * prod(k.shape), y.size)


def _where(array: Array) -> str:
    places = np.argwhere(broken(array))
    first = ", ".join(map(str, places[0].tolist()))
    name = "the NaN" if np.isnan(array[tuple(places[0])]) else "the infinity"
    at = f"({first})" if array.ndim > 1 else first
    return f"{name} at {at}" if len(places) == 1 else f"one of the {len(places):,} samples that are no numbers, the first at {at},"


def _of_finite(k: Array) -> str:
    return "an overflow, a division by 0 or unset memory" if k.sum() else "the taps sum to 0, by which a normalising call divides"
