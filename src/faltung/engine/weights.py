"""What planning may know of a kernel's values: found only where knowing could repay the time it takes, and remembered by its bytes."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from faltung.engine.planner import choose
from faltung.methods import separable
from faltung.spec.case import Case, Weights

Array = np.ndarray[Any, Any]
ANALYSIS = 100e-6
"""Seconds which it must save: an analysis takes 48 µs at 5 x 5 and 71 µs at 63 x 63; later it is found by its bytes (3 to 7 µs)."""
LARGEST = 1024
"""Weights of a kernel whose rank is worth a decomposition (85 µs at 31 x 31), only to say it in a refusal."""
COLUMN_TIMES_ROW = Weights(rank=1)


def worth_analysing(case: Case, method: str, memory: int | None) -> bool:
    """Return whether a kernel should be looked at: where `separable` is asked for, or would be chosen and save more than that takes."""
    if method == "separable":
        return True
    if method != "auto" or separable.why_not(case) is not None:
        return False
    ours = separable.cost(case)
    if memory is not None and ours.scratch_bytes > memory:
        return False
    return choose(case, method, memory).cost.seconds - ours.seconds > ANALYSIS


def analysed(case: Case, w: Array) -> Case:
    """Return the Case with what is known of its weights, in window order."""
    if separable.why_not(case) is not None:
        return case
    if separable.found(w[0, 0], exact=case.exact is not None):
        return replace(case, weights=COLUMN_TIMES_ROW)
    return replace(case, weights=_not_separable(w.tobytes(), case.kernel_sizes, w.dtype.name))


def column_times_row(k: Array) -> bool:
    """Return whether an integer kernel, in any order, is a column times a row of integers."""
    return k.ndim in (2, 3) and separable.found(k.astype(np.float64), exact=True)


@lru_cache(maxsize=256)
def _not_separable(data: bytes, shape: tuple[int, ...], dtype: str) -> Weights:
    w = np.frombuffer(data, dtype).reshape(shape)
    if not np.isfinite(w).all():
        return Weights(finite=False, rank=0)
    if w.size > LARGEST or w.ndim > 2:
        return Weights(rank=2)
    tolerance = max(shape) * float(np.finfo(dtype).eps)
    rank = int(np.linalg.matrix_rank(w.astype(np.float64), rtol=tolerance))
    return Weights(rank=rank if rank > 1 else 0)
