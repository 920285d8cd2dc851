"""Every line of cases/small.txt by every method that takes it, against the reference and, for the steps behind it, by hand."""

from pathlib import Path

import numpy as np
import pytest
from parity.grid import operands

from faltung.engine import compute
from faltung.errors import PlanError
from faltung.methods import NAMES
from faltung.reference import reference
from faltung.spec import Problem, parse

ROOT = Path(__file__).parents[2]
LINES = [line for line in (ROOT / "cases/small.txt").read_text().splitlines() if line and not line.startswith("#")]


def in_range(problem: Problem, exact: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The steps that these lines name, on Python integers."""
    if problem.spec.overflow == "saturate":
        return np.clip(exact, 0, 255)
    if problem.spec.overflow == "wrap":
        return exact % 256
    if problem.spec.frame == "copied":
        inner = np.zeros(exact.shape, bool)
        inner[1:-1, 1:-1] = True
        return np.where(inner, exact, x)
    return exact


@pytest.mark.parametrize("line", LINES)
def test_case(line: str) -> None:
    problem = parse(line)
    assert isinstance(problem, Problem)
    assert str(problem) == line
    rng = np.random.default_rng(len(line))
    computed = 0
    for _ in range(5):
        x, k = operands(problem, rng)
        want = in_range(problem, reference(problem, x.astype(object), k.astype(object)), x)
        for method in ("auto", *NAMES):
            try:
                got = compute(problem.spec, x, k, method=method)
            except PlanError:
                assert method not in ("auto", "shift")
                continue
            computed += 1
            assert got.dtype == np.dtype(problem.dtype)
            close = np.abs(got - want.astype(got.dtype)).max() < 1e-3
            assert close if method == "fourier" and got.dtype.kind in "fc" else (got == want).all(), method
    assert computed >= 10


def test_large_cases_are_problems() -> None:
    lines = (ROOT / "cases/large.txt").read_text().splitlines()
    problems = [parse(line) for line in lines if line and not line.startswith("#")]
    assert len(problems) > 20
    assert all(isinstance(problem, Problem) for problem in problems)
