"""The ways to compute a Case: each a module with NAME, refuses, cost and bind. Adding one is one line.

A module is loaded when it is first asked: the first call of a process waits for those alone which may serve it.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from faltung.methods import least
from faltung.methods.cost import Cost
from faltung.spec.case import Case


class Method(NamedTuple):
    """One method: its name, which is that of its module here, and seconds below which it cannot stay."""

    name: str
    least: Callable[[Case], float]

    @property
    def module(self) -> Any:
        """The module."""
        return import_module(f"faltung.methods.{self.name}")

    def refuses(self, case: Case) -> str | None:
        """Return why the method cannot compute a Case, in one sentence, or None when it can."""
        reason: str | None = self.module.refuses(case)
        return reason

    def cost(self, case: Case) -> Cost:
        """Return what it expects."""
        cost: Cost = self.module.cost(case)
        return cost

    def bind(self, case: Case) -> Callable[..., None]:
        """Return the Case ready for calls (x, w, out, workers)."""
        bound: Callable[..., None] = self.module.bind(case)
        return bound


METHODS: tuple[Method, ...] = (
    Method("direct", least.nothing), Method("separable", least.nothing), Method("fourier", least.fourier), Method("shift", least.shift),
)  # fmt: skip
NAMES = tuple(method.name for method in METHODS)

__all__ = ["METHODS", "NAMES", "Cost", "Method"]
