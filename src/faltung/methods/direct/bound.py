"""A Case bound for many calls: tables are made once, and a call passes addresses only."""

from itertools import pairwise
from typing import Any

import numpy as np

from faltung.codegen.compile import Compiled
from faltung.codegen.host import host
from faltung.methods.address import address
from faltung.methods.crew import work_through
from faltung.methods.direct.layout import Layout, layout, tables
from faltung.methods.direct.lines import Axes, pieces
from faltung.methods.direct.packed import packed
from faltung.methods.direct.shapes import MISFIT, Dots
from faltung.methods.direct.sizes import CACHE_LINE, DEALT
from faltung.methods.direct.tiles import REPAID, choose, dots_of, driver_function, driver_of, product_ring, strip_function
from faltung.methods.scratch import scratch
from faltung.methods.stored import DoesNotFit
from faltung.spec.case import Case

Array = np.ndarray[Any, Any]
ALONE = 1 << 22
"""Multiply-adds (an output counts as 16) below which a second thread is hardly worth its waking: 3 x 3 on 350 x 350 takes 47 µs alone, and
34 by two; right after a pause, when the other one sleeps, both take the same."""
IN_ONE_CALL = 1 << 27
"""Multiply-adds, counted so, which last at most 50 ms in one native call even at a tenth of the usual rate."""
PARTS_EACH = 4
"""Parts for each thread at least, where there are blocks enough: a thread that is held up then takes fewer."""
SCRATCH_AT, X_AT = 4, 2
"""Which argument of a driver its scratch is, and where its arrays begin in a table of calls."""


class Bound:
    """One Case, ready to be called any number of times and from any thread: ``bound(x, w, out, workers)``.

    With `product`, which is for Cases that have a `product_ring`, w is a row's weights and behind them a column's.
    """

    __slots__ = ("pieces", "work")

    def __init__(self, case: Case, *, product: bool = False) -> None:
        self.pieces = tuple(Piece(axes, product=product) for axes in pieces(case))
        self.work = sum(piece.work for piece in self.pieces)

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> None:
        """Write the sums to `out`; shapes and dtypes are those of the Case and are not checked.

        Raises
        ------
        DoesNotFit
            Where the Case says that overflow raises: some sum may not be in the range of the results.
        """
        if not out.size:
            return
        if self.work < ALONE:
            for piece in self.pieces:
                job = piece.job(x, w, out)
                if job is not None:
                    job.whole()
                    job.check()
            return
        jobs = [job for piece in self.pieces if (job := piece.job(x, w, out)) is not None]
        if not jobs:
            return
        tables = [job.table(-(-workers // len(jobs)) if workers > 1 else 1) for job in jobs]
        entries = tables[0] if len(tables) == 1 else np.concatenate(tables)
        most = max(1, IN_ONE_CALL * len(entries) // self.work)
        scratch_bytes = max(job.call.layout.scratch_bytes for job in jobs)
        work_through(entries, (x, w, out, jobs), scratch_at=SCRATCH_AT, scratch_bytes=scratch_bytes, workers=workers, most=most)
        for job in jobs:
            job.check()


class Piece:
    """The outputs of one class on every axis: all of them, unless an axis has input dilation or rows are dilated."""

    __slots__ = ("_axes", "_dots", "_known", "_out_slices", "_product", "_spent", "_tables", "_tap_slices", "work")

    def __init__(self, axes: Axes, *, product: bool = False) -> None:
        self._axes, self._product = axes, product
        self._dots: Dots | None = dots_of(axes, host()) if axes.group is not None else None
        lines = axes.every[1:] if axes.batched else axes.every
        whole = all(line.window.input_dilation == 1 and (line.out_slice.step or 1) == 1 for line in lines)
        self._out_slices = None if whole else (slice(None), slice(None), *(line.out_slice for line in lines))
        self._tap_slices = None if whole else (slice(None), slice(None), *(line.tap_slice for line in lines))
        self._tables = tables(axes) if axes.taps and axes.outputs else None
        parts = axes.element.parts
        taps = axes.row.taps + axes.last.taps if product else axes.taps
        self.work = axes.outputs * parts * (taps * parts + 16)  # a complex product is four real ones
        self._spent = 0
        self._known: tuple[tuple[Any, ...], Call] | None = None

    def job(self, x: Array, w: Array, out: Array) -> "Job | None":
        """Return what is to be done for these arrays, or None when it is done: nothing to sum."""
        if self._tap_slices is not None and self._out_slices is not None:
            w = np.ascontiguousarray(w[self._tap_slices])
            out = out[self._out_slices]
        if self._tables is None:
            out[...] = 0
            return None
        if self._dots is not None:
            w = packed(w[0, 0], self._dots)
        self._spent += self.work
        key = (x.strides, out.strides, self._spent >= REPAID)
        known = self._known
        if known is None or known[0] != key:
            known = self._known = (key, self._prepare(x, out, unroll=key[2]))
        return Job(known[1], x, w, out, self.work, checked=self._dots is not None and self._dots.finish.overflow == "raise")

    def _prepare(self, x: Array, out: Array, *, unroll: bool) -> "Call":
        assert self._tables is not None
        batch = (0,) if self._axes.batched else ()
        x_strides, out_strides = ([a.strides[i] for i in (*batch, *range(2, a.ndim))] for a in (x, out))
        aligned = out.strides[-2] % CACHE_LINE == 0
        strip = product_ring(self._axes, host()) if self._product else choose(self._axes, unroll=unroll, aligned=aligned)
        assert strip is not None
        stride = self._axes.last.stride
        dealt = stride if DEALT[0] <= stride <= DEALT[1] and x_strides[-1] == self._axes.sample_bytes else 1
        return Call(
            layout(self._tables, strip, x_strides, out_strides),
            driver_function(driver_of(strip, self._axes, dealt)),
            strip_function(strip).address,
        )


class Call:
    """The native call for arrays with given strides, and the tables of calls that do parts of it, without their addresses."""

    __slots__ = ("driver", "layout", "strip", "tables")

    def __init__(self, made: Layout, driver: Compiled, strip: int) -> None:
        self.layout, self.driver, self.strip = made, driver, strip
        self.tables: dict[int, Array] = {}

    def table(self, work: int, workers: int) -> Array:
        """Return calls for the parts of the work; x, w and out are still to be filled in."""
        known = self.tables.get(workers)
        if known is None:
            known = np.array(
                [(self.driver.address, self.layout.record, 0, 0, 0, self.strip, *part) for part in cut(self.layout, work, workers)],
                np.int64,
            )
            self.tables[workers] = known
        return known


class Job:
    """A native call for arrays, which are kept here: w and out may be cut from those of the caller."""

    __slots__ = ("_addresses", "_checked", "_kept", "call", "work")

    def __init__(self, call: Call, x: Array, w: Array, out: Array, work: int, *, checked: bool) -> None:
        self.call, self.work, self._kept, self._checked = call, work, (w, out), checked
        self._addresses = (call.layout.record, address(x), address(w), address(out))

    def run(self, part: tuple[int, int, int, int]) -> None:
        """Do a range of blocks and of columns."""
        self.call.driver.call(*self._addresses, scratch(self.call.layout.scratch_bytes), self.call.strip, *part)

    def table(self, workers: int) -> Array:
        """Return the calls for the parts of the work."""
        entries = self.call.table(self.work, workers).copy()
        entries[:, X_AT : X_AT + 3] = self._addresses[1:]
        return entries

    def check(self) -> None:
        """Raise where a sum may not have fitted."""
        if self._checked and self._kept[0][MISFIT // 4]:
            raise DoesNotFit

    def whole(self) -> None:
        """Do all of it."""
        self.run((0, self.call.layout.blocks, 0, self.call.layout.columns))


def cut(made: Layout, work: int, workers: int) -> list[tuple[int, int, int, int]]:
    """Return the parts of the work: ranges of blocks, and of columns where there are too few blocks.

    They become smaller towards the end, so that all threads end at about the same time; none lasts longer than one call may.
    """
    least = max(-(-work // IN_ONE_CALL), 1)
    wanted = max(least, PARTS_EACH * workers if workers > 1 else 1)
    across = min(-(-wanted // made.blocks), max(1, made.columns // 256))
    edges = shrinking(made.blocks, max(made.blocks * across // least, 1), workers)
    sides = [made.columns * i // across // 64 * 64 if i < across else made.columns for i in range(across + 1)]
    return [(*b, *c) for b in pairwise(edges) for c in pairwise(sides)]


def shrinking(blocks: int, longest: int, workers: int) -> list[int]:
    """Return the edges of parts of 0 … blocks, each half of its thread's share of what is left, and at most `longest`."""
    edges = [0]
    while (left := blocks - edges[-1]) > 0:
        size = left if workers == 1 else -(-left // (2 * workers))
        edges.append(edges[-1] + min(size, longest))
    return edges
