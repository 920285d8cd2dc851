"""Where a kernel's response meets the result: stride and shift of every axis, from a handful of outputs.

Far from the ends every hypothesis reads y[o] = V(stride·o − pad), where V is the kernel's response at every position. V is computed once
for a block of the input; then the outputs of that block are compared with V at every shift at once, as they are, as a straight line
(scaled and offset), and modulo the range of an integer dtype.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.search.points import sources
from faltung.spec import Boundary

Array = np.ndarray[Any, Any]
LIKE, CHANCE = 0.85, 1e-6
"""Share of the variance that a straight line must explain: small integers, rounded, keep 0.92 of it; and how unlikely that must be.

Of n random outputs a line explains a share s or more with probability (1 − s)^((n − 2)/2).
"""
EXACT = 2.0**53
"""Below this a float64 holds every whole number."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Part of the input, spread and continued, whose first entry stands at position `origin` of each axis."""

    values: Array
    origin: tuple[int, ...]
    inner: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Some outputs: places (S, 2 + rank), their values, and how near counts as equal.

    `stretch` is that of every axis they were taken of; `limits` the ends of a range at which outputs were left out; `range` that of an
    integer dtype whose ends the result reaches.
    """

    places: Array
    values: Array
    near: float
    stretch: tuple[tuple[int, int], ...]
    limits: tuple[int, ...] = ()
    range: tuple[int, ...] = ()


def block_of(x: Array, spreads: tuple[int, ...], ranges: tuple[tuple[int, int], ...], law: Boundary | None) -> Block:
    """Return the positions `ranges` of the spread input; what is outside is continued by a law, or zero where law is None."""
    values = x
    for axis, (spread, (first, last)) in enumerate(zip(spreads, ranges, strict=True), start=2):
        n = x.shape[axis]
        p = np.arange(first, last + 1)
        q, rest = np.divmod(p, spread)
        values = np.take(values, sources(law or "zero", q, n), axis)
        nothing = rest != 0
        if law in (None, "zero", "constant"):
            nothing |= (q < 0) | (q >= n)
        if nothing.any():
            shape = [-1 if a == axis else 1 for a in range(values.ndim)]
            values = np.where(nothing.reshape(shape), values.dtype.type(0), values)
    ends = tuple((0, spread * (n - 1)) for spread, n in zip(spreads, x.shape[2:], strict=True))
    return Block(values=values, origin=tuple(first for first, _ in ranges), inner=ends)


def response(block: Block, w: Array, dilations: tuple[int, ...], item: int, channel: int, groups: int) -> Array:
    """Return V of one item and output channel at every position of the block where the whole kernel lies in it."""
    per_group = w.shape[0] // groups
    first = channel // per_group * w.shape[1]
    data = block.values[item, first : first + w.shape[1]]
    taps = w.shape[2:]
    sizes = [n - d * (k - 1) for n, d, k in zip(data.shape[1:], dilations, taps, strict=True)]
    out = np.zeros(sizes, np.result_type(data, w))
    with np.errstate(all="ignore"):
        for c in range(w.shape[1]):
            for tap in np.ndindex(*taps):
                weight = w[(channel, c, *tap)]
                if weight != 0:
                    at: tuple[Any, ...] = tuple(slice(d * t, d * t + m) for d, t, m in zip(dilations, tap, sizes, strict=True))
                    out += data[c][at] * weight
    return out


def responses(block: Block, ws: Array, dilations: tuple[int, ...], key: tuple[int, int], groups: int) -> Array:
    """Return V of several kernels (V, G·O, C, K …) of one shape at once: one product of all windows with all weights."""
    item, channel = key
    first = channel // (ws.shape[1] // groups) * ws.shape[2]
    data = block.values[item, first : first + ws.shape[2]]
    kind = np.result_type(data, ws)
    if kind.kind == "i":  # matrices of integers have no fast product; below 2^53 a float64 holds every sum
        kind = np.dtype(np.float64) if float(np.abs(data).max()) * float(np.abs(ws).max()) * ws[0, 0].size < EXACT else kind
    spans = tuple(d * (k - 1) + 1 for d, k in zip(dilations, ws.shape[3:], strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(data, spans, axis=tuple(range(1, data.ndim)))
    every: tuple[Any, ...] = (..., *(slice(None, None, d) for d in dilations))
    windows = windows[every]
    taps = len(spans)
    order = (*range(1, 1 + taps), 0, *range(1 + taps, 1 + 2 * taps))
    with np.errstate(all="ignore"):
        flat = windows.transpose(order).reshape(prod(windows.shape[1 : 1 + taps]), -1).astype(kind)
        out: Array = (ws[:, channel].reshape(len(ws), -1).astype(kind) @ flat.T).reshape(len(ws), *windows.shape[1 : 1 + taps])
    return out.astype(np.int64) if kind.kind == "f" and np.result_type(data, ws).kind == "i" else out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """For every shift: how many outputs could be compared, how many are equal, equal modulo a range, and the share of a straight line."""

    pads: tuple[Array, ...]
    counted: Array
    equal: Array
    wrapped: Array
    line: Array


def matches(
    v: dict[tuple[int, int], Array], block: Block, samples: Samples, strides: tuple[int, ...], reaches: tuple[int, ...],
    pads: tuple[Array, ...], moduli: tuple[int, ...] | None, anywhere: bool,
) -> Matches:  # fmt: skip
    """Return how well every combination of shifts fits.

    `anywhere`: outputs that read outside count too; `moduli` None: only equal outputs are counted.
    """
    rank = len(pads)
    count = len(samples.values)
    indices, valid = [], np.ones((*(len(p) for p in pads), count), bool)
    first = next(iter(v.values()))
    for a in range(rank):
        p = strides[a] * samples.places[None, :, 2 + a] - pads[a][:, None]
        i = p - block.origin[a]
        good = (i >= 0) & (i < first.shape[a])
        if not anywhere:
            good &= (p >= block.inner[a][0]) & (p + reaches[a] <= block.inner[a][1])
        shape = [len(pads[a]) if b == a else 1 for b in range(rank)] + [count]
        valid &= good.reshape(shape)
        indices.append(np.clip(i, 0, first.shape[a] - 1).reshape(shape))
    guess = np.empty(valid.shape, first.dtype)
    for key, values in v.items():
        of = np.flatnonzero((samples.places[:, 0] == key[0]) & (samples.places[:, 1] == key[1]))
        if len(of):
            guess[..., of] = values[tuple(i[..., of] for i in indices)]
    return compared(guess, valid, samples, pads, moduli)


def compared(guess: Array, valid: Array, samples: Samples, pads: tuple[Array, ...], moduli: tuple[int, ...] | None) -> Matches:
    """Return how well sums (…, S) fit the samples where they are `valid`; `moduli` None: only equal outputs are counted."""
    y = samples.values
    with np.errstate(all="ignore"):
        if guess.dtype.kind in "fc":
            valid &= np.isfinite(guess)
        gap = guess - y
        equal = (np.abs(gap) <= samples.near) & valid
        wrapped = np.zeros(valid.shape[:-1], np.int64)
        if moduli is None:
            return Matches(pads=pads, counted=valid.sum(-1), equal=equal.sum(-1), wrapped=wrapped, line=wrapped.astype(float))
        if moduli and guess.dtype.kind in "if":
            slack = 0 if guess.dtype.kind == "i" else 1
            gap = gap - np.take_along_axis(gap, valid.argmax(-1)[..., None], -1)  # an offset is the same everywhere
            for modulus in moduli:
                rest = np.abs((np.rint(gap) + modulus // 2) % modulus - modulus // 2)
                wrapped = np.maximum(wrapped, ((rest <= slack) & valid).sum(-1))
        line = _line_share(np.where(valid, guess, 0), valid, y)
    return Matches(pads=pads, counted=valid.sum(-1), equal=equal.sum(-1), wrapped=wrapped, line=line)


def _line_share(guess: Array, valid: Array, y: Array) -> Array:
    """Return the share of the variance of y that a·V + b explains, 0 where nothing varies."""
    kind = np.complex128 if "c" in (guess.dtype.kind, y.dtype.kind) else np.float64
    g, y = guess.astype(kind), np.where(valid, y.astype(kind), 0)
    n = np.maximum(valid.sum(-1), 1)
    gm, ym = g.sum(-1) / n, y.sum(-1) / n
    gy = (np.conj(g) * y).sum(-1) / n - np.conj(gm) * ym
    gg = (np.abs(g) ** 2).sum(-1) / n - np.abs(gm) ** 2
    yy = (np.abs(y) ** 2).sum(-1) / n - np.abs(ym) ** 2
    scale = gg * yy
    share = np.abs(gy) ** 2 / np.where(scale > 0, scale, 1)
    flat = (gg <= 1e-12 * np.abs(gm) ** 2) | (yy <= 1e-12 * np.abs(ym) ** 2)
    return np.where(flat | (scale <= 0), 0.0, share.real)
