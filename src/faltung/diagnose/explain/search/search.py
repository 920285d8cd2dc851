"""Every explanation of a result: by shapes, then by a few outputs, then by all of them.

Nothing is returned that does not reproduce y. The hypotheses are looked at in rounds; a round with more changes is begun only if the
rounds before it found nothing. What meets y up to the rounding of sums hides what meets it up to the rounding of a transform.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Explanation, Near, Search, Stage
from faltung.diagnose.explain.hypothesis import explained
from faltung.diagnose.explain.judge import Level, judge
from faltung.diagnose.explain.search.bias import biased
from faltung.diagnose.explain.search.explain import Failing, explain, nearness, swapped, working
from faltung.diagnose.explain.search.locate import MOST_WORK, Candidate, Scope, candidates
from faltung.diagnose.explain.search.pick import picked
from faltung.diagnose.explain.search.rounds import EARLY, LAYERS, ROUNDS, Operands
from faltung.diagnose.explain.search.shifts import is_word
from faltung.diagnose.explain.search.spectra import cut_short
from faltung.diagnose.explain.space import Arrangement

Array = np.ndarray[Any, Any]
MOST_FOUND = 64
"""Explanations that are kept."""
NEAREST, MOST_FAILING = 4, 200
"""Failing hypotheses that are returned, and that are remembered."""

FRUITLESS = 30_000_000
"""Nanoseconds that a candidate is counted as whose interior fits and whose borders nothing explains; a tenth, if not even that fits."""
TELLING, MOST_CHANCE = 4, MOST_WORK // 4
"""Equal outputs below which chance may have made a candidate of small whole numbers, and the work after which such ones, or guesses, wait.

They wait until every round was looked at, so that they do not use up the work of hypotheses for which more outputs speak.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hunt:
    """The operands of one search, and what it has found and counted so far."""

    of: Operands
    found: dict[Explanation, Level] = field(default_factory=dict)
    failing: list[Failing] = field(default_factory=list)
    tally: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("rounds", "work", "chance", "shapes", "samples", "aligned", "borders", "fully"), 0)
    )
    waiting: list[tuple[Candidate, float]] = field(default_factory=list)


def search(x: Any, k: Any, y: Any) -> Search:
    """Return every explanation that fits.

    Parameters
    ----------
    x, k, y : array_like
        The operands and the result; y 0-d for a single output.

    Returns
    -------
    Search
        `found` in a fixed order; `near` only where nothing is found.

    Examples
    --------
    >>> [str(e.spec) for e in search([1, 2, 4, 8], [1, 10], [12, 24, 48]).found]
    ['convolve valid']
    """
    of = Operands(x=np.asarray(x), k=np.asarray(k), y=np.asarray(y))
    if of.y.ndim == 0 and of.x.ndim == of.k.ndim and of.x.ndim:
        found, looked = picked(of.x, of.k, of.y)
        return Search(found=found, near=(), stages=(Stage(name="outputs", looked_at=looked, left=len(found)),))
    hunt = _Hunt(of=of)
    for number, (round_, closely) in enumerate(ROUNDS):
        for arrangement, scope in round_(of):
            _look(hunt, arrangement, replace(scope, closely=closely))
        if hunt.tally["work"] > MOST_WORK:
            break
        hunt.tally["rounds"] += 1
        if number == EARLY and not hunt.found:
            _add(hunt, (*swapped(of), *cut_short(of)))
        if number == LAYERS and not hunt.found:
            _add(hunt, tuple(biased(of, hunt.tally)))
        if hunt.found:
            break
    _look_at_waiting(hunt)
    return _result(hunt)


def _look(hunt: _Hunt, arrangement: Arrangement, scope: Scope) -> None:
    """Add the explanations of one arrangement."""
    a = arrangement
    ready = replace(a, x=working(a.x), k=working(a.k), y=working(a.y))
    near = nearness(hunt.of, ready)
    before = len(hunt.found)
    for candidate in candidates(ready, scope, near, hunt.tally, lambda: len(hunt.found) > before):
        hunt.tally["aligned"] += 1
        few = candidate.plain and candidate.counted < TELLING and not is_word(candidate.hypothesis)
        chance = few or candidate.counted == 0
        if chance and hunt.tally["chance"] > MOST_CHANCE:
            hunt.waiting.append((candidate, near))
            continue
        work = _explain(hunt, candidate, near)
        hunt.tally["chance"] += work if chance else 0


def _look_at_waiting(hunt: _Hunt) -> None:
    """Add the explanations of what chance may have made, as long as nothing is found and there is work left."""
    for candidate, near in hunt.waiting:
        if hunt.found:
            return
        if hunt.tally["work"] > MOST_WORK:
            hunt.tally["rounds"] = min(hunt.tally["rounds"], len(ROUNDS) - 1)  # not everything was looked at
            return
        _explain(hunt, candidate, near)


def _explain(hunt: _Hunt, candidate: Candidate, near: float) -> int:
    """Add the explanations of a candidate, and return how much work was for nothing."""
    outcome = explain(hunt.of, candidate, near)
    hunt.tally["borders"] += bool(outcome.explanations)
    _add(hunt, outcome.explanations)
    work = 0 if outcome.explanations else FRUITLESS if outcome.failing else FRUITLESS // 10
    hunt.tally["work"] += work
    if not hunt.found and len(hunt.failing) < MOST_FAILING:
        hunt.failing.extend(outcome.failing)
    return work


def _add(hunt: _Hunt, explanations: tuple[Explanation, ...]) -> None:
    """Keep the explanations that reproduce every output."""
    for explanation in explanations:
        if explanation in hunt.found or len(hunt.found) >= MOST_FOUND:
            continue
        hunt.tally["fully"] += 1
        level = judge(explanation, hunt.of.x, hunt.of.k, hunt.of.y).level
        if level != "wrong":
            hunt.found[explanation] = level


def _result(hunt: _Hunt) -> Search:
    t = hunt.tally
    closest = [e for e, level in hunt.found.items() if level != "transform"] or list(hunt.found)
    found = tuple(replace(e, rounding_only=hunt.found[e] != "exact") for e in closest)
    stages = (
        Stage(name="rounds", looked_at=len(ROUNDS), left=len(ROUNDS) - t["rounds"]),
        Stage(name="shapes", looked_at=t["shapes"], left=t["samples"]),
        Stage(name="samples", looked_at=t["samples"], left=t["aligned"]),
        Stage(name="borders", looked_at=t["aligned"], left=t["borders"]),
        Stage(name="fully", looked_at=t["fully"], left=len(found)),
    )
    return Search(found=found, near=() if found else _nearest(hunt), stages=stages)


def _nearest(hunt: _Hunt) -> tuple[Near, ...]:
    """Return the best few hypotheses that fail, with the outputs where they do."""
    near: list[Near] = []
    for _, h, finish in sorted(hunt.failing, key=lambda each: -each[0])[:NEAREST]:
        for explanation in explained(h, finish)[:1]:
            wrong = judge(explanation, hunt.of.x, hunt.of.k, hunt.of.y).wrong
            if not wrong.all() and explanation not in [each.explanation for each in near]:
                near.append(Near(explanation=explanation, wrong=wrong))
    return tuple(sorted(near, key=lambda each: int(each.wrong.sum())))
