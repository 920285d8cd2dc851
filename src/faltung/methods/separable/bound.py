"""A Case bound for many calls: tables are made once, and a call passes addresses only."""

import threading
from collections.abc import Callable
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.codegen.compile import Compiled, compile_function, dialect
from faltung.errors import PlanError
from faltung.methods.separable.factor import factors
from faltung.methods.separable.layout import CACHE_LINE, Sizes, Tables, record, tables
from faltung.methods.separable.passes import Shape
from faltung.methods.workers import share
from faltung.spec.case import Case

Array = npt.NDArray[Any]
ALONE = 1 << 21
"""Multiply-adds (an output counts as 16) below which one thread is as fast as two, which take 20 to 40 µs to meet."""
IN_ONE_CALL = 1 << 28
"""Multiply-adds, counted so, which last at most 50 ms in one native call even at a tenth of the usual rate."""
PARTS_EACH = 4
"""Parts for each thread: a thread that is held up then takes fewer."""
SHORTEST_BAND = 4
"""A band of rows is at least so many times its halo, which is computed twice where two bands meet."""
Part = tuple[int, int, int, int, int, int]

_scratch = threading.local()


@cache
def driver_function(shape: Shape) -> Compiled:
    """Return the driver in memory."""
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
        self._work = case.batch * rows * columns * (sum(case.kernel_sizes) + 16)
        self._known: tuple[tuple[Any, ...], Array] | None = None

    def __call__(self, x: Array, w: Array, out: Array, workers: int = 1) -> None:
        """Write the sums to `out`; shapes and dtypes are those of the Case and are not checked.

        Raises
        ------
        PlanError
            When the kernel is no product of a column and a row.
        """
        found = factors(w[0, 0], exact=self._exact)
        if found is None:
            raise PlanError("separable: the kernel is no product of a column and a row; use another method")
        if self._tables is None:
            return
        key = (x.strides, out.strides)
        known = self._known
        if known is None or known[0] != key:
            strides = [[a.strides[0], *a.strides[2:]] for a in (x, out)]
            known = self._known = (key, record(self._tables, *strides))
        self._run(known[1], x, out, found.u, found.v, workers)

    def _run(self, made: Array, x: Array, out: Array, u: Array, v: Array, workers: int) -> None:
        driver: Callable[..., None] = driver_function(self._sizes.shape).call
        size = self._sizes.places["end"]
        addresses = made.ctypes.data, x.ctypes.data, out.ctypes.data
        weights = u.ctypes.data, v.ctypes.data
        parts = cut(self._sizes, self._work, workers if self._work >= ALONE else 1)
        if len(parts) == 1:
            driver(*addresses, scratch(size), *weights, *parts[0])
            return
        share(lambda i: driver(*addresses, scratch(size), *weights, *parts[i]), len(parts), workers)


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
