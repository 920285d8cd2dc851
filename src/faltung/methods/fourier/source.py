"""What the walker reads: tables of rows and columns, fill rows, and for a signal the rows at its ends.

An image is read as it lies, through a table for each axis. A signal is read as rows that overlap, as it lies too, wherever a whole row
is inside; the few others, at both ends, are written out through the boundary, one after another behind the row of zeros, and the
table of rows names them as it names fill rows.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.choice import Cut
from faltung.methods.fourier.compiled import aligned
from faltung.methods.fourier.plane import Side, positions_map, sides
from faltung.methods.fourier.walker import AHEAD
from faltung.spec.case import Case
from faltung.spec.window import Number

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables that no array changes; `fills` are rows as wide as a tile. `ends` (of a signal): what stands in the rows at its ends."""

    row_map: Array
    column_map: Array
    fills: Array
    ends: Array | None
    end_fills: Array
    depth_map: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a call's items begin, the bytes between them and between their rows, and their fill rows; `kept` keeps all that alive."""

    address: int
    item: int
    row: int
    slice: int
    fills: int
    fills_item: int
    kept: tuple[Array, ...]


def tables(case: Case, made: Cut) -> Tables:
    """Return the tables of a Case."""
    tile = made.tile
    # rows are read a whole tile beyond the last step, and looked at a little further; nothing there is used
    rows = (made.steps + made.parts - 1) * made.step_rows + tile.height + (AHEAD + 1) * tile.together
    numbers: list[Number] = [0]
    if len(case.windows) == 1:
        return signal_tables(case, made, sides(case)[0], rows)
    row_map = np.array(positions_map(made.down, range(rows), numbers), np.int64)
    column_map = np.array(positions_map(made.across, range(made.strips * made.step_columns + tile.width), numbers), np.int64)
    depth = made.depth
    depth_map = np.array(positions_map(depth, range(depth.read), numbers) if depth else [0], np.int64)
    fills = np.array(numbers).astype(case.dtype)
    lines = aligned(np.repeat(fills[:, None], tile.width, axis=1), case.dtype)
    return Tables(row_map=row_map, column_map=column_map, fills=lines, ends=None, end_fills=fills, depth_map=depth_map)


def signal_tables(case: Case, made: Cut, signal: Side, rows: int) -> Tables:
    """Return the tables of a signal: row n begins at position n·step."""
    step, width, numbers = made.step_columns, made.tile.width, [0]
    starts = np.arange(made.down.samples) * step - signal.pad
    inside = (starts >= 0) & (starts + width <= signal.samples)
    at_ends = np.flatnonzero(~inside)
    ends = np.full((len(at_ends), width), -1, np.int64)
    found: list[Number] = list(numbers)
    for low, high in stretches(at_ends):  # neighbouring rows overlap: each stretch is looked up once
        line = np.array(positions_map(signal, range(at_ends[low] * step, at_ends[high - 1] * step + width), found), np.int64)
        for e in range(low, high):
            begin = (at_ends[e] - at_ends[low]) * step
            ends[e] = line[begin : begin + width]
    filled = (ends != -1).any(axis=1)  # the others are rows of zeros, which need no transform
    row_map = np.full(rows, -1, np.int64)
    row_map[: len(starts)] = np.where(inside, np.arange(len(starts)), -1)
    row_map[at_ends[filled]] = -2 - np.arange(filled.sum())
    ends, nothing = ends[filled], np.zeros(1, np.int64)
    return Tables(
        row_map=row_map, column_map=nothing, fills=aligned(np.zeros((1, width)), case.dtype), ends=ends,
        end_fills=np.array(found).astype(case.dtype), depth_map=nothing,
    )  # fmt: skip


def stretches(rows: Array) -> list[tuple[int, int]]:
    """Return the runs of neighbours among ascending numbers, as ranges of places."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    edges = [0, *breaks.tolist(), len(rows)]
    return [(low, high) for low, high in pairwise(edges) if high > low]


def source_of(case: Case, made: Cut, given: Tables, x: Array) -> Source:
    """Return what a call reads: x itself wherever its samples lie side by side."""
    items = x[:, 0] if x.strides[-1] == x.itemsize else np.ascontiguousarray(x[:, 0])
    if given.ends is None:
        return Source(
            address=items.ctypes.data, item=items.strides[0], row=items.strides[-2], slice=items.strides[1],
            fills=given.fills.ctypes.data, fills_item=0, kept=(items, given.fills),
        )  # fmt: skip
    lines = np.zeros((len(items), 1 + len(given.ends), made.tile.width), x.dtype)
    lines[:, 1:] = np.where(given.ends >= 0, items[:, np.maximum(given.ends, 0)], given.end_fills[np.maximum(-1 - given.ends, 0)])
    lines = aligned(lines, case.dtype)
    first = items.ctypes.data - sides(case)[0].pad * x.itemsize
    return Source(
        address=first, item=items.strides[0], row=made.step_columns * x.itemsize, slice=0, fills=lines.ctypes.data,
        fills_item=lines.strides[0], kept=(items, lines),
    )  # fmt: skip
