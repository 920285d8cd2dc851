"""The ways to compute a Case: each a module with NAME, refuses, cost and run. Adding one is one import and one line."""

from collections.abc import Callable
from typing import Any, NamedTuple

from faltung.methods import direct, fourier, shift
from faltung.methods.cost import Cost
from faltung.spec.case import Case


class Method(NamedTuple):
    """The functions of one method."""

    name: str
    refuses: Callable[[Case], str | None]
    cost: Callable[[Case], Cost]
    run: Callable[..., Any]


METHODS: tuple[Method, ...] = (
    Method(direct.NAME, direct.refuses, direct.cost, direct.run),
    Method(fourier.NAME, fourier.refuses, fourier.cost, fourier.run),
    Method(shift.NAME, shift.refuses, shift.cost, shift.run),
)
NAMES = tuple(method.name for method in METHODS)

__all__ = ["METHODS", "NAMES", "Cost", "Method"]
