"""The planner's constants against this machine: every method timed on a few Cases, and the factor kept for the planner."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import exp, log
from statistics import median
from typing import Any

import numpy as np

from faltung.bench.machine import cores, versions
from faltung.bench.timing import best
from faltung.engine import compute, make_plan
from faltung.engine.measured import SCHEMA, place, processor, read, version
from faltung.errors import PlanError
from faltung.methods import NAMES
from faltung.spec import Problem, parse

PROBLEMS = (
    "float32[512,512] * float32[3,3] correlate same:high boundary=half_sample",
    "float32[512,512] * float32[9,9] correlate same:high boundary=half_sample",
    "float32[512,512] * float32[25,25] correlate same:high boundary=half_sample",
    "float32[1024,1024] * float32[5,5] correlate same:high",
    "float32[1024,1024] * float32[15,15] correlate same:high",
    "float64[512,512] * float64[7,7] correlate same:high",
    "float64[512,512] * float64[31,31] convolve same:high",
    "float32[200000] * float32[65] convolve same:high",
    "float32[200000] * float32[1025] convolve same:high",
    "complex64[300,300] * complex64[7,7] correlate same:high",
    "float32[48,48,48] * float32[5,5,5] correlate same:high",
)
LONGEST = 0.25
"""Seconds predicted beyond which a method is not timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One method on one problem: seconds, predicted by its constants and measured, on one thread."""

    problem: str
    method: str
    predicted: float
    measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured, and for each method the factor between measured and predicted time (the median of its cases)."""

    timed: tuple[Timed, ...]

    @property
    def factors(self) -> dict[str, float]:
        """The factor of each method."""
        names = dict.fromkeys(each.method for each in self.timed)
        return {name: exp(median(log(t.measured / t.predicted) for t in self.timed if t.method == name)) for name in names}

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, with all that a planner must know of where it was measured."""
        cases = [{"problem": t.problem, "method": t.method, "predicted": t.predicted, "measured": t.measured} for t in self.timed]
        return {
            "faltung": SCHEMA, "kind": "measure", "version": version(), "processor": processor(), "cores": cores(),
            "date": date.today().isoformat(), "versions": versions(), "factors": {n: round(f, 4) for n, f in self.factors.items()},
            "cases": cases,
        }  # fmt: skip


def measure(progress: Callable[[str], None] = lambda _: None, turns: int = 5) -> Measurement:
    """Return every method's times on a few Cases; about ten seconds."""
    timed: list[Timed] = []
    for line in PROBLEMS:
        progress(line)
        timed += _timed(line, turns)
    return Measurement(timed=tuple(timed))


def _timed(line: str, turns: int) -> list[Timed]:
    problem = parse(line)
    assert isinstance(problem, Problem)
    rng = np.random.default_rng(0)
    x, k = (rng.standard_normal(shape).astype(dtype) for shape, dtype in _operands(problem))
    if x.ndim == 2:
        k = np.outer(k[0], k[:, 0]).astype(k.dtype)  # so that `separable` takes part
    predicted, calls = {}, {}
    for name in NAMES:
        try:
            plan = make_plan(problem.spec, x, k, axes=None, method=name, memory=None, workers=1)
        except PlanError:
            continue
        if plan.seconds < LONGEST:
            predicted[name] = plan.choice.method.cost(plan.route.case).seconds
            calls[name] = partial(compute, problem.spec, x, k, method=name, workers=1)
    found = best(calls, turns, budget=2.0)
    return [Timed(problem=line, method=name, predicted=predicted[name], measured=found[name]) for name in found]


def _operands(problem: Problem) -> list[tuple[tuple[int, ...], str]]:
    return [(problem.input_shape, problem.input_dtype), (problem.kernel_shape, problem.kernel_dtype)]


def keep(measurement: Measurement) -> str:
    """Write a measurement where the planner looks for it, in one step, and return the path.

    Raises
    ------
    OSError
        Where the file cannot be written; one that was there stays.
    ValueError
        Where FALTUNG_MEASURED switches measurements off.
    """
    path = place()
    if path is None:
        raise ValueError("FALTUNG_MEASURED is off, so there is no place for a measurement; unset it, or let it name a file")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = f"{path}.{os.urandom(4).hex()}"
    try:
        with open(beside, "x", encoding="utf-8") as file:
            json.dump(measurement.to_json(), file, indent=1)
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
    return path


def forget() -> str | None:
    """Remove the measurement and return its path; None where there is none."""
    path = place()
    if path is None or not os.path.exists(path):
        return None
    os.unlink(path)
    return path


def kept() -> dict[str, Any] | str | None:
    """Return the measurement that the planner uses, a sentence on why it does not use the file, or None where there is no file."""
    path = place()
    return read(path) if path is not None and os.path.exists(path) else None
