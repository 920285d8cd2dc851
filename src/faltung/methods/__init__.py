"""The ways to compute a Case: each a module with NAME, refuses, cost and run. Adding one is one import and one line."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from faltung.methods import direct, fourier, separable, shift
from faltung.methods.cost import Cost
from faltung.spec.case import Case


class Method(NamedTuple):
    """The functions of one method."""

    name: str
    refuses: Callable[[Case], str | None]
    cost: Callable[[Case], Cost]
    bind: Callable[[Case], Callable[..., None]]
    """Ready for calls (x, w, out, workers)."""


METHODS: tuple[Method, ...] = (
    Method(direct.NAME, direct.refuses, direct.cost, direct.bind),
    Method(separable.NAME, separable.refuses, separable.cost, separable.bind),
    Method(fourier.NAME, fourier.refuses, fourier.cost, fourier.bind),
    Method(shift.NAME, shift.refuses, shift.cost, partial(partial, shift.run)),
)
NAMES = tuple(method.name for method in METHODS)

__all__ = ["METHODS", "NAMES", "Cost", "Method"]
