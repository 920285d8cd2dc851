"""What a piece of work is expected to take on one thread.

The constants were measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors), float32, llvmlite 0.50, with
other work on the machine, and are in seconds. From images of 1024 x 1024: 1 x 1 0.14 ms and 7 x 7 1.04 (OUTPUT, SHARED_TAP), 9 x 9 1.77
and 15 x 15 4.77 (SHARED_LOOPED). 2048 x 2048: 3 x 3 1.5 ms, 5 x 5 2.6, 7 x 7 4.4 (LARGE_OUTPUT). A signal of a million: 33 taps 0.89 ms
(LINE_TAP), 257 taps 8.85 (TAP); complex64, 33 taps 2.6 ms and 257 taps 19.4 (SHARED_TAP: two sums for each vector loaded). 1000 x
1000, 3 x 3: stride 2 0.24 ms (DEALT_SAMPLE), stride 5 0.24 (SINGLE_SAMPLE), input dilation 2 3.0 (SCATTERED_OUTPUT). 3 x 3 x 3 on 96^3
0.62 ms, 3 x 3 on 40,000 x 3 0.7 ms (PIECE, PIECE_ROW, NARROW), 15 taps on 1000 rows of 256 0.15 ms (TAP). float64 takes twice as long,
complex numbers twice as long again.
"""

from math import prod

from faltung.methods.direct.lines import Axes
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.sizes import DEALT, LANE_ROWS, Sizes

CALL = 6e-6
OUTPUT = 110e-12
LARGE_OUTPUT = 200e-12
LARGE = 16 << 20  # bytes of output
SHARED_TAP = 17e-12  # where a loaded vector serves several sums
SHARED_LOOPED = 18.5e-12
TAP = 34e-12
LINE_TAP = 24e-12  # written out, all in one row
NARROW = 1.5  # how much longer a tile takes, for its size, that is one vector wide
PAIR_TAP = 11e-12  # whole numbers by weights of 16 bits: uint8 1024 x 1024, 7 x 7 0.71 ms and 11 x 11 1.43; by 8 bits a quarter of a float
PIECE = 30e-9  # one stretch of columns through scratch, for one block of rows
PIECE_ROW = 3e-9
DEALT_SAMPLE = 100e-12
SINGLE_SAMPLE = 550e-12
SCATTERED_OUTPUT = 400e-12  # one class of outputs of a dilated input: they do not lie side by side


def seconds(axes: Axes, strip: Strip) -> float:
    """Return the expected time of one piece of work, which has outputs and taps, by one strip."""
    sizes = Sizes(axes, strip)
    scale, parts = axes.itemsize / 4, axes.element.parts
    blocks = -(-axes.row.outputs // sizes.rows) * prod(line.outputs for line in axes.outer[:-1])
    columns = axes.last.outputs
    through = axes.last.stride > 1 or columns - axes.last.span < strip.tile  # all columns go through scratch
    pieces = -(-columns // sizes.wide) if through else 1 if across_rows(sizes) else 2
    sample = 0.0 if axes.last.stride == 1 else DEALT_SAMPLE if axes.last.stride <= DEALT[1] else SINGLE_SAMPLE
    scattered = SCATTERED_OUTPUT if (axes.last.out_slice.step or 1) > 1 else 0.0
    output = LARGE_OUTPUT if axes.outputs * axes.itemsize >= LARGE else OUTPUT
    taps = axes.taps * tap_seconds(axes, strip, sizes) * parts * computed_columns(axes, strip, through=through) / columns
    copies = blocks * (pieces * (PIECE + sizes.tap_rows * PIECE_ROW) + columns * sizes.tap_rows * sizes.phases * sample * scale)
    return axes.outputs * (output + scattered + taps) * scale + copies


def tap_seconds(axes: Axes, strip: Strip, sizes: Sizes) -> float:
    """Return the time of one multiply-add of one number, for each four bytes of a sample."""
    if strip.dots is not None and strip.dots.group == 2:
        return PAIR_TAP * 4 / axes.itemsize
    if strip.ring:
        return SHARED_TAP
    if (strip.rows > 1 and axes.row.taps > 1) or axes.element.parts == 2:
        return SHARED_LOOPED if strip.offsets is None else SHARED_TAP
    return LINE_TAP if strip.offsets is not None and sizes.tap_rows == 1 else TAP


def across_rows(sizes: Sizes) -> bool:
    """Return whether the ends of rows are summed across the rows of blocks."""
    return sizes.short and sizes.rows in LANE_ROWS


def computed_columns(axes: Axes, strip: Strip, *, through: bool) -> float:
    """Return how many columns a row's tiles have, in columns of whole tiles: those at the ends are narrow."""
    columns = axes.last.outputs
    if through:
        narrow = -(-columns // strip.lanes) * strip.lanes * NARROW
        return narrow if columns < strip.tile else -(-columns // strip.tile) * strip.tile
    if across_rows(Sizes(axes, strip)):
        return -(-columns // strip.tile) * strip.tile + axes.last.span
    ends = 2 * strip.lanes * NARROW if axes.last.span else 0.0
    return -(-(columns - axes.last.span) // strip.tile) * strip.tile + ends
