"""Which method: the cheapest of those that neither refuse nor exceed the memory.

It depends on the Case, the memory, what `faltung measure` has kept, and nothing else.
"""

from typing import NamedTuple

from faltung.engine.measured import factors
from faltung.errors import PlanError
from faltung.methods import METHODS, NAMES, Method
from faltung.methods.cost import Cost
from faltung.spec.case import Case

CONVERTING = ("direct", "separable")
"""Methods that read and write other dtypes than those of the sums."""


class Choice(NamedTuple):
    """The method chosen for a Case, and its predicted cost."""

    case: Case
    method: Method
    cost: Cost


def choose(case: Case, method: str = "auto", memory: int | None = None) -> Choice:
    """Return the method for a Case.

    One that cannot be faster than what has been found is not asked.

    Raises
    ------
    PlanError
        For an unknown method, one that refuses, or when none fits into the memory; the message holds every reason.
    """
    if method != "auto" and method not in NAMES:
        raise PlanError(f"unknown method {method!r}; the methods are auto, {', '.join(NAMES)}")
    best: Choice | None = None
    reasons: dict[str, str] = {}
    for entry in METHODS:
        if best is not None and entry.least(case) * _factor(entry) > best.cost.seconds:
            continue
        found = _asked(entry, case, method, memory)
        if isinstance(found, str):
            reasons[entry.name] = found
        elif best is None or found.seconds < best.cost.seconds:
            best = Choice(case=case, method=entry, cost=found)
    if method != "auto" and method in reasons:
        raise PlanError(f"method {method!r} cannot compute this: {reasons[method]}")
    if best is None:
        raise PlanError("no method can compute this: " + "; ".join(f"{name}: {reason}" for name, reason in reasons.items()))
    return best


def others(choice: Choice, method: str, memory: int | None) -> tuple[tuple[str, str], ...]:
    """Return for every method that was not chosen why it was not."""
    found = ((entry.name, _asked(entry, choice.case, method, memory)) for entry in METHODS if entry.name != choice.method.name)
    return tuple((name, why if isinstance(why, str) else f"predicted {_time(why.seconds)}") for name, why in found)


def _asked(entry: Method, case: Case, method: str, memory: int | None) -> Cost | str:
    """Return what a method expects, or why it is not to be taken."""
    if method not in ("auto", entry.name):
        return f"{method} was asked for"
    if case.stored is not None and entry.name not in CONVERTING:
        return f"{entry.name} converts no samples as it reads them"
    if (reason := entry.refuses(case)) is not None:
        return reason
    cost = _here(entry, case)
    if memory is not None and cost.scratch_bytes > memory:
        return f"needs {cost.scratch_bytes:,} bytes of scratch, and memory allows {memory:,}"
    return cost


def _factor(entry: Method) -> float:
    """Return how much longer a method takes on this machine than its constants say."""
    return factors().get(entry.name, 1.0)


def _here(entry: Method, case: Case) -> Cost:
    """Return what a method expects, in this machine's seconds."""
    cost, factor = entry.cost(case), _factor(entry)
    return cost if factor == 1 else cost._replace(seconds=cost.seconds * factor)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"
