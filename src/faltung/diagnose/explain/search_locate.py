"""Candidates: every kernel, with the steps and shifts at which it resembles the result."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import SEED, Hypothesis
from faltung.diagnose.explain.search_align import LIKE, SURELY_LIKE, Block, Matches, Samples, block_of, matches, response
from faltung.diagnose.explain.search_finish import DTYPES
from faltung.diagnose.explain.search_points import Line
from faltung.diagnose.explain.search_variants import Step, Wanted, kernels, steps
from faltung.diagnose.explain.space import Arrangement
from faltung.spec import Boundary
from faltung.spec.numbers import integer_range

Array = np.ndarray[Any, Any]
SAMPLES, CLOSELY = 40, 12
"""Outputs compared at every shift: for lines and ranges, and for equality."""
SMALL = 1 << 14
"""Positions up to which V is computed everywhere; beyond, on a block of BLOCK outputs an axis."""
BLOCK = 40
DEEP_ENOUGH = 8
MOST_SHIFTS, MOST_LIKE, MOST_GUESSED = 1 << 15, 1 << 12, 400
"""Combinations of shifts (for equality, for resemblance, with laws); beyond, only those of the words and their neighbours are tried."""
ENOUGH = 4
"""Equal outputs that make a candidate, where any shift leaves so many inside."""
TELLING = {True: 3, False: 8}
"""Outputs inside below which the laws are guessed too, one for all ends, and the outputs at the borders compared."""
MOST_WORK, BASE_WORK = 1 << 30, 100_000
"""Numbers gone through before the search gives up, and what a base costs at least, in such numbers: 3 to 10 s in all."""
FREE = 6
"""Shifts that fit equally from which on only those of the words are kept."""
MOST = 24
"""Shifts kept for one kernel and its steps."""
LAWS: tuple[Boundary, ...] = ("zero", "edge", "periodic", "half_sample", "whole_sample")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A hypothesis without laws at its ends, and how well a few outputs fit it: from 0 to 1, counted outputs, whether as they are."""

    hypothesis: Hypothesis
    share: float
    counted: int
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How wide to look: all shifts or the usual ones, which steps, whether the result is reversed; equality or resemblance; with laws."""

    anywhere: bool = False
    steps: Wanted = "fewest"
    flips: tuple[bool, ...] = ()
    closely: bool = False
    laws: bool = False


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
    for laws in (False, True):
        for base, each, cache in bases:
            tally["work"] += _work(base, scope)
            if tally["work"] > MOST_WORK:
                return
            yield from _aligned(base, each, replace(scope, laws=laws), near, cache)
        if found():
            return


def _work(base: Hypothesis, scope: Scope) -> int:
    """Return about how many numbers the comparison of one base goes through."""
    shifts = min(prod(len(_pads(base, axis, scope)) for axis in range(len(base.lines))), MOST_SHIFTS)
    positions = min(base.arrangement.x[0].size, SMALL) * base.w[0, 0].size
    return int(BASE_WORK + positions + shifts * (CLOSELY if scope.closely else 4 * SAMPLES))


def _bases(
    arrangement: Arrangement, flips: tuple[bool, ...], scope: Scope
) -> Iterator[tuple[Hypothesis, tuple[Step, ...], dict[Any, Any]]]:
    for w, of_input, namings in kernels(arrangement):
        own = replace(arrangement, x=np.conj(arrangement.x)) if of_input else arrangement
        cache: dict[Any, Any] = {}
        for each in steps(own, w.shape[2:], scope.steps):
            lines = _lines(each, (0,) * len(each))
            yield Hypothesis(arrangement=own, w=w, namings=namings, flips=flips, lines=lines), each, cache


def _lines(step: tuple[Step, ...], pads: tuple[int, ...]) -> tuple[Line, ...]:
    return tuple(Line(stride=s, dilation=d, spread=e, pad=p) for (s, d, e), p in zip(step, pads, strict=True))


def _aligned(base: Hypothesis, step: tuple[Step, ...], scope: Scope, near: float, cache: dict[Any, Any]) -> list[Candidate]:
    pads = tuple(_pads(base, axis, scope) for axis in range(len(step)))
    if prod(len(each) for each in pads) > (MOST_SHIFTS if scope.closely else MOST_LIKE):
        pads = tuple(_usual(base, axis, each) for axis, each in enumerate(pads))
    samples, ranges = _samples(base, step, pads, near, cache, scope)
    if not len(samples.values):
        return []
    few = CLOSELY if scope.closely and not scope.anywhere else SAMPLES  # a seam may run through the middle of a result that was moved
    samples = replace(samples, places=samples.places[:few], values=samples.values[:few])
    found: list[Candidate] = []
    if not scope.laws:
        inner = _matched(base, step, pads, samples, ranges, None, cache, scope.closely)
        found = _chosen(base, step, inner, len(samples.values))
        cache["counted", step] = int(inner.counted.max(initial=0))
    elif _is_small(base) and cache.get(("counted", step), 0) < TELLING[scope.closely]:
        for law in LAWS:
            shifts = pads if prod(len(each) for each in pads) <= MOST_GUESSED else tuple(_usual(base, a, p) for a, p in enumerate(pads))
            wide = tuple(_read_by(base, a, each) for a, each in enumerate(shifts))
            found += _chosen(base, step, _matched(base, step, shifts, samples, wide, law, cache, scope.closely), len(samples.values))
    usual = [c for c in found if _is_word(c.hypothesis)]
    if len(found) > FREE and usual:  # the data do not fix the shift
        found = usual
    unique = {tuple((line.pad) for line in c.hypothesis.lines): c for c in sorted(found, key=lambda c: c.share)}
    return sorted(unique.values(), key=lambda c: (-c.share, _unusual(c.hypothesis)))[:MOST]


def _read_by(base: Hypothesis, axis: int, pads: Array) -> tuple[int, int]:
    """Return the first and last position that any output reads under these shifts."""
    last = base.lines[axis].stride * (base.sizes[axis].m - 1) + _reach(base, axis)
    return int(-pads.max()), int(last - pads.min())


def _reach(base: Hypothesis, axis: int) -> int:
    return base.lines[axis].dilation * (base.sizes[axis].k - 1)


def _is_small(base: Hypothesis) -> bool:
    return bool(prod(base.arrangement.x.shape[2:]) <= SMALL)


def _pads(base: Hypothesis, axis: int, scope: Scope) -> Array:
    """Return the shifts to try: from a crop to a pad of the whole kernel and half of it more; or every shift."""
    line, size = base.lines[axis], base.sizes[axis]
    reach, length = _reach(base, axis), line.spread * (size.n - 1) + 1
    behind = line.stride * (size.m - 1) + reach + 1 - length  # both pads together
    if scope.anywhere:
        return np.arange(-length + 1, line.stride * (size.m - 1) + reach + 1)
    if prod(size.m for size in base.sizes) < 6 and scope.steps == "fewest":  # too few outputs to tell an unusual shift from a chance
        words = sorted({0, reach // 2, reach - reach // 2, reach})
        return np.array([pad for pad in words if _behind_of_word(pad, behind - pad, reach, line.stride)] or words)
    low, high = -(reach + 3 + line.stride), reach + reach // 2 + 3 + 2 * (line.stride - 1)
    low = min(low, behind - 3) if line.stride == 1 else low
    return np.arange(max(low, -length + 1), high + 1)


def _is_word(hypothesis: Hypothesis) -> bool:
    """Return whether the shifts are those of full, same, valid or causal on every axis."""
    good = True
    for axis, (line, size) in enumerate(zip(hypothesis.lines, hypothesis.sizes, strict=True)):
        reach = _reach(hypothesis, axis)
        behind = line.stride * (size.m - 1) + reach + 1 - (line.spread * (size.n - 1) + 1) - line.pad
        good &= any(_behind_of_word(line.pad, behind + left, reach, line.stride) for left in range(line.stride))
    return good


def _usual(base: Hypothesis, axis: int, pads: Array) -> Array:
    """Return the shifts of the words and their neighbours; and those by half the size too, as `fftshift` makes them."""
    reach, m = _reach(base, axis), base.sizes[axis].m
    words = {word + by for word in (0, reach // 2, reach - reach // 2, reach) for by in (-1, 0, 1)}
    words |= {word + by for word in (reach, 0, reach // 2) for by in (m // 2, -(m // 2), (m + 1) // 2, -((m + 1) // 2))}
    return np.array([pad for pad in pads if pad in words])


def _behind_of_word(low: int, high: int, reach: int, stride: int) -> bool:
    """Return whether these pads are those of full, same, valid or causal, but for what a stride leaves over."""
    usual = {(0, 0), (reach, reach), (reach // 2, reach - reach // 2), (reach - reach // 2, reach // 2), (reach, 0)}
    return any(low == a and high <= b < high + stride for a, b in usual)


def _samples(
    base: Hypothesis, step: tuple[Step, ...], pads: tuple[Array, ...], near: float, cache: dict[Any, Any], scope: Scope,
) -> tuple[Samples, tuple[tuple[int, int], ...]]:  # fmt: skip
    """Return outputs to compare, and the positions of the spread input that their windows may touch."""
    y = base.arrangement.y
    spans = tuple((0, line.spread * (size.n - 1)) for line, size in zip(base.lines, base.sizes, strict=True))
    key = ("samples", _is_small(base), None if _is_small(base) else step)
    if _is_small(base) or scope.anywhere:
        windows = [np.arange(m) for m in y.shape[2:]]
        wanted = spans
    else:
        windows = _lively(y)
        wanted = tuple(
            (max(int(step[a][0] * o[0] - pads[a].max()), 0), min(int(step[a][0] * o[-1] - pads[a].min() + _reach(base, a)), spans[a][1]))
            for a, o in enumerate(windows)
        )
    if key not in cache:
        cache[key] = _picked(y, windows, near)
    return cache[key], wanted


def _lively(y: Array) -> list[Array]:
    """Return, for every axis, a stretch of outputs where the result varies most, of some that are looked at."""
    best, chosen = -1.0, None
    for spot in np.ndindex(*(3,) * (y.ndim - 2)):
        stretch = []
        for s, m in zip(spot, y.shape[2:], strict=True):
            first = max(0, min(m - BLOCK, (m * (s + 1)) // 4 - BLOCK // 2))
            stretch.append(np.arange(first, min(first + BLOCK, m)))
        part = y[0, 0][np.ix_(*stretch)]
        part = part[np.isfinite(part)] if part.dtype.kind in "fc" else part
        lively = float(np.var(part)) if part.size else 0.0
        if lively > best:
            best, chosen = lively, stretch
    assert chosen is not None
    return chosen


def _picked(y: Array, windows: list[Array], near: float) -> Samples:
    """Return outputs of a few items and channels, finite ones, not at the ends of a range, and of many values."""
    items, channels = np.arange(min(y.shape[0], 2)), np.unique(np.linspace(0, y.shape[1] - 1, min(y.shape[1], 4)).astype(int))
    lists = [items, channels, *windows]
    part = y[np.ix_(*lists)]
    flat = part.reshape(-1)
    good = np.isfinite(flat) if flat.dtype.kind in "fc" else np.ones(flat.shape, bool)
    if flat.dtype.kind != "c" and good.any():
        for limits in ((0, 255), (-128, 127), (0, 65535), (-32768, 32767)):
            inside = good & (flat != limits[0]) & (flat != limits[1])
            if inside.sum() >= CLOSELY and flat[good].min() >= limits[0] and flat[good].max() <= limits[1]:
                good = inside
                break
    index = np.flatnonzero(good)
    generator = np.random.default_rng(SEED)
    generator.shuffle(index)
    if len(index) > SAMPLES:
        some = index[: 1 << 14]
        some = some[np.argsort(-_depth(y, lists, part.shape, some), kind="stable")]
        _, first = np.unique(flat[some], return_index=True)
        varied = some[np.sort(first)][: SAMPLES * 3 // 4]
        rest = index[~np.isin(index, varied)][: SAMPLES - len(varied)]
        index = np.concatenate([varied, rest])
    index = index[np.argsort(-_depth(y, lists, part.shape, index), kind="stable")]
    places = np.stack([each[i] for each, i in zip(lists, np.unravel_index(index, part.shape), strict=True)], axis=1)
    return Samples(places=places, values=flat[index], near=near)


def _depth(y: Array, lists: list[Array], shape: tuple[int, ...], index: Array) -> Array:
    """Return how far outputs lie from the nearest end, up to DEEP_ENOUGH: those least likely to leave the input come first."""
    places = [each[i] for each, i in zip(lists, np.unravel_index(index, shape), strict=True)]
    far = np.min([np.minimum(o, m - 1 - o) for o, m in zip(places[2:], y.shape[2:], strict=True)], axis=0)
    return np.asarray(np.minimum(far, DEEP_ENOUGH))


def _matched(
    base: Hypothesis, step: tuple[Step, ...], pads: tuple[Array, ...], samples: Samples,
    ranges: tuple[tuple[int, int], ...], law: Boundary | None, cache: dict[Any, Any], closely: bool,
) -> Matches:  # fmt: skip
    spreads, dilations = tuple(e for _, _, e in step), tuple(d for _, d, _ in step)
    key = (spreads, dilations, ranges, law)
    if key not in cache:
        block = block_of(base.arrangement.x, spreads, ranges, law)
        keys = {(int(b), int(c)) for b, c in samples.places[:, :2]}
        fits = all(n > d * (k - 1) for n, d, k in zip(block.values.shape[2:], dilations, base.w.shape[2:], strict=True))
        v = {each: response(block, base.w, dilations, *each, base.arrangement.groups) for each in sorted(keys)} if fits else None
        cache[key] = (replace(block, values=block.values[:0]), v)
    block, v = cache[key]
    reaches = tuple(_reach(base, a) for a in range(len(step)))
    if v is None:
        none = np.zeros(tuple(len(p) for p in pads), np.int64)
        return Matches(pads=pads, counted=none, equal=none, wrapped=none, line=none.astype(float))
    return _in_parts(
        v, block, samples, tuple(s for s, _, _ in step), reaches, pads, None if closely else _moduli(base.arrangement), law is not None
    )


def _in_parts(
    v: Any, block: Block, samples: Samples, strides: Any, reaches: Any, pads: tuple[Array, ...], moduli: Any, anywhere: bool
) -> Matches:
    """Compare a few shifts of the first axis at a time, so that memory stays small."""
    rows = max(1, (1 << 21) // max(1, prod(len(p) for p in pads[1:]) * len(samples.values)))
    parts = [
        matches(v, block, samples, strides, reaches, (pads[0][i : i + rows], *pads[1:]), moduli, anywhere)
        for i in range(0, len(pads[0]), rows)
    ]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("counted", "equal", "wrapped", "line")}
    return Matches(pads=pads, **joined)


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


def _chosen(base: Hypothesis, step: tuple[Step, ...], m: Matches, samples: int) -> list[Candidate]:
    """Return the shifts at which the outputs are equal, or equal modulo a range, or lie on a straight line."""
    counted = np.maximum(m.counted, 1)
    equal, wrapped = m.equal / counted, m.wrapped / counted
    enough = max(1, min(ENOUGH, int(m.counted.max(initial=0))))
    exact = (m.counted >= enough) & ((m.equal == m.counted) | ((m.counted >= 10) & (equal >= 0.7)))
    rounded = (m.counted >= max(enough, 3)) & ((m.wrapped == m.counted) | ((m.counted >= 10) & (wrapped >= 0.8)))
    line = ((m.counted >= 10) & (m.line >= LIKE)) | ((m.counted >= 6) & (m.line >= SURELY_LIKE))
    share = np.maximum(np.where(exact, equal + 1, 0), np.maximum(np.where(rounded, wrapped, 0), np.where(line, m.line, 0)))
    share = np.where(share > 0, share + 0.2 * np.minimum(m.counted, 24) / 24, 0)
    order = np.argsort(-share, axis=None, kind="stable")[: MOST * 4]
    found = []
    for flat in order:
        if share.flat[flat] <= 0:
            break
        at = np.unravel_index(flat, share.shape)
        lines = _lines(step, tuple(int(p[i]) for p, i in zip(m.pads, at, strict=True)))
        found.append(
            Candidate(
                hypothesis=replace(base, lines=lines), share=round(float(share[at]), 3), counted=int(m.counted[at]), plain=bool(exact[at])
            )
        )
    return found


def _unusual(hypothesis: Hypothesis) -> tuple[int, ...]:
    """Return how far the shifts are from the words' (full, same, valid), for a fixed order."""
    far = []
    for axis, line in enumerate(hypothesis.lines):
        reach = _reach(hypothesis, axis)
        far.append(min(abs(line.pad - usual) for usual in (0, reach // 2, reach - reach // 2, reach)))
    return (sum(far), *(line.pad for line in hypothesis.lines))
