"""Candidates: every kernel, with the steps and shifts at which it resembles the result."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import Hypothesis
from faltung.diagnose.explain.search.align import CHANCE, LIKE, Matches, Samples, matches
from faltung.diagnose.explain.search.family import Family, resemblances, responses_of
from faltung.diagnose.explain.search.finish import DTYPES
from faltung.diagnose.explain.search.lookup import pairs_of, voted
from faltung.diagnose.explain.search.samples import SMALL, Ranges, is_small, samples_of
from faltung.diagnose.explain.search.shifts import is_word, lines_of, met_by, pads_of, reach_of, unusual, usual, words_of
from faltung.diagnose.explain.search.variants import Step, Wanted, kernels, steps
from faltung.diagnose.explain.search.words import matches_of_words
from faltung.diagnose.explain.space import Arrangement
from faltung.spec import Boundary
from faltung.spec.numbers import integer_range

Array = np.ndarray[Any, Any]
MOST_LIKE = 1 << 12
"""Combinations of shifts at which equality modulo a range is looked for; beyond, only those of the words and their neighbours are."""
ENOUGH, FEWEST = 3, 6
"""Equal outputs that make a candidate, where any shift leaves so many inside; and those that a line needs."""
TELLING = {True: 3, False: 8}
"""Outputs inside below which the laws are guessed too, one for all ends, and the outputs at the borders compared."""
MOST_WORK, BASE_WORK = 3 * 10**9, 300_000
"""Nanoseconds, counted and not measured, after which the search gives up, and what a base takes at least."""
FREE = 6
"""Shifts that fit equally from which on only those of the words are kept."""
MOST_UNSEEN = 3
"""Words that are looked at closer where nothing lies inside and no single law explains anything."""
SOLID = 3
"""Axes from which on not every shift is tried of a reversed result, and no laws that differ from end to end where nothing is inside."""
MOST = 24
"""Shifts kept for one kernel and its steps."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A hypothesis without laws at its ends, and how well a few outputs fit it: from 0 to 1, counted outputs, whether as they are."""

    hypothesis: Hypothesis
    share: float
    counted: int
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How wide to look: all shifts or the usual ones, which steps, whether the result is reversed; equality or resemblance."""

    anywhere: bool = False
    steps: Wanted = "fewest"
    flips: tuple[bool, ...] = ()
    closely: bool = False


def candidates(
    arrangement: Arrangement, scope: Scope, near: float, tally: dict[str, int], found: Callable[[], bool]
) -> Iterator[Candidate]:
    """Yield candidates of one arrangement: first those that equal the outputs; unless `found` then, those that resemble them."""
    flips = scope.flips or (False,) * arrangement.rank
    if any(flips):
        axes = tuple(2 + a for a, flag in enumerate(flips) if flag)
        arrangement = replace(arrangement, y=np.flip(arrangement.y, axes))
    bases = list(_bases(arrangement, flips, scope))
    tally["shapes"] += len(bases)
    tally["samples"] += len(bases)
    for base in bases:
        tally["work"] += _work(base, scope)
        if tally["work"] > MOST_WORK:
            return
        yield from _aligned(base, scope, near)
    if found() or not bases or not is_small(bases[0].hypothesis):
        return
    groups: dict[Any, list[_Base]] = {}
    for base in bases:
        groups.setdefault((id(base.family), base.step), []).append(base)
    for group in groups.values():
        yield from _guessed(group, scope, near)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Base:
    """A kernel of a family, its steps, and what is known of it from other steps."""

    hypothesis: Hypothesis
    step: tuple[Step, ...]
    family: Family
    number: int
    cache: dict[Any, Any]

    @property
    def strides(self) -> tuple[int, ...]:
        return tuple(stride for stride, _, _ in self.step)

    @property
    def reaches(self) -> tuple[int, ...]:
        return tuple(reach_of(self.hypothesis, axis) for axis in range(len(self.step)))

    def pads(self, scope: Scope) -> tuple[Array, ...]:
        """Return the shifts of every axis that are tried."""
        key = "pads", self.step
        if key not in self.family.known:
            axes = range(len(self.step))
            self.family.known[key] = tuple(pads_of(self.hypothesis, axis, scope.anywhere, scope.steps == "fewest") for axis in axes)
        found: tuple[Array, ...] = self.family.known[key]
        return found

    def words(self, pads: tuple[Array, ...]) -> Array:
        """Return the shifts of the words."""
        key = "words", self.step
        if key not in self.family.known:
            self.family.known[key] = words_of(self.hypothesis, pads)
        return np.asarray(self.family.known[key])

    def responses(self, samples: Samples, ranges: Ranges, law: Boundary | None) -> Any:
        """Return the block and V of every item and channel; None for V where the kernel is wider than the block."""
        return responses_of(self.hypothesis, self.family, self.number, self.step, samples, ranges, law)


def _work(base: _Base, scope: Scope) -> int:
    """Return about how many nanoseconds the comparison of one base takes."""
    h = base.hypothesis
    positions = min(h.arrangement.x[0].size, SMALL) * h.w[0, 0].size
    return int(BASE_WORK + positions * (1 if scope.closely else 4))


def _bases(arrangement: Arrangement, flips: tuple[bool, ...], scope: Scope) -> Iterator[_Base]:
    families: dict[Any, Family] = {}
    for w, of_input, namings in kernels(arrangement):
        own = replace(arrangement, x=np.conj(arrangement.x)) if of_input else arrangement
        family = families.setdefault((w.shape, of_input), Family())
        number, cache = len(family.ws), dict[Any, Any]()
        family.ws.append(w)
        for step in steps(own, w.shape[2:], scope.steps):
            h = Hypothesis(arrangement=own, w=w, namings=namings, flips=flips, lines=lines_of(step, (0,) * len(step)))
            yield _Base(hypothesis=h, step=step, family=family, number=number, cache=cache)


def _aligned(base: _Base, scope: Scope, near: float) -> list[Candidate]:
    """Return the shifts at which the outputs inside fit."""
    pads = base.pads(scope)
    samples, ranges = samples_of(base.hypothesis, base.step, pads, near, base.family.known, scope.anywhere)
    if not len(samples.values) or not all(len(each) for each in pads):
        return []
    found, counted = (_looked_up if scope.closely else _resembling)(base, pads, samples, ranges)
    base.cache["counted", base.step] = counted
    return _best(found)


def _best(found: list[Candidate]) -> list[Candidate]:
    """Return up to MOST candidates, each shift once; those of the words alone where the data do not fix the shift."""
    usual = [c for c in found if is_word(c.hypothesis)]
    if len(found) > FREE and usual:
        found = usual
    unique = {tuple((line.pad) for line in c.hypothesis.lines): c for c in sorted(found, key=lambda c: c.share)}
    return sorted(unique.values(), key=lambda c: (-c.share, unusual(c.hypothesis)))[:MOST]


def _looked_up(
    base: _Base, pads: tuple[Array, ...], samples: Samples, ranges: Ranges, law: Boundary | None = None
) -> tuple[list[Candidate], int]:
    """Return the shifts at which outputs are equal, and how many stay inside under the word that leaves fewest there."""
    block, v = base.responses(samples, ranges, law)
    words = base.words(pads)
    if v is None:
        return [], 0
    key = ("pairs", tuple(each[1:] for each in base.step), ranges, law)
    if key not in base.cache:
        base.cache[key] = pairs_of(v, block, samples, base.reaches, law is not None)
    own = voted(v, block, samples, base.cache[key], base.strides, base.reaches, pads, words, law is not None)
    counted = own.counted[len(own.counted) - len(words) :]
    nothing = np.zeros(own.counted.shape)
    matched = Matches(pads=(own.pads,), counted=own.counted, equal=own.equal, wrapped=nothing, line=nothing)
    return _chosen(base, matched), int(counted.min() if len(counted) else own.counted.max(initial=0))


def _resembling(base: _Base, pads: tuple[Array, ...], samples: Samples, ranges: Ranges) -> tuple[list[Candidate], int]:
    """Return the shifts at which outputs lie on a straight line, or are equal modulo a range, and how many stay inside, as above."""
    block, v = base.responses(samples, ranges, None)
    if v is None:
        return [], 0
    line, known = resemblances(base.hypothesis, base.family, base.number, base.step, samples, ranges, pads)
    found = _chosen(base, line)
    moduli = _moduli(base.hypothesis.arrangement)
    if moduli:
        if prod(len(each) for each in pads) > MOST_LIKE:
            pads = tuple(usual(base.hypothesis, axis, each) for axis, each in enumerate(pads))
        found += _chosen(base, matches(v, block, samples, base.strides, base.reaches, pads, moduli, False))
    return found, known


def _guessed(group: list[_Base], scope: Scope, near: float) -> Iterator[Candidate]:
    """Yield shifts that fit under some law, where too few outputs lie inside: those of the words, and with zeros outside any."""
    base = group[0]
    h = base.hypothesis
    pads = base.pads(scope)
    if base.cache.get(("counted", base.step), 0) >= TELLING[scope.closely] or not all(len(each) for each in pads):
        return
    samples, _ = samples_of(h, base.step, pads, near, base.family.known, scope.anywhere)
    if not len(samples.values):
        return
    words = base.words(pads)
    if len(words):
        moduli = None if scope.closely else _moduli(h.arrangement)
        every = matches_of_words(h, np.stack(base.family.ws), words, samples, moduli)
        found = [each for own in group for each in _best(_chosen(own, every[own.number]))]
        yield from found
        alike = len(set(base.step)) == 1 and base.step[0][2] == 1
        likely = (scope.steps == "fewest" and alike and len(pads) < SOLID) or "operands" in h.arrangement.fields
        if scope.closely and not found and likely and base.cache.get(("counted", base.step), 0) == 0:
            yield from _unseen(group, words)
    widely = len(pads) < SOLID or not any(h.flips)
    if scope.closely and widely and scope.steps in ("fewest", "worded", "unit") and "operands" not in h.arrangement.fields:
        wide = tuple(met_by(h, axis) for axis in range(len(pads)))
        for own in group:
            yield from _best(_looked_up(own, pads, samples, wide, "zero")[0])


def _unseen(group: list[_Base], words: Array) -> Iterator[Candidate]:
    """Yield the words where nothing at all lies inside: laws that differ from end to end are told later."""
    for own, word in product(group, words[:MOST_UNSEEN]):
        lines = lines_of(own.step, tuple(int(pad) for pad in word))
        yield Candidate(hypothesis=replace(own.hypothesis, lines=lines), share=0.0, counted=0, plain=False)


def _moduli(arrangement: Arrangement) -> tuple[int, ...]:
    y = arrangement.y
    if y.dtype.kind == "c" or (y.dtype.kind == "f" and not (np.rint(y) == y).all()):
        return ()
    if not y.size:
        return ()
    found = []
    for name in DTYPES[:6]:
        low, high = integer_range(name)
        if low <= y.min() and y.max() <= high and high - low + 1 not in found:
            found.append(high - low + 1)
    return tuple(found[:1]) if found and found[0] < 1 << 32 else ()


def _chosen(base: _Base, m: Matches) -> list[Candidate]:
    """Return the shifts at which the outputs are equal, or equal modulo a range, or lie on a straight line."""
    counted = np.maximum(m.counted, 1)
    equal, wrapped = m.equal / counted, m.wrapped / counted
    enough = max(1, min(ENOUGH, int(m.counted.max(initial=0))))
    exact = (m.counted >= enough) & ((m.equal == m.counted) | ((m.counted >= 10) & (equal >= 0.7)))
    rounded = (m.counted >= max(enough, 3)) & ((m.wrapped == m.counted) | ((m.counted >= 10) & (wrapped >= 0.8)))
    chance = np.clip(1 - m.line, 0, 1) ** (np.maximum(m.counted - 2, 0) / 2)
    line = (m.counted >= FEWEST) & (m.line >= LIKE) & (chance <= CHANCE)
    share = np.maximum(np.where(exact, equal + 1, 0), np.maximum(np.where(rounded, wrapped, 0), np.where(line, m.line, 0)))
    share = np.where(share > 0, share + 0.2 * np.minimum(m.counted, 24) / 24, 0)
    order = np.argsort(-share, axis=None, kind="stable")[: MOST * 4]
    found = []
    for flat in order:
        if share.flat[flat] <= 0:
            break
        at = np.unravel_index(flat, share.shape)
        lines = lines_of(base.step, tuple(int(a) for a in np.concatenate([np.atleast_1d(p[i]) for p, i in zip(m.pads, at, strict=True)])))
        found.append(
            Candidate(
                hypothesis=replace(base.hypothesis, lines=lines),
                share=round(float(share[at]), 3),
                counted=int(m.counted[at]),
                plain=bool(exact[at]),
            )
        )
    return found
