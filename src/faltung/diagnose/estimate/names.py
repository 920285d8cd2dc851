"""What an estimated kernel is called: simple fractions, and the gallery's kernel that it is, scaled, turned, reversed."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from faltung.gallery import defaults, kernel, kernels

Array = np.ndarray[Any, Any]
DENOMINATORS = (*range(1, 65), 81, 96, 100, 121, 128, 144, 159, 169, 225, 250, 256, 273, 289, 300, 361, 441, 512, 529, 625, 1000, 1024)
SURE = 4.0
"""Error bars within which a number is called equal; they must be that much finer than the grid of fractions."""
CLOSE = 0.25
"""Share of a kernel's length by which the nearest name may be off to be named at all."""
ALIKE = 0.05
"""Share up to which a kernel is called by a name that its error bars exclude: what rounding to 8 bits leaves of small weights."""

NOTHING = 1e-9
"""A sum of weights that is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A gallery kernel: how it lies here, its factor, how far it is off as a share of the length, and whether noise explains that."""

    kernel: str
    turned: str
    scale: float
    off: float
    within_errors: bool

    def __str__(self) -> str:
        parts = [self.kernel]
        if abs(self.scale - 1) > 1e-3:
            parts.append(f"scaled by {self.scale:.4g}")
        if self.turned:
            parts.append(self.turned)
        how = "within the error bars" if self.within_errors else f"off by {100 * self.off:.2g} %"
        far = not self.within_errors and self.off > ALIKE
        return f"{'none of the gallery; nearest is ' if far else ''}{', '.join(parts)} ({how})"


def fractions(weights: Array, errors: Array) -> tuple[Array, int] | None:
    """Return (integers, denominator) if all weights are integers over one small denominator, as far as their error bars can tell."""
    if np.iscomplexobj(weights) or not np.isfinite(weights).all():
        return None
    most = float(np.abs(weights).max(initial=0))
    allowed = np.maximum(SURE * errors, 1e-9 * most)
    for denominator in DENOMINATORS:
        whole = np.round(weights * denominator)
        if float(allowed.max(initial=0)) * denominator < 0.1 and (np.abs(weights * denominator - whole) <= allowed * denominator).all():
            return whole.astype("int64"), denominator
    return None


def nearest(weights: Array, gram: Array, variance: float) -> Name | None:
    """Return the gallery's kernel that is nearest to weights stated for correlation, None where all are far.

    `gram` and `variance` say how well they are known: a difference d is within the errors if dᵀ·gram·d ≤ variance·(taps + 4√(2·taps)).
    """
    length = float(np.linalg.norm(weights))
    if weights.ndim > 2 or weights.size < 2 or np.iscomplexobj(weights) or length == 0:
        return None
    best: Name | None = None
    for name, candidate in _candidates(weights.shape):
        for turned, form in _forms(candidate):
            if form.shape != weights.shape:
                continue
            scale = float((form * weights).sum() / (form * form).sum())
            off = weights - scale * form
            share = float(np.linalg.norm(off)) / length
            chi = float(off.ravel() @ gram @ off.ravel())
            within = chi <= variance * (weights.size + SURE * sqrt(2 * weights.size)) or share < 1e-6
            found = Name(kernel=name, turned=turned, scale=scale, off=share, within_errors=within)
            if share <= CLOSE and (scale > 0) and (best is None or share < best.off - 1e-9):
                best = found
    return best


def _candidates(shape: tuple[int, ...]) -> Iterator[tuple[str, Array]]:
    """Yield the gallery's kernels, those with a size in this one, Gaussians in several widths; for one axis, their rows."""
    for name in kernels():
        for parameters in ({}, *_sized(name, shape)):
            try:
                weights = np.asarray(kernel(name, **parameters).weights, "float64")
            except ValueError:  # no such size
                continue
            rows = weights[None] if len(shape) == 2 else _row(weights)
            for found in rows:
                if found.any():
                    text = ",".join(f"{key}={value:g}" for key, value in parameters.items())
                    yield f"{name}:{text}" if text else name, found


def _row(weights: Array) -> Array:
    """Return the factor along the rows of a kernel that is a product, as an array of one row; with the sum 1 where it has one.

    Nothing where it is no product, or where its name is about the other factor: the rows of sobel-y smooth.
    """
    row = weights[weights.any(axis=1)][:1]
    total, whole = float(row.sum()), float(weights.sum())
    if np.linalg.matrix_rank(weights) != 1 or (abs(total) > NOTHING and abs(whole) < NOTHING):
        return row[:0]
    return row / total if abs(total) > NOTHING else row


def _sized(name: str, shape: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the parameters tried for kernels that come in sizes."""
    given, size = defaults(name), max(shape)
    if "length" in given:
        return [{"length": size, "angle": angle} for angle in (0.0, 45.0, 90.0, 135.0)]
    if "size" not in given:
        return []
    if "sigma" in given and name != "gabor":
        return [{"sigma": sigma / 10, "size": size} for sigma in range(4, 61)]
    return [{"size": size}]


def _forms(weights: Array) -> Iterator[tuple[str, Array]]:
    """Yield a kernel as it is and turned, each in words; what looks the same comes once, and a change of sign is the scale's."""
    seen: list[Array] = []
    flat = weights.ndim == 1
    turns = [("", weights), ("reversed", np.flip(weights))]
    if not flat:
        turns += [("transposed", weights.T), ("transposed and reversed", np.flip(weights.T))]
        turns += [("reversed along axis 0", weights[::-1]), ("reversed along axis 1", weights[:, ::-1])]
        turns += [("turned by 90 degrees", np.rot90(weights)), ("turned by 270 degrees", np.rot90(weights, 3))]
    for words, form in turns:
        if not any(form.shape == other.shape and np.allclose(form, other) for other in seen):
            seen.append(form)
            yield words, form
