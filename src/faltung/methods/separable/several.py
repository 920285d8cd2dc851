"""A kernel as the sum of two or three terms, each a column times a row: w[t, s] = Σ over r of  u[r, t]·v[r, s].

**Integers** (all weights whole): Euclid's steps on the rows leave as many whole rows as the rank is, of which every row of the kernel is a
whole combination. Pairs of them are then made short, each less a multiple of the other, so that little cancels between the terms.

**Floats**: the largest singular values, in float64; a step of least squares in longdouble for either side; rounded to the dtype.
Accepted, as for one term, where Σ|w − Σ u·v| ≤ 8·unit roundoff·Σ|w|.

`spread` is Σ over the terms of Σ|u·v|, over Σ|w|: roundings count so much more, and whole sums get so much larger on their way. Each v is
scaled by a power of two, its u by the inverse, so that Σ|v| ≤ 1/2: no row pass can overflow.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.bounds import FACTORING, ROUNDOFF
from faltung.methods.separable.factor import scaled

Array = npt.NDArray[Any]
MOST_TERMS = 3
MOST_SPREAD = 4.0
"""Terms that cancel more are none: Laplacians and differences of Gaussians, Gabors and unsharp masks have 1.0 to 1.3."""
LARGEST_SUM = 2.0**62
"""Of all absolute values in the terms: with integer samples, which are at most 2^64, no sum overflows."""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Columns (R, K) and rows (R, K'), in the dtype of the kernel, contiguous; and their spread, rounded up to a quarter."""

    u: Array
    v: Array
    spread: float


def terms(w: Array, *, exact: bool) -> Terms | None:
    """Return the fewest terms, at least two, of a kernel with two axes in window order, or None; remembered by its bytes."""
    return _remembered(w.tobytes(), w.shape, w.dtype.name, exact)


@lru_cache(maxsize=256)
def _remembered(data: bytes, shape: tuple[int, int], dtype: str, exact: bool) -> Terms | None:
    w = np.frombuffer(data, dtype).reshape(shape)
    if min(shape) < 2 or not np.isfinite(w).all() or not w.any():
        return None
    is_whole = bool((w == np.rint(w)).all() and np.abs(w).max() <= 2**24)
    made = _made(_whole(w.astype(np.int64)), w) if is_whole else None
    return made if made is not None or exact else _made(_rounded(w), w)


def _made(found: tuple[Array, Array] | None, w: Array) -> Terms | None:
    """Return the terms in the dtype of the kernel, unless they cancel too much or do not fit into it."""
    if found is None:
        return None
    u, v = found
    total = float((np.abs(u).sum(axis=1) * np.abs(v).sum(axis=1)).sum())
    spread = total / float(np.abs(w.astype(np.float64)).sum())
    pairs = [scaled((column, row), w.dtype) for column, row in zip(u, v, strict=True)]
    kept = [pair for pair in pairs if pair is not None]
    if spread > MOST_SPREAD or total > LARGEST_SUM or len(kept) < len(pairs):
        return None
    return Terms(np.stack([pair.u for pair in kept]), np.stack([pair.v for pair in kept]), ceil(4 * spread) / 4)


def _whole(w: Array) -> tuple[Array, Array] | None:
    """Return whole u and v whose products sum to w, exactly."""
    rows, basis, pivots = w.copy(), list[Array](), list[int]()
    while rows.any():
        if len(basis) == MOST_TERMS:
            return None
        at = int(rows.any(axis=0).argmax())
        while np.count_nonzero(rows[:, at]) > 1:
            least = int(np.where(rows[:, at] == 0, np.iinfo(np.int64).max, np.abs(rows[:, at])).argmin())
            times = np.rint(rows[:, at] / rows[least, at]).astype(np.int64)
            times[least] = 0
            rows -= times[:, None] * rows[least]
        last = int(rows[:, at].nonzero()[0][0])
        basis.append(rows[last].copy())
        pivots.append(at)
        rows[last] = 0
    u, rest = np.zeros((len(basis), len(w)), np.int64), w.copy()
    for r, (row, at) in enumerate(zip(basis, pivots, strict=True)):  # later rows are 0 at the pivots of earlier ones
        u[r] = rest[:, at] // row[at]
        rest -= u[r][:, None] * row
    u, v = _shortened(u.astype(np.float64), np.stack(basis).astype(np.float64))
    return (u, v) if len(v) > 1 and np.array_equal(u.T @ v, w) else None  # what overflowed on the way is seen here


def _shortened(u: Array, v: Array) -> tuple[Array, Array]:
    """Return other factors of the same product: rows less multiples of each other, while that makes them shorter."""
    count, changed = len(v), True
    while changed:
        changed = False
        for a in range(count):
            for b in range(count):
                times = float(np.rint(v[a] @ v[b] / (v[b] @ v[b]))) if a != b else 0.0
                if times and np.square(v[a] - times * v[b]).sum() < np.square(v[a]).sum():
                    v[a] -= times * v[b]
                    u[b] += times * u[a]
                    changed = True
    return u, v


def _rounded(w: Array) -> tuple[Array, Array] | None:
    """Return u and v, rounded to the dtype of w, whose products sum to w but for a few roundings."""
    size = 2.0 ** -np.frexp(np.abs(w).max())[1]  # squares must not overflow
    wide = w.astype(np.float64) * size
    left, values, right = np.linalg.svd(wide, full_matrices=False)
    roundoff = ROUNDOFF[w.dtype.name]
    count = int(np.count_nonzero(values > FACTORING * roundoff * values[0] * max(w.shape) ** 0.5))
    if not 2 <= count <= MOST_TERMS:
        return None
    one, exactly = np.eye(count), wide.astype(np.longdouble)
    columns, rows = left[:, :count].astype(np.longdouble), right[:count].astype(np.longdouble)
    rows = (2 * one - columns.T @ columns) @ (columns.T @ exactly)  # Newton's step for the inverse of a product that is nearly one
    rows /= values[:count, None]
    columns = exactly @ rows.T @ (2 * one - rows @ rows.T)
    u, v = (columns.T / size).astype(w.dtype).astype(np.float64), rows.astype(w.dtype).astype(np.float64)
    error = np.abs((u * size).T.astype(np.longdouble) @ v.astype(np.longdouble) - exactly).sum()
    return (u, v) if error <= FACTORING * roundoff * np.abs(wide).sum() else None
