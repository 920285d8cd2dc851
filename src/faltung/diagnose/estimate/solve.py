"""Least squares: k = argmin Σ |Σ k[t]·X[…] + offset − y|², with error bars, conditioning, and the directions that the data leave open.

The normal equations are summed up block by block, so that memory does not grow with the image; they are solved on the eigenvectors of
the matrix scaled to a unit diagonal. Error bars: σ²·diag(G⁻¹) with σ² = Σ|residual|² / (outputs − unknowns) (Gauss and Markov). Where they
would be larger than the weights themselves, the weights are shrunk (Tikhonov), as strongly as generalised cross-validation says
(Golub, Heath and Wahba, 1979).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Rows = Callable[[], Iterator[tuple[Array, Array]]]
SURELY = 4.0
"""Standard errors beyond which an offset is one."""
OPEN = 1e-11
"""An eigenvalue (of the matrix with unit diagonal) below this share of the largest is none: rounding makes as much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equations:
    """Gram matrix G = AᴴA and right side Aᴴy of all taps and, last, the offset; how many outputs, and Σ|y|²."""

    gram: Array
    right: Array
    count: int
    energy: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """The unknowns, their covariance, and what is to be said of them.

    `gram` is AᴴA of the taps, an offset taken out, whatever the constraints; `residual` is the root mean square, `inflation` how much
    larger the variance of a tap is than if the others were known, `left_open` says for each tap whether the data leave a direction open
    in which it takes part, `shrunk` is the weight of the penalty (0: none), `condition` the ratio of the largest to the smallest
    eigenvalue that counts, `free` how many directions are open.
    """

    values: Array
    covariance: Array
    residual: float
    inflation: Array
    left_open: Array
    shrunk: float
    condition: float
    free: int
    count: int
    gram: Array


def equations(rows: Rows, taps: int, dtype: Any) -> Equations:
    """Return the normal equations of all rows."""
    gram, right = np.zeros((taps + 1, taps + 1), dtype), np.zeros(taps + 1, dtype)
    count, energy = 0, 0.0
    for design, values in rows():
        full = np.concatenate([design, np.ones((len(design), 1), design.dtype)], axis=1).astype(dtype, copy=False)
        gram += full.conj().T @ full
        right += full.conj().T @ values
        count, energy = count + len(values), energy + float((np.abs(values) ** 2).sum())
    return Equations(gram=gram, right=right, count=count, energy=energy)


def solved(found: Equations, basis: Array, rows: Rows, floor: float) -> Fit:
    """Return the fit whose unknowns are combinations of the columns of `basis` (taps and offset, unknowns)."""
    gram, right = basis.conj().T @ found.gram @ basis, basis.conj().T @ found.right
    scale = np.sqrt(np.maximum(np.real(np.diag(gram)), 1e-300))
    eigen, vectors = np.linalg.eigh(gram / np.outer(scale, scale))
    kept = eigen > OPEN * eigen[-1]
    inner = vectors[:, kept].conj().T @ (right / scale)
    penalty = 0.0
    theta = vectors[:, kept] @ (inner / eigen[kept]) / scale
    residual, unknowns = root_mean_square(rows, basis @ theta), int(kept.sum())
    variance = max(residual**2 * found.count / max(found.count - unknowns, 1), floor**2)
    noise, signal = variance * float((1 / eigen[kept]).sum()), float((np.abs(inner / eigen[kept]) ** 2).sum())
    if noise > signal:  # the error bars together are longer than the kernel
        penalty = _penalty(eigen[kept], inner, found, residual)
        theta = vectors[:, kept] @ (inner / (eigen[kept] + penalty)) / scale
        residual = root_mean_square(rows, basis @ theta)
    shrinking = eigen[kept] / (eigen[kept] + penalty) ** 2
    covariance = variance * (vectors[:, kept] * shrinking) @ vectors[:, kept].conj().T / np.outer(scale, scale)
    inverse = (vectors[:, kept] / eigen[kept]) @ vectors[:, kept].conj().T
    open_share = (np.abs(basis @ (vectors[:, ~kept] / scale[:, None])) ** 2).sum(axis=1)
    left_open = open_share > 1e-6 * max(float(open_share.max(initial=0)), 1e-300)
    return Fit(
        values=basis @ theta, covariance=basis @ covariance @ basis.conj().T, residual=residual,
        inflation=np.real((np.abs(basis) > 0) @ np.diag(inverse)), left_open=left_open,
        shrunk=penalty, condition=float(eigen[kept][-1] / eigen[kept][0]), free=int((~kept).sum()), count=found.count,
        gram=_taps_alone(found),
    )  # fmt: skip


def _taps_alone(found: Equations) -> Array:
    across = found.gram[:-1, -1:]
    alone: Array = found.gram[:-1, :-1] - across @ across.conj().T / max(float(np.real(found.gram[-1, -1])), 1.0)
    return alone


def root_mean_square(rows: Rows, values: Array) -> float:
    """Return the root mean square of what the unknowns leave, from the rows themselves: the normal equations lose half the digits."""
    total, count = 0.0, 0
    for design, results in rows():
        total += float((np.abs(design @ values[:-1] + values[-1] - results) ** 2).sum())
        count += len(results)
    return sqrt(total / max(count, 1))


def _penalty(eigen: Array, inner: Array, found: Equations, residual: float) -> float:
    """Return the penalty with the least generalised cross-validation score, over powers of the square root of ten; 0 may be the least."""
    best, chosen = np.inf, 0.0
    for penalty in (0.0, *(float(eigen[-1]) * 10 ** (exponent / 2) for exponent in range(-24, 0))):
        kept = eigen / (eigen + penalty)
        lost = float(((penalty / (eigen + penalty)) ** 2 * np.abs(inner) ** 2 / eigen).sum())
        score = (residual**2 * found.count + lost) / (found.count - float(kept.sum())) ** 2 if found.count > kept.sum() else np.inf
        if score < best * (1 - 1e-9):
            best, chosen = score, penalty
    return chosen
