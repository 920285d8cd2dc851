"""What a piece of work is expected to take on one thread.

The constants were measured on 2026-11-20 on one core of an AMD EPYC (Zen 4, 3.6 GHz, 64-byte vectors), float32, llvmlite 0.50, with
other work on the machine: 3 x 3 on 2048 x 2048 1.43 ms and 7 x 7 4.30 ms (OUTPUT, SHARED_TAP), a signal of 4 million with 31 taps
3.6 ms and one of 65,536 with 1,001 taps 2.1 ms (TAP), 3 x 3 with stride 2 1.3 ms (DEALT_SAMPLE) and with input dilation 2 3.0 ms
(SCATTERED_OUTPUT), 3 x 3 x 3 on 128^3 2.5 ms (PIECE, PIECE_ROW). They are in seconds; float64 takes twice as long.
"""

from math import prod

from faltung.methods.direct.lines import Axes
from faltung.methods.direct.sizes import DEALT, Sizes
from faltung.methods.direct.strip import Strip

CALL = 6e-6
OUTPUT = 190e-12
SHARED_TAP = 17e-12  # where a loaded vector serves several output rows
TAP = 32e-12
PIECE = 30e-9  # one stretch of columns through scratch, for one block of rows
PIECE_ROW = 8e-9
DEALT_SAMPLE = 130e-12
SINGLE_SAMPLE = 1e-9
SCATTERED_OUTPUT = 400e-12  # one class of outputs of a dilated input: they do not lie side by side


def seconds(axes: Axes, strip: Strip) -> float:
    """Return the expected time of one piece of work, which has outputs and taps, by one strip."""
    sizes = Sizes(axes, strip)
    scale, parts = axes.itemsize / 4, axes.element.parts
    tap = SHARED_TAP if strip.rows > 1 else TAP
    blocks = -(-axes.row.outputs // strip.rows) * prod(line.outputs for line in axes.outer[:-1])
    columns = axes.last.outputs
    pieces = 2 if axes.last.stride == 1 else -(-columns // sizes.wide)
    sample = 0.0 if axes.last.stride == 1 else DEALT_SAMPLE if axes.last.stride <= DEALT[1] else SINGLE_SAMPLE
    scattered = SCATTERED_OUTPUT if (axes.last.out_slice.step or 1) > 1 else 0.0
    sums = axes.outputs * (OUTPUT + scattered + axes.taps * tap * parts) * scale
    copies = blocks * (pieces * (PIECE + sizes.tap_rows * PIECE_ROW) + columns * sizes.tap_rows * sizes.phases * sample * scale)
    return sums + copies
