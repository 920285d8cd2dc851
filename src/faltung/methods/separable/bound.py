"""A Case bound for many calls: tables are made once, and a call passes addresses only.

Of several terms each turns an infinity into one of its own, and their sum may be NaN where the kernel's is not. Then the outputs that are
not finite, which are those whose window holds such a sample, and those whose terms overflow, are taken from `direct`.
"""

import threading
from collections.abc import Callable
from ctypes import string_at
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.compile import Compiled, compile_function, dialect
from faltung.errors import PlanError
from faltung.methods import direct
from faltung.methods.points import recompute
from faltung.methods.separable.factor import column_first, factors
from faltung.methods.separable.layout import CACHE_LINE, Sizes, Tables, record, tables
from faltung.methods.separable.passes import Shape
from faltung.methods.separable.quanta import quanta
from faltung.methods.separable.several import terms
from faltung.methods.workers import share
from faltung.spec.case import Case
from faltung.spec.window import part_of

Array = npt.NDArray[Any]
ALONE = 1 << 21
"""Multiply-adds (an output counts as 16) below which one thread is as fast as two, which take 20 to 40 µs to meet."""
IN_ONE_CALL = 1 << 28
"""Multiply-adds, counted so, which last at most 50 ms in one native call even at a tenth of the usual rate."""
PARTS_EACH = 2
"""Parts for each thread: a thread that is held up then takes fewer."""
SHORTEST_BAND = 4
"""A band of rows is at least so many times its halo, which is computed twice where two bands meet."""
Part = tuple[int, int, int, int, int, int]

_scratch = threading.local()


@cache
def driver_function(shape: Shape) -> Compiled:
    """Return the driver in memory."""
    if shape.upright:
        from faltung.methods.separable.upright import emit_upright  # nor here

        return compile_function(emit_upright(shape, dialect()))
    from faltung.methods.separable.driver import emit_driver  # not above: 3 ms, and only where something is compiled

    return compile_function(emit_driver(shape, dialect()))


class Bound:
    """One Case, ready to be called any number of times and from any thread: ``bound(x, w, out, workers)``."""

    __slots__ = ("_exact", "_known", "_sizes", "_tables", "_work")

    def __init__(self, case: Case) -> None:
        self._sizes = Sizes(case)
        self._exact = case.exact is not None
        rows, columns = case.output_sizes
        empty = not (case.batch and rows and columns)
        self._tables: Tables | None = None if empty else tables(self._sizes)
        self._work = case.batch * rows * columns * (self._sizes.terms * sum(case.kernel_sizes) + 16)
        self._known: tuple[tuple[Any, ...], Array] | None = None

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> None:
        """Write the sums to `out`; shapes and dtypes are those of the Case and are not checked.

        Raises
        ------
        PlanError
            When the kernel is no product of a column and a row, or no sum of as many as the Case says.
        """
        u, v, shape = self._weights(w[0, 0])
        if self._tables is None:
            return
        key = (x.strides, out.strides)
        known = self._known
        if known is None or known[0] != key:
            strides = [[a.strides[0], *a.strides[2:]] for a in (x, out)]
            known = self._known = (key, record(self._tables, *strides))
        stands = self._run(known[1], x, out, u, v, shape, workers)
        if not stands and self._sizes.case.stored is None:  # integer samples are finite, and so are their sums
            by_direct(self._sizes.case, x, w, out, workers)

    def _weights(self, w: Array) -> tuple[Array, Array, Shape]:
        """Return columns and rows, one behind the other, and what the passes are compiled for."""
        shape = self._sizes.shape
        if self._sizes.terms == 1:
            found = factors(w, exact=self._exact)
            if found is None:
                raise PlanError("separable: the kernel is no product of a column and a row; use another method")
            if not shape.upright:
                return found.u, found.v, shape
            found = column_first(found)
            whole = quanta(found.u, found.v, exact=self._exact) if self._sizes.foldable else None
            return (found.u, found.v, shape) if whole is None else (whole.packed, whole.v, replace(shape, digits=whole.digits))
        several = terms(w, exact=self._exact)
        if several is None or len(several.u) != self._sizes.terms:
            raise PlanError(f"separable: the kernel is no sum of {self._sizes.terms} columns times rows; use another method")
        return several.u, several.v, shape

    def _run(self, made: Array, x: Array, out: Array, u: Array, v: Array, shape: Shape, workers: int) -> bool:
        """Compute the sums; return whether they stand: False where there are several terms and some sum may not be finite."""
        driver: Callable[..., None] = driver_function(shape).call
        size = self._sizes.places["end"]
        addresses = made.ctypes.data, x.ctypes.data, out.ctypes.data
        weights = u.ctypes.data, v.ctypes.data
        parts = cut(self._sizes, self._work, workers if self._work >= ALONE else 1)
        stand, noted = [True] * len(parts), self._sizes.places["noted"]

        def one(i: int) -> None:
            place = scratch(size)
            driver(*addresses, place, *weights, *parts[i])
            if self._sizes.terms > 1:
                stand[i] = are_numbers(place + noted, v.dtype)

        if len(parts) == 1:
            one(0)
        else:
            share(one, len(parts), workers)
        return all(stand)


def are_numbers(place: int, dtype: Any) -> bool:
    """Return whether a vector's worth of numbers holds no NaN."""
    noted = np.frombuffer(string_at(place, CACHE_LINE), dtype)
    return bool((noted == noted).all())


def by_direct(case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    """Write every output that is not finite anew, by `direct`, whose bits do not depend on how many there are."""
    bad: Array = ~np.isfinite(out)
    if not bad.any():
        return
    case = replace(case, weights=None)
    if direct.refuses(case) is not None:
        recompute(case, x, w, out, np.argwhere(bad))
        return
    places = np.argwhere(bad)[:, 2:]
    box = [slice(int(low), int(high) + 1, 1) for low, high in zip(places.min(axis=0), places.max(axis=0), strict=True)]
    axes = zip(case.windows, case.input_sizes, case.kernel_sizes, box, strict=True)
    part = replace(case, windows=tuple(part_of(*axis) for axis in axes))
    again = np.empty((*out.shape[:2], *part.output_sizes), out.dtype)
    direct.bind(part)(x, w, again, workers)
    inside: tuple[Any, ...] = (..., *box)
    np.copyto(out[inside], again, where=bad[inside])


def cut(sizes: Sizes, work: int, workers: int) -> list[Part]:
    """Return the parts of the work: items, bands of rows, chunks of columns. Chunks are never cut, and bands not below a few halos."""
    case = sizes.case
    rows, columns = case.output_sizes
    wanted = max(PARTS_EACH * workers if workers > 1 else 1, -(-work // IN_ONE_CALL))
    items = min(wanted, case.batch)
    across = min(-(-wanted // items), -(-columns // sizes.chunk))
    halo = max(1, sizes.ring // case.windows[0].stride)
    fewest = min(-(-max(workers, -(-work // IN_ONE_CALL)) // (items * across)), rows)
    down = max(min(-(-wanted // (items * across)), rows // (SHORTEST_BAND * halo)), fewest, 1)
    chunks = -(-columns // sizes.chunk)
    ranges = (
        [case.batch * i // items for i in range(items + 1)],
        [rows * i // down // sizes.tall * sizes.tall if i < down else rows for i in range(down + 1)],
        [min(chunks * i // across * sizes.chunk, columns) for i in range(across + 1)],
    )
    return [(*item, *row, *column) for item, row, column in product(*(list(pairwise(edges)) for edges in ranges))]


def scratch(size: int) -> int:
    """Return the address of this thread's scratch of at least `size` bytes, aligned to a cache line."""
    if getattr(_scratch, "size", -1) < size:
        _scratch.kept = np.zeros(size + CACHE_LINE, np.uint8)
        _scratch.address = -(-_scratch.kept.ctypes.data // CACHE_LINE) * CACHE_LINE
        _scratch.size = size
    address: int = _scratch.address
    return address
