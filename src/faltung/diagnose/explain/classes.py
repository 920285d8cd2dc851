"""Classes of equals: explanations that fit the same data although they mean different operations, and the experiment that would tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.precision import FRACTION_BITS
from faltung.diagnose.explain.predict import changed_operands
from faltung.diagnose.explain.probes import Probe, answer, smallest_probe
from faltung.diagnose.explain.ranking import Facts, Ranked
from faltung.diagnose.explain.reasons import reasons
from faltung.errors import SpecError
from faltung.spec import Problem, canonical_problem

TOLD = 3  # classes beside the best of which it is said why, and what would tell
LARGE, SIDE = 20_000, 40  # inputs with more samples are tried out at this size of an axis at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Equals:
    """Explanations that are one operation on operands of these sizes, and how they relate to the best.

    Parameters
    ----------
    members : tuple of Ranked
        The fewest deviations first.
    why : tuple of str
        Why this data cannot tell them from the best; each was checked. Empty for the class of the best, and for those far down.
    probe : Probe or None
        The smallest operands that would: ``probe.first`` is what the best says.
    """

    members: tuple[Ranked, ...]
    why: tuple[str, ...] = ()
    probe: Probe | None = None

    @property
    def first(self) -> Explanation:
        """The one with the fewest deviations."""
        return self.members[0].explanation


def classes_of(found: Sequence[Ranked], x: Array, k: Array, y: Array, facts: Facts, told: int = TOLD) -> tuple[Equals, ...]:
    """Return the explanations as classes, that of the first one first."""
    groups: dict[object, list[Ranked]] = {}
    for each in found:
        groups.setdefault(_spelled(each.explanation, x, k), []).append(each)
    merged: dict[object, list[Ranked]] = {}
    x_trial, k_trial = trial(x, facts, 1), trial(k, facts, 2)
    for members in groups.values():
        merged.setdefault(_behaviour(members[0].explanation, x_trial, k_trial), []).extend(members)
    answers = []
    for place, members in enumerate(merged.values()):
        first = members[0].explanation
        if 0 < place <= told:
            best = found[0].explanation
            why = reasons(best, first, x, k, y, facts, trial(k, facts, 3))
            answers.append(Equals(members=tuple(members), why=why, probe=smallest_probe(best, first, facts)))
        else:
            answers.append(Equals(members=tuple(members)))
    return tuple(answers)


def _spelled(explanation: Explanation, x: Array, k: Array) -> object:
    """Return one value for all spellings that are the same operation at these sizes."""
    try:
        small = [np.broadcast_to(np.zeros((), each.dtype), each.shape) for each in (x, k)]
        data, kernel = changed_operands(explanation.changes, *small) if explanation.changes else small
        shape = tuple(data.shape[axis] for axis in explanation.axes) if explanation.axes is not None else data.shape
        problem = Problem(
            spec=explanation.spec, input_shape=shape, kernel_shape=kernel.shape, input_dtype=data.dtype.name, kernel_dtype=kernel.dtype.name
        )
        return str(canonical_problem(problem)), explanation.changes, explanation.axes
    except (SpecError, ValueError):
        return explanation


def _behaviour(explanation: Explanation, x: Array, k: Array) -> object:
    """Return what it does to random whole numbers, as a value to compare; itself where it refuses them."""
    value = answer(explanation, x, k)
    if isinstance(value, str):
        return explanation
    rounded = tuple(change for change in explanation.changes if change.name in FRACTION_BITS)
    return value.shape, value.dtype.name, value.tobytes(), rounded


def trial(array: Array, facts: Facts, seed: int) -> Array:
    """Return random numbers of an array's dtype and shape, where it is large of fewer samples: quarters, whose sums are exact."""
    shape = array.shape
    if array.size > LARGE and len(facts.x_shape) <= 3:
        shape = tuple(min(n, SIDE) for n in shape)
    rng = np.random.default_rng(seed)
    kind = array.dtype.kind
    if kind == "b":
        return np.asarray(rng.integers(0, 2, shape), dtype=bool)
    low, high = (0, 256) if kind == "u" else (-100, 101)
    values = rng.integers(low, min(high, np.iinfo(array.dtype).max) if kind in "iu" else high, shape)
    if kind == "c":
        return np.asarray((values + 1j * rng.integers(low, high, shape)) / 4, dtype=array.dtype)
    return np.asarray(values / 4 if kind == "f" else values, dtype=array.dtype)
