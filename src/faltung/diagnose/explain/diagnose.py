"""Which convention made a result: the search, the ranking, what differs from what was expected, and the report."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from faltung.diagnose.explain.arrays import checked
from faltung.diagnose.explain.classes import Equals, classes_of
from faltung.diagnose.explain.comparison import Remedy, differences_of, gaps, meets, nearest_pair, precision, remedy
from faltung.diagnose.explain.expected import Expectation, read_expected
from faltung.diagnose.explain.explanation import Array, Explanation, Near, Search, Stage
from faltung.diagnose.explain.few import few, invented, of_one_number, with_a_number
from faltung.diagnose.explain.judge import judge
from faltung.diagnose.explain.line import lines
from faltung.diagnose.explain.localise import by_how_much, samples, where
from faltung.diagnose.explain.mirrored import mirrored
from faltung.diagnose.explain.nearest_calls import nearest_calls
from faltung.diagnose.explain.probes import answer
from faltung.diagnose.explain.ranking import Facts, Ranked, facts_of, literal, plain_specs, ranked
from faltung.diagnose.explain.report import Failure, Report
from faltung.diagnose.explain.search import search
from faltung.diagnose.explain.sentences import Told, sentence
from faltung.diagnose.explain.spread import broken, finite_rest, nothing_finite, tiled
from faltung.diagnose.explain.stages import candidates, unfinished
from faltung.spec import Difference, Spec

# Candidates that fail of which it is told where, and the share of wrong outputs up to which one is a candidate.
FAILURES, NEAR = 3, 0.5
# Outputs of which many conventions make the same by chance; explanations that are many, and outputs up to which it is looked further.
FEW_OUTPUTS, MANY, LARGE = 16, 8, 2**16
NOTHING = Search(found=(), near=(), stages=())


def diagnose(x: Any, k: Any, y: Any, expected: Any = None) -> Report:
    """Return which conventions make y of x and k, and what is between them and what was expected.

    The space of explanations is small and is gone through: reversals, centres, borders, strides, layouts, dtypes, crops, and pairs of
    them. Every explanation in the report reproduces y; where several do that mean different operations, the report says why these numbers
    cannot tell them apart, and which would.

    Parameters
    ----------
    x, k : array_like
        Input and kernel. Bool, integers, floats or complex; any number of axes, those of batch and channels included.
    y : array_like
        The result: an array, or a number where there is one output.
    expected : Spec, str, array_like or number, optional
        What it should be: a convention, as a Spec or in notation (``"correlate same:low"``); a call as text
        (``"scipy.signal.convolve2d(x, k, 'same')"`` or the function's name), which is parsed and never evaluated, with the library's
        defaults for missing arguments; or the numbers, which are then diagnosed too.

    Returns
    -------
    Report
        ``print(report)`` shows it, the answer in its first line; ``.best``, ``.explanations``, ``.classes``, ``.differences``, ``.line``
        (the call to type instead), ``.fits``, ``.as_expected``, ``.to_json()``. Explanations are ranked by how many things were done
        otherwise than in the nearest library's default call, or than expected.

    Raises
    ------
    SpecError
        When an array is empty, holds no numbers, or has too many axes or samples, or when x or k is NaN only.
    DialectError
        For an expected text that is no call of a known function.

    Examples
    --------
    >>> x, k = [[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]]
    >>> report = ft.diagnose(x, k, 10, expected=14)
    >>> print(report.answer)
    this is the valid convolution; the expected 14 is the valid cross-correlation; use `k[::-1, ::-1]` or `scipy.signal.correlate2d`
    >>> report.line
    "scipy.signal.convolve2d(x, k[::-1, ::-1], mode='valid')"
    """
    data, kernel, result = checked(x, k, y)
    result = _with_axes(result, data, kernel)
    facts = facts_of(data, kernel, result)
    nothing = nothing_finite(data, kernel, result)
    if nothing:
        comparison = Comparison(as_expected=None if expected is None else False)
        return replace(_report((), (), (), NOTHING, None, comparison, facts, ()), answer=nothing)
    expectation = None if expected is None else read_expected(expected, data, kernel, result, facts)
    found = _searched(data, kernel, result, facts)
    meant = expectation.spec if expectation else None
    ranking = ranked((*found.found, *mirrored(found.found, kernel, facts, meant)), facts, meant)
    comparison = Comparison() if expectation is None else _compared(ranking, expectation, data, kernel, result, facts)
    if comparison.first is not None:
        ranking = (comparison.first, *(each for each in ranking if each is not comparison.first))
    classes = classes_of(ranking, data, kernel, result, facts) if ranking else ()
    near = () if ranking else tuple(_failure(each, data, kernel, result) for each in leading(found.near))
    spread = tiled(data, kernel, result)
    notes = (*([spread] if spread else []), *(() if ranking else _of_nothing(near, found, _of_one(data, kernel, result, facts))))
    report = _report(ranking, classes, near, found, expectation, comparison, facts, notes)
    rest = finite_rest(result) if spread and not ranking and expectation is None else None
    return report if rest is None else _of_rest(spread, rest, data, kernel, result)


def _of_rest(spread: str, rest: tuple[slice, ...], x: Array, k: Array, y: Array) -> Report:
    """Return the diagnosis of the finite rest of a result in which NaN was spread over tiles."""
    own = diagnose(np.where(broken(x), x.dtype.type(0), x), k, y[rest])
    part = ", ".join(f"{each.start}:{each.stop}" for each in rest)
    return replace(own, answer=f"{spread}; of the finite rest, y[{part}]: {own.answer}", notes=(f"y below is y[{part}]", *own.notes))


def _with_axes(y: Array, x: Array, k: Array) -> Array:
    """Return a single number as the one output of all axes where the kernel is as large as the input; else it may stand at any place."""
    return y.reshape((1,) * x.ndim) if y.ndim == 0 and x.shape == k.shape else y


def _searched(x: Array, k: Array, y: Array, facts: Facts) -> Search:
    """Return what the search finds, and where much fits by chance, or nothing does, what libraries do by themselves.

    Much fits by chance where y is small, or the input does not vary.
    """
    found = search(x, k, y)
    if few(y):
        found = replace(found, found=tuple(each for each in found.found if not invented(each, y)))
    many = y.size <= FEW_OUTPUTS or len(found.found) > MANY or not (found.found or leading(found.near))
    if not many or x.ndim != y.ndim or k.ndim > x.ndim:
        return found
    known = {each.spec for each in found.found if not each.changes}
    plain = [each for each in _plain(x, k, facts) if each.spec not in known]
    if y.size > LARGE:
        return found if found.found or leading(found.near) else replace(found, near=nearest_calls(plain, x, k, y))
    verdicts = [(each, judge(each, x, k, y)) for each in plain]
    more = tuple(replace(each, rounding_only=verdict.level != "exact") for each, verdict in verdicts if verdict.level != "wrong")
    if few(y) and not more and all(each.changes for each in found.found):
        more = with_a_number(plain, x, k, y)
    near = [Near(explanation=each, wrong=verdict.wrong) for each, verdict in verdicts if not verdict.wrong.all()]
    near.sort(key=lambda each: (int(each.wrong.sum()), literal(each.explanation, facts)))
    stage = Stage(name="calls of libraries", looked_at=len(plain), left=len(more))
    everything = (*more, *found.found)
    return Search(found=everything, near=() if everything else leading(found.near) or tuple(near), stages=(*found.stages, stage))


def _plain(x: Array, k: Array, facts: Facts) -> list[Explanation]:
    """Return what libraries do by themselves, over all choices of axes where the kernel has fewer than the input."""
    sliding = [None] if x.ndim == k.ndim else list(combinations(range(x.ndim), k.ndim))
    return [Explanation(spec=spec, axes=axes) for axes in sliding for spec in plain_specs(facts, k.ndim)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a comparison with what was expected found; `first` is the explanation to begin with, `other` that of the expectation."""

    first: Ranked | None = None
    other: Explanation | None = None
    differences: tuple[Difference, ...] = ()
    remedy: Remedy | None = None
    as_expected: bool | None = None
    rounding: str = ""
    notes: tuple[str, ...] = ()


def _compared(ranking: tuple[Ranked, ...], expectation: Expectation, x: Array, k: Array, y: Array, facts: Facts) -> Comparison:
    first, other = _sides(ranking, expectation, x, k, y, facts)
    if first is not None and expectation.spec is None and other is not None:  # by the deviations from what the numbers turn out to be
        again = ranked([each.explanation for each in ranking], facts, other.spec)
        first = next(each for each in again if each.explanation is first.explanation)
    guess = first.explanation.spec if first else None
    same, exact = meets(expectation, guess, x, k, y)
    arithmetic = precision(first.explanation, other, facts) if first and other else ""
    if same or arithmetic:
        return Comparison(
            first=first, other=other, as_expected=True, rounding="" if exact else arithmetic or "rounding", notes=_refused(expectation)
        )
    notes = (*_refused(expectation), *_where(expectation, guess, x, k, y))
    if first is None or other is None:
        return Comparison(first=first, other=other, as_expected=False, notes=notes)
    found = differences_of(first.explanation, other, facts)
    typed = remedy(first.explanation, other, expectation, facts)
    return Comparison(first=first, other=other, differences=found, remedy=typed, as_expected=False, notes=notes)


def _sides(
    ranking: tuple[Ranked, ...], expectation: Expectation, x: Array, k: Array, y: Array, facts: Facts
) -> tuple[Ranked | None, Explanation | None]:
    """Return the explanation of y to begin with, and that of what was expected."""
    first = ranking[0] if ranking else None
    if expectation.spec is not None:
        return first, Explanation(spec=expectation.spec)
    values = expectation.values
    if values is None or (values.shape == y.shape and np.array_equal(values, y)):
        return first, first.explanation if first else None
    numbers = _with_axes(values, x, k)
    wanted = ranked(_searched(x, k, numbers, facts_of(x, k, numbers)).found, facts_of(x, k, numbers))
    pair = nearest_pair(ranking, wanted, facts)
    return (pair[0], pair[1].explanation) if pair else (first, wanted[0].explanation if wanted else None)


def _refused(expectation: Expectation) -> tuple[str, ...]:
    return (f"{expectation.text} refuses these operands: {expectation.refusal}",) if expectation.refusal else ()


def _where(expectation: Expectation, spec: Spec | None, x: Array, k: Array, y: Array) -> tuple[str, ...]:
    """Return where y differs from expected numbers."""
    values = expectation.values
    if values is None or y.size < 2:
        return ()
    if values.shape != y.shape:
        return (f"y has shape {y.shape}, {expectation.text} {values.shape}",)
    wrong = gaps(values, y, spec, x, k)
    return (f"y against {expectation.text}: {'; '.join(filter(None, [where(wrong, _reach(spec, k, y)), by_how_much(values, y, wrong)]))}",)


def _reach(spec: Spec | None, k: Array, y: Array) -> tuple[int, ...]:
    """Return how deep a border may be on every axis of the result: as far as the kernel reaches, along axes that slide."""
    layout = spec.layout if spec is not None else None
    if layout is not None and len(layout.kernel) == k.ndim and len(layout.output) == y.ndim:
        return tuple(k.shape[layout.kernel.index(letter)] - 1 if letter in layout.spatial else 0 for letter in layout.output)
    sizes = (1,) * (y.ndim - k.ndim) + k.shape[max(k.ndim - y.ndim, 0) :]
    return tuple(size - 1 for size in sizes)


def leading(near: tuple[Near, ...]) -> tuple[Near, ...]:
    """Return the best candidates that fail: without those that are wrong wherever a better one is, for these say nothing more."""
    kept: list[Near] = []
    for each in sorted((each for each in near if each.wrong.mean() <= NEAR), key=lambda each: int(each.wrong.sum())):
        if not any(bool(each.wrong[better.wrong].all()) for better in kept):
            kept.append(each)
    return tuple(kept[:FAILURES])


def _failure(near: Near, x: Array, k: Array, y: Array) -> Failure:
    given = answer(near.explanation, x, k)
    predicted = np.empty(0) if isinstance(given, str) else given
    return Failure(
        explanation=near.explanation, where=where(near.wrong, _reach(near.explanation.spec, k, y)),
        by=by_how_much(predicted, y, near.wrong), share=float(near.wrong.mean()), samples=samples(predicted, y, near.wrong),
    )  # fmt: skip


def _report(
    ranking: tuple[Ranked, ...], classes: tuple[Equals, ...], near: tuple[Failure, ...], found: Search, expectation: Expectation | None,
    comparison: Comparison, facts: Facts, notes: tuple[str, ...],
) -> Report:  # fmt: skip
    told = Told(
        ranking=ranking, rivals=_rivals(classes), near=near, looked_at=candidates(found.stages),
        expectation=expectation, other=comparison.other, as_expected=comparison.as_expected, rounding=comparison.rounding,
        remedy=comparison.remedy, differing=tuple(each.field for each in comparison.differences),
    )  # fmt: skip
    report = Report(
        answer="", ranking=ranking, classes=classes, near=near, differences=comparison.differences, as_expected=comparison.as_expected,
        line=comparison.remedy.line if comparison.remedy else "", stages=found.stages,
        calls=tuple(line.code for line in lines(ranking[0].explanation, facts)) if ranking else (),
        expected=_expected(expectation, comparison.other), notes=(*comparison.notes, *notes), facts=facts,
        wanted=comparison.other,
    )  # fmt: skip
    return replace(report, answer=sentence(told, facts))


def _of_one(x: Array, k: Array, y: Array, facts: Facts) -> str:
    """Return what to know of a single output that nothing makes."""
    return of_one_number(_plain(x, k, facts) if x.ndim >= k.ndim else (), x, k, y)


def _of_nothing(near: tuple[Failure, ...], found: Search, of_one: str) -> tuple[str, ...]:
    """Return what to know where nothing fits: how far the search went, and what it means that nothing even comes near."""
    if of_one:
        return (of_one,)
    far = f"no candidate is right at {1 - NEAR:.0%} of the outputs: x, k and y may not belong together; `faltung identify` finds the kernel"
    return tuple(filter(None, [unfinished(found.stages), "" if near else f"{far} between x and y, if there is one"]))


def _rivals(classes: tuple[Equals, ...]) -> int:
    """Return how many other operations fit with as few deviations as the best."""
    return sum(equals.members[0].deviations <= classes[0].members[0].deviations for equals in classes[1:])


def _expected(expectation: Expectation | None, other: Explanation | None) -> str:
    if expectation is None:
        return ""
    means = f": {other.spec}" if other is not None and str(other.spec) not in expectation.text else ""
    return expectation.text.removeprefix("the expected ").strip("`") + means
