"""One Problem, computed by everyone who can: times side by side, and only of those whose answer is the same."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.bench import libraries, networks, others, transforms
from faltung.bench.contender import Array, Contender, Maker, Work
from faltung.bench.limits import beyond_copied, copier
from faltung.bench.timing import best, threads_used
from faltung.engine import compute, make_plan
from faltung.errors import PlanError, SpecError
from faltung.methods import NAMES
from faltung.spec import Problem

ALMOST = {"float32": 2e-4, "complex64": 2e-4, "float64": 1e-10, "complex128": 1e-10}
"""How far an answer may be from ours, in units of the greatest, and still be called the same: transforms of large tiles in float32."""
COPY = "a copy"
SLOW = 20.0
"""Seconds of a first call beyond which a contender is timed no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contender's figures. `threads` is CPU time over wall time; `allocates` whether every call made a new result."""

    name: str
    seconds: float
    threads: float
    allocates: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """The figures of one Problem.

    `ours` is the plan's own choice, `method` its name, `entries` everyone (ours first), `refused` who did not take part and why,
    `copy` the seconds that copying the input into the result's size takes with as many threads, in turn with everyone else.
    """

    problem: str
    method: str
    entries: tuple[Entry, ...]
    refused: tuple[tuple[str, str], ...]
    copy: float
    multiplications: int

    @property
    def ours(self) -> Entry:
        """Our own figures."""
        return self.entries[0]

    def of(self, *names: str) -> Entry | None:
        """Return the fastest of the contenders whose names begin with one of these."""
        found = [entry for entry in self.entries[1:] if entry.name.startswith(names)]
        return min(found, key=lambda entry: entry.seconds, default=None)


def race(
    problem: Problem, workers: int, *, only: tuple[str, ...] = (), without: Container[str] = (), methods: bool = False, given: bool = True,
    turns: int = 7, budget: float = 6.0, operands: tuple[Array, Array] | None = None,
) -> Race:  # fmt: skip
    """Return the times of everyone who can compute a problem, in turns, each the best of several.

    Parameters
    ----------
    problem : Problem
        What is computed, on random operands: real numbers, or whole ones where the dtype is of integers.
    workers : int
        Threads for everyone who can be told.
    only : tuple of str
        How the names of the peers begin that may take part; empty: all.
    without : container of str
        Names of those that may not.
    methods : bool
        Whether our other methods take part beside the one chosen.
    given : bool
        Whether those who can write into an array that is there do so.
    turns, budget : int, float
        How often, and for at most how many seconds each.
    operands : pair of ndarray
        Instead of random ones.
    """
    x, k = operands or _operands(problem)
    work = Work(problem=problem, x=x, k=k, workers=workers, given=given)
    ours, method = _ours(work)
    expected = ours.array(ours.call())
    contenders, refused = [ours], []
    for name, made in _peers(work, only, methods, method):
        if name in without:
            continue
        reason = made if isinstance(made, str) else _differs(made, expected, work.k.dtype.kind in "biu")
        if isinstance(made, str) or reason is not None:
            refused.append((name, str(reason)))
        else:
            contenders.append(made)
    calls = {COPY: copier(x.nbytes, expected.nbytes, workers)} | {c.name: c.call for c in contenders}
    times = best(calls, turns, budget=budget)
    entries = tuple(_entry(contender, times[contender.name]) for contender in contenders)
    copy = times[COPY] * beyond_copied(x.nbytes, expected.nbytes)
    return Race(
        problem=str(problem), method=method, entries=entries, refused=tuple(refused), copy=copy, multiplications=problem.flops // 2
    )  # fmt: skip


def _operands(problem: Problem) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return _random(rng, problem.input_shape, problem.input_dtype), _random(rng, problem.kernel_shape, problem.kernel_dtype)


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Array:
    kind = np.dtype(dtype).kind
    if kind in "biu":
        most = 2 if kind == "b" else min(np.iinfo(dtype).max, 255)
        return rng.integers(0, most, shape, endpoint=kind != "b").astype(dtype)
    real = rng.standard_normal(shape)
    return (real + 1j * rng.standard_normal(shape) if kind == "c" else real).astype(dtype)


def _ours(work: Work) -> tuple[Contender, str]:
    plan = make_plan(work.problem.spec, work.x, work.k, axes=None, method="auto", memory=None, workers=work.workers)
    return _method(work, "faltung", "auto"), plan.method


def _method(work: Work, name: str, method: str) -> Contender:
    spec, x, k = work.problem.spec, work.x, work.k
    if not work.given:
        return Contender(name=name, call=lambda: compute(spec, x, k, method=method, workers=work.workers))
    out = np.empty(work.problem.output_shape, work.problem.dtype)
    return Contender(name=name, call=lambda: compute(spec, x, k, method=method, workers=work.workers, out=out), allocates=False)


def _peers(work: Work, only: tuple[str, ...], methods: bool, chosen: str) -> Iterator[tuple[str, Contender | str]]:
    for name in NAMES if methods else ():
        if name != chosen:
            yield f"faltung {name}", _other(work, name)
    for room in (libraries, others, networks, transforms):
        for name, maker in room.makers():
            if not only or name.startswith(only):
                yield name, _made(maker, work)


def _other(work: Work, name: str) -> Contender | str:
    try:
        plan = make_plan(work.problem.spec, work.x, work.k, axes=None, method=name, memory=None, workers=work.workers)
    except PlanError as error:
        return str(error)
    return f"would take {plan.seconds:.0f} s" if plan.seconds > SLOW else _method(work, f"faltung {name}", name)


def _made(maker: Maker, work: Work) -> Contender | str:
    try:
        return maker(work)
    except ModuleNotFoundError as error:
        return f"{error.name} is not installed"
    except SpecError as error:
        return str(error)


def _differs(contender: Contender, expected: Array, exact: bool) -> str | None:
    """Return why a contender's answer is not ours, None where it is; integers of weights that are no integers may be rounded otherwise."""
    try:
        answer: Any = contender.array(contender.call())
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    if answer.shape != expected.shape:
        return f"computes something else: shape {answer.shape}, ours {expected.shape}"
    if expected.dtype.kind in "biu":
        wrong = int((np.abs(answer.astype("int64") - expected.astype("int64")) > (0 if exact else 1)).sum())
        return f"computes something else: {wrong} of {expected.size} outputs differ" if wrong else None
    most = float(np.abs(expected).max(initial=0)) or 1.0
    far = float(np.abs(answer - expected).max(initial=0)) / most
    return None if far <= ALMOST.get(expected.dtype.name, 1e-10) else f"computes something else: off by {far:.1e} of the greatest output"


def _entry(contender: Contender, seconds: float) -> Entry:
    threads = threads_used(contender.call, min(0.3, 3 * seconds))
    return Entry(name=contender.name, seconds=seconds, threads=threads, allocates=contender.allocates, note=contender.note)
