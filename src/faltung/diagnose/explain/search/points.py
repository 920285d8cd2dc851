"""Single outputs of a hypothesis, cheaply: the sums of products at listed places, in integers, floats or complex numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.diagnose.explain.space import Arrangement
from faltung.spec import Boundary

Array = np.ndarray[Any, Any]
GAP, LOW, HIGH = -1, -2, -3
"""Codes of what is no sample: between the samples of a spread input, and outside of either end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What lies outside of one end."""

    law: Boundary = "zero"
    fill: Any = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One axis of a hypothesis: output o and tap t meet position p = stride·o + dilation·t − pad, sample p / spread.

    `period`, if not 0, is that of an input padded with zeros to this many samples and then repeated.
    """

    stride: int
    dilation: int
    spread: int
    pad: int
    low: Side = Side()
    high: Side = Side()
    period: int = 0


def sources(law: Boundary, q: Array, n: int) -> Array:
    """Return the sample that each index reads, clipped into the input where nothing is read."""
    if law == "edge" or law in ("zero", "constant") or (law == "whole_sample" and n == 1):
        return np.clip(q, 0, n - 1)
    if law == "periodic":
        return q % n
    if law == "half_sample":
        r = q % (2 * n)
        return np.where(r < n, r, 2 * n - 1 - r)
    r = q % (2 * n - 2)
    return np.where(r < n, r, 2 * n - 2 - r)


def read(line: Line, o: Array, n: int, k: int) -> tuple[Array, Array]:
    """Return, for outputs o and all taps, which sample is read, and a code: 0 for a sample, else GAP, LOW or HIGH."""
    p = line.stride * o[:, None] + line.dilation * np.arange(k)[None, :] - line.pad
    q, rest = np.divmod(p, line.spread)
    code = np.zeros(q.shape, np.int64)
    if line.period:
        q = q % line.period
        code[q >= n] = GAP
        return np.minimum(q, n - 1), code
    index = np.clip(q, 0, n - 1)
    for side, where, mark in ((line.low, q < 0, LOW), (line.high, q >= n, HIGH)):
        if side.law in ("zero", "constant"):
            code[where] = mark
        elif where.any():
            index = np.where(where, sources(side.law, q, n), index)
    code[rest != 0] = GAP
    return index, code


def values_at(arrangement: Arrangement, w: Array, lines: tuple[Line, ...], places: Array) -> Array:
    """Return the sums at `places`, an array (P, 2 + rank) of item, output channel and outputs.

    `w` is the kernel in window order, (G·O, C, K …).
    """
    data, _ = windows_at(arrangement, w.shape, lines, places)
    with np.errstate(all="ignore"):
        out: Array = (data * w[places[:, 1]]).reshape(len(places), -1).sum(axis=1)
    return out


def windows_at(arrangement: Arrangement, shape: tuple[int, ...], lines: tuple[Line, ...], places: Array) -> tuple[Array, Array]:
    """Return what a kernel of this shape meets at `places`, (P, C, K …), and where it meets nothing but an end's constant, (P, 1, K …)."""
    x = arrangement.x
    per_group = shape[0] // arrangement.groups
    channels = (places[:, 1] // per_group)[:, None] * shape[1] + np.arange(shape[1])[None, :]
    rank = len(lines)
    tables = [read(line, places[:, 2 + a], x.shape[2 + a], shape[2 + a]) for a, line in enumerate(lines)]

    def spread_out(table: Array, axis: int) -> Array:
        return table.reshape(len(places), 1, *(table.shape[1] if a == axis else 1 for a in range(rank)))

    index = (
        places[:, 0].reshape(-1, 1, *[1] * rank), channels.reshape(*channels.shape, *[1] * rank),
        *(spread_out(table[0], a) for a, table in enumerate(tables)),
    )  # fmt: skip
    data = x[index]
    outside = np.zeros((len(places), 1, *shape[2:]), bool)
    for axis in reversed(range(rank)):
        code, line = spread_out(tables[axis][1], axis), lines[axis]
        for mark, side in ((LOW, line.low), (HIGH, line.high)):
            if (tables[axis][1] == mark).any():
                fill = np.asarray(side.fill).astype(data.dtype) if side.law == "constant" else data.dtype.type(0)
                data = np.where(code == mark, fill, data)
                outside |= code == mark
    for axis in range(rank):
        if (tables[axis][1] == GAP).any():
            data = np.where(spread_out(tables[axis][1], axis) == GAP, data.dtype.type(0), data)
            outside &= spread_out(tables[axis][1], axis) != GAP
    return data, outside
