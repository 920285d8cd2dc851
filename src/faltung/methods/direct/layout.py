"""A Case in the driver's terms: axes, tables, fill rows, and the record for arrays with given strides."""

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from faltung.methods.direct.end_columns import end_columns, fields, image, image_bytes
from faltung.methods.direct.lines import Axes, halo
from faltung.methods.direct.record import HEAD, OUTER
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.sizes import CACHE_LINE, LANE_ROWS, SHORT_ROW, Sizes
from faltung.methods.direct.tiles import ends_function
from faltung.spec.window import Number

NARROW_CHUNK = 64
"""Outputs of a chunk where each sample or output has a cache line of its own: the lines are still in L2 for the next rows
(3 x 3 on a transposed 2048 x 2048: 7.8 ms, and 29 ms in whole rows)."""
PAST_CACHES_FROM = 32 << 20
"""Bytes of output from which it is written past the caches, if rows are long: a third-level cache of 32 MB. At half of that, 2048 x 2048
by 3 x 3 on two threads, it is a loss (0.91 ms alone and 1.05 in turn with OpenCV, against 0.74 and 0.92). Beyond, measured on one
thread of a Zen 4 core: 3 x 3 on 4096 x 4096 5.1 ms, else 6.3; 1 x 1 3.8, else 5.5; nothing at 7 x 7, and a loss on rows of 192."""
STAGED_FROM = 8 << 20
"""Bytes of output from which blocks of short rows are put together in scratch and written past the caches (3 x 3 x 3 on one thread:
128^3 2.3 ms, else 2.6; 192^3 6.8, else 8.5; nothing on 96^3, which is 3.5 MB)."""


class Tables(NamedTuple):
    """What the record points to and no array changes: halo tables (and their entries before sample 0), and the fill values."""

    axes: Axes
    halos: tuple[np.ndarray[Any, np.dtype[np.int64]], ...]
    halo_lows: tuple[int, ...]
    fills: tuple[Number, ...]


class Layout(NamedTuple):
    """A record in memory, what it points to (kept alive here), and the extent of the work."""

    record: int
    blocks: int
    columns: int
    scratch_bytes: int
    kept: tuple[np.ndarray[Any, Any], ...]


def tables(axes: Axes) -> Tables:
    """Return the tables for axes all of which have outputs and taps."""
    fills: list[Number] = []
    halos = []
    for line in axes.every:
        reach = line.span if line is not axes.last else (line.span // line.stride + 1) * line.stride - 1
        halos.append(halo(line, line.stride * (line.outputs - 1) + reach - line.pad, fills))
    return Tables(
        axes=axes, halos=tuple(np.array([*table, 0], np.int64) for table, _ in halos),
        halo_lows=tuple(low for _, low in halos), fills=tuple(fills) or (0,),
    )  # fmt: skip


def layout(given: Tables, strip: Strip, x_strides: Sequence[int], out_strides: Sequence[int]) -> Layout:
    """Return the layout for arrays with these strides, one stride for each axis of the tables."""
    axes = given.axes
    sizes = Sizes(axes, strip)
    numbers = np.array(given.fills, np.complex128)
    fills = np.empty((len(given.fills), sizes.fill_row), axes.dtype)  # where samples are whole, so are the fill values
    fills.T[...] = numbers if fills.dtype.kind == "c" else numbers.real  # a real case has real fill values
    offsets = np.array(sizes.offsets, np.int64)
    row_blocks = -(-axes.outer[-1].outputs // sizes.rows)
    head = {
        "row_blocks": row_blocks, "tap_offsets": offsets.ctypes.data, "fills": fills.ctypes.data, "halo": given.halos[-1].ctypes.data,
        "halo_low": given.halo_lows[-1], **cuts(sizes), **inner(axes, strip, x_strides, out_strides),
        "x_stride": x_strides[-1], "out_stride": out_strides[-1],
        "columns": axes.last.outputs, "out_row": out_strides[-2],
    }  # fmt: skip
    if max(abs(x_strides[-1]), abs(out_strides[-1])) >= CACHE_LINE:
        head["chunk"] = strip.tile * max(1, min(sizes.chunk, NARROW_CHUNK) // strip.tile)
    head |= staged(sizes, head["chunk"], out_strides)
    ends = turned_ends(given, sizes, head["chunk"], x_strides, out_strides)
    head |= ends.head
    values = [head.get(name, 0) for name in HEAD]
    for axis in range(len(axes.outer)):
        of_axis = outer_fields(given, axis, sizes) | {"x_stride": x_strides[axis], "out_stride": out_strides[axis]}
        values += [of_axis[name] for name in OUTER]
    record = np.array(values, np.int64)
    blocks = row_blocks * prod(line.outputs for line in axes.outer[:-1])
    return Layout(
        record=record.ctypes.data, blocks=blocks, columns=axes.last.outputs, scratch_bytes=sizes.scratch_bytes + ends.scratch_bytes,
        kept=(record, fills, offsets, *given.halos, *ends.kept),
    )  # fmt: skip


def cuts(sizes: Sizes) -> dict[str, int]:
    """Return the fields of the head that say how rows and columns are cut."""
    last, strip, itemsize = sizes.axes.last, sizes.strip, sizes.strip.itemsize
    return {
        "chunk": sizes.chunk, "wide": sizes.wide, "tile": strip.tile, "rows": sizes.rows, "tap_rows": sizes.tap_rows,
        "strip_height": sizes.height, "strip_rows": sizes.tap_rows - sizes.group + sizes.strip_group,
        "strip_group": sizes.group if sizes.tap_rows > sizes.group else sizes.strip_group, "strip_step": 8 * sizes.height * sizes.row_step,
        "scratch_row": itemsize * sizes.phases * sizes.phase, "phase": itemsize * sizes.phase, "phases": sizes.phases,
        "extra": sizes.extra, "result": sizes.result, "taps": len(sizes.offsets), "samples": last.samples,
        "stride": last.stride, "pad": last.pad, "fill_row": itemsize * sizes.fill_row,
    }  # fmt: skip


def inner(axes: Axes, strip: Strip, x_strides: Sequence[int], out_strides: Sequence[int]) -> dict[str, int]:
    """Return which columns the strip reads from x, and writes to the output, as they lie; none where they do not lie side by side."""
    last = axes.last
    close = axes.straight and last.stride == 1 and x_strides[-1] == axes.itemsize and out_strides[-1] == axes.output_bytes
    low = min(max(last.pad, 0), last.outputs)
    high = min(max(last.samples - last.span + last.pad, low), last.outputs)
    large = strip.ring > 0 or axes.outputs * axes.output_bytes >= PAST_CACHES_FROM
    streamed = close and large and last.outputs >= SHORT_ROW
    mask = strip.lanes - 1 if last.outputs >= SHORT_ROW else 0
    return {
        "inner_low": low if close else 0, "inner_high": high if close else 0, "align_mask": mask, "past_caches": int(streamed)
    }  # fmt: skip


def staged(sizes: Sizes, chunk: int, out_strides: Sequence[int]) -> dict[str, int]:
    """Return whether and where blocks are put together: the output is large, and rows are short and follow one another in memory."""
    axes = sizes.axes
    line = axes.last.outputs * axes.output_bytes
    together = tuple(out_strides[-2:]) == (line, axes.output_bytes) and axes.last.outputs < SHORT_ROW
    chosen = together and chunk >= axes.last.outputs and axes.outputs * axes.output_bytes >= STAGED_FROM
    return {
        "staged": sizes.stage if chosen else 0,
        "staged_bytes": sizes.stage_bytes,
        "stage_room": sizes.stage_room,
        "behind": sizes.behind,
    }


class TurnedEnds(NamedTuple):
    """What the record says of ends whose rows are the lanes of vectors; nothing where they go through scratch."""

    head: dict[str, int]
    scratch_bytes: int = 0
    kept: tuple[np.ndarray[Any, np.dtype[np.int64]], ...] = ()


def turned_ends(given: Tables, sizes: Sizes, chunk: int, x_strides: Sequence[int], out_strides: Sequence[int]) -> TurnedEnds:
    """Return the fields for the ends of rows that are short, whole in a chunk, and side by side in x and in the output."""
    axes, strip = sizes.axes, sizes.strip
    close = x_strides[-1] == axes.itemsize and out_strides[-1] == axes.itemsize and chunk >= axes.last.outputs
    if not (close and sizes.short and sizes.rows in LANE_ROWS):
        return TurnedEnds(head={})
    found = end_columns(axes, given.halos[-1].tolist(), given.halo_lows[-1])
    if found is None:
        return TurnedEnds(head={})
    head, kept = fields(found, sizes, x_strides, ends_function(strip, sizes.rows).address)
    return TurnedEnds(head=head, kept=kept, scratch_bytes=image(sizes) - sizes.scratch_bytes + image_bytes(found, sizes))


def outer_fields(given: Tables, axis: int, sizes: Sizes) -> dict[str, int]:
    """Return the fields of one outer axis that do not depend on the arrays."""
    line = sizes.axes.outer[axis]
    row_axis = axis == len(sizes.axes.outer) - 1
    return {
        "outputs": line.outputs, "taps": sizes.group if row_axis else line.taps, "samples": line.samples, "stride": line.stride,
        "dilation": line.stride if row_axis and line.taps == 1 else line.dilation, "pad": line.pad,
        "halo": given.halos[axis].ctypes.data, "halo_low": given.halo_lows[axis],
    }  # fmt: skip
