"""The answer of a report, in one sentence."""

from dataclasses import dataclass, replace

from faltung.diagnose.explain.comparison import Remedy
from faltung.diagnose.explain.expected import Expectation
from faltung.diagnose.explain.explanation import Explanation
from faltung.diagnose.explain.ranking import Facts, Ranked
from faltung.diagnose.explain.report import Failure
from faltung.diagnose.explain.words import phrase

# Fields of a library's call that are told only where they make a difference.
STEPS = ("operands", "missing", "product", "dtype", "rounding", "overflow", "conj")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the sentence is made of."""

    ranking: tuple[Ranked, ...]
    rivals: int
    near: tuple[Failure, ...]
    looked_at: int
    expectation: Expectation | None
    other: Explanation | None
    as_expected: bool | None
    rounding: str
    remedy: Remedy | None
    differing: tuple[str, ...]


def sentence(told: Told, facts: Facts) -> str:
    """Return the answer."""
    if told.as_expected:
        return _as_expected(told, facts)
    parts = [_this(told, facts), _that(told, facts)]
    if told.remedy is not None:
        of_call = told.expectation is not None and bool(told.expectation.function)
        parts.append(f"{told.remedy.said} gives y" if of_call else f"use {told.remedy.said}")
    return "; ".join(filter(None, parts))


def _as_expected(told: Told, facts: Facts) -> str:
    what = f": {phrase(told.ranking[0].explanation, facts)}" if told.ranking else ""
    if not told.rounding:
        return f"as expected{what}"
    arithmetic = f" of {told.rounding}" if told.rounding != "rounding" else ""
    return f"the same operation, rounding only{arithmetic}{what}"


def _this(told: Told, facts: Facts) -> str:
    if not told.ranking:
        return f"nothing fits: none of {told.looked_at:,} candidates makes this y{_nearest(told, facts)}"
    best = told.ranking[0].explanation
    if not told.rivals:
        return f"this is {phrase(best, facts)}"
    count = "another operation fits" if told.rivals == 1 else f"{told.rivals} other operations fit"
    return f"this is {phrase(best, facts)}, as far as these numbers can tell: {count} as well, with as few deviations"


def _nearest(told: Told, facts: Facts) -> str:
    if not told.near:
        return ""
    failure = told.near[0]
    return f"; {phrase(failure.explanation, facts)} comes nearest: {failure.where}"


def _that(told: Told, facts: Facts) -> str:
    expectation = told.expectation
    if expectation is None:
        return ""
    if told.other is None:
        return f"{expectation.text} fits no convention either" if not told.ranking else f"{expectation.text} fits no convention"
    if told.ranking and not told.differing:
        return f"{expectation.text} is the same operation in words, and gives other numbers"
    return f"{expectation.text} is {phrase(_as_far_as_it_shows(told), facts)}"


def _as_far_as_it_shows(told: Told) -> Explanation:
    """Return what was expected, its steps that make no difference as they are in what was found."""
    assert told.other is not None  # for mypy
    if not told.ranking:
        return told.other
    made, fields = told.ranking[0].explanation.spec, {name for name in STEPS if name not in told.differing}
    if made.mode == told.other.spec.mode == "same" and not {"mode", "boundary"} & set(told.differing):
        fields |= {"boundary", "fill", "anchor"}  # other words for the same samples
    return replace(told.other, spec=replace(told.other.spec, **{name: getattr(made, name) for name in fields}))
