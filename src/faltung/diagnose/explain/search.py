"""Every explanation of a result: by shapes, then by a few outputs, then by all of them.

Nothing is returned that does not reproduce y. The hypotheses are looked at in rounds; a round with more changes is begun only if the
rounds before it found nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import log2, prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation, Near, Search, Stage
from faltung.diagnose.explain.hypothesis import Hypothesis, explained, insides, outputs_at, places_of, sums_at
from faltung.diagnose.explain.judge import TRANSFORM, judge, unit
from faltung.diagnose.explain.search_borders import sided
from faltung.diagnose.explain.changes import CHANGES
from faltung.diagnose.explain.search_frames import best_law, otherwise
from faltung.diagnose.explain.search_finish import Facts, Finish, finishes
from faltung.diagnose.explain.search_locate import Candidate, Scope, candidates
from faltung.diagnose.explain.search_points import Line
from faltung.diagnose.explain.search_pick import picked
from faltung.diagnose.explain.space import Arrangement, exchanged, plain, transposed_inputs
from faltung.diagnose.explain.space_channels import depthwise, reordered, with_channels, without_batch
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.spec.notation import default_conj
from faltung.spec.numbers import result_dtype

Array = np.ndarray[Any, Any]
INSIDE = 400
MOST_FOUND = 64
NEAREST, MOST_FAILING = 4, 200
DEEP = 4
"""Axes from which on the first guess is a layout: all of them sliding is looked at only then."""


def search(x: Any, k: Any, y: Any) -> Search:
    """Return every explanation that fits.

    Parameters
    ----------
    x, k, y : array_like
        The operands and the result.

    Returns
    -------
    Search
        `found` in a fixed order; `near` only where nothing is found.

    Examples
    --------
    >>> [str(e.spec) for e in search([1, 2, 4, 8], [1, 10], [12, 24, 48]).found]
    ['convolve valid']
    """
    hunt = _Hunt(np.asarray(x), np.asarray(k), np.asarray(y))
    if hunt.y.ndim == 0 and hunt.x.ndim == hunt.k.ndim and hunt.x.ndim:
        found, looked = picked(hunt.x, hunt.k, hunt.y)
        return Search(found=found, near=(), stages=(Stage(name="outputs", looked_at=looked, left=len(found)),))
    for round_, closely in ROUNDS:
        for arrangement, scope in round_(hunt):
            hunt.look(arrangement, replace(scope, closely=closely))
        if round_ is _first and closely and not hunt.found:
            hunt.add_swapped()
        if hunt.found:
            break
    return hunt.result()


def _first(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for way in (plain, with_channels, without_batch) if hunt.x.ndim < DEEP else (with_channels, without_batch):
        for arrangement in way(hunt.x, hunt.k, hunt.y):
            yield arrangement, Scope()


def _all_sliding(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    if hunt.x.ndim >= DEEP:
        for arrangement in plain(hunt.x, hunt.k, hunt.y):
            yield arrangement, Scope()


def _flipped(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for arrangement, _ in _first(hunt):
        arrangement = replace(arrangement, may_permute=arrangement.may_permute and arrangement.rank < 3)
        for flips in list(product((True, False), repeat=arrangement.rank))[:-1]:
            yield arrangement, Scope(flips=flips)


def _moved_freely(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    """Any size of the result, without strides: crops and pads."""
    for arrangement, _ in _first(hunt):
        yield arrangement, Scope(steps="unit")


def _stepped(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for arrangement, _ in _first(hunt):
        yield arrangement, Scope(steps="worded")


def _mixed(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for arrangement, _ in _first(hunt):
        yield arrangement, Scope(steps="mixed")


def _any_steps(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for arrangement, _ in _first(hunt):
        yield arrangement, Scope(steps="any")


def _exchanged(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    if hunt.x.size * hunt.k.size <= 1 << 16:
        for arrangement in exchanged(hunt.x, hunt.k, hunt.y):
            yield arrangement, Scope()


def _moved(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for way in (transposed_inputs, depthwise, reordered):
        for arrangement in way(hunt.x, hunt.k, hunt.y):
            yield arrangement, Scope()


def _anywhere(hunt: "_Hunt") -> Iterator[tuple[Arrangement, Scope]]:
    for arrangement, _ in _first(hunt):
        yield arrangement, Scope(steps="unit", anywhere=True)


ROUNDS = (
    (_first, True), (_first, False), (_all_sliding, True), (_stepped, True), (_flipped, True), (_moved, True), (_moved_freely, True),
    (_mixed, True), (_stepped, False), (_flipped, False), (_moved, False), (_moved_freely, False), (_anywhere, True), (_any_steps, True),
    (_exchanged, True), (_mixed, False),
)  # fmt: skip
"""What is looked at, in this order, and whether outputs must be equal there or may resemble the sums."""


class _Hunt:
    """The operands of one search and what was found so far."""

    def __init__(self, x: Array, k: Array, y: Array) -> None:
        self.x, self.k, self.y = x, k, y
        self.found: list[Explanation] = []
        self.near: list[Near] = []
        self.nearly: list[tuple[float, Hypothesis, Finish]] = []
        self.single = 0.0
        self.tally = {"shapes": 0, "samples": 0, "aligned": 0, "borders": 0, "fully": 0}

    def look(self, arrangement: Arrangement, scope: Scope) -> None:
        """Add the explanations of one arrangement."""
        ready = replace(arrangement, x=_working(arrangement.x), k=_working(arrangement.k), y=_working(arrangement.y))
        near = self._near(ready)
        self.single = near if unit(self.x, self.k, self.y) > 2.0**-30 else near * 2.0**29
        before = len(self.found)
        for candidate in candidates(ready, scope, near, self.tally, lambda: len(self.found) > before):
            self.tally["aligned"] += 1
            for explanation in self._explain(candidate, near):
                self._add(explanation)

    def add_swapped(self) -> None:
        """Add the conventions whose operands are exchanged, as NumPy and SciPy do it: nothing but words."""
        if self.x.ndim != self.k.ndim or self.x.size * self.k.size > 1 << 26:
            return
        for operation, mode, anchor in product(("convolve", "correlate"), ("full", "same", "valid"), ("high", "low")):
            for operands in ("longer_first", "exchanged"):
                if mode == "same" or anchor == "high":
                    conj = default_conj(operation)
                    try:
                        spec = Spec(operation=operation, mode=mode, anchor=(anchor,), operands=operands, conj=conj)  # type: ignore[arg-type]
                        problem = Problem(
                            spec=spec, input_shape=self.x.shape, kernel_shape=self.k.shape, input_dtype=_name(self.x), kernel_dtype=_name(self.k)
                        )
                    except SpecError:
                        continue
                    if problem.exchanged and problem.output_shape == self.y.shape:
                        self._add(Explanation(spec=spec))

    def _near(self, a: Arrangement) -> float:
        u = unit(self.x, self.k, self.y)
        if not u:
            return 0.0
        taps = prod(a.k.shape[1:]) * (3 if "c" in (a.x.dtype.kind, a.k.dtype.kind) else 1) + 4
        entries = max(4, prod(n + m for n, m in zip(a.x.shape[2:], a.k.shape[2:], strict=True)))
        return max(taps, TRANSFORM * log2(entries)) * u * _largest(a.x) * float(np.abs(a.k).reshape(a.k.shape[0], -1).sum(axis=1).max())

    def _facts(self, h: Hypothesis, near: float) -> Facts:
        one = self.k
        total, absolute = one.sum(), float(np.abs(one.astype(np.float64) if one.dtype.kind in "biu" else one).sum())
        rule = result_dtype(_name(self.x), _name(self.k))
        return Facts(total=_number(total), absolute=absolute, near=near, y_dtype=self.y.dtype, rule=rule)

    def _explain(self, candidate: Candidate, near: float) -> Iterator[Explanation]:
        h = candidate.hypothesis
        facts = self._facts(h, near)
        ends = self._finishes(h, facts)
        if not ends and candidate.plain and not self.found:
            self._almost(h, Finish(), facts)
        for finish, own in ends:
            fitting: list[tuple[Hypothesis, dict[str, Any]]] = [(replace(own, lines=lines), {}) for lines in sided(own, finish, facts)]
            fitting = fitting or list(otherwise(own, finish, facts))
            for each, more in fitting:
                self.tally["borders"] += 1
                yield from self._in_words(each, finish, more)
            if not fitting and not self.found:
                self._almost(own, finish, facts)

    def _almost(self, h: Hypothesis, finish: Finish, facts: Facts) -> None:
        """Remember a hypothesis that fails, with the law that explains most of it."""
        if len(self.nearly) < MOST_FAILING:
            share, own = best_law(h, finish, facts)
            self.nearly.append((share, own, finish))

    def _in_words(self, h: Hypothesis, finish: Finish, more: dict[str, Any]) -> Iterator[Explanation]:
        missing = x_has_nan(self.x)
        for word in ("propagate", "ignore", "renormalise", "skip_zero_weights") if missing else ("propagate",):
            yield from explained(h, finish, **({"missing": word} | more))

    def _finishes(self, h: Hypothesis, facts: Facts) -> list[tuple[Finish, Hypothesis]]:
        places = places_of(h, insides(h), INSIDE)
        if not len(places):
            return [(Finish(), h)]
        y = outputs_at(h, places)
        found = [(finish, h) for finish in finishes(sums_at(h, places), y, facts)]
        if found or self.y.dtype.kind not in "fc" or not {self.x.dtype.kind, self.k.dtype.kind} & {"f", "c"}:
            return found
        for name in ("tf32", "float16", "bfloat16"):
            own = in_precision(h, name)
            for finish in finishes(sums_at(own, places), y, replace(facts, near=max(facts.near, self.single))):
                return [(finish, own)]
        return []

    def _add(self, explanation: Explanation) -> None:
        if explanation in self.found or len(self.found) >= MOST_FOUND:
            return
        self.tally["fully"] += 1
        verdict = judge(explanation, self.x, self.k, self.y)
        if verdict.level != "wrong":
            self.found.append(replace(explanation, rounding_only=verdict.level != "exact"))

    def result(self) -> Search:
        """Return what was found."""
        t = self.tally
        if not self.found:
            self.near = self._nearest()
        stages = (
            Stage(name="shapes", looked_at=t["shapes"], left=t["samples"]),
            Stage(name="samples", looked_at=t["samples"], left=t["aligned"]),
            Stage(name="borders", looked_at=t["aligned"], left=t["borders"]),
            Stage(name="fully", looked_at=t["fully"], left=len(self.found)),
        )
        return Search(found=tuple(self.found), near=tuple(self.near), stages=stages)

    def _nearest(self) -> list[Near]:
        """Return the best few hypotheses that fail, with the outputs where they do."""
        near: list[Near] = []
        for _, h, finish in sorted(self.nearly, key=lambda each: -each[0])[:NEAREST]:
            for explanation in explained(h, finish)[:1]:
                wrong = judge(explanation, self.x, self.k, self.y).wrong
                if not wrong.all() and explanation not in [each.explanation for each in near]:
                    near.append(Near(explanation=explanation, wrong=wrong))
        return sorted(near, key=lambda each: int(each.wrong.sum()))[:4]


def in_precision(h: Hypothesis, name: str) -> Hypothesis:
    """Return the hypothesis with both operands rounded to fewer bits."""
    rule = CHANGES[name].apply
    x, w = (rule(a.astype(np.float32 if a.dtype.kind != "c" else np.complex64)).astype(a.dtype) for a in (h.arrangement.x, h.w))
    return replace(h, arrangement=replace(h.arrangement, x=x), w=w, more=(*h.more, Change(place="both", name=name)))


def x_has_nan(x: Array) -> bool:
    """Return whether an input has samples that may count as missing."""
    return x.dtype.kind in "fc" and bool(np.isnan(x).any())


def _working(a: Array) -> Array:
    """Return the array in the arithmetic of the search: int64, float64 or complex128."""
    if a.dtype.kind in "biu":
        return a.astype(np.int64 if a.dtype != np.uint64 else np.float64)
    if a.dtype.kind == "O":
        try:
            return a.astype(np.int64) if all(isinstance(v, int) for v in a.flat) else a.astype(np.float64)
        except (OverflowError, TypeError):
            return a.astype(np.complex128)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def _largest(a: Array) -> float:
    values = np.abs(a[np.isfinite(a)]) if a.dtype.kind in "fc" else np.abs(a)
    return float(values.max()) if values.size else 0.0


def _number(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _name(a: Array) -> str:
    from faltung.engine.operands import dtype_name

    return dtype_name(a)
