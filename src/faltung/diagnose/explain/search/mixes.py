"""The sums of a few outputs under every combination of laws over the ends at once: of each axis on its own, then multiplied out."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import Hypothesis, leaving
from faltung.diagnose.explain.search.points import Line, Side, read
from faltung.spec import Boundary

Array = np.ndarray[Any, Any]
Pair = tuple[Boundary, Boundary]
AT_AN_END = 4
"""Outputs compared at each end of an axis."""
MOST_SUMS = 1 << 22


def outputs_of(h: Hypothesis, axis: int) -> Array:
    """Return a few outputs of an axis: those at both ends, and the middle."""
    m = h.sizes[axis].m
    low, high = (np.flatnonzero(each) for each in leaving(h, axis))
    return np.unique(np.concatenate([low[:AT_AN_END], high[-AT_AN_END:], [0, m // 2, m - 1]]))


def mixes(h: Hypothesis, pairs: list[Pair]) -> tuple[Array, tuple[Array, ...]] | None:
    """Return the sums (L, O, L, O …) of one channel for all pairs of laws L and some outputs O of every axis, and these outputs.

    None where that is too much, or where several channels are summed.
    """
    rank = len(h.lines)
    outputs = tuple(outputs_of(h, axis) for axis in range(rank))
    total = h.arrangement.x.shape[2]
    for each in outputs:
        total *= len(each) * len(pairs)
    if h.w.shape[1] != 1 or total > MOST_SUMS:
        return None
    data, weights = h.arrangement.x[0, 0], h.w[0, 0]
    with np.errstate(all="ignore"):
        state = weights.reshape(*weights.shape, *[1] * rank) * data
    for axis in reversed(range(rank)):
        index, nothing = _tables(h.lines[axis], outputs[axis], h.sizes[axis].n, h.sizes[axis].k, pairs)
        state = _contracted(state, axis, index, nothing)
    return state.reshape(sum(((len(pairs), len(each)) for each in outputs), ())), outputs


def _tables(line: Line, outputs: Array, n: int, k: int, pairs: list[Pair]) -> tuple[Array, Array]:
    """Return which sample every tap reads (L·O, K), and where it reads nothing."""
    found = [read(replace(line, low=Side(law=low), high=Side(law=high)), outputs, n, k) for low, high in pairs]
    return np.concatenate([index for index, _ in found]), np.concatenate([code != 0 for _, code in found])


def _contracted(state: Array, axis: int, index: Array, nothing: Array) -> Array:
    """Return (t0 … t(a−1), q0 … q(a−1), P, …) of (t0 … ta, q0 … qa, …): the sum over the last tap, each of which reads its own sample."""
    taps = np.moveaxis(state, axis, 0)  # ta, t0 … t(a−1), q0 … qa, P …
    out: Any = 0
    place = 2 * axis
    shape = [1] * (taps.ndim - 1)
    shape[place] = len(index)
    with np.errstate(all="ignore"):
        for tap, part in enumerate(taps):
            read_ = np.take(part, index[:, tap], place)
            out = out + np.where(nothing[:, tap].reshape(shape), part.dtype.type(0), read_)
    return np.asarray(out)
