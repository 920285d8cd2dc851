"""Where the image of a block's end columns keeps what: columns of samples, turned so that rows lie side by side (see `ends`).

For each tap of the axes before the row axis the image has a group of slots. A slot holds one position of the last axis: the samples
there of all input rows of the group, or what the boundary puts there, side by side. First come the positions which the outputs at the
low end read, then those of the high end. Samples are taken four columns at a time; so there may be slots beside them which nobody reads.

Samples outside are not looked up row by row: their slots are copied from those of the samples which the boundary picks. Fill values are
written row by row, as a row that lies outside on an axis before has its own.
"""

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from faltung.methods.direct.lines import Axes
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.sizes import CACHE_LINE, Sizes

Table = np.ndarray[Any, np.dtype[np.int64]]
TOGETHER = 4
"""Columns that are turned at once."""
MOST_END = 32
"""Outputs of one end, beyond which vectors along the row are as good."""


class EndColumns(NamedTuple):
    """How many slots a group has, in which order, and what goes into those outside; slots are counted from the group's begin."""

    low: int
    high: int
    low_columns: int
    high_columns: int
    high_first: int  # slot of the first position of the high end
    slots: int
    copies: tuple[tuple[int, int], ...]
    fills: tuple[tuple[int, int], ...]


def pitch(strip: Strip, rows: int) -> int:
    """Return the bytes of a slot for blocks of so many output rows: one sample of each input row of a group, in whole cache lines."""
    used = (rows - 1 + strip.kernel_rows) * strip.itemsize
    return -(-used // CACHE_LINE) * CACHE_LINE


def columns_at_once(taps: int) -> int:
    """Return how many output columns of each end are summed at once: each multiply-add waits four cycles for the one before."""
    return 1 if taps <= 3 else 2


def end_columns(axes: Axes, halo: Sequence[int], halo_low: int) -> EndColumns | None:
    """Return the slots for the last axis with this halo table, or None where an end reads samples that are far from both."""
    last = axes.last
    low = max(last.pad, 0)
    inner_high = last.samples - last.span + last.pad
    high = max(last.outputs - inner_high, 0)
    at_once = columns_at_once(last.taps)
    most = -(-max(low, high) // at_once) * at_once
    if not (0 < most <= MOST_END and low + TOGETHER <= min(inner_high, last.outputs)):
        return None
    outside = [*range(-low, 0), *range(last.samples, last.samples + high)]
    shown = [halo[halo_low + p if p < 0 else halo_low + p - last.samples] for p in outside]
    taken = whole(last.span + 1)
    low_columns = taken if low or any(0 <= sample < taken for sample in shown) else 0
    high_columns = taken if high or any(sample >= max(taken, last.samples - taken) for sample in shown) else 0
    # rows of fill values are as long as all that windows reach, which begins `pad` before the samples
    if taken > last.samples or (low_columns and last.pad < 0) or (high_columns and inner_high > last.outputs):
        return None
    # the high end's first position is sample n - span; taken columns may begin before it, or lie behind what the low end reads
    low_slots = max(low + low_columns, most + last.span)
    high_first = low_slots + max(high_columns - last.span, 0)
    places = Places(last.samples, low, low_columns, high_columns, high_first - (last.samples - last.span))
    slots = [low + p if p < 0 else high_first + last.span + p - last.samples for p in outside]
    sources = [(sample, slot, places.slot(sample)) for sample, slot in zip(shown, slots, strict=True)]
    if any(sample >= 0 and source is None for sample, _, source in sources):
        return None
    return EndColumns(
        low=low, high=high, low_columns=low_columns, high_columns=high_columns, high_first=high_first,
        slots=high_first + most + last.span, copies=tuple((source, slot) for _, slot, source in sources if source is not None),
        fills=tuple((-1 - sample, slot) for sample, slot, _ in sources if sample < 0),
    )  # fmt: skip


def whole(columns: int) -> int:
    """Return a number of columns rounded up to what is turned at once."""
    return -(-columns // TOGETHER) * TOGETHER


class Places(NamedTuple):
    """Which slots samples are in: the first ones and the last ones of a row."""

    samples: int
    low_first: int
    low_columns: int
    high_columns: int
    high_shift: int

    def slot(self, sample: int) -> int | None:
        """Return the slot of a sample, or None where it is not taken."""
        if 0 <= sample < self.low_columns:
            return self.low_first + sample
        return self.high_shift + sample if sample >= self.samples - self.high_columns else None


def image_bytes(found: EndColumns, sizes: Sizes) -> int:
    """Return the bytes of the image."""
    return prod(line.taps for line in sizes.axes.outer[:-1]) * found.slots * pitch(sizes.strip, sizes.rows)


def fields(found: EndColumns, sizes: Sizes, x_strides: Sequence[int], function: int) -> tuple[dict[str, int], tuple[Table, Table]]:
    """Return the record's fields, and the tables which they point to."""
    axes, size = sizes.axes, pitch(sizes.strip, sizes.rows)
    reaches = [(line.samples - 1) * stride for line, stride in zip(axes.every, x_strides, strict=True)]
    copies = np.array(found.copies, np.int64).reshape(-1, 2) * size
    fills = np.array(found.fills, np.int64).reshape(-1, 2) * np.array([axes.itemsize * sizes.fill_row, size], np.int64)
    return {
        "ends": function, "reach_low": sum(min(r, 0) for r in reaches), "reach_high": sum(max(r, 0) for r in reaches) + axes.itemsize,
        "reach": (axes.last.outputs + axes.last.span) * axes.itemsize, "image": image(sizes), "image_group": found.slots * size,
        "end_low": found.low, "end_high": found.high, "end_high_at": found.high_first * size, "low_columns": found.low_columns,
        "low_columns_at": found.low * size, "high_columns": found.high_columns,
        "high_columns_at": (found.high_first + axes.last.span - found.high_columns) * size, "end_copies": copies.ctypes.data,
        "end_copies_count": len(copies), "end_fills": fills.ctypes.data, "end_fills_count": len(fills),
    }, (copies, fills)  # fmt: skip


def image(sizes: Sizes) -> int:
    """Return the bytes before the image in scratch: behind everything else, in whole cache lines."""
    return -(-sizes.scratch_bytes // CACHE_LINE) * CACHE_LINE
