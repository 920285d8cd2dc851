"""What lies outside of each end, told from the outputs that leave the input through this end alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import (
    Hypothesis,
    insides,
    leaving,
    outputs_at,
    places_of,
    right_at,
    sums_at,
    with_lines,
)
from faltung.diagnose.explain.search.finish import Facts, Finish, agrees, nice
from faltung.diagnose.explain.search.mixes import Pair, mixes
from faltung.diagnose.explain.search.points import Line, Side
from faltung.spec import BOUNDARIES
from faltung.spec.numbers import integer_range

Array = np.ndarray[Any, Any]
PLACES = 160
"""Outputs compared at each end; every explanation is compared with all outputs in the end."""
MOST_MIXED = 64
"""Combinations of laws that are compared with outputs all over."""
PLAIN = tuple(Side(law=law) for law in BOUNDARIES if law != "constant")
Sides = tuple[tuple[Side, Side], ...]
Known = list[list[list[Side] | None]]


def sided(hypothesis: Hypothesis, finish: Finish, facts: Facts) -> list[tuple[Line, ...]]:
    """Return the lines with laws at their ends that explain outputs everywhere; empty where none do."""
    everywhere = _everywhere(hypothesis)
    known = _known(hypothesis, finish, facts)
    if known is None:
        trials: Iterator[Sides] = _blind(hypothesis, finish, facts, everywhere)
    elif any(sides == [] for ends in known for sides in ends):
        return []
    else:
        trials = _assigned(known)
    found: list[tuple[Line, ...]] = []
    kind = None
    for uniform, sides in ((_rank_of(sides), sides) for sides in trials):
        if kind is not None and uniform > kind:
            break
        lines = _with(hypothesis, sides)
        if lines not in found and right_at(with_lines(hypothesis, lines), finish, facts, everywhere).all():
            found.append(lines)
            if not any(side.law == "constant" for pair in sides for side in pair):  # a number that was fitted hides no law
                kind = uniform
    return found


def _rank_of(sides: Sides) -> int:
    """Return 0 for one law at all ends, 1 for one law an axis, 2 otherwise."""
    if len({side for pair in sides for side in pair}) == 1:
        return 0
    return 1 if all(low == high for low, high in sides) else 2


def _everywhere(hypothesis: Hypothesis) -> Array:
    """Return places all over the result, with the outermost in every corner."""
    every = [np.arange(size.m) for size in hypothesis.sizes]
    ends = [np.unique([0, min(1, size.m - 1), max(size.m - 2, 0), size.m - 1]) for size in hypothesis.sizes]
    return np.concatenate([places_of(hypothesis, ends, 96), places_of(hypothesis, every, 64)])


def _with(hypothesis: Hypothesis, sides: Sides) -> tuple[Line, ...]:
    return tuple(replace(line, low=low, high=high) for line, (low, high) in zip(hypothesis.lines, sides, strict=True))


def _known(hypothesis: Hypothesis, finish: Finish, facts: Facts) -> Known | None:
    """Return the laws that fit at every end (None: nothing is read there); None where ends cannot be told apart."""
    inside = insides(hypothesis)
    known: Known = []
    for axis in range(len(hypothesis.lines)):
        low, high = leaving(hypothesis, axis)
        if not (low | high).any():
            known.append([None, None])
            continue
        if (low & high).any() or any(not len(each) for a, each in enumerate(inside) if a != axis):
            return None
        known.append([_laws(hypothesis, finish, facts, axis, end, inside) for end in (0, 1)])
    return known


def _laws(h: Hypothesis, finish: Finish, facts: Facts, axis: int, end: int, inside: list[Array]) -> list[Side] | None:
    places = end_places(h, axis, end, inside)
    if not len(places):
        return None
    found = [side for side in PLAIN if right_at(with_lines(h, one_side(h, axis, end, side)), finish, facts, places).all()]
    fill = fill_of(h, finish, facts, places, [(axis, end)])
    if fill is not None:
        side = Side(law="constant", fill=fill)
        if right_at(with_lines(h, one_side(h, axis, end, side)), finish, facts, places).all():
            found.append(side)
    return found


def end_places(h: Hypothesis, axis: int, end: int, inside: list[Array]) -> Array:
    """Return places that leave the input through one end of one axis alone."""
    gone = leaving(h, axis)
    outputs = [np.flatnonzero(gone[end] & ~gone[1 - end]) if a == axis else each for a, each in enumerate(inside)]
    return places_of(h, outputs, PLACES)


def one_side(h: Hypothesis, axis: int, end: int, side: Side) -> tuple[Line, ...]:
    """Return the lines with one end changed."""
    line = replace(h.lines[axis], high=side) if end else replace(h.lines[axis], low=side)
    return tuple(line if a == axis else each for a, each in enumerate(h.lines))


def fill_of(h: Hypothesis, finish: Finish, facts: Facts, places: Array, ends: list[tuple[int, int]]) -> Any:
    """Return the fill at some ends that the outputs ask for: y = scale·(V + fill·C) + offset is linear in it. None if there is none."""
    lines = [h.lines, h.lines]
    for value in (0, 1):
        for axis, end in ends:
            lines[value] = one_side(with_lines(h, lines[value]), axis, end, Side(law="constant", fill=value))
    none, one = (sums_at(with_lines(h, each), places) for each in lines)
    share = one - none
    y = outputs_at(h, places)
    scale = {"1/sum": 1 / (facts.total or 1), "1/abs_sum": 1 / (facts.absolute or 1)}.get(str(finish.scale), finish.scale)
    with np.errstate(all="ignore"):
        need = ((y - finish.offset) / (scale or 1) - none) / np.where(share == 0, np.nan, share)
    good = np.isfinite(need)
    if finish.overflow == "saturate" and finish.dtype is not None:
        inside = ~np.isin(y, integer_range(finish.dtype))
        good &= inside if (good & inside).any() else True
    if not good.any():
        return None
    strength = np.abs(np.where(good, share, 0)).astype(np.float64)
    best = need[good & (strength >= 0.5 * strength.max())]
    return _fill(best, finish, facts, float(strength.max()))


def _fill(estimates: Array, finish: Finish, facts: Facts, strength: float) -> Any:
    if estimates.dtype.kind == "c":
        middle = complex(np.median(estimates.real), np.median(estimates.imag))
        rounded = complex(round(middle.real), round(middle.imag))
        middle = rounded if abs(middle - rounded) <= 1e-9 * (1 + abs(rounded)) else middle
        return None if middle == 0 else (middle.real if middle.imag == 0 else middle)
    middle = float(np.median(estimates))
    room = 1e-9 * (1 + abs(middle)) + 4 * facts.near / max(strength, 1e-300)
    if finish.dtype is not None:
        room = max(room, 1.0 / max(strength, 1e-300))
    simplest = next(nice(middle, room), middle)
    return None if simplest == 0 or (abs(simplest) <= room and finish.dtype is None) else simplest


def _assigned(known: Known) -> Iterator[Sides]:
    """Yield sides for all ends, those that need the fewest laws first; ends at which nothing is read follow the others."""
    read = [sides for ends in known for sides in ends if sides is not None]
    if not read:
        yield tuple((Side(), Side()) for _ in known)
        return
    for side in read[0]:
        if all(side in sides for sides in read):
            yield tuple((side, side) for _ in known)
    pairs = [_pairs(low, high) for low, high in known]
    yield from _varied(pairs)


def _pairs(low: list[Side] | None, high: list[Side] | None) -> list[tuple[Side, Side]]:
    """Return pairs for one axis: one law for both ends where there is one."""
    if low is None and high is None:
        return [(Side(), Side())]
    if low is None or high is None:
        return [(side, side) for side in (low or high or [])]
    both = [(side, side) for side in low if side in high]
    return both or [(a, b) for a in low for b in high]


def _varied(choices: list[list[tuple[Side, Side]]]) -> Iterator[Sides]:
    """Yield the first choice of every axis, then the others of one axis at a time."""
    first = [each[0] for each in choices]
    yield tuple(first)
    for axis, each in enumerate(choices):
        for other in each[1:]:
            yield tuple(other if a == axis else pair for a, pair in enumerate(first))


def _blind(h: Hypothesis, finish: Finish, facts: Facts, places: Array) -> Iterator[Sides]:
    """Yield laws to try where the ends cannot be told apart: one for all ends, one an axis, and for up to two axes one an end."""
    rank = len(h.lines)
    for side in PLAIN:
        yield ((side, side),) * rank
    fill = fill_of(h, finish, facts, places, [(axis, end) for axis in range(rank) for end in (0, 1)])
    if fill is not None:
        yield ((Side(law="constant", fill=fill),) * 2,) * rank
    laws = [side.law for side in PLAIN]
    alike: list[Pair] = [(law, law) for law in laws]
    every: list[Pair] = [(low, high) for low in laws for high in laws]
    for pairs in (alike, every) if rank <= 2 else (alike,):
        found = list(_mixed(h, finish, facts, pairs))
        yield from found
        if found:
            return


def _mixed(h: Hypothesis, finish: Finish, facts: Facts, pairs: list[Pair]) -> Iterator[Sides]:
    """Yield the combinations of pairs of laws over the axes that explain some outputs at the ends."""
    every = mixes(h, pairs)
    if every is None:
        return
    sums, outputs = every
    rank = len(outputs)
    y = h.arrangement.y[0, 0][np.ix_(*outputs)]
    right = agrees(finish, sums, y.reshape([n for each in outputs for n in (1, len(each))]), facts)
    for choice in np.argwhere(right.all(axis=tuple(1 + 2 * a for a in range(rank))))[:MOST_MIXED]:
        yield tuple((Side(law=pairs[i][0]), Side(law=pairs[i][1])) for i in choice)
