"""Which strip computes a Case: the looped one at first, the unrolled one when the work repays its compilation."""

from functools import cache
from math import prod
from typing import TYPE_CHECKING

from faltung.codegen.compile import Compiled, compiled, dialect
from faltung.codegen.host import Host, host
from faltung.codegen.numbers import Finish
from faltung.methods.direct.element import moved
from faltung.methods.direct.lines import Axes
from faltung.methods.direct.shapes import Dots, Driver, Strip
from faltung.methods.direct.sizes import CACHE_LINE, RING_ROWS, RINGS, SHORT_ROW, Sizes
from faltung.methods.stored import finish_of, source_of

if TYPE_CHECKING:
    from faltung.codegen.builder import Builder

UNROLLED_AT_MOST = 400
"""Multiply-adds written out in one tile, 7 x 7 in the usual one: beyond, the looped strip is as fast (3.7 ms both at 9 x 9, 2048 x
2048), and needs no compilation (60 ms at 400)."""
MOST_LOOPED_STEP = 3
"""Beyond, the looped strip takes output rows one by one: its ramps, 3 · step rows each, are written out."""
DOTS_ALONE = 2
"""Vectors of a tile of whole numbers whose rows share no input row: of each, 4 registers with weights of 8 bits, 2 with 16."""
RING_VECTORS = 4
RING_UNROLLED = 120
"""Multiply-adds written out in one step of a ring, 5 x 5 in 4 vectors; beyond, the taps of a row are a loop (7 x 7 in 3 vectors, 2048 x
2048 on two threads: 2.64 ms written out, as LLVM puts registers aside, 2.32 as a loop)."""
PRODUCT_ROWS, PRODUCT_VECTORS = 7, 3
"""Kernel rows up to which, and vectors of a tile in which, a ring sums by a column times a row."""
PRODUCT_RINGS = 1 << 20
"""Bytes of output from which it does (two threads, 5 x 5: 1024 x 1024 0.26 ms, in two passes 0.34; 2048 x 2048 1.13 and 1.31; 7 x 7
0.34 and 0.40, 1.34 and 1.28)."""
KERNEL_ROWS = 9
"""Kernel rows, beyond which the sums of all rows leave registers for too few vectors (one thread, 2048 x 2048: 7 x 7 4.5 ms, in tiles 5.1;
9 x 9 6.7 and 7.4)."""
KERNEL_TAPS = 64
"""Taps of a kernel row, beyond which the ends of so many rows as a ring takes at a time would need much scratch."""
TALL = 8
"""Output rows from which there are rows enough for tiles that are wide."""
MANY_TAPS = 16
"""Taps of a plane from which a tile is wide rather than tall."""
REPAID = 1 << 24
"""Multiply-adds after which a kernel is compiled for its shape: about the time that compiling takes."""


def choose(axes: Axes, *, unroll: bool, aligned: bool = True) -> Strip:
    """Return the strip for a piece of work: made for its kernel where that is asked for and possible.

    `aligned` says whether all output rows stand at the same place within cache lines.
    """
    plain = looped(axes, host())
    if not unroll:
        return plain
    if aligned and (found := ring(axes, host())) is not None:
        return found if found.offsets is None else found._replace(offsets=Sizes(axes, found).offsets)
    # where the taps stand in scratch depends on the tile (with a stride: on its phases), and the tile on how many taps there are
    trial = unrolled(axes, host(), (0,) * (axes.last.taps // (axes.group or 1)))
    return unrolled(axes, host(), Sizes(axes, trial).offsets) or plain if trial else plain


def dots_of(axes: Axes, target: Host) -> Dots | None:
    """Return how whole numbers are summed in 32 bits, where they are."""
    if axes.stored is None or axes.group is None:
        return None
    return Dots(source=source_of(axes.stored), group=axes.group, finish=finish_of(axes.stored), width=target.vector_bytes)


def finish_in(axes: Axes) -> Finish | None:
    """Return what becomes of floating sums, where they are not the results."""
    return None if axes.stored is None or axes.group is not None else finish_of(axes.stored)


def looped(axes: Axes, target: Host) -> Strip:
    """Return the strip for any kernel of this element."""
    lanes, dots = target.lanes(axes.itemsize), dots_of(axes, target)
    step = axes.row_step
    shared = step is not None and axes.row.taps >= max(3 * step, 4) and step <= MOST_LOOPED_STEP and axes.row.outputs >= 4
    # 16 accumulators, 4 vectors and a weight in 32 registers: 97 % of the machine's peak at 11 x 11; 12, 3 and 1 in 16: 90 %
    if dots:
        rows, vectors = (4, 1) if shared else (1, DOTS_ALONE)
        return Strip(element=axes.element, lanes=dots.lanes, rows=rows, vectors=vectors, row_step=step if shared and step else 1, dots=dots)
    rows, vectors = (4, 4 if target.registers >= 32 else 3) if shared else (1, 4)
    if axes.element.parts == 2 and shared:  # two accumulators for each vector
        rows, vectors = (4, 2) if target.registers >= 32 else (2, 3)
    if shared and vectors == 4:  # narrower tiles are nearly as fast (15 x 15: 98, 97 and 96 GFLOP/s at 4, 3, 2), and fit some rows better
        inner = max(axes.last.outputs - axes.last.span, 1)
        vectors = min((4, 3, 2), key=lambda v: -(-inner // (v * lanes)) * v)
    row_step = step if shared and step else 1
    return Strip(element=axes.element, lanes=lanes, rows=rows, vectors=vectors, row_step=row_step, finish=finish_in(axes))


def unrolled(axes: Axes, target: Host, offsets: tuple[int, ...]) -> Strip | None:
    """Return the strip for one kernel shape, or None where it is too large to be written out."""
    dots = dots_of(axes, target)
    lanes = dots.lanes if dots else target.lanes(axes.itemsize)
    rows, vectors = tile_shape(axes, target)
    strip = Strip(
        element=axes.element, lanes=lanes, rows=rows, vectors=vectors, row_step=axes.row_step or 1, kernel_rows=axes.row.taps,
        offsets=offsets, dots=dots, finish=finish_in(axes),
    )  # fmt: skip
    return strip if axes.row.taps * len(offsets) * rows * strip.registers <= UNROLLED_AT_MOST else None


def ring(axes: Axes, target: Host) -> Strip | None:
    """Return the ring for a number of kernel rows, or (its offsets are then to be filled in) one kernel shape; None where tiles do better.

    That is where the output is in caches, or cannot be written past them in whole lines, and where kernels have many rows.
    """
    rows, taps, parts = axes.row.taps, axes.last.taps, axes.element.parts
    vectors = min((target.registers - 2) // (rows * parts + 1), RING_VECTORS)
    if axes.outputs * axes.output_bytes not in RINGS or not goes_down(axes, target) or vectors < 2 or rows > KERNEL_ROWS:
        return None
    return _ring(axes, target, vectors, written_out=rows * taps * vectors * parts <= RING_UNROLLED)


def product_ring(axes: Axes, target: Host) -> Strip | None:
    """Return the ring for a kernel that is a column times a row, or None where another way does better."""
    rows, taps = axes.row.taps, axes.last.taps
    large = axes.outputs * axes.output_bytes >= PRODUCT_RINGS
    if not large or not goes_down(axes, target) or axes.element.parts > 1 or rows > PRODUCT_ROWS:
        return None
    vectors = min((target.registers - 3) // (rows + 1), PRODUCT_VECTORS)
    strip = _ring(axes, target, vectors, written_out=(rows + taps) * vectors <= RING_UNROLLED)._replace(product=True)
    return strip if strip.offsets is None else strip._replace(offsets=Sizes(axes, strip).offsets)


def goes_down(axes: Axes, target: Host) -> bool:
    """Return whether a ring can go down the columns: of long rows, in one plane, in whole cache lines."""
    long = axes.last.outputs >= SHORT_ROW and axes.row.outputs >= RING_ROWS
    flat = axes.row_step == 1 and axes.row.taps > 1 and axes.last.stride == 1 and all(line.taps == 1 for line in axes.outer[:-1])
    return axes.stored is None and target.vector_bytes == CACHE_LINE and long and flat and axes.last.taps <= KERNEL_TAPS


def _ring(axes: Axes, target: Host, vectors: int, *, written_out: bool) -> Strip:
    return Strip(
        element=axes.element, lanes=target.lanes(axes.itemsize), rows=1, vectors=vectors, kernel_rows=1, ring=axes.row.taps,
        offsets=(0,) * axes.last.taps if written_out else None,
    )  # fmt: skip


def tile_shape(axes: Axes, target: Host) -> tuple[int, int]:
    """Return rows and vectors of an unrolled tile: always 8 accumulators or less, which leaves room for weights.

    Taller tiles are slower on images whose rows lie a power of two apart: their lines meet in the same sets of the first-level cache
    (3 x 3 on 2048 x 2048: 0.82 ms at 4 x 2, 0.97 ms at 8 x 2). With 16 registers 2 x 4 needs 29 cycles for 64 bytes of output at
    5 x 5, and 4 x 2 needs 34 to 42.
    """
    if axes.group is not None:  # a vector is as many registers as a group has taps
        return (1, DOTS_ALONE) if axes.row_step is None or axes.row.outputs < 4 else (4, 1)
    if axes.row_step is None or axes.row.outputs == 1:
        return 1, 4
    if axes.element.parts == 2:
        return (4, 2) if axes.row.outputs >= 4 and target.registers >= 32 else (2, 2)
    if axes.last.outputs < SHORT_ROW and axes.row.outputs >= TALL and target.registers >= 32 and axes.straight:
        return short_row_shape(axes, target.lanes(axes.itemsize))
    return (4, 2) if axes.row.outputs >= 4 and target.registers >= 32 else (2, 4)


def short_row_shape(axes: Axes, lanes: int) -> tuple[int, int]:
    """Return rows and vectors of a tile where rows are short and many.

    Wide tiles load each weight less often, which counts where planes have many taps (5 x 5 x 5 on 192^3: 25.6 ms at 4 x 4, 28.8 at
    4 x 2). Where weights of a plane stay in registers, few sums are faster than many (a row of 192 by 3 x 3 x 3 from the first-level cache,
    in cycles: 333 at 4 x 2, 363 at 4 x 3, 372 at 4 x 4, 347 at 6 x 2, 366 at 8 x 2; none but multiply-adds: 324).
    """
    plane, planes = axes.row.taps * axes.last.taps, prod(line.taps for line in axes.outer[:-1])
    if planes == 1 or plane < MANY_TAPS:
        return 4, 2
    fitting = UNROLLED_AT_MOST // (4 * plane)
    inner = max(axes.last.outputs - axes.last.span, 1)
    return 4, min((v for v in (4, 3, 2) if v <= max(fitting, 2)), key=lambda v: -(-inner // (v * lanes)) * v)


@cache
def strip_function(strip: Strip) -> Compiled:
    """Return a strip in memory."""
    return compiled(f"direct {strip}", lambda: _written_strip(strip))


def _written_strip(strip: Strip) -> "list[Builder]":
    if strip.ring:
        from faltung.methods.direct.ring import emit_ring

        return emit_ring(strip, dialect())
    from faltung.methods.direct.strip import emit_strip

    return emit_strip(strip, dialect())


@cache
def ends_function(strip: Strip, rows: int) -> Compiled:
    """Return the function for the ends of short rows, for a strip's kernel and blocks of so many rows, in memory."""
    return compiled(f"direct ends {rows} {strip}", lambda: _written_ends(strip, rows))


def _written_ends(strip: Strip, rows: int) -> "list[Builder]":
    from faltung.methods.direct.ends import emit_ends

    return emit_ends(strip, rows, dialect())


def driver_of(strip: Strip, axes: Axes, stride: int) -> Driver:
    """Return the driver of a strip, for a stride that is dealt out (else 1)."""
    element, outer_axes = moved(strip.element), len(axes.outer)
    lanes = host().lanes(element.itemsize) if axes.stored is None else strip.lanes
    source = source_of(axes.stored) if axes.stored is not None and not axes.straight else None
    result = finish_of(axes.stored).results.scalar if axes.stored is not None else None
    return Driver(element=element, lanes=lanes, outer_axes=outer_axes, stride=stride, source=source, result=result)


@cache
def driver_function(driver: Driver) -> Compiled:
    """Return a driver in memory."""
    return compiled(f"direct {driver}", lambda: _written_driver(driver))


def _written_driver(driver: Driver) -> "list[Builder]":
    from faltung.methods.direct.driver import emit_driver

    return emit_driver(driver, dialect())
