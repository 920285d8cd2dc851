"""The outputs that are compared with a kernel's response: a few dozen that tell much, of all results or of a stretch of a large one."""

from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import SEED, Hypothesis
from faltung.diagnose.explain.search.align import Samples
from faltung.diagnose.explain.search.shifts import reach_of
from faltung.diagnose.explain.search.variants import Step

Array = np.ndarray[Any, Any]
Ranges = tuple[tuple[int, int], ...]
SAMPLES, CLOSELY = 40, 12
"""Outputs that are compared, and those that must be left when those at the ends of a range are not."""
SMALL = 1 << 14
"""Positions up to which V is computed everywhere; beyond, on a block of BLOCK outputs an axis."""
BLOCK = 40
DEEP_ENOUGH = 8


def is_small(base: Hypothesis) -> bool:
    """Return whether V is computed everywhere."""
    return bool(prod(base.arrangement.x.shape[2:]) <= SMALL)


def samples_of(
    base: Hypothesis, step: tuple[Step, ...], pads: tuple[Array, ...], near: float, cache: dict[Any, Any], anywhere: bool,
) -> tuple[Samples, tuple[tuple[int, int], ...]]:  # fmt: skip
    """Return outputs to compare, and the positions of the spread input that their windows may touch."""
    y = base.arrangement.y
    spans = tuple((0, line.spread * (size.n - 1)) for line, size in zip(base.lines, base.sizes, strict=True))
    key = ("samples", is_small(base), None if is_small(base) else step)
    if is_small(base) or anywhere:
        windows = [np.arange(m) for m in y.shape[2:]]
        wanted = spans
    else:
        windows = _lively(y)
        wanted = tuple(
            (max(int(step[a][0] * o[0] - pads[a].max()), 0), min(int(step[a][0] * o[-1] - pads[a].min() + reach_of(base, a)), spans[a][1]))
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
    ends: tuple[int, ...] = ()
    reached: tuple[int, ...] = ()
    good = np.isfinite(flat) if flat.dtype.kind in "fc" else np.ones(flat.shape, bool)
    if flat.dtype.kind != "c" and good.any():
        for limits in ((0, 255), (-128, 127), (0, 65535), (-32768, 32767)):
            low, high = flat[good].min(), flat[good].max()
            if low < limits[0] or high > limits[1] or not (low == limits[0] or high == limits[1]):
                continue
            inside = good & (flat != limits[0]) & (flat != limits[1])
            reached = limits
            if inside.sum() >= CLOSELY:
                good, ends = inside, limits
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
    stretch = tuple((int(each[0]), int(each[-1])) for each in windows)
    return Samples(places=places, values=flat[index], near=near, stretch=stretch, limits=ends, range=reached)


def _depth(y: Array, lists: list[Array], shape: tuple[int, ...], index: Array) -> Array:
    """Return how far outputs lie from the nearest end, up to DEEP_ENOUGH: those least likely to leave the input come first."""
    places = [each[i] for each, i in zip(lists, np.unravel_index(index, shape), strict=True)]
    far = np.min([np.minimum(o, m - 1 - o) for o, m in zip(places[2:], y.shape[2:], strict=True)], axis=0)
    return np.asarray(np.minimum(far, DEEP_ENOUGH))
