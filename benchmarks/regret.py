"""How well methods are chosen: chosen time over best time for every line of cases/large.txt. ``python benchmarks/regret.py``."""

import sys
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from timing import best, machine, shown, table

from faltung.engine import compute, make_plan
from faltung.errors import PlanError
from faltung.methods import NAMES
from faltung.spec import Problem, parse

SLOWEST = 2.0  # seconds predicted beyond which a method is not timed: it would not have been chosen well


def rows(lines: list[str]) -> tuple[list[list[str]], list[float]]:
    shown_rows, regrets = [], []
    for line in lines:
        problem = parse(line)
        assert isinstance(problem, Problem)
        rng = np.random.default_rng(0)
        x, k = (rng.integers(0, 9, shape).astype(dtype) for shape, dtype in _operands(problem))
        chosen = make_plan(problem.spec, x, k, axes=None, method="auto", memory=None, workers=2)
        candidates, predicted = {}, {}
        for name in NAMES:
            try:
                plan = make_plan(problem.spec, x, k, axes=None, method=name, memory=None, workers=2)
            except PlanError:
                continue
            predicted[name] = plan.seconds
            if plan.seconds < SLOWEST:
                candidates[name] = partial(compute, problem.spec, x, k, method=name, workers=2)
        found = best(candidates, 3)
        regret = found[chosen.method] / min(found.values())
        regrets.append(regret)
        times = [f"{shown(found[n])} ({shown(predicted[n])})" if n in found else "-" for n in NAMES]
        shown_rows.append([line, chosen.method, f"{regret:.2f}", *times])
        print(".", end="", file=sys.stderr, flush=True)
    return shown_rows, regrets


def _operands(problem: Problem) -> list[tuple[tuple[int, ...], str]]:
    return [(problem.input_shape, problem.input_dtype), (problem.kernel_shape, problem.kernel_dtype)]


if __name__ == "__main__":
    text = (Path(__file__).parents[1] / "cases/large.txt").read_text().splitlines()
    found, regrets = rows([line for line in text if line and not line.startswith("#")])
    print(f"{machine()}\n")
    print(table(["case", "chosen", "regret", *(f"{name} (predicted, one thread)" for name in NAMES)], found))
    print(f"\nregret: median {median(regrets):.2f}, worst {max(regrets):.2f}")
