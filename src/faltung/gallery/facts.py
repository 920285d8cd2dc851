"""What can be computed from weights: their sum, moments, rank-1 factors, and what reversal does to them.

Nothing here is typed into an entry: the gallery prints these answers, so a wrong weight shows as a wrong fact.
"""

import math
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = NDArray[np.int64] | NDArray[np.float64]
Reversal: TypeAlias = Literal["unchanged", "negated", "changed"]
Factors: TypeAlias = tuple[NDArray[Any], NDArray[Any]]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array in C order, owning its memory and read-only."""
    copy = np.array(array, order="C")
    copy.setflags(write=False)
    return copy


def reversed_weights(weights: NDArray[Any]) -> NDArray[Any]:
    """The weights reversed along every axis: what a convolution applies where a correlation applies `weights`."""
    return frozen(np.flip(weights))


def reversal_of(weights: NDArray[Any]) -> Reversal:
    """What reversal along every axis does to the weights, by exact comparison.

    Examples
    --------
    >>> reversal_of(np.array([[1, 2, 1]])), reversal_of(np.array([[-1, 0, 1]])), reversal_of(np.array([[0, 0, 1]]))
    ('unchanged', 'negated', 'changed')
    """
    turned = np.flip(weights)
    if np.array_equal(turned, weights):
        return "unchanged"
    return "negated" if np.array_equal(turned, -weights) else "changed"


def reversal_sentence(weights: NDArray[Any]) -> str:
    """One sentence on what the reversal of these weights means for the two operations."""
    kind = reversal_of(weights)
    if kind == "unchanged":
        return "Reversed, the weights are the same, so convolution and correlation with them are one operation."
    if kind == "negated":
        return "Reversed, every weight changes its sign, so the convolution is minus the correlation; their magnitudes agree."
    differing = int(np.count_nonzero(np.flip(weights) != weights))
    gap = np.abs(np.flip(weights) - weights).max()
    return (
        f"Reversed, {differing} of the {weights.size} weights differ (by up to {gap:g}), "
        "so convolution and correlation give different answers, and not only in sign."
    )


def total(integers: NDArray[np.int64] | None, scale: Fraction, weights: NDArray[Any]) -> Fraction | float:
    """The sum of the weights: an exact fraction where they are integers times a scale, else correctly rounded (fsum)."""
    if integers is not None:
        return scale * sum(int(v) for v in integers.flat)
    return math.fsum(weights.flat)


def total_is_zero(value: Fraction | float, weights: NDArray[Any]) -> bool:
    """Whether a sum is zero: exactly, or for sampled weights to the roundings of their few operations."""
    if isinstance(value, Fraction):
        return value == 0
    return abs(value) <= 8 * float(np.finfo(np.float64).eps) * float(np.abs(weights).sum())


def moment(weights: NDArray[Any], power_y: int, power_x: int) -> float:
    """Sum of w[t] y**power_y x**power_x with y down and x to the right of the window's centre: the correlation with that monomial."""
    y, x = (np.arange(n) - (n - 1) / 2 for n in weights.shape)
    return float((weights * (y**power_y)[:, None] * (x**power_x)[None, :]).sum())


def deviations(weights: NDArray[Any]) -> tuple[float, float]:
    """The standard deviations of non-negative weights that sum to 1, down and to the right, in samples."""
    return math.sqrt(moment(weights, 2, 0)), math.sqrt(moment(weights, 0, 2))


def factors_of(weights: NDArray[Any]) -> Factors | None:
    """A column and a row whose outer product is `weights`, or None where the rank is not 1.

    Integers are factored exactly: the row has no common divisor, so the column is integer too. Floats are factored to
    rounding (8 units in the last place of the largest weight), and where the column does not cancel it is made to sum to 1.

    Examples
    --------
    >>> column, row = factors_of(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    >>> column.tolist(), row.tolist()
    ([1, 2, 1], [-1, 0, 1])
    >>> factors_of(np.array([[0, 1], [1, 0]])) is None
    True
    """
    if not np.any(weights):
        return None
    found = _integer_factors(weights) if np.issubdtype(weights.dtype, np.integer) else _float_factors(weights)
    return None if found is None else (frozen(found[0]), frozen(found[1]))


def _integer_factors(weights: NDArray[Any]) -> Factors | None:
    i, j = (int(index[0]) for index in np.nonzero(weights))
    row = weights[i] // np.gcd.reduce(weights[i])
    column = weights[:, j] // row[j]
    if not np.array_equal(np.outer(column, row), weights):
        return None
    # One sign of two: the factor that smooths (its sum is not 0) is the positive one; the row decides if both do.
    leading = row.sum() or column.sum() or column[np.nonzero(column)[0][0]]
    return (-column, -row) if leading < 0 else (column, row)


def _float_factors(weights: NDArray[Any]) -> Factors | None:
    i, j = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    column, row = weights[:, j] / weights[i, j], weights[i]
    gap = np.abs(np.outer(column, row) - weights).max()
    if gap > 8 * np.finfo(np.float64).eps * np.abs(weights).max():
        return None
    share = column.sum()
    return (column / share, row * share) if abs(share) >= 1 else (column, row)
