"""The parts of the work, and where the outputs of each go.

A part's outputs go straight into the result where they lie side by side there. Else (a strided Case, a region, an output whose columns
lie apart) they go to an array of their own, and what is wanted is copied from it.
"""

from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.choice import Cut
from faltung.spec.case import Case

Array = npt.NDArray[Any]
PARTS_EACH = 16
"""Most parts for each thread."""
BLOCKS_EACH, SMALL_ITEM = 8, 1 << 19
"""Least blocks of items for each thread, and most samples of a block: what must be copied stays in the second-level cache."""
SHARED_ROW = 0.3
"""What it costs to transform a row once more, as a part of what an output row costs."""
BAND_ROW = 0.6
"""The same for a band of rows that two runs both need: rows and columns."""
HELD_UP = 0.5
LONGEST = 1 << 23
"""Samples of a part that is transformed in at most 50 ms even at a third of the usual rate."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Which outputs of an axis are wanted, of those at stride 1: number i is output offset + i·stride."""

    offset: int
    stride: int
    count: int

    @property
    def end(self) -> int:
        """The first output that is not needed any more."""
        return self.offset + self.stride * (self.count - 1) + 1


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


def kept_axes(case: Case, region: tuple[slice, ...] | None) -> tuple[Kept, ...]:
    """Return what is wanted on each axis: every output of the Case, or those of a region."""
    found = []
    for window, outputs, part in zip(case.windows, case.output_sizes, region or [slice(None)] * len(case.windows), strict=True):
        places = range(outputs)[part]
        found.append(Kept(places.start * window.stride, places.step * window.stride, len(places)))
    return tuple(found)


def touched(made: Cut, kept: tuple[Kept, ...]) -> tuple[range, range]:
    """Return the steps and the strips that hold a wanted output."""
    columns = kept[-1]
    if len(kept) == 1:
        rows, strips = (columns.offset // made.step_columns, (columns.end - 1) // made.step_columns), range(1)
    else:
        rows = kept[-2].offset, kept[-2].end - 1
        strips = range(columns.offset // made.step_columns, (columns.end - 1) // made.step_columns + 1)
    return range(rows[0] // made.step_rows, rows[1] // made.step_rows + 1), strips


def parts_of(case: Case, made: Cut, workers: int, kept: tuple[Kept, ...]) -> list[Part]:
    """Return the parts: strips, cut into runs of steps so that all threads are done at about the same time.

    The bits do not depend on it; but rows which two runs both need are transformed twice. A tile that the threads share is a part.
    """
    steps, strips = touched(made, kept)
    if made.depth is not None:
        return deep_parts(case, made, workers, steps, strips, kept[0])
    if made.shared(case.batch, workers):
        edges = [*steps, steps.stop]
    else:
        lanes = case.batch * len(strips)
        least = min(-(-len(steps) * made.step_rows * made.step_columns // LONGEST), len(steps))
        most = min(max(least, -(-PARTS_EACH * workers // lanes)), len(steps)) if workers > 1 else least
        runs = min(range(least, most + 1), key=lambda n: rounds(made, len(steps), lanes, n, workers))
        edges = [steps.start + len(steps) * i // runs for i in range(runs + 1)]
    return [Part(item, strip, *run) for item, strip, run in product(range(case.batch), strips, pairwise(edges))]


def blocks_of(case: Case, made: Cut, workers: int) -> list[range] | None:
    """Return the items of a batch in blocks that are worked through in one call each; None where items are large enough for themselves."""
    samples = made.steps * made.step_rows * made.strips * made.step_columns
    if case.batch == 1 or samples > SMALL_ITEM or made.depth is not None or made.parts > 1 or made.is_large:
        return None
    size = max(min(-(-case.batch // (BLOCKS_EACH * workers)), SMALL_ITEM // samples), 1)
    return [range(first, min(first + size, case.batch)) for first in range(0, case.batch, size)]


def deep_parts(case: Case, made: Cut, workers: int, steps: range, strips: range, kept: Kept) -> list[Part]:
    """Return the parts of a Case with a third axis: tiles, cut into runs of slices where there are few of them or they are long."""
    tiles = list(product(range(case.batch), strips, steps))
    wanted, slices = -(-2 * workers // len(tiles)) if workers > 1 else 1, kept.end - kept.offset
    runs = max(wanted, -(-(slices + made.summed) * (1 + made.summed // 16) * made.tile.height * made.tile.width // LONGEST))
    edges = [kept.offset + slices * i // min(runs, slices) for i in range(min(runs, slices) + 1)]
    return [Part(item, strip, step, step + 1, *run) for item, strip, step in tiles for run in pairwise(edges)]


def rounds(made: Cut, steps: int, lanes: int, runs: int, workers: int) -> float:
    """Return the rows which the busiest thread works through, and half a part that it may be held up."""
    again = SHARED_ROW * (made.tile.height - made.step_rows) if made.parts == 1 else BAND_ROW * (made.parts - 1) * made.tile.height
    return (-(-lanes * runs // workers) + HELD_UP) * (-(-steps // runs) * made.step_rows + again)


def direct_row(case: Case, made: Cut, out: Array) -> int:
    """Return the bytes from one row of outputs to the next in `out`; those of a signal follow one another."""
    return made.step_columns * out.itemsize if len(case.windows) == 1 else out.strides[-2]


def target_of(case: Case, made: Cut, out: Array, part: Part, direct: bool) -> Target:
    """Return where a part's outputs go."""
    if direct:
        return Target(out.ctypes.data + part.item * out.strides[0], direct_row(case, made, out), out.strides[2], None)
    top, bottom = part.first * made.step_rows, part.last * made.step_rows
    own = np.empty((part.high - part.low, bottom - top, made.step_columns), out.dtype)
    slice_bytes, row_bytes, _ = own.strides
    before = part.low * slice_bytes + top * row_bytes + part.strip * made.step_columns * own.itemsize
    return Target(own.ctypes.data - before, row_bytes, slice_bytes, own)


def finish(case: Case, made: Cut, out: Array, part: Part, target: Target, kept: tuple[Kept, ...]) -> None:
    """Bring a part's outputs where they belong, and round those that must be whole numbers."""
    axes = [wanted(axis, *r) for axis, r in zip(kept, ranges_of(case, made, part), strict=True)]
    item: Array = out[part.item, 0]
    region = item[tuple(there for there, _ in axes)]
    if not region.size:
        return
    if target.own is not None:
        own = target.own if len(axes) == 3 else target.own[0] if len(axes) == 2 else target.own.reshape(-1)
        region[...] = own[tuple(here for _, here in axes)]
    if case.exact is not None:
        np.rint(region, out=region)


def ranges_of(case: Case, made: Cut, part: Part) -> list[tuple[int, int]]:
    """Return, for each axis, first and last + 1 of the outputs (at stride 1) of a part."""
    rows = part.first * made.step_rows, part.last * made.step_rows
    if len(case.windows) == 1:
        return [(rows[0] * made.step_columns, rows[1] * made.step_columns)]
    columns = part.strip * made.step_columns, (part.strip + 1) * made.step_columns
    return [rows, columns] if made.depth is None else [(part.low, part.high), rows, columns]


def wanted(axis: Kept, first: int, last: int) -> tuple[slice, slice]:
    """Return which of the wanted outputs of an axis are among outputs first … last - 1, and where they stand among those."""
    begin = max(-(-(first - axis.offset) // axis.stride), 0)
    end = max(min(-(-(last - axis.offset) // axis.stride), axis.count), begin)
    place = axis.offset + begin * axis.stride - first
    return slice(begin, end), slice(place, place + (end - begin - 1) * axis.stride + 1 if end > begin else place, axis.stride)
