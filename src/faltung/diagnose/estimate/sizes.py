"""How large the kernel is, and where it lies, when nobody says: ever larger windows until those at the rim hold nothing."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from faltung.diagnose.estimate.scene import Box, Scene, interior, size_of
from faltung.diagnose.estimate.solve import Fit

Array = np.ndarray[Any, Any]
RADII = (1, 2, 4, 7, 12, 20, 40, 80, 160)
MOST_TAPS = 1100
OUTPUTS_A_TAP = 1.5
"""A window is tried while its interior has so many outputs for each of its taps."""
ROUNDING = 1e-13
"""What rounding in the normal equations leaves of a weight of 1, for a condition of 1."""
CHANCE = 1e-4
"""How often a window that holds nothing may seem to hold something."""


def radii(scene: Scene) -> list[int]:
    """Return how far windows may reach to both sides, smallest first."""
    found = []
    for radius in RADII:
        box = centred(scene.axes, radius)
        inside = np.prod([max(0, s.stop - s.start) for s in interior(scene, box)]) * len(scene.x)
        if box.taps <= MOST_TAPS and inside >= OUTPUTS_A_TAP * box.taps:
            found.append(radius)
    return found


def centred(axes: int, radius: int) -> Box:
    """Return the window that reaches as far to both sides on every axis."""
    return Box(low=(-radius,) * axes, sizes=(2 * radius + 1,) * axes)


def held(scene: Scene, box: Box, fit: Fit) -> Box | None:
    """Return the smallest box around the taps that are not zero beyond chance and rounding, None where all of them may be zero."""
    weights = np.abs(fit.values[:-1])
    errors = np.sqrt(np.maximum(np.real(np.diag(fit.covariance)[:-1]), 0))
    limit = NormalDist().inv_cdf(1 - CHANCE / (2 * box.taps)) * sqrt(1 + 4 / max(fit.count - box.taps, 1))
    gain = size_of(scene.y) / (size_of(scene.x) or 1.0)
    noise = ROUNDING * fit.condition * max(float(weights.max()), gain)
    told = (weights > np.maximum(limit * errors, noise)).reshape(box.sizes)
    if not told.any():
        return None
    low, sizes = [], []
    for axis, start in enumerate(box.low):
        there = np.flatnonzero(told.any(axis=tuple(a for a in range(told.ndim) if a != axis)))
        low.append(start + int(there[0]))
        sizes.append(int(there[-1] - there[0]) + 1)
    return Box(low=tuple(low), sizes=tuple(sizes))


def at_the_rim(outer: Box, inner: Box) -> bool:
    """Return whether a box touches the rim of the window in which it was found."""
    return any(a == c or b == d for a, b, c, d in zip(outer.low, outer.high, inner.low, inner.high, strict=True))
