"""Random conventions with up to two deviations: what was done is among the answers, and every answer reproduces the result."""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from diagnose.explain.drawing import Drawn, draw

from faltung.diagnose.explain.judge import judge
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.search import search

Array = np.ndarray[Any, Any]
SEEDS = int(os.environ.get("FALTUNG_DRAWS", "2"))
"""How many times 250 conventions are drawn, a minute each; FALTUNG_DRAWS=20 draws five thousand."""
KNOWN_SHARE = 0.995
"""Draws whose truth must be found, of all that are not `lost`."""


def lost(drawn: Drawn) -> bool:
    """Return whether an unknown factor was followed by wrapping: only the low bits of multiples of the sums are left."""
    return drawn.truth.spec.overflow == "wrap" and drawn.truth.spec.scale != 1


@dataclass
class Count:
    """What came of the draws."""

    drawn: int = 0
    reported: int = 0
    true: int = 0
    equal_here: int = 0
    lost: int = 0
    none: list[str] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Return whether the share of explained draws, of those that can be explained, is as asked."""
        return len(self.none) <= (1 - KNOWN_SHARE) * (self.drawn - self.lost)

    names: Counter[str] = field(default_factory=Counter)


def _count(draws: int, seed: int) -> Count:
    count, rng = Count(), np.random.default_rng(seed)
    for _ in range(draws):
        drawn = draw(rng)
        found = search(drawn.x, drawn.k, drawn.y).found
        count.drawn += 1
        count.reported += len(found)
        count.names.update(drawn.names)
        assert all(judge(each, drawn.x, drawn.k, drawn.y).level != "wrong" for each in found)
        if _same_on_other_numbers(drawn, found):
            count.true += 1
        elif found:
            count.equal_here += 1
        elif lost(drawn):
            count.lost += 1
        else:
            count.none.append(f"{drawn.names} {drawn.truth.spec} {drawn.truth.changes} {drawn.x.shape} {drawn.k.shape} {drawn.x.dtype}")
    return count


def _same_on_other_numbers(drawn: Drawn, found: tuple[Any, ...]) -> bool:
    """Return whether an explanation agrees with the truth on other operands of these sizes."""
    rng = np.random.default_rng(1)
    x, k = _others(rng, drawn.x), _others(rng, drawn.k)
    y = predict(drawn.truth, x, k)
    return any(judge(each, x, k, y).level != "wrong" for each in found)


def _others(rng: np.random.Generator, a: Array) -> Array:
    if a.dtype.kind in "iu":
        return rng.integers(0 if a.dtype.kind == "u" else -9, 200 if a.dtype.kind == "u" else 10, a.shape).astype(a.dtype)
    values = rng.standard_normal(a.shape) + (1j * rng.standard_normal(a.shape) if a.dtype.kind == "c" else 0)
    return values.astype(a.dtype)


def _report(count: Count) -> str:
    head = f"{count.drawn} draws: {count.true} found, {count.equal_here} by an equal here, {len(count.none)} not; "
    head += f"{count.lost} not whose low bits alone are left; {count.reported} reported"
    return "\n".join([head, *count.none])


def test_a_few_draws(capsys: pytest.CaptureFixture[str]) -> None:
    count = _count(60, seed=4)
    with capsys.disabled():
        print("\n" + _report(count))
    assert count.enough, _report(count)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_hundreds_of_draws(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    count = _count(250, seed=100 + seed)
    with capsys.disabled():
        print("\n" + _report(count))
    assert count.enough, _report(count)
