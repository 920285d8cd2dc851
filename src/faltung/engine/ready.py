"""Calls of a Route whose kernel was met before: what is left to do is one call of the compiled method.

Between two large images every cache is empty, and each step in Python takes ten times as long as usual: 140 µs of 5 x 5 on 2048 x 2048,
which takes 1.3 ms, went into steps that lead to the same answer every time.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from faltung.engine.core import window_order
from faltung.engine.route import Route, bound, choice
from faltung.engine.weights import REMEMBERED, analysed

Array = np.ndarray[Any, Any]
SILENT = ("direct", "separable")
"""Methods in which NumPy computes nothing of which it would warn."""


class Ready(NamedTuple):
    """A method, ready for calls (x, w, out, workers), and its weights in window order, behind two axes of length 1."""

    call: Callable[..., None]
    weights: Array


def ready_for(way: Route, k: Array) -> Ready | None:
    """Return what computes a Route with a kernel of its shape and dtype, or None where more is to be done than one call."""
    if k.nbytes > REMEMBERED or not is_one_call(way):
        return None
    return _ready(way, k.dtype, k.shape, k.tobytes())


@lru_cache(maxsize=256)
def is_one_call(way: Route) -> bool:
    """Return whether arrays go into the method, and out of it, as they are."""
    spec, stays = way.problem.spec, way.case.stored is not None or np.dtype(way.problem.input_dtype) == way.sum_dtype
    in_place = spec.layout is None and way.axes.in_order and way.flips is None and not way.exchanged
    return way.plain and way.wide is None and in_place and stays and way.conj != "input" and spec.missing != "skip_zero_weights"


@lru_cache(maxsize=256)
def _ready(way: Route, dtype: Any, shape: tuple[int, ...], data: bytes) -> Ready | None:
    if dtype.hasobject or way.sum_dtype.hasobject:
        return None
    weights = window_order(way, np.frombuffer(data, dtype).reshape(shape))[None, None]
    case = analysed(way.case, weights, way.method) if way.analysed else way.case
    method = choice(case, way.method, way.memory).method.name
    if method in SILENT:
        return Ready(bound(case, way.method, way.memory), weights)
    if method != "fourier":
        return None
    return Ready(partial(_silently, bound(case, way.method, way.memory, bool(np.isfinite(weights).all()))), weights)


def _silently(call: Callable[..., None], *arguments: Any) -> None:
    with np.errstate(all="ignore"):
        call(*arguments)
