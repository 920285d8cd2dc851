"""A kernel as column times row, w[t, s] = u[t]·v[s], where it is one: exactly for integers, to rounding for floats.

**Integers** (all weights whole): v is the first row that is not zero divided by its greatest common divisor, u the multiple of it that
each row is; a kernel of rank 1 has such factors, and they are whole.

**Floats**: from the largest weight's row and column, two steps of u = w·v / v·v and v = uᵀ·w / u·u in float64, then rounded to the dtype.
Accepted where Σ|w − u·v| ≤ 8·unit roundoff·Σ|w|: three roundings come from w itself, u and v; the rest is for weights that were computed
with errors of their own. The same signs and zeros are asked for, because infinite samples see nothing else of a weight.

In the end v is scaled by a power of two, u by its inverse, so that Σ|v| ≤ 1/2: the row pass then cannot overflow, and no bit is lost.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import frexp, gcd
from typing import Any

import numpy as np

from faltung.methods.bounds import FACTORING, ROUNDOFF

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Column and row, in the dtype of the kernel, contiguous."""

    u: Array
    v: Array


def axes_of_box(w: Array) -> tuple[int, ...]:
    """Return the axes along which all weights of a kernel with two axes are equal; none where some weight is not finite."""
    first = w[:1, :1]
    if np.array_equal(w, np.broadcast_to(first, w.shape)):
        return (0, 1) if np.isfinite(first).all() else ()
    down, across = (bool((w == np.take(w, [0], axis)).all()) for axis in (0, 1))
    return ((0,) if down else (1,) if across else ()) if down or (across and np.isfinite(w).all()) else ()


def factors(w: Array, *, exact: bool) -> Factors | None:
    """Return the factors of a kernel with two axes in window order, or None where it has none; remembered by its bytes."""
    return _remembered(w.tobytes(), w.shape, w.dtype.name, exact)


@lru_cache(maxsize=256)
def _remembered(data: bytes, shape: tuple[int, int], dtype: str, exact: bool) -> Factors | None:
    w = np.frombuffer(data, dtype).reshape(shape)
    found = halves(w, exact=exact)
    return None if found is None else scaled(found, w.dtype)


def halves(w: Array, *, exact: bool) -> tuple[Array, Array] | None:
    """Return u and v in float64, with the numbers of the kernel's dtype, where w = u·v exactly or, for floats, to rounding."""
    if not np.isfinite(w).all():
        return None
    if not w.any():
        return np.zeros(w.shape[0]), np.zeros(w.shape[1])
    whole = bool((w == np.rint(w)).all() and np.abs(w).max() <= 2**53)
    found = _whole(w.astype(np.int64)) if whole else None
    return found if found is not None or exact else _rounded(w.astype(np.float64), ROUNDOFF[w.dtype.name], w.dtype)


def _whole(w: Array) -> tuple[Array, Array] | None:
    """Return whole u and v with w = u·v, exactly."""
    row = next(row for row in w.tolist() if any(row))
    at, divisor = next(i for i, weight in enumerate(row) if weight), gcd(*row)
    v = [weight // divisor for weight in row]
    u = [line[at] // v[at] for line in w.tolist()]
    same = all(line == [a * b for b in v] for a, line in zip(u, w.tolist(), strict=True))
    return (np.array(u, np.float64), np.array(v, np.float64)) if same else None


def _rounded(w: Array, roundoff: float, dtype: Any) -> tuple[Array, Array] | None:
    """Return u and v, rounded to `dtype`, with w = u·v but for a few roundings, and the same signs."""
    scale = 2.0 ** -frexp(float(np.abs(w).max()))[1]  # squares must not overflow
    w = w * scale
    v = w[np.unravel_index(np.abs(w).argmax(), w.shape)[0]]
    for _ in range(2):
        u = w @ v / (v @ v)
        v = u @ w / (u @ u)
    balance = np.abs(v).max()
    u, v = (u * balance / scale).astype(dtype).astype(np.float64), (v / balance).astype(dtype).astype(np.float64)
    product = np.outer(u, v) * scale
    close = np.abs(product - w).sum() <= FACTORING * roundoff * np.abs(w).sum()
    return (u, v) if close and np.array_equal(np.sign(product), np.sign(w)) else None


def scaled(found: tuple[Array, Array], dtype: Any) -> Factors | None:
    """Return the factors with Σ|v| in (1/4, 1/2]; None where they do not fit into the dtype as they are."""
    u, v = found
    power = frexp(float(np.abs(v).sum()))[1] + 1
    made = np.ldexp(u, power).astype(dtype), np.ldexp(v, -power).astype(dtype)
    kept = np.array_equal(made[0], np.ldexp(u, power)) and np.array_equal(made[1], np.ldexp(v, -power))
    return Factors(*made) if kept and np.isfinite(made[0]).all() else None


@lru_cache(maxsize=256)
def column_first(found: Factors) -> Factors:
    """Return the same factors with Σ|u| at most 1/2, for where the column pass comes first; as they are where a bit would be lost."""
    power = max(frexp(float(np.abs(found.u.astype(np.float64)).sum()))[1] + 1, 0)
    with np.errstate(all="ignore"):
        u, v = np.ldexp(found.u, -power), np.ldexp(found.v, power)
        kept = np.array_equal(np.ldexp(u, power), found.u) and np.isfinite(v).all()
    return Factors(u, v) if kept else found
