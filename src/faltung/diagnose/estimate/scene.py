"""What is known before anything is fitted: the arrays, how many outputs there are for so many samples, and which window is tried.

An output o of an axis is taken to be Σ k[t]·X[stride·o + low + t] over the taps t = 0 … K−1 of a *box* that begins `low` samples behind
the sample of the same index: ``low = −pad_low``. X is the input continued by a boundary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from faltung.spec.boundary import Boundary, source

Array = np.ndarray[Any, Any]
CHUNK = 4_000_000
"""Numbers of one block of the design matrix: 32 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The window tried: for each axis the offset of its first tap, and how many taps there are."""

    low: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def taps(self) -> int:
        """How many taps in all."""
        return int(np.prod(self.sizes))

    @property
    def high(self) -> tuple[int, ...]:
        """The offset of each axis' last tap."""
        return tuple(low + size - 1 for low, size in zip(self.low, self.sizes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The boundary of each axis as a (low, high) pair of laws, with their fill values."""

    laws: tuple[tuple[Boundary, Boundary], ...]
    fills: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Input (items, *sizes) and result (items, *outputs), as floats or complex numbers, and the step from one output to the next.

    `rounding` is what one unit in the last place of the result's dtype comes to at its greatest value; 1/√12 of a unit for integers.
    `clipped` outputs stood at the ends of their dtype's range, and are NaN here.
    """

    x: Array
    y: Array
    stride: tuple[int, ...]
    rounding: float
    clipped: int = 0

    @property
    def axes(self) -> int:
        """How many axes slide."""
        return len(self.stride)

    @property
    def samples(self) -> tuple[int, ...]:
        """N of each axis."""
        return tuple(self.x.shape[1:])

    @property
    def outputs(self) -> tuple[int, ...]:
        """M of each axis."""
        return tuple(self.y.shape[1:])


def interior(scene: Scene, box: Box) -> tuple[slice, ...]:
    """Return the outputs of each axis whose window lies inside the input; a slice may be empty."""
    found = []
    for low, high, n, m, step in zip(box.low, box.high, scene.samples, scene.outputs, scene.stride, strict=True):
        first, last = max(0, -(low // step)), min(m - 1, (n - 1 - high) // step)
        found.append(slice(first, max(first, last + 1)))
    return tuple(found)


def whole(scene: Scene) -> tuple[slice, ...]:
    """Return all outputs."""
    return tuple(slice(0, m) for m in scene.outputs)


def size_of(values: Array) -> float:
    """Return the root mean square of the numbers that are finite."""
    finite = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(np.abs(finite) ** 2)))


def continued(scene: Scene, box: Box, outside: Outside, part: tuple[slice, ...]) -> Array:
    """Return what the windows of a part of the outputs read, of the input with its boundary: entry 0 of an axis is its first sample."""
    found = scene.x
    for axis, (low, high, n, step, outputs) in enumerate(zip(box.low, box.high, scene.samples, scene.stride, part, strict=True)):
        wanted = range(step * outputs.start + low, step * (outputs.stop - 1) + high + 1)
        laws, fills = outside.laws[axis], outside.fills[axis]
        index = [source(laws[p >= n], p, n) for p in wanted]
        found = np.take(found, [0 if i is None else i for i in index], axis=axis + 1)
        view = np.moveaxis(found, axis + 1, 0)
        for place, i in enumerate(index):
            if i is None:
                view[place] = fills[wanted[place] >= n]
    return found


def blocks(scene: Scene, box: Box, outside: Outside, part: tuple[slice, ...], most: int) -> Iterator[tuple[Array, Array]]:
    """Yield the rows (outputs, taps) of the design matrix with their results, for at most about `most` outputs spread evenly over a part.

    Outputs that are, or read, no finite number are left out.
    """
    if any(s.stop <= s.start for s in part):
        return
    wide = continued(scene, box, outside, part)
    views = sliding_window_view(wide, box.sizes, axis=tuple(range(1, scene.axes + 1)))
    windows, results = views[(slice(None), *(slice(None, None, k) for k in scene.stride))], scene.y[(slice(None), *part)]
    finite = bool(np.isfinite(wide).all() and np.isfinite(results).all())
    count = results.size
    chosen = np.arange(count) if count <= most else np.arange(most) * count // most
    rows = max(1, CHUNK // box.taps)
    for start in range(0, len(chosen), rows):
        at = np.unravel_index(chosen[start : start + rows], results.shape)
        design, values = windows[at].reshape(len(at[0]), box.taps), results[at]
        if finite:
            yield design, values
        else:
            whole_rows = np.isfinite(values) & np.isfinite(design).all(axis=1)
            yield design[whole_rows], values[whole_rows]
