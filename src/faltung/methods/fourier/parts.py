"""The parts of the work, and where the outputs of each go.

A part's outputs go straight into the result where they lie side by side there. Else (a strided Case, an output whose columns lie apart,
the last rows of a signal, which end before the row does) they go to an array of their own, and what is wanted is copied from it.
"""

from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.plane import Side, sides
from faltung.spec.case import Case

Array = npt.NDArray[Any]
PARTS_EACH = 16
"""Most parts for each thread."""
SHARED_ROW = 0.3
"""What it costs to transform a row once more, as a part of what an output row costs."""
HELD_UP = 0.5
LONGEST = 1 << 23
"""Samples of a part that is transformed in at most 50 ms even at a third of the usual rate."""


@dataclass(frozen=True, slots=True)
class Part:
    """Steps first … last - 1 of one strip of one item; with a third axis, of its outputs low … high - 1."""

    item: int
    strip: int
    first: int
    last: int
    low: int = 0
    high: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """Where the walker writes: as if the item's outputs began at `address`, with `row_bytes` from one row to the next."""

    address: int
    row_bytes: int
    slice_bytes: int
    own: Array | None


def parts_of(case: Case, made: Cut, workers: int) -> list[Part]:
    """Return the parts: strips, cut into runs of steps so that all threads are done at about the same time.

    The bits do not depend on it; but rows which two runs both need are transformed twice.
    """
    if made.depth is not None:
        return deep_parts(case, made, made.depth, workers)
    strips = case.batch * made.strips
    samples = made.steps * made.step_rows * made.step_columns
    least = min(-(-samples // LONGEST), made.steps)
    most = min(max(least, -(-PARTS_EACH * workers // strips)), made.steps) if workers > 1 else least
    runs = min(range(least, most + 1), key=lambda n: rounds(made, strips, n, workers))
    edges = [made.steps * i // runs for i in range(runs + 1)]
    if len(case.windows) == 1 and edges[-2] < made.steps - 1:
        edges.insert(-1, made.steps - 1)  # the last step ends before its last row does
    return [Part(item, strip, *run) for item, strip, run in product(range(case.batch), range(made.strips), pairwise(edges))]


def deep_parts(case: Case, made: Cut, depth: Side, workers: int) -> list[Part]:
    """Return the parts of a Case with a third axis: tiles, cut into runs of slices where there are few of them or they are long."""
    tiles = list(product(range(case.batch), range(made.strips), range(made.steps)))
    wanted = -(-2 * workers // len(tiles)) if workers > 1 else 1
    runs = max(wanted, -(-depth.read * (1 + depth.taps // 16) * made.tile.height * made.tile.width // LONGEST))
    edges = [depth.outputs * i // min(runs, depth.outputs) for i in range(min(runs, depth.outputs) + 1)]
    return [Part(item, strip, step, step + 1, *run) for item, strip, step in tiles for run in pairwise(edges)]


def rounds(made: Cut, strips: int, runs: int, workers: int) -> float:
    """Return the rows which the busiest thread works through, and half a part that it may be held up."""
    rows = -(-made.steps // runs) * made.step_rows + SHARED_ROW * (made.tile.height - made.step_rows)
    return (-(-strips * runs // workers) + HELD_UP) * rows


def is_direct(case: Case, out: Array) -> bool:
    """Return whether the walker can write rows of outputs into `out`."""
    return all(window.stride == 1 for window in case.windows) and out.strides[-1] == out.itemsize


def direct_row(case: Case, made: Cut, out: Array) -> int:
    """Return the bytes from one row of outputs to the next in `out`; those of a signal follow one another."""
    return made.step_columns * out.itemsize if len(case.windows) == 1 else out.strides[-2]


def target_of(case: Case, made: Cut, out: Array, part: Part) -> Target:
    """Return where a part's outputs go."""
    signal = len(case.windows) == 1
    if is_direct(case, out) and not (signal and part.last == made.steps):
        return Target(out.ctypes.data + part.item * out.strides[0], direct_row(case, made, out), out.strides[2], None)
    top, bottom = part.first * made.step_rows, part.last * made.step_rows
    own = np.empty((part.high - part.low, bottom - top, made.step_columns), out.dtype)
    slice_bytes, row_bytes, _ = own.strides
    before = part.low * slice_bytes + (top + part.strip) * row_bytes
    return Target(own.ctypes.data - before, row_bytes, slice_bytes, own)


def finish(case: Case, made: Cut, out: Array, part: Part, target: Target) -> None:
    """Bring a part's outputs where they belong, and round those that must be whole numbers."""
    ranges = ranges_of(case, made, part)
    axes = [(wanted(axis, window.stride, *r)) for axis, window, r in zip(sides(case), case.windows, ranges, strict=True)]
    item: Array = out[part.item, 0]
    region = item[tuple(kept for kept, _ in axes)]
    if target.own is not None:
        own = target.own if len(axes) == 3 else target.own[0] if len(axes) == 2 else target.own.reshape(-1)
        region[...] = own[tuple(taken for _, taken in axes)]
    if case.exact is not None:
        np.rint(region, out=region)


def ranges_of(case: Case, made: Cut, part: Part) -> list[tuple[int, int]]:
    """Return, for each axis, first and last + 1 of the outputs (at stride 1) of a part."""
    rows = part.first * made.step_rows, part.last * made.step_rows
    if len(case.windows) == 1:
        return [(rows[0] * made.step_columns, rows[1] * made.step_columns)]
    columns = part.strip * made.step_columns, (part.strip + 1) * made.step_columns
    return [rows, columns] if made.depth is None else [(part.low, part.high), rows, columns]


def wanted(axis: Side, stride: int, first: int, last: int) -> tuple[slice, slice]:
    """Return which outputs of a strided axis a range of outputs at stride 1 holds, and where it holds them."""
    begin, end = -(-first // stride), -(-min(last, axis.outputs) // stride)
    return slice(begin, end), slice(begin * stride - first, min(last, axis.outputs) - first, stride)
