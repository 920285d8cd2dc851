"""Arrays with the error that rounding may have caused, so that both sides of a law can be compared without a tolerance of taste.

A `Tracked` holds computed values and a number: no entry is farther from exact arithmetic than `error`. Each function below computes
and adds its own roundings: those of a convolution come from `faltung.methods.bounds.error_bound`, those of single operations are the
usual ones (Higham, Accuracy and Stability of Numerical Algorithms, 3.1 and 3.6, u the unit roundoff):

    |fl(a + b) − (a + b)| ≤ u·|a + b|,      |fl(a·b) − a·b| ≤ 3u·|a·b|  for complex a and b.

Integers below 2^53 do not round, whatever their order of summation: their roundoff is 0, and with it every error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from faltung.api import problem
from faltung.methods.bounds import ROUNDOFF, error_bound
from faltung.spec.case import Case

Array: TypeAlias = np.ndarray[Any, Any]
UNIT = ROUNDOFF["float64"]


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """Values, the largest error of an entry, and the unit roundoff of what is computed from them (0: exact integers)."""

    values: Array
    error: float = 0.0
    roundoff: float = UNIT


class WrongShapeError(Exception):
    """An engine returned something else than the full result; the message says what."""


def by_engine(operation: Callable[[Array, Array], Array], a: Tracked, b: Tracked) -> Tracked:
    """Return what an engine's operation makes of two operands; every method's rounding is allowed, and the operands' own errors."""
    values = np.asarray(operation(a.values, b.values))
    full = tuple(n + k - 1 for n, k in zip(a.values.shape, b.values.shape, strict=True))
    if values.shape != full:
        raise WrongShapeError(f"shapes {a.values.shape} and {b.values.shape} gave {values.shape}, but all N + K - 1 samples are {full}")
    return Tracked(values, sums_of_products(a, b, "fourier", "shift"), max(a.roundoff, b.roundoff))


def sums_of_products(a: Tracked, b: Tracked, *methods: str) -> float:
    """Return how far a convolution or correlation by any of the methods may be from the exact one."""
    sum_a, sum_b = (float(np.abs(o.values).sum()) + o.error * o.values.size for o in (a, b))
    inherited = a.error * sum_b + b.error * sum_a
    if max(a.roundoff, b.roundoff) == 0:
        return inherited
    case = _case(a.values.shape, b.values.shape)
    return inherited + max(error_bound(case, method) for method in methods) * sum_b * _largest(a)


def add(a: Tracked, b: Tracked) -> Tracked:
    """Return a + b."""
    values = a.values + b.values
    roundoff = max(a.roundoff, b.roundoff)
    return Tracked(values, a.error + b.error + roundoff * float(np.abs(values).max()), roundoff)


def scale(c: complex, a: Tracked) -> Tracked:
    """Return c·a for an exact number c."""
    values = c * a.values
    return Tracked(values, abs(c) * a.error + 3 * a.roundoff * float(np.abs(values).max()), a.roundoff)


def times(a: Tracked, b: Tracked) -> Tracked:
    """Return a·b, sample by sample; one operand may be a number."""
    values = np.asarray(a.values * b.values)
    roundoff = max(a.roundoff, b.roundoff)
    rounding = 3 * roundoff * float(np.abs(values).max())
    return Tracked(values, rounding + a.error * _largest(b) + b.error * _largest(a), roundoff)


def difference(a: Tracked, axis: int) -> Tracked:
    """Return a[n] − a[n − 1] along one axis, one sample longer: a is 0 outside."""
    values = np.diff(np.pad(a.values, [(int(i == axis), int(i == axis)) for i in range(a.values.ndim)]), axis=axis)
    return Tracked(values, 2 * a.error + a.roundoff * float(np.abs(values).max()), a.roundoff)


def inner(a: Tracked, b: Tracked) -> Tracked:
    """Return ⟨a, b⟩ = Σ conj(a)·b, an array of no axes."""
    value = np.asarray(np.vdot(a.values, b.values))
    roundoff, terms = max(a.roundoff, b.roundoff), 3 * a.values.size + 1
    rounding = terms * roundoff / (1 - terms * roundoff) * float(np.abs(a.values * b.values).sum())
    sum_a, sum_b = (float(np.abs(o.values).sum()) for o in (a, b))
    return Tracked(value, rounding + a.error * sum_b + b.error * sum_a + a.error * b.error * a.values.size, roundoff)


def total(a: Tracked) -> Tracked:
    """Return the sum of all samples, an array of no axes."""
    terms = a.values.size * a.roundoff
    error = terms / (1 - terms) * float(np.abs(a.values).sum()) + a.values.size * a.error
    return Tracked(np.asarray(a.values.sum()), error, a.roundoff)


def moved(a: Tracked, change: Callable[[Array], Array]) -> Tracked:
    """Return the values changed by something that rounds nothing: reversed, conjugated, padded, cut."""
    return Tracked(change(a.values), a.error, a.roundoff)


def reverse(a: Tracked) -> Tracked:
    """Return a[−n]: reversed along every axis."""
    return moved(a, np.flip)


def conjugate(a: Tracked) -> Tracked:
    """Return conj(a)."""
    return moved(a, np.conj)


def cut(a: Tracked, start: Sequence[int], sizes: Sequence[int]) -> Tracked:
    """Return `sizes` samples from `start` on."""
    return moved(a, lambda values: values[tuple(slice(s, s + n) for s, n in zip(start, sizes, strict=True))])


def delayed(a: Tracked, steps: Sequence[int]) -> Tracked:
    """Return a[n − steps], with zeros in front."""
    return moved(a, lambda values: np.pad(values, [(step, 0) for step in steps]))


def _largest(a: Tracked) -> float:
    return float(np.abs(a.values).max()) + a.error


def _case(x_shape: tuple[int, ...], k_shape: tuple[int, ...]) -> Case:
    full = problem("correlate", x_shape, k_shape, "complex128", "complex128")
    return Case(windows=full.windows, input_sizes=x_shape, kernel_sizes=k_shape, dtype="complex128")
