"""Who takes part in a race, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faltung.spec import Problem

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """What everyone computes: a Problem on these arrays, on so many threads.

    `given` says whether those that can write into an array of the caller's do so; the others allocate their result.
    """

    problem: Problem
    x: Array
    k: Array
    workers: int
    given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contender:
    """A call to be timed, and how its result becomes an array. `allocates` says that every call makes a new one."""

    name: str
    call: Callable[[], Any]
    array: Callable[[Any], Array] = field(default=np.asarray)
    allocates: bool = True
    note: str = ""


Maker = Callable[[Work], Contender | str]
"""Returns the contender, or why this library has no call for the work."""


def operation_of(work: Work) -> str:
    """Return ``convolve`` or ``correlate``: which of the two a plain operation on real numbers is."""
    return "convolve" if work.problem.spec.operation == "convolve" else "correlate"


def plain(work: Work) -> str | None:
    """Return why a work is more than a sum of products with zeros outside, in unit steps, over every axis; None when it is just that."""
    spec, windows = work.problem.spec, work.problem.windows
    if spec.layout is not None or work.x.ndim != work.k.ndim:
        return "has batches or channels"
    if any(law != "zero" for window in windows for law in (window.boundary_low, window.boundary_high)):
        return f"has no boundary {windows[0].boundary_low} of its own"
    if any((w.stride, w.kernel_dilation, w.input_dilation) != (1, 1, 1) for w in windows):
        return "is raced in unit steps only"
    return None if work.x.dtype.kind == "f" and work.problem.dtype == work.x.dtype.name else f"is not raced on {work.x.dtype}"


def window_order(work: Work) -> Array:
    """Return the kernel as it slides."""
    axes = tuple(axis for axis, window in enumerate(work.problem.windows) if window.reversal)
    return np.ascontiguousarray(np.flip(work.k, axes))


def pads(work: Work) -> list[tuple[int, int]]:
    """Return the (low, high) pads of each axis."""
    return [(window.pad_low, window.pad_high) for window in work.problem.windows]
