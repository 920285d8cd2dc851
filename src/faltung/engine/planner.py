"""Which method: the cheapest of those that neither refuse nor exceed the memory.

It depends on the Case, the memory, what `faltung measure` has kept, and nothing else.
"""

from dataclasses import dataclass, replace

from faltung.engine.measured import factors
from faltung.errors import PlanError
from faltung.methods import METHODS, NAMES, Method
from faltung.methods.cost import Cost
from faltung.spec.case import Case

CONVERTING = ("direct", "separable")
"""Methods that read and write other dtypes than those of the sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The method chosen for a Case, its predicted cost, and for every other method why it was not."""

    case: Case
    method: Method
    cost: Cost
    others: tuple[tuple[str, str], ...]


def choose(case: Case, method: str = "auto", memory: int | None = None) -> Choice:
    """Return the method for a Case.

    Raises
    ------
    PlanError
        For an unknown method, one that refuses, or when none fits into the memory; the message holds every reason.
    """
    if method != "auto" and method not in NAMES:
        raise PlanError(f"unknown method {method!r}; the methods are auto, {', '.join(NAMES)}")
    costs: dict[str, Cost] = {}
    reasons: dict[str, str] = {}
    for entry in METHODS:
        if method not in ("auto", entry.name):
            reasons[entry.name] = f"{method} was asked for"
            continue
        reason = (
            entry.refuses(case) if case.stored is None or entry.name in CONVERTING else f"{entry.name} converts no samples as it reads them"
        )
        cost = _here(entry, case) if reason is None else None
        if cost is not None and memory is not None and cost.scratch_bytes > memory:
            reason = f"needs {cost.scratch_bytes:,} bytes of scratch, and memory allows {memory:,}"
        if reason is not None:
            reasons[entry.name] = reason
        elif cost is not None:
            costs[entry.name] = cost
    if method != "auto" and method in reasons:
        raise PlanError(f"method {method!r} cannot compute this: {reasons[method]}")
    if not costs:
        raise PlanError("no method can compute this: " + "; ".join(f"{name}: {reason}" for name, reason in reasons.items()))
    name = min(costs, key=lambda n: costs[n].seconds)
    slower = {n: f"predicted {_time(c.seconds)}" for n, c in costs.items() if n != name}
    others = tuple((entry.name, reasons.get(entry.name) or slower[entry.name]) for entry in METHODS if entry.name != name)
    return Choice(case=case, method=next(e for e in METHODS if e.name == name), cost=costs[name], others=others)


def _here(entry: Method, case: Case) -> Cost:
    """Return what a method expects, in this machine's seconds."""
    cost, factor = entry.cost(case), factors().get(entry.name, 1.0)
    return cost if factor == 1 else replace(cost, seconds=cost.seconds * factor)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"
