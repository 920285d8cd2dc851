"""A Case bound for many calls: tables are made once, and a call passes addresses only.

Of several terms each turns an infinity into one of its own, and their sum may be NaN where the kernel's is not. Then the outputs that are
not finite, which are those whose window holds such a sample, and those whose terms overflow, are taken from `direct`.
"""

from ctypes import string_at
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from faltung.codegen.compile import Compiled, compiled, dialect
from faltung.errors import PlanError
from faltung.methods import direct
from faltung.methods.crew import work_through
from faltung.methods.scratch import scratch
from faltung.methods.separable.factor import axes_of_box, column_first, factors
from faltung.methods.separable.layout import Tables, record, tables
from faltung.methods.separable.shape import Shape
from faltung.methods.separable.sizes import CACHE_LINE, Sizes
from faltung.methods.separable.walk import lie_well
from faltung.spec.case import Case
from faltung.spec.window import part_of

if TYPE_CHECKING:
    from faltung.codegen.builder import Builder

Array = np.ndarray[Any, Any]
ALONE = 1 << 22
"""Multiply-adds (an output counts as 16) below which a second thread is hardly worth its waking."""
IN_ONE_CALL = 1 << 28
"""Multiply-adds, counted so, which last at most 50 ms in one native call even at a tenth of the usual rate."""
PARTS_EACH = 2
"""Parts for each thread: a thread that is held up then takes fewer."""
SHORTEST_BAND = 4
"""A band of rows is at least so many times its halo, which is computed twice where two bands meet."""
SCRATCH_AT = 3
"""Which argument of a driver its scratch is."""
Part = tuple[int, int, int, int, int, int]


@cache
def driver_function(shape: Shape) -> Compiled:
    """Return the driver in memory."""
    return compiled(f"separable {shape}", lambda: _written(shape))


def _written(shape: Shape) -> "list[Builder]":
    if shape.running:
        from faltung.methods.separable.running import emit_running

        return emit_running(shape, dialect())
    if shape.upright:
        from faltung.methods.separable.upright import emit_upright

        return emit_upright(shape, dialect())
    from faltung.methods.separable.driver import emit_driver

    return emit_driver(shape, dialect())


class Bound:
    """One Case, ready to be called any number of times and from any thread: ``bound(x, w, out, workers)``."""

    __slots__ = ("_exact", "_known", "_parts", "_sizes", "_tables", "_walk", "_work")

    def __init__(self, case: Case) -> None:
        self._sizes = Sizes(case)
        self._exact = case.exact is not None
        self._work = self._sizes.work
        self._tables: Tables | None = tables(self._sizes) if self._work else None
        self._known: tuple[tuple[Any, ...], Array] | None = None
        self._parts: dict[int, Array] = {}  # for each number of workers
        self._walk = direct.bound.Bound(replace(case, weights=None), product=True) if self._sizes.walk is not None else None

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
        if boxed := self._sizes.boxed:
            if not set(boxed) <= set(axes_of_box(w)):
                raise PlanError(f"separable: the weights are not all equal along axes {boxed}; use another method")
            weight = w[:1, 0].copy()
            return weight, weight, shape
        if self._sizes.terms == 1:
            found = factors(w, exact=self._exact)
            if found is None:
                raise PlanError("separable: the kernel is no product of a column and a row; use another method")
            if not shape.upright:
                return found.u, found.v, shape
            from faltung.methods.separable.quanta import quanta  # here and below: what few Cases need, and no first call waits for

            found = column_first(found)
            whole = quanta(found.u, found.v, exact=self._exact) if self._sizes.foldable else None
            return (found.u, found.v, shape) if whole is None else (whole.packed, whole.v, shape._replace(digits=whole.digits))
        from faltung.methods.separable.several import terms

        several = terms(w, exact=self._exact)
        if several is None or len(several.u) != self._sizes.terms:
            raise PlanError(f"separable: the kernel is no sum of {self._sizes.terms} columns times rows; use another method")
        return several.u, several.v, shape

    def _run(self, made: Array, x: Array, out: Array, u: Array, v: Array, shape: Shape, workers: int) -> bool:
        """Compute the sums; return whether they stand: False where there are several terms and some sum may not be finite."""
        if self._walk is not None and lie_well(x, out):
            self._walk(x, np.concatenate([v, u]), out, workers)
            return True
        driver = driver_function(shape)
        size = self._sizes.places["end"]
        addresses = made.ctypes.data, x.ctypes.data, out.ctypes.data, u.ctypes.data, v.ctypes.data
        parts = self._parts_for(workers if self._work >= ALONE else 1)
        if self._sizes.terms == 1 and len(parts) > 1:
            calls = np.empty((len(parts), 1 + len(addresses) + parts.shape[1]), np.int64)
            calls[:, : 1 + len(addresses)] = driver.address, *addresses
            calls[:, 1 + len(addresses) :] = parts
            most = max(1, IN_ONE_CALL * len(parts) // self._work)
            work_through(calls, (made, x, out, u, v), scratch_at=SCRATCH_AT, scratch_bytes=size, workers=workers, most=most)
            return True
        from faltung.methods.workers import share

        stand, noted = [True] * len(parts), self._sizes.places["noted"]

        def one(i: int) -> None:
            place = scratch(size)
            driver.call(*addresses[:SCRATCH_AT], place, *addresses[SCRATCH_AT:], *parts[i].tolist())
            if self._sizes.terms > 1:
                stand[i] = are_numbers(place + noted, v.dtype)

        if len(parts) == 1:
            one(0)
        else:
            share(one, len(parts), workers)
        return all(stand)

    def _parts_for(self, workers: int) -> Array:
        known = self._parts.get(workers)
        if known is None:
            known = self._parts.setdefault(workers, np.array(cut(self._sizes, self._work, workers), np.int64))
        return known


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
        from faltung.methods.points import recompute

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
