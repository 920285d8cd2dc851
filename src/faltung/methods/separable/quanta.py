"""A symmetric column as whole multiples of one step, for sums of bytes in 32 bits: u[t] = step·n[t], exactly or to rounding.

Samples that meet the same weight are added first, n[t]·(x[t] + x[K-1-t]), and the sum of whole numbers is exact. What is left is the
error of the multiples themselves, Σ|u − step·n|, a rounding where a sum is converted to float32, and one where `step` goes into the row's
weights: together they may be at most the K roundings of a chain of K multiply-adds; a column for which no step does that well is none.

Multiples have up to 23 bits, Σ|n| ≤ 2^23, so that sums of bytes stay in 32; they are cut into digits of 15 bits for an instruction that
multiplies 16-bit numbers. The weight in the middle, whose sample is added to itself, is halved, and so it is even.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.bounds import ROUNDOFF

Array = npt.NDArray[Any]
LARGEST_SUM = 2**23
"""Times 255, it stays below 2^31."""
DIGIT = 15
TRIED = 64
"""Steps that are tried, the largest 1.6 % larger than the smallest."""


@dataclass(frozen=True, slots=True, eq=False)
class Quanta:
    """`digits` of the multiples, packed for pairs of taps (⌈K/4⌉, digits, 2), and the row's weights times the step."""

    packed: Array
    v: Array
    digits: int


def quanta(u: Array, v: Array, *, exact: bool) -> Quanta | None:
    """Return a column and row in float32 as multiples, or None where they have none; remembered by their bytes."""
    return _remembered(u.tobytes(), v.tobytes(), exact)


@lru_cache(maxsize=256)
def _remembered(column: bytes, row: bytes, exact: bool) -> Quanta | None:
    u, v = np.frombuffer(column, np.float32).astype(np.float64), np.frombuffer(row, np.float32).astype(np.float64)
    if len(u) < 2 or not np.array_equal(u, u[::-1]) or not u.any():
        return None
    step = _exact_step(u)
    if step is None and not exact:
        step = _rounded_step(u)
    if step is None:
        return None
    weights = (v * step).astype(np.float32)
    if step == 2.0 ** np.rint(np.log2(step)) and not np.array_equal(weights, v * step):
        return None
    multiples, digits = _halved(_multiples(u, step)), 1
    if np.abs(multiples).max() >= 2**DIGIT:
        digits = 2
    return Quanta(_packed(multiples, digits), weights, digits)


def _multiples(u: Array, step: float) -> Array:
    """Return whole n with u ≈ step·n, even in the middle."""
    n = np.rint(u / step)
    if len(u) % 2:
        n[len(u) // 2] = 2 * np.rint(u[len(u) // 2] / (2 * step))
    return n.astype(np.int64)


def _exact_step(u: Array) -> float | None:
    """Return the largest power of two of which all weights are multiples, if their sum allows."""
    most = np.frexp(np.abs(u).sum())[1]
    for power in range(1, 24):
        step = 2.0 ** (most - power)
        n = _multiples(u, step)
        if np.array_equal(n * step, u):
            return step if np.abs(n).sum() <= LARGEST_SUM else None
    return None


def _rounded_step(u: Array) -> float | None:
    """Return the step, of a few, whose multiples come closest; None where they do not come as close as they must."""
    total, best, found = np.abs(u).sum(), np.inf, None
    for i in range(TRIED):
        step = total / (LARGEST_SUM - len(u)) * (1 + i / (4096 - TRIED))
        error = np.abs(u - step * _multiples(u, step)).sum()
        if error < best:
            best, found = error, step
    return found if best <= (len(u) - 2) * ROUNDOFF["float32"] * total else None


def _halved(n: Array) -> Array:
    """Return the first half of the multiples, that of the middle halved, filled up to whole pairs."""
    first = n[: -(-len(n) // 2)].copy()
    if len(n) % 2:
        first[-1] //= 2
    return np.concatenate([first, np.zeros(len(first) % 2, np.int64)])


def _packed(n: Array, digits: int) -> Array:
    """Return the digits, the lowest first, of pairs."""
    low = n if digits == 1 else (n + 2 ** (DIGIT - 1)) % 2**DIGIT - 2 ** (DIGIT - 1)
    parts = [low] if digits == 1 else [low, (n - low) >> DIGIT]
    return np.ascontiguousarray(np.stack([part.reshape(-1, 2) for part in parts], axis=1).astype(np.int16))
