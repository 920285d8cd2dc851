"""Every row raced, and what came out: a line each, with the aim beside the figure whether it is met or not."""

import sys
from dataclasses import dataclass

import numpy as np
from rows import Row, gaussian

from faltung.bench.race import Race, race
from faltung.bench.shown import race_json
from faltung.bench.timing import shown, table
from faltung.spec import Problem, parse

HEAD = ("work", "method", "faltung", "sums at GFLOP/s", "copy", "beside", "its time", "its threads", "ratio", "aim", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A row with its race; `ratio` is theirs over ours, in a row about a copy ours over the copy's, in one about a rate GFLOP/s."""

    row: Row
    race: Race

    @property
    def ratio(self) -> float:
        ours = self.race.ours.seconds
        if self.row.rate:
            return 2 * self.race.multiplications / ours / 1e9
        if not self.row.against:
            return ours / self.race.copy
        rival = self.race.of(*self.row.against)
        return rival.seconds / ours if rival else float("nan")

    @property
    def met(self) -> bool:
        if self.row.rate:
            return self.ratio >= self.row.rate
        return self.ratio >= self.row.aim if self.row.against else self.ratio <= self.row.aim


def raced(rows: list[Row], workers: int, turns: int, *, everyone: bool) -> list[Outcome]:
    """Return the outcome of every row; rows with the same problem share a race."""
    races: dict[str, Race] = {}
    found = []
    for row in rows:
        if row.problem not in races:
            only = () if everyone else tuple(name for other in rows if other.problem == row.problem for name in other.against) or ("-",)
            races[row.problem] = _race(row, workers, turns, only)
            print(".", end="", file=sys.stderr, flush=True)
        found.append(Outcome(row=row, race=races[row.problem]))
    return found


def _race(row: Row, workers: int, turns: int, only: tuple[str, ...]) -> Race:
    problem = parse(row.problem)
    assert isinstance(problem, Problem)
    operands, rng = None, np.random.default_rng(0)
    if problem.kernel_dtype == "int16":  # small weights: with large ones libvips leaves its fast path
        x = rng.integers(0, 256, problem.input_shape).astype(problem.input_dtype)
        operands = (x, rng.integers(-2, 5, problem.kernel_shape).astype("int16"))
    if row.gaussian:
        x = rng.integers(0, 256, problem.input_shape) if problem.input_dtype == "uint8" else rng.standard_normal(problem.input_shape)
        operands = (x.astype(problem.input_dtype), gaussian(problem.kernel_shape[0]))
    return race(problem, workers, only=only, turns=turns, operands=operands)


def outcomes_table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as Markdown."""
    return table(HEAD, [_line(outcome) for outcome in outcomes])


def _line(outcome: Outcome) -> list[str]:
    row, race = outcome.row, outcome.race
    rival = race.of(*row.against) if row.against else None
    beside = rival.name if rival else "missing" if row.against else "a copy" if not row.rate else "GFLOP/s"
    aim = f"{row.rate:g}" if row.rate else f"{row.aim:g}" if row.against else f"at most {row.aim:g}"
    rate = 2 * race.multiplications / race.ours.seconds / 1e9
    return [
        row.problem, race.method, shown(race.ours.seconds), f"{rate:.0f}", shown(race.copy), beside, shown(rival.seconds) if rival else "",
        f"{rival.threads:.1f}" if rival else "", f"{outcome.ratio:.2f}", aim, "met" if outcome.met else "not met",
    ]  # fmt: skip


def outcomes_json(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """Return the outcomes as plain values."""
    return [
        {"aim": o.row.aim or o.row.rate, "against": o.row.against, "ratio": o.ratio, "met": o.met, **race_json(o.race)} for o in outcomes
    ]
