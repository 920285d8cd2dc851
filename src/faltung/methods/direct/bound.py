"""A Case bound for many calls: tables are made once, and a call passes addresses only."""

import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.host import host
from faltung.methods.address import address
from faltung.methods.direct.dots import MISFIT, Dots, packed
from faltung.methods.direct.layout import Layout, layout, tables
from faltung.methods.direct.lines import Axes, pieces
from faltung.methods.direct.sizes import CACHE_LINE, DEALT
from faltung.methods.direct.tiles import REPAID, choose, dots_of, driver_function, driver_of, strip_function
from faltung.methods.stored import DoesNotFit
from faltung.methods.workers import share
from faltung.spec.case import Case

Array = npt.NDArray[Any]
ALONE = 1 << 23
"""Multiply-adds (an output counts as 16) below which one thread is as fast as two, which take 20 to 40 µs to meet: about 150 µs."""
IN_ONE_CALL = 1 << 27
"""Multiply-adds, counted so, which last at most 50 ms in one native call even at a tenth of the usual rate."""
PARTS_EACH = 4
"""Parts for each thread: a thread that is held up then takes fewer."""

_scratch = threading.local()


class Bound:
    """One Case, ready to be called any number of times and from any thread: ``bound(x, w, out, workers)``."""

    __slots__ = ("pieces", "work")

    def __init__(self, case: Case) -> None:
        self.pieces = tuple(Piece(axes) for axes in pieces(case))
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
        each = -(-PARTS_EACH * workers // len(jobs)) if workers > 1 else 1
        parts = [(job, part) for job in jobs for part in cut(job.call.layout, job.work, each)]

        def one(i: int) -> None:
            job, part = parts[i]
            job.run(part)

        share(one, len(parts), workers)
        for job in jobs:
            job.check()


class Piece:
    """The outputs of one class on every axis: all of them, unless an axis has input dilation or rows are dilated."""

    __slots__ = ("_axes", "_dots", "_known", "_out_slices", "_spent", "_tables", "_tap_slices", "work")

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._dots: Dots | None = dots_of(axes, host()) if axes.group is not None else None
        lines = axes.every[1:] if axes.batched else axes.every
        whole = all(line.window.input_dilation == 1 and (line.out_slice.step or 1) == 1 for line in lines)
        self._out_slices = None if whole else (slice(None), slice(None), *(line.out_slice for line in lines))
        self._tap_slices = None if whole else (slice(None), slice(None), *(line.tap_slice for line in lines))
        self._tables = tables(axes) if axes.taps and axes.outputs else None
        parts = axes.element.parts
        self.work = axes.outputs * parts * (axes.taps * parts + 16)  # a complex product is four real ones
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
        strip = choose(self._axes, unroll=unroll, aligned=out.strides[-2] % CACHE_LINE == 0)
        stride = self._axes.last.stride
        dealt = stride if DEALT[0] <= stride <= DEALT[1] and x_strides[-1] == self._axes.sample_bytes else 1
        return Call(
            layout(self._tables, strip, x_strides, out_strides),
            driver_function(driver_of(strip, self._axes, dealt)).call,
            strip_function(strip).address,
        )


class Call:
    """The native call for arrays with given strides."""

    __slots__ = ("driver", "layout", "strip")

    def __init__(self, made: Layout, driver: Callable[..., None], strip: int) -> None:
        self.layout, self.driver, self.strip = made, driver, strip


class Job:
    """A native call for arrays, which are kept here: w and out may be cut from those of the caller."""

    __slots__ = ("_addresses", "_checked", "_kept", "call", "work")

    def __init__(self, call: Call, x: Array, w: Array, out: Array, work: int, *, checked: bool) -> None:
        self.call, self.work, self._kept, self._checked = call, work, (w, out), checked
        self._addresses = (call.layout.record, address(x), address(w), address(out))

    def run(self, part: tuple[int, int, int, int]) -> None:
        """Do a range of blocks and of columns."""
        self.call.driver(*self._addresses, scratch(self.call.layout.scratch_bytes), self.call.strip, *part)

    def check(self) -> None:
        """Raise where a sum may not have fitted."""
        if self._checked and self._kept[0][MISFIT // 4]:
            raise DoesNotFit

    def whole(self) -> None:
        """Do all of it."""
        self.run((0, self.call.layout.blocks, 0, self.call.layout.columns))


def cut(made: Layout, work: int, least: int) -> list[tuple[int, int, int, int]]:
    """Return the parts of the work, at least so many: ranges of blocks, and of columns where there are too few blocks."""
    wanted = max(least, -(-work // IN_ONE_CALL))
    down = min(wanted, made.blocks)
    across = min(-(-wanted // down), max(1, made.columns // 256))
    edges = [made.blocks * i // down for i in range(down + 1)]
    sides = [made.columns * i // across // 64 * 64 if i < across else made.columns for i in range(across + 1)]
    return [(*b, *c) for b in pairwise(edges) for c in pairwise(sides)]


def scratch(size: int) -> int:
    """Return the address of this thread's scratch of at least `size` bytes, aligned to a cache line."""
    if getattr(_scratch, "size", -1) < size:
        _scratch.kept = np.zeros(size + 64, np.uint8)
        _scratch.address = -(-_scratch.kept.ctypes.data // 64) * 64
        _scratch.size = size
    place: int = _scratch.address
    return place
