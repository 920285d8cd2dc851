"""Layers written as people write them, in NumPy and SciPy alone: nothing here comes from the package under test.

A recipe says what a layer computes; each style computes it in another way, with gradients that are right.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy import signal


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Channels-first layers: stride, (low, high) pads, dilation on each axis; groups; np.pad's mode; whether the kernel is reversed."""

    stride: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1
    mode: str = "constant"
    reverse: bool = False
    last: bool = False
    kind: str = "taps"

    @property
    def rank(self) -> int:
        return len(self.stride)


def padded(x, recipe):
    return np.pad(x, ((0, 0), (0, 0), *recipe.pads), mode=recipe.mode)


def sizes(recipe, xp_shape, k_shape):
    spans = [d * (k - 1) + 1 for d, k in zip(recipe.dilation, k_shape[2:], strict=True)]
    return [(n - span) // s + 1 for n, span, s in zip(xp_shape[2:], spans, recipe.stride, strict=True)]


def flat(array):
    """Return (images, groups, channels, positions)."""
    return array.reshape(*array.shape[:3], -1)


def unpadded(dxp, x, recipe):
    """Add the gradient of every padded sample to that of the sample which it copies."""
    if recipe.mode == "constant":
        return dxp[(slice(None), slice(None), *(slice(lo, lo + n) for (lo, _), n in zip(recipe.pads, x.shape[2:], strict=True)))]
    source = np.pad(np.arange(x[0, 0].size).reshape(x.shape[2:]), recipe.pads, mode=recipe.mode).ravel()
    dx = np.zeros((x.shape[0] * x.shape[1], x[0, 0].size), dxp.dtype)
    lines = dxp.reshape(len(dx), -1)
    for p, q in enumerate(source):
        dx[:, q] += lines[:, p]
    return dx.reshape(x.shape)


def by_taps(recipe):
    """Return forward and backward that loop over the taps, with an einsum for each."""

    def window(taps, counts):
        starts = [t * d for t, d in zip(taps, recipe.dilation, strict=True)]
        slices = zip(starts, counts, recipe.stride, strict=True)
        return tuple(slice(start, start + s * (m - 1) + 1, s) for start, m, s in slices)

    def grouped(a, axis):
        return a.reshape(*a.shape[:axis], recipe.groups, -1, *a.shape[axis + 1 :])

    def forward(x, w, b=None):
        xp, k = padded(x, recipe), w[(..., *[slice(None, None, -1)] * recipe.rank)] if recipe.reverse else w
        counts = sizes(recipe, xp.shape, w.shape)
        y = np.zeros((len(x), recipe.groups, len(w) // recipe.groups, *counts), np.result_type(x, w))
        for taps in product(*(range(n) for n in w.shape[2:])):
            part = grouped(xp[(slice(None), slice(None), *window(taps, counts))], 1)
            y += np.einsum("ngc...,goc->ngo...", part, grouped(k[(slice(None), slice(None), *taps)], 0))
        y = y.reshape(len(x), len(w), *counts)
        return y if b is None else y + b.reshape(-1, *[1] * recipe.rank)

    def backward(g, x, w):
        xp, back = padded(x, recipe), (..., *[slice(None, None, -1)] * recipe.rank)
        k = w[back] if recipe.reverse else w
        dxp, dk = np.zeros(xp.shape, np.result_type(g, w)), np.zeros(w.shape, np.result_type(g, x))
        gg = grouped(g, 1)
        for taps in product(*(range(n) for n in w.shape[2:])):
            at = (slice(None), slice(None), *window(taps, g.shape[2:]))
            here = (slice(None), slice(None), *taps)
            dxp[at] += np.einsum("ngo...,goc->ngc...", gg, np.conj(grouped(k[here], 0))).reshape(dxp[at].shape)
            dk[here] = np.einsum("ngom,ngcm->goc", flat(gg), np.conj(flat(grouped(xp[at], 1)))).reshape(dk[here].shape)
        return unpadded(dxp, x, recipe), dk[back] if recipe.reverse else dk

    return forward, backward


def by_outputs(recipe):
    """Return forward and backward that loop over images, output channels and positions, a window at a time."""

    def places(x, w):
        xp = padded(x, recipe)
        counts = sizes(recipe, xp.shape, w.shape)
        per_group = x.shape[1] // recipe.groups
        for n, o, *at in product(range(len(x)), range(len(w)), *(range(m) for m in counts)):
            first = o // (len(w) // recipe.groups) * per_group
            axes = zip(at, recipe.stride, recipe.dilation, w.shape[2:], strict=True)
            cut = tuple(slice(i * s, i * s + d * (k - 1) + 1, d) for i, s, d, k in axes)
            yield (n, o, *at), (n, slice(first, first + per_group), *cut), o

    flip = (slice(None), *[slice(None, None, -1)] * recipe.rank) if recipe.reverse else (slice(None),)

    def forward(x, w, b=None):
        xp = padded(x, recipe)
        y = np.zeros((len(x), len(w), *sizes(recipe, xp.shape, w.shape)), np.result_type(x, w))
        for at, read, o in places(x, w):
            y[at] = (xp[read] * w[o][flip]).sum() + (0 if b is None else b[o])
        return y

    def backward(g, x, w):
        xp = padded(x, recipe)
        dxp, dw = np.zeros(xp.shape, np.result_type(g, w)), np.zeros(w.shape, np.result_type(g, x))
        for at, read, o in places(x, w):
            dxp[read] += g[at] * w[o][flip].conj()
            dw[o] += (g[at] * xp[read].conj())[flip]
        return unpadded(dxp, x, recipe), dw

    return forward, backward


def by_scipy(recipe):
    """Return forward and backward out of scipy.signal's correlate and convolve; no dilation, no groups, zeros outside."""
    steps = tuple(slice(None, None, s) for s in recipe.stride)

    def forward(x, w, b=None):
        k = w[(..., *[slice(None, None, -1)] * recipe.rank)] if recipe.reverse else w
        xp = padded(x, recipe)
        y = [
            [sum(signal.correlate(a, np.conj(b), "valid", "direct") for a, b in zip(image, o, strict=True))[steps] for o in k]
            for image in xp
        ]
        return np.array(y) + (0 if b is None else b.reshape(-1, *[1] * recipe.rank))

    def backward(g, x, w):
        back = (..., *[slice(None, None, -1)] * recipe.rank)
        k, xp = w[back] if recipe.reverse else w, padded(x, recipe)
        up = np.zeros((*g.shape[:2], *(n - size + 1 for n, size in zip(xp.shape[2:], w.shape[2:], strict=True))), g.dtype)
        up[(slice(None), slice(None), *steps)] = g
        dxp = np.array([[sum(signal.convolve(up[n, o], np.conj(k[o, c]), "full", "direct") for o in range(len(w)))
                         for c in range(x.shape[1])] for n in range(len(x))])  # fmt: skip
        dk = np.array([[sum(np.conj(signal.correlate(xp[n, c], up[n, o], "valid", "direct")) for n in range(len(x)))
                        for c in range(x.shape[1])] for o in range(len(w))])  # fmt: skip
        return unpadded(dxp, x, recipe), dk[back] if recipe.reverse else dk

    return forward, backward


def by_columns(recipe):
    """Return forward and backward by im2col with index arrays and np.add.at."""

    def indices(shape, k_shape):
        counts = sizes(recipe, shape, k_shape)
        axes = zip(counts, k_shape[2:], recipe.stride, recipe.dilation, strict=True)
        grids = [s * np.arange(m)[:, None] + d * np.arange(k)[None, :] for m, k, s, d in axes]
        strides = np.cumprod([1, *shape[:1:-1]])[-2::-1]
        flat = sum(np.expand_dims(grid * step, [i for i in range(2 * recipe.rank) if i not in (a, a + recipe.rank)])
                   for a, (grid, step) in enumerate(zip(grids, strides, strict=True)))  # fmt: skip
        return flat.reshape(np.prod(counts), -1), counts

    def parts(x, w):
        xp, groups = padded(x, recipe), recipe.groups
        index, counts = indices(xp.shape, w.shape)
        k = w[(..., *[slice(None, None, -1)] * recipe.rank)] if recipe.reverse else w
        return xp, index, counts, k.reshape(groups, len(w) // groups, w.shape[1], -1)

    def forward(x, w, b=None):
        xp, index, counts, k = parts(x, w)
        columns = xp.reshape(len(x), recipe.groups, -1, np.prod(xp.shape[2:]))[..., index]
        y = np.einsum("ngcmt,goct->ngom", columns, k).reshape(len(x), len(w), *counts)
        return y if b is None else y + b.reshape(-1, *[1] * recipe.rank)

    def backward(g, x, w):
        xp, index, _, k = parts(x, w)
        gg = g.reshape(len(g), recipe.groups, -1, len(index))
        columns = xp.reshape(len(x), recipe.groups, -1, np.prod(xp.shape[2:]))[..., index]
        dk = np.einsum("ngom,ngcmt->goct", gg, columns.conj()).reshape(w.shape)
        dxp = np.zeros((*columns.shape[:3], np.prod(xp.shape[2:])), np.result_type(g, w))
        np.add.at(dxp, (slice(None), slice(None), slice(None), index), np.einsum("ngom,goct->ngcmt", gg, k.conj()))
        dk = dk[(..., *[slice(None, None, -1)] * recipe.rank)] if recipe.reverse else dk
        return unpadded(dxp.reshape(xp.shape), x, recipe), dk

    return forward, backward


STYLES: dict[str, Callable] = {"taps": by_taps, "outputs": by_outputs, "scipy": by_scipy, "columns": by_columns}


def transposed(recipe):
    """Return the transposed convolution, kernel (I, O/groups, …): forward is the other's gradient, and the other way round."""
    steps, groups = recipe.stride, recipe.groups

    def full_size(x, w):
        axes = zip(x.shape[2:], w.shape[2:], steps, recipe.dilation, strict=True)
        return [(n - 1) * s + d * (k - 1) + 1 for n, k, s, d in axes]

    def crop(length):
        return tuple(slice(lo, n - hi) for (lo, hi), n in zip(recipe.pads, length, strict=True))

    def spots(x, w):
        for taps in product(*(range(n) for n in w.shape[2:])):
            axes = zip(taps, recipe.dilation, x.shape[2:], steps, strict=True)
            yield taps, tuple(slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, n, s in axes)

    def forward(x, w, b=None):
        size = full_size(x, w)
        y = np.zeros((len(x), groups, w.shape[1], *size), np.result_type(x, w))
        xg, wg = x.reshape(len(x), groups, -1, *x.shape[2:]), w.reshape(groups, -1, *w.shape[1:])
        for taps, at in spots(x, w):
            y[(..., *at)] += np.einsum("ngi...,gio->ngo...", xg, wg[(..., *taps)])
        y = y.reshape(len(x), -1, *size)[(slice(None), slice(None), *crop(size))]
        return y if b is None else y + b.reshape(-1, *[1] * recipe.rank)

    def backward(g, x, w):
        size = full_size(x, w)
        whole = np.zeros((len(x), g.shape[1], *size), g.dtype)
        whole[(slice(None), slice(None), *crop(size))] = g
        gg = whole.reshape(len(x), groups, -1, *size)
        xg, wg = x.reshape(len(x), groups, -1, *x.shape[2:]), w.reshape(groups, -1, *w.shape[1:])
        dx, dw = np.zeros(xg.shape, np.result_type(g, w)), np.zeros(wg.shape, np.result_type(g, x))
        for taps, at in spots(x, w):
            dx += np.einsum("ngo...,gio->ngi...", gg[(..., *at)], wg[(..., *taps)].conj())
            dw[(..., *taps)] = np.einsum("ngom,ngim->gio", flat(gg[(..., *at)]), flat(xg.conj()))
        return dx.reshape(x.shape), dw.reshape(w.shape)

    return forward, backward


def channels_last(forward, backward, rank):
    """Return the same layer for NHWC and HWIO arrays."""
    to_x, from_x = (0, rank + 1, *range(1, rank + 1)), (0, *range(2, rank + 2), 1)
    to_w, from_w = (rank + 1, rank, *range(rank)), (*range(2, rank + 2), 1, 0)

    def other_forward(x, w, b=None):
        return forward(x.transpose(to_x), w.transpose(to_w), b).transpose(from_x)

    def other_backward(g, x, w):
        dx, dw = backward(g.transpose(to_x), x.transpose(to_x), w.transpose(to_w))
        return dx.transpose(from_x), dw.transpose(from_w)

    return other_forward, other_backward


def with_bias(forward, backward, channel_axis):
    """Return the layer with a bias; `forward` takes it already."""

    def three(g, x, w, b):
        axes = tuple(axis for axis in range(g.ndim) if axis != channel_axis % g.ndim)
        return (*backward(g, x, w), g.sum(axes))

    return lambda x, w, b: forward(x, w, b), three


def draw(rng, rank=None):
    """Return forward, backward and recipe of a random layer that is right."""
    rank = rank or int(rng.choice([1, 2, 2, 2, 3]))
    kind = str(rng.choice([*STYLES, "transposed"]))
    plain = kind == "scipy"
    mode = str(rng.choice(["constant", "constant", "edge", "symmetric", "reflect", "wrap"])) if kind != "transposed" else "constant"
    recipe = Recipe(
        stride=tuple(int(s) for s in rng.integers(1, 4, rank)),
        pads=tuple((int(a), int(b)) for a, b in rng.integers(0, 2, (rank, 2))),
        dilation=(1,) * rank if plain else tuple(int(d) for d in rng.integers(1, 3, rank)),
        groups=1 if plain else int(rng.choice([1, 1, 2])), mode=mode, kind=kind, reverse=bool(rng.integers(0, 2)) and kind != "transposed",
    )  # fmt: skip
    forward, backward = transposed(recipe) if kind == "transposed" else STYLES[kind](recipe)
    last = recipe.groups == 1 and kind != "transposed" and rng.random() < 0.3
    if last:
        recipe = replace(recipe, last=True)
        forward, backward = channels_last(forward, backward, rank)
    if rng.random() < 0.3:
        forward, backward = with_bias(forward, backward, -1 if last else 1)
    else:
        plain_forward = forward
        forward = lambda x, w: plain_forward(x, w)  # noqa: E731
    return forward, backward, recipe
