"""The shifts of an axis that are tried, and those of the words for the extent: full, same, valid and causal."""

from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import Hypothesis
from faltung.diagnose.explain.search.points import Line
from faltung.diagnose.explain.search.variants import Step

Array = np.ndarray[Any, Any]


def lines_of(step: tuple[Step, ...], pads: tuple[int, ...]) -> tuple[Line, ...]:
    """Return the lines of these steps and shifts, with zeros outside."""
    return tuple(Line(stride=s, dilation=d, spread=e, pad=p) for (s, d, e), p in zip(step, pads, strict=True))


def met_by(base: Hypothesis, axis: int) -> tuple[int, int]:
    """Return the first and last position read by windows that meet the input at all."""
    reach = reach_of(base, axis)
    return -reach, base.lines[axis].spread * (base.sizes[axis].n - 1) + reach


def reach_of(base: Hypothesis, axis: int) -> int:
    """Return how far the last tap lies behind the first."""
    return base.lines[axis].dilation * (base.sizes[axis].k - 1)


def pads_of(base: Hypothesis, axis: int, anywhere: bool, few: bool) -> Array:
    """Return the shifts to try: from a crop to a pad of the whole kernel and half of it more; or every shift."""
    line, size = base.lines[axis], base.sizes[axis]
    reach, length = reach_of(base, axis), line.spread * (size.n - 1) + 1
    behind = line.stride * (size.m - 1) + reach + 1 - length  # both pads together
    if anywhere:
        return np.arange(-length + 1, line.stride * (size.m - 1) + reach + 1)
    if prod(size.m for size in base.sizes) < 6 and few:  # too few outputs to tell an unusual shift from a chance
        words = sorted({0, reach // 2, reach - reach // 2, reach})
        return np.array([pad for pad in words if _behind_of_word(pad, behind - pad, reach, line.stride)] or words)
    low, high = -(reach + 3 + line.stride), reach + reach // 2 + 3 + 2 * (line.stride - 1)
    low = min(low, behind - 3) if line.stride == 1 else low
    return np.arange(max(low, -length + 1), high + 1)


def is_word(hypothesis: Hypothesis) -> bool:
    """Return whether the shifts are those of full, same, valid or causal on every axis."""
    good = True
    for axis, (line, size) in enumerate(zip(hypothesis.lines, hypothesis.sizes, strict=True)):
        reach = reach_of(hypothesis, axis)
        behind = line.stride * (size.m - 1) + reach + 1 - (line.spread * (size.n - 1) + 1) - line.pad
        good &= any(_behind_of_word(line.pad, behind + left, reach, line.stride) for left in range(line.stride))
    return good


def usual(base: Hypothesis, axis: int, pads: Array) -> Array:
    """Return the shifts of the words and their neighbours; and those by half the size too, as `fftshift` makes them."""
    reach, m = reach_of(base, axis), base.sizes[axis].m
    words = {word + by for word in (0, reach // 2, reach - reach // 2, reach) for by in (-1, 0, 1)}
    words |= {word + by for word in (reach, 0, reach // 2) for by in (m // 2, -(m // 2), (m + 1) // 2, -((m + 1) // 2))}
    return np.array([pad for pad in pads if pad in words])


def _behind_of_word(low: int, high: int, reach: int, stride: int) -> bool:
    """Return whether these pads are those of full, same, valid or causal, but for what a stride leaves over."""
    usual = {(0, 0), (reach, reach), (reach // 2, reach - reach // 2), (reach - reach // 2, reach // 2), (reach, 0)}
    return any(low == a and high <= b < high + stride for a, b in usual)


def unusual(hypothesis: Hypothesis) -> tuple[int, ...]:
    """Return how far the shifts are from the words' (full, same, valid), for a fixed order."""
    far = []
    for axis, line in enumerate(hypothesis.lines):
        reach = reach_of(hypothesis, axis)
        far.append(min(abs(line.pad - usual) for usual in (0, reach // 2, reach - reach // 2, reach)))
    return (sum(far), *(line.pad for line in hypothesis.lines))


def words_of(base: Hypothesis, pads: tuple[Array, ...]) -> Array:
    """Return the shifts (W, rank) of the words that give this size, within `pads`: the same word on every axis."""
    found = []
    for word in range(5):
        own = []
        for axis, (line, size) in enumerate(zip(base.lines, base.sizes, strict=True)):
            reach = reach_of(base, axis)
            low, high = ((0, 0), (reach, reach), (reach // 2, reach - reach // 2), (reach - reach // 2, reach // 2), (reach, 0))[word]
            behind = line.stride * (size.m - 1) + reach + 1 - (line.spread * (size.n - 1) + 1) - low
            if behind <= high < behind + line.stride and pads[axis].min() <= low <= pads[axis].max():
                own.append(low)
        if len(own) == len(pads) and own not in found:
            found.append(own)
    return np.asarray(found, dtype=np.int64).reshape(-1, len(pads))
