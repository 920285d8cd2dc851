"""What planning may know of a kernel's values: found only where knowing could repay the time it takes, and remembered by its bytes."""

from dataclasses import replace
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

from faltung.engine.planner import choose
from faltung.methods import separable
from faltung.spec.case import Case, Weights

Array = np.ndarray[Any, Any]
ANALYSIS = 100e-6
"""Seconds which it must save: an analysis takes about 100 µs at 5 x 5 and at 63 x 63; later it is found by its bytes (2 to 8 µs)."""
LARGEST = 1024
"""Weights of a kernel that is worth a decomposition (into terms, 60 to 250 µs up to 31 x 31; only to say its rank in a refusal, 85 µs)."""
COLUMN_TIMES_ROW = Weights(rank=1)
BOX = Weights(rank=1, boxed=(0, 1))
"""Of these two, what costs less where nothing is known yet."""
REMEMBERED = 1 << 14
"""Bytes of a kernel to which what was found is remembered: 63 x 63 of float32."""
TWO_TERMS = Weights(rank=2, terms=2)


def worth_analysing(case: Case, method: str, memory: int | None) -> bool:
    """Return whether a kernel should be looked at: where `separable` is asked for, or would be chosen and save more than that takes."""
    if method == "separable":
        return True
    if method != "auto" or separable.why_not(case) is not None:
        return False
    ours = [separable.cost(replace(case, weights=known)) for known in (COLUMN_TIMES_ROW, BOX)]
    least = min((cost.seconds for cost in ours if memory is None or cost.scratch_bytes <= memory), default=inf)
    return choose(case, method, memory).cost.seconds - least > ANALYSIS


def analysed(case: Case, w: Array, method: str = "auto") -> Case:
    """Return the Case with what is known of its weights, in window order.

    Terms are looked for where two of them could be chosen and save more than that takes, or where `separable` is asked for.
    """
    if w.dtype.hasobject or w.nbytes > REMEMBERED:
        return _analysed(case, w, method)
    return _remembered(case, w.tobytes(), w.dtype, method)


@lru_cache(maxsize=256)
def _remembered(case: Case, data: bytes, dtype: Any, method: str) -> Case:
    return _analysed(case, np.frombuffer(data, dtype).reshape(1, 1, *case.kernel_sizes), method)


def _analysed(case: Case, w: Array, method: str) -> Case:
    if separable.why_not(case) is not None:
        return case
    if boxed := separable.axes_of_box(w[0, 0]):
        return replace(case, weights=COLUMN_TIMES_ROW._replace(boxed=boxed))
    if separable.found(w[0, 0], exact=case.exact is not None):
        return replace(case, weights=COLUMN_TIMES_ROW)
    if method == "separable" or _terms_may_pay(case):
        several = _of_terms(w[0, 0], exact=case.exact is not None)
        if several is not None:
            return replace(case, weights=several)
    return replace(case, weights=_not_separable(w.tobytes(), case.kernel_sizes, w.dtype.name))


@lru_cache(maxsize=256)
def _terms_may_pay(case: Case) -> bool:
    """Return whether two terms would be chosen, and save more than it takes to find them."""
    two = replace(case, weights=TWO_TERMS)
    if separable.refuses(two) is not None:
        return False
    return choose(case).cost.seconds - separable.cost(two).seconds > ANALYSIS


def whole_weights(w: Array) -> Weights | None:
    """Return what is known of an integer kernel in window order that is a column times a row of integers, or a sum of a few such terms."""
    if w.ndim not in (2, 3) or w.dtype == object:
        return None
    if boxed := separable.axes_of_box(w):
        return COLUMN_TIMES_ROW._replace(boxed=boxed)
    values = w.astype(np.float64)
    if separable.found(values, exact=True):
        return COLUMN_TIMES_ROW
    return _of_terms(values, exact=True)


def _of_terms(w: Array, *, exact: bool) -> Weights | None:
    found = separable.terms(w, exact=exact) if w.ndim == 2 and w.size <= LARGEST else None
    return None if found is None else Weights(rank=len(found.u), terms=len(found.u), spread=found.spread)


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
