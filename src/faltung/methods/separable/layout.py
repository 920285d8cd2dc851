"""A Case in the driver's terms: sizes of chunk, ring and scratch, tables, and the record for arrays with given strides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.builder import ITEMSIZE
from faltung.codegen.host import host
from faltung.methods.separable.passes import TALL, Shape
from faltung.methods.separable.record import FIELDS
from faltung.methods.stored import finish_of, source_of
from faltung.spec.boundary import source
from faltung.spec.case import Case
from faltung.spec.numbers import INTEGERS, integer_range
from faltung.spec.window import Number, Outside, Window, core_size, fill_value, position

ELEMENTS = {"float32": "float", "float64": "double"}
RING_BYTES = 384 * 1024
"""What a ring may hold if it can: it stays in a 1 MB L2 beside the rows that stream past."""
LONGEST_CHUNK = 4096
LONGEST_CHUNK_UPRIGHT = 2048
STRETCH_BYTES = 16 * 1024
SHORTEST_STRETCH = 1024
"""Bytes of all of the ring's rows, and least bytes of each, that go through both passes at a time: they stay in first-level cache, and
reading and writing memory alternate quickly (5 x 5 on 4096 x 4096: 12 % faster; from 15 x 15 on it is slower, and whole chunks go)."""
CACHE_LINE = 64


@dataclass(frozen=True)
class Sizes:
    """How one Case is cut, in elements unless bytes are named."""

    case: Case

    @cached_property
    def shape(self) -> Shape:
        """What the passes are compiled for: 16 accumulators, 4 vectors and a weight in 32 registers; 12, 3 and 1 in 16."""
        element = ELEMENTS[self.case.dtype]
        across = self.case.windows[1]
        close = across.stride == across.kernel_dilation == 1
        vectors = 4 if host().registers >= 32 else 3
        shape = Shape(element=element, lanes=host().lanes(ITEMSIZE[element]), vectors=vectors, close=close, terms=self.terms)
        stored = self.case.stored
        if stored is None:
            return shape
        return replace(shape, source=source_of(stored), finish=finish_of(stored), upright=self.upright)

    @property
    def upright(self) -> bool:
        """Whether the column pass comes first: it reads samples as they lie in memory, if the fill values can stand among them."""
        stored = self.case.stored
        return stored is not None and self.terms == 1 and all(is_sample(fill, stored.samples) for fill in fills_of(self.case))

    @property
    def foldable(self) -> bool:
        """Whether this machine can sum bytes by whole weights in the column pass."""
        source, shape = self.shape.source, self.shape
        bytes_ = self.upright and source is not None and source.itemsize == 1
        return bytes_ and shape.element == "float" and shape.vectors % 2 == 0 and host().pair_sums

    @property
    def terms(self) -> int:
        """Products of a column and a row that are added up."""
        return self.case.weights.terms if self.case.weights is not None else 1

    @property
    def tall(self) -> int:
        """Output rows at a time."""
        down = self.case.windows[0]
        return TALL if down.stride == down.kernel_dilation == 1 and self.case.kernel_sizes[0] >= TALL - 1 else 1

    @property
    def ring(self) -> int:
        """Rows which one block of output rows reads."""
        down = self.case.windows[0]
        return down.kernel_dilation * (self.case.kernel_sizes[0] - 1) + down.stride * (self.tall - 1) + 1

    @cached_property
    def chunk(self) -> int:
        """Columns at a time: whole tiles, evenly cut."""
        tile, columns = self.shape.tile, self.case.output_sizes[1]
        rows = max(self.ring * self.terms, self.phases)
        longest = LONGEST_CHUNK_UPRIGHT if self.upright else LONGEST_CHUNK
        most = max(min(RING_BYTES // (rows * self.waiting_bytes), longest) // tile, 1)
        tiles = -(-columns // tile)
        return tile * -(-tiles // -(-tiles // most))

    @property
    def stretch(self) -> int:
        """Columns that go through both passes at a time, in whole pairs of tiles; at most a chunk."""
        pair = 2 * self.shape.tile * self.shape.itemsize
        fitting = STRETCH_BYTES // (self.ring * self.terms) // pair * pair
        return min(fitting // self.shape.itemsize, self.chunk) if fitting >= SHORTEST_STRETCH else self.chunk

    @property
    def ring_row(self) -> int:
        """Bytes of a row of the ring: a cache line more than its samples, so that neighbours do not meet in the same sets."""
        return (aligned(self.along * self.waiting_bytes) if self.upright else self.chunk * self.shape.itemsize) + CACHE_LINE

    @property
    def waiting_bytes(self) -> int:
        """Bytes of what waits in the ring."""
        return self.shape.waiting.itemsize

    @property
    def waiting_dtype(self) -> str:
        """NumPy's name of what waits in the ring, or of fill values among it."""
        stored = self.case.stored
        if stored is None or not self.upright:
            return self.case.dtype
        return "int16" if self.shape.sample_bytes == 1 else stored.samples

    @property
    def along(self) -> int:
        """Columns of the column pass that comes first, in whole tiles: all phases, one behind the other."""
        return -(-self.phases * self.phase // self.shape.tile) * self.shape.tile

    @property
    def line_row(self) -> int:
        """Bytes of a line that the column pass writes."""
        return self.along * self.shape.itemsize + CACHE_LINE

    @property
    def phases(self) -> int:
        across = self.case.windows[1]
        taps = range(min(self.case.kernel_sizes[1], across.stride))
        return 1 + max(across.kernel_dilation * t % across.stride for t in taps)

    @property
    def extra(self) -> int:
        across = self.case.windows[1]
        return across.kernel_dilation * (self.case.kernel_sizes[1] - 1) // across.stride

    @property
    def phase(self) -> int:
        """Samples of a phase in the line; the row pass reads up to a vector beyond the last tap."""
        return self.chunk + self.extra + self.shape.lanes

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in scratch everything stands, and its size as "end"."""
        line = aligned(16 * self.ring * self.terms)
        lines = self.tall * self.line_row if self.upright else self.phases * self.phase * self.shape.itemsize
        rows = line + aligned(lines)
        result = rows + aligned(self.ring * self.terms * self.ring_row)
        results = aligned(self.chunk * self.shape.itemsize + CACHE_LINE) * -(-self.shape.output_bytes // self.shape.itemsize)
        noted = result + aligned(self.tall * results)
        return {"table": 0, "line": line, "rows": rows, "result": result, "noted": noted, "end": noted + CACHE_LINE}

    @property
    def offsets(self) -> list[int]:
        """Where, in bytes, output 0 finds each tap in the line."""
        across = self.case.windows[1]
        places = (divmod(across.kernel_dilation * t, across.stride) for t in range(self.case.kernel_sizes[1]))
        return [self.shape.itemsize * (phase * self.phase + i) for i, phase in places]


def fills_of(case: Case) -> list[Number]:
    """Return the fill values of both ends of every axis."""
    return [fill_value(window, end) for window in case.windows for end in ("low", "high")]


def is_sample(fill: Number, samples: str) -> bool:
    """Return whether a fill value stands among the samples as it is."""
    if isinstance(fill, complex) or samples not in ("bool", *INTEGERS):
        return False
    low, high = integer_range(samples)
    return low <= fill <= high and fill == int(fill) == float(fill)


def aligned(size: int) -> int:
    """Return a number of bytes in whole cache lines."""
    return -(-size // CACHE_LINE) * CACHE_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the record points to and no array changes."""

    sizes: Sizes
    halos: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    lows: tuple[int, int]
    fills: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]


def tables(sizes: Sizes) -> Tables:
    """Return the tables of a Case that has outputs."""
    case, fills = sizes.case, list[Number]()
    made = [halo(*axis, fills) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)]
    return Tables(
        sizes=sizes, halos=(np.array(made[0][0], np.int64), np.array(made[1][0], np.int64)), lows=(made[0][1], made[1][1]),
        fills=np.array(fills or [0], sizes.waiting_dtype), offsets=np.array(sizes.offsets, np.int64),
    )  # fmt: skip


def halo(window: Window, n: int, k: int, fills: list[Number]) -> tuple[list[int], int]:
    """Return the halo table of an axis, at least one entry, and how many of its entries lie before sample 0.

    A fill value is appended to `fills`; entry -1 - f stands for fills[f]. Phases read up to a stride beyond the last tap.
    """
    last = position(window, core_size(window, n, k) - 1, k - 1) + window.stride
    low = entries(window, range(-max(window.pad_low, 0), 0), n, "low", fills)
    high = entries(window, range(n, max(last, n) + 1), n, "high", fills)
    return [*low, *high], len(low)


def entries(window: Window, positions: range, n: int, end: Outside, fills: list[Number]) -> list[int]:
    """Return the entries of one end."""
    fills.append(float(fill_value(window, end).real))  # a real case has real fill values
    law = window.boundary_low if end == "low" else window.boundary_high
    found = (source(law, p, n) for p in positions)
    return [-len(fills) if q is None else q for q in found]


def record(given: Tables, x_strides: Sequence[int], out_strides: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the record for arrays with these strides: of the batch, down and across."""
    sizes, case = given.sizes, given.sizes.case
    (down, across), (taps_down, taps_across) = case.windows, case.kernel_sizes
    values = {
        "item_x": x_strides[0], "item_out": out_strides[0], "chunk": sizes.chunk, "stretch": sizes.stretch, "tall": sizes.tall,
        "taps_down": taps_down, "samples_down": case.input_sizes[0], "stride_down": down.stride, "dilation_down": down.kernel_dilation,
        "pad_down": down.pad_low, "halo_down": given.halos[0].ctypes.data, "low_down": given.lows[0],
        "x_down": x_strides[1], "out_down": out_strides[1],
        "taps_across": taps_across, "samples_across": case.input_sizes[1], "stride_across": across.stride, "pad_across": across.pad_low,
        "halo_across": given.halos[1].ctypes.data, "low_across": given.lows[1], "x_across": x_strides[2], "out_across": out_strides[2],
        "offsets": given.offsets.ctypes.data, "phase": sizes.phase, "phases": sizes.phases, "extra": sizes.extra,
        "fills": given.fills.ctypes.data, "ring": sizes.ring, "ring_row": sizes.ring_row,
        "line_row": sizes.line_row, **sizes.places,
    }  # fmt: skip
    return np.array([values[name] for name in FIELDS], np.int64)
