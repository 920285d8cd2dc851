"""From a candidate to explanations: the steps behind its sums, then the laws at its ends, then words. Nothing is judged here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import log2, prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.changes import CHANGES
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.hypothesis import Hypothesis, explained, insides, outputs_at, places_of, sums_at, with_lines
from faltung.diagnose.explain.judge import TRANSFORM, unit
from faltung.diagnose.explain.search.borders import PLAIN, sided
from faltung.diagnose.explain.search.finish import LINE_SAMPLES, Facts, Finish, agrees, finishes
from faltung.diagnose.explain.search.frames import best_law, otherwise
from faltung.diagnose.explain.search.locate import Candidate
from faltung.diagnose.explain.search.rounds import Operands
from faltung.diagnose.explain.space import Arrangement
from faltung.engine.operands import dtype_name
from faltung.errors import SpecError
from faltung.methods.bounds import ROUNDOFF
from faltung.spec import Problem, Spec
from faltung.spec.notation import default_conj
from faltung.spec.numbers import result_dtype

Array = np.ndarray[Any, Any]
Failing = tuple[float, Hypothesis, Finish]
MOVED = 2
"""Outputs by which a frame may have been moved."""
INSIDE = 400
"""Outputs far from the ends from which the steps behind the sums are told."""
LARGEST_EXCHANGE = 1 << 26
"""Products of both sizes up to which the words with exchanged operands are tried."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """The explanations of a candidate, not judged yet, and, with its share of right outputs, what came nearest where there are none."""

    explanations: tuple[Explanation, ...] = ()
    failing: tuple[Failing, ...] = ()


def explain(of: Operands, candidate: Candidate, near: float) -> Outcome:
    """Return what a candidate explains."""
    h = candidate.hypothesis
    facts = facts_of(of, near)
    found: list[Explanation] = []
    failing: list[Failing] = []
    ends = _finishes(of, h, facts)
    if not ends and candidate.plain:
        failing.append(_failing(h, Finish(), facts))
    for finish, own in ends:
        fitting: list[tuple[Hypothesis, dict[str, Any]]] = [(replace(own, lines=lines), {}) for lines in sided(own, finish, facts)]
        fitting = fitting or list(otherwise(own, finish, facts))
        for each, more in fitting:
            for missing in _missing_words(of.x):
                found += explained(each, finish, **({"missing": missing} | more))
        if not fitting:
            failing.append(_failing(own, finish, facts))
    return Outcome(explanations=tuple(found), failing=tuple(failing))


def _failing(h: Hypothesis, finish: Finish, facts: Facts) -> Failing:
    share, own = best_law(h, finish, facts)
    return share, own, finish


def _missing_words(x: Array) -> tuple[str, ...]:
    holes = x.dtype.kind in "fc" and bool(np.isnan(x).any())
    return ("propagate", "ignore", "renormalise", "skip_zero_weights") if holes else ("propagate",)


def _finishes(of: Operands, h: Hypothesis, facts: Facts) -> list[tuple[Finish, Hypothesis]]:
    """Return the steps that explain the inside; if none do, the fewer bits in which the operands may have been multiplied."""
    places = places_of(h, insides(h), INSIDE)
    y = outputs_at(h, places)
    if len(np.unique(y)) < LINE_SAMPLES:
        return _guessed(h, facts, places)
    found = [(finish, h) for finish in finishes(sums_at(h, places), y, facts)]
    deep = places_of(h, _deeply(h), INSIDE)
    if not found and LINE_SAMPLES <= len(deep) < len(places):  # a frame that was moved with the result covers windows that stay inside
        found = [(finish, h) for finish in finishes(sums_at(h, deep), outputs_at(h, deep), facts)]
    if found or of.y.dtype.kind not in "fc" or not {of.x.dtype.kind, of.k.dtype.kind} & {"f", "c"}:
        return found
    single = facts.near * max(1.0, ROUNDOFF["float32"] / max(unit(of.x, of.k, of.y), ROUNDOFF["float64"]))
    for name in ("tf32", "float16", "bfloat16"):
        own = _in_precision(h, name)
        found = [(finish, own) for finish in finishes(sums_at(own, places), y, replace(facts, near=single))]
        if found:
            return found
    return []


def _deeply(h: Hypothesis) -> list[Array]:
    """Return, for every axis, the outputs whose window stays inside by a few samples more."""
    out = []
    for own, line, size in zip(insides(h), h.lines, h.sizes, strict=True):
        depth = -(-line.dilation * (size.k - 1) // line.stride) // 2 + MOVED
        out.append(own[(own >= depth) & (own < size.m - depth)])
    return out


def _guessed(h: Hypothesis, facts: Facts, places: Array) -> list[tuple[Finish, Hypothesis]]:
    """Return the steps where too little lies inside to tell them: none, or those that explain outputs all over under some law."""
    found: dict[Finish, None] = {}
    if not len(places) or agrees(Finish(), sums_at(h, places), outputs_at(h, places), facts).all():
        found[Finish()] = None
    everywhere = places_of(h, [np.arange(size.m) for size in h.sizes], INSIDE)
    y = outputs_at(h, everywhere)
    for side in PLAIN:
        own = with_lines(h, tuple(replace(line, low=side, high=side) for line in h.lines))
        found |= dict.fromkeys(finishes(sums_at(own, everywhere), y, facts))
    if len(places):
        inside, known = sums_at(h, places), outputs_at(h, places)
        found |= dict.fromkeys(finishes(inside, known, facts))
        found = {finish: None for finish in found if agrees(finish, inside, known, facts).all()}
    return [(finish, h) for finish in found]


def _in_precision(h: Hypothesis, name: str) -> Hypothesis:
    """Return the hypothesis with both operands rounded to fewer bits."""
    rule = CHANGES[name].apply
    x, w = (rule(a.astype(np.float32 if a.dtype.kind != "c" else np.complex64)).astype(a.dtype) for a in (h.arrangement.x, h.w))
    return replace(h, arrangement=replace(h.arrangement, x=x), w=w, more=(*h.more, Change(place="both", name=name)))


def working(a: Array) -> Array:
    """Return an array in the arithmetic of the search: int64, float64 or complex128."""
    if a.dtype.kind in "biu":
        return a.astype(np.int64 if a.dtype != np.uint64 else np.float64)
    if a.dtype.kind == "O":
        try:
            return a.astype(np.int64) if all(isinstance(v, int) for v in a.flat) else a.astype(np.float64)
        except (OverflowError, TypeError):
            return a.astype(np.complex128)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def nearness(of: Operands, a: Arrangement) -> float:
    """Return how far two sums of this size may lie apart by rounding alone."""
    u = unit(of.x, of.k, of.y)
    if not u:
        return 0.0
    taps = prod(a.k.shape[1:]) * (3 if "c" in (a.x.dtype.kind, a.k.dtype.kind) else 1) + 4
    entries = max(4, prod(n + m for n, m in zip(a.x.shape[2:], a.k.shape[2:], strict=True)))
    weights = float(np.abs(a.k).reshape(a.k.shape[0], -1).sum(axis=1).max())
    return float(max(taps, TRANSFORM * log2(entries))) * u * _largest(a.x) * weights


def _largest(a: Array) -> float:
    values = np.abs(a[np.isfinite(a)]) if a.dtype.kind in "fc" else np.abs(a)
    return float(values.max()) if values.size else 0.0


def facts_of(of: Operands, near: float) -> Facts:
    """Return what the steps behind the sums are told with."""
    total: Any = of.k.sum()
    absolute = float(np.abs(working(of.k)).sum())
    number = total.item() if hasattr(total, "item") else total
    return Facts(total=number, absolute=absolute, near=near, y_dtype=of.y.dtype, rule=result_dtype(dtype_name(of.x), dtype_name(of.k)))


def swapped(of: Operands) -> Iterator[Explanation]:
    """Yield the conventions in which the operands are exchanged, as NumPy and SciPy do it, that give this shape: nothing but words."""
    if of.x.ndim != of.k.ndim or of.x.size * of.k.size > LARGEST_EXCHANGE:
        return
    extents = (("full", "high"), ("same", "high"), ("same", "low"), ("valid", "high"))
    for operation, (mode, anchor), operands in product(("convolve", "correlate"), extents, ("longer_first", "exchanged")):
        fields: dict[str, Any] = {"operation": operation, "mode": mode, "anchor": (anchor,), "operands": operands}
        try:
            spec = Spec(**fields, conj=default_conj(operation))
            dtypes = {"input_dtype": dtype_name(of.x), "kernel_dtype": dtype_name(of.k)}
            problem = Problem(spec=spec, input_shape=of.x.shape, kernel_shape=of.k.shape, **dtypes)
        except SpecError:
            continue
        if problem.exchanged and problem.output_shape == of.y.shape:
            yield Explanation(spec=spec)
