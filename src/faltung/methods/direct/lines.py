"""What the driver must know of each axis: a Window without input dilation, its halo as a table, and the fill values.

**Input dilation.** With s = stride, d = kernel_dilation and e = input_dilation, output o meets tap t where e divides
s·o + d·t − pad_low. Outputs that agree modulo e' = e / gcd(s, e) use the same taps, every (e / gcd(d, e))-th, and among themselves
they are an axis without input dilation, with stride s / gcd(s, e) and dilation d / gcd(d, e). So such an axis is cut into e' lines;
gaps are not read at all (a weight that is infinite meets no zero there), and nothing is computed in vain.

**Dilation.** Neighbouring output rows of a dilated kernel share no input row, but every e-th do, e = d / gcd(s, d): output c + e·i meets
tap t at row d·(s/gcd(s, d)·i + t) + s·c − pad_low. So large images are cut into e classes of rows, each of which is a piece of its own.
"""

from itertools import product
from math import gcd, prod
from typing import NamedTuple

from faltung.codegen.numbers import NUMBERS
from faltung.methods.direct.element import Element, samples_of
from faltung.spec.boundary import source
from faltung.spec.case import Case, Stored
from faltung.spec.window import Number, Outside, Window, core_size, fill_value


class Line(NamedTuple):
    """One axis, or one class of outputs of it: output o and tap t read position stride·o + dilation·t − pad of `samples` samples."""

    samples: int
    outputs: int
    taps: int
    stride: int
    dilation: int
    pad: int
    window: Window
    out_slice: slice
    tap_slice: slice

    @property
    def span(self) -> int:
        """How far the last tap lies behind the first."""
        return self.dilation * (self.taps - 1)


GROUP = {"int8": 4, "int16": 2}
"""Taps that one instruction multiplies and adds, by the weights' lanes."""
CLASS_FROM = 1 << 13
"""Outputs of a class of rows from which it is worth the 3 µs of a call."""
CLASS_ROWS = 8
BATCH = Line(
    samples=1, outputs=1, taps=1, stride=1, dilation=1, pad=0, window=Window(), out_slice=slice(None), tap_slice=slice(None)
)  # fmt: skip


class Axes(NamedTuple):
    """The axes of one piece of work: the outer ones, of which the last is the row axis, and the one whose samples lie side by side."""

    element: Element
    outer: tuple[Line, ...]
    last: Line
    batched: bool
    dtype: str
    """NumPy's name of the element."""
    stored: Stored | None = None

    @property
    def every(self) -> tuple[Line, ...]:
        return (*self.outer, self.last)

    @property
    def row(self) -> Line:
        return self.outer[-1]

    @property
    def row_step(self) -> int | None:
        """How many of the input rows that it reads an output row lies behind the one before; None where they share no input row.

        With stride s and dilation d, output r meets tap t at row s·r + d·t: at the (s/d·r + t)-th of every d-th row, if d divides s.
        """
        step, rest = divmod(self.row.stride, self.row.dilation if self.row.taps > 1 else self.row.stride)
        return step if rest == 0 and (step < self.row.taps or step == 1) else None

    @property
    def group(self) -> int | None:
        """How many taps are summed by one instruction, where whole numbers are summed in 32 bits."""
        return None if self.stored is None or self.stored.weights is None else GROUP[self.stored.weights]

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample in x."""
        return NUMBERS[self.stored.samples].itemsize if self.stored else self.itemsize

    @property
    def output_bytes(self) -> int:
        return NUMBERS[self.stored.results].itemsize if self.stored else self.itemsize

    @property
    def straight(self) -> bool:
        """Whether a strip takes samples as they lie in x, and writes what stands in the output."""
        return self.stored is None or self.group is not None

    @property
    def itemsize(self) -> int:
        return self.element.itemsize

    @property
    def taps(self) -> int:
        return prod(line.taps for line in self.every)

    @property
    def outputs(self) -> int:
        return prod(line.outputs for line in self.every)


def pieces(case: Case) -> list[Axes]:
    """Return the pieces of work of a Case: one, or with input dilation one for each class of outputs on every axis.

    The batch is an axis with one tap; it is left out where it has one item and another axis stands before the last.
    """
    per_axis = [lines(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)]
    if len(per_axis) > 1:
        others = case.batch * prod(m for i, m in enumerate(case.output_sizes) if i != len(per_axis) - 2)
        per_axis[-2] = tuple(part for line in per_axis[-2] for part in classes(line, others))
    batched = case.batch != 1 or len(per_axis) == 1
    batch = (BATCH._replace(samples=case.batch, outputs=case.batch),) if batched else ()
    element, stored = samples_of(case), case.stored
    dtype = stored.samples if stored is not None and case.dtype == "int32" else case.dtype
    return [
        Axes(element=element, outer=(*batch, *axes[:-1]), last=filled(axes[-1], stored), batched=batched, dtype=dtype, stored=stored)
        for axes in product(*per_axis)
    ]


def filled(line: Line, stored: Stored | None) -> Line:
    """Return the last axis with taps of weight 0 up to a whole group, where whole numbers are summed in groups."""
    if stored is None or stored.weights is None:
        return line
    group = GROUP[stored.weights]
    return line._replace(taps=-(-line.taps // group) * group)


def lines(window: Window, n: int, k: int) -> tuple[Line, ...]:
    """Return the lines of one axis: one without input dilation, else one for each class of outputs."""
    m = core_size(window, n, k)
    s, d, e = window.stride, window.kernel_dilation, window.input_dilation
    found = []
    for first in range(min(e // gcd(s, e), m)):
        taps = [t for t in range(k) if (s * first + d * t - window.pad_low) % e == 0]
        out_slice = slice(first, None, e // gcd(s, e))
        tap_slice = slice(taps[0], None, e // gcd(d, e)) if taps else slice(0, 0)
        found.append(
            Line(
                samples=n, outputs=len(range(m)[out_slice]), taps=len(taps), stride=s // gcd(s, e), dilation=d // gcd(d, e),
                pad=-((s * first + d * taps[0] - window.pad_low) // e) if taps else 0,
                window=window, out_slice=out_slice, tap_slice=tap_slice,
            )
        )  # fmt: skip
    return tuple(found)


def classes(line: Line, others: int) -> tuple[Line, ...]:
    """Return the classes of output rows that share input rows, where there are any and each is large; a row has `others` outputs."""
    common = gcd(line.stride, line.dilation)
    count = line.dilation // common
    if count == 1 or line.taps <= line.stride // common or line.outputs * others < count * CLASS_FROM or line.outputs < CLASS_ROWS * count:
        return (line,)
    first, step = line.out_slice.start or 0, line.out_slice.step or 1
    return tuple(
        line._replace(
            outputs=len(range(c, line.outputs, count)), stride=line.stride * count, pad=line.pad - line.stride * c,
            out_slice=slice(first + step * c, None, step * count),
        )
        for c in range(count)
    )  # fmt: skip


def halo(line: Line, last: int, fills: list[Number]) -> tuple[list[int], int]:
    """Return the halo table of a line up to position `last`, and how many of its entries lie before sample 0.

    A fill value is appended to `fills` if it is new there; entry -1 - f stands for fills[f].
    """
    low = [-1 - fill_number(line, "low", fills) if q is None else q for q in samples(line, range(-max(line.pad, 0), 0))]
    high = [-1 - fill_number(line, "high", fills) if q is None else q for q in samples(line, range(line.samples, last + 1))]
    return low + high, len(low)


def samples(line: Line, positions: range) -> list[int | None]:
    """Return the sample that is read at each position of one end, or None where its fill value stands."""
    law = line.window.boundary_low if positions.start < 0 else line.window.boundary_high
    return [source(law, p, line.samples) for p in positions]


def fill_number(line: Line, end: Outside, fills: list[Number]) -> int:
    """Return where in `fills` the fill value of one end stands."""
    value = complex(fill_value(line.window, end))
    for i, known in enumerate(fills):
        if repr(known) == repr(value):  # not ==, which takes 0.0 for -0.0 and never finds a NaN
            return i
    fills.append(value)
    return len(fills) - 1
