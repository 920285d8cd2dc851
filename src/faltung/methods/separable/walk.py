"""Kernels of few rows: both passes in registers, on one walk down the columns, by the ring of `direct`.

Each input row is summed along, v, as it is met, and that sum goes, times each weight of the column, u, into the sums of all output rows
whose windows it lies in: K + K' multiply-adds, and nothing waits in memory between the passes. It is written past the caches.

Each tap of a row costs a load that crosses a cache line, so that from seven rows on two passes are as fast. The order is theirs, and so
are the bits.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from faltung.codegen.host import host
from faltung.methods.direct.lines import pieces
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.tiles import product_ring
from faltung.spec.case import Case

Array = np.ndarray[Any, Any]
CACHE_LINE = 64


@lru_cache(maxsize=256)
def walk_of(case: Case) -> Strip | None:
    """Return what goes down the columns, or None where two passes do better. The kernel is a column times a row, and no box."""
    if case.stored is not None or len(case.windows) != 2:
        return None
    found = pieces(case)
    return product_ring(found[0], host()) if len(found) == 1 else None


def lie_well(x: Array, out: Array) -> bool:
    """Return whether a walk can read and write these arrays as they lie, in whole lines."""
    return x.strides[-1] == x.itemsize and out.strides[-1] == out.itemsize and out.strides[-2] % CACHE_LINE == 0
