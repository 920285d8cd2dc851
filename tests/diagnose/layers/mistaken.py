"""Layers with mistakes in their gradients, written out as people write them, in NumPy and SciPy alone."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from diagnose.layers.handmade import Recipe, by_taps, channels_last, transposed
from scipy import signal

PLAIN = Recipe(stride=(1, 1), pads=((0, 0),) * 2, dilation=(1, 1))
STRIDED = Recipe(stride=(2, 2), pads=((0, 0),) * 2, dilation=(1, 1))
PADDED = Recipe(stride=(1, 1), pads=((1, 1),) * 2, dilation=(1, 1))
BOTH = Recipe(stride=(2, 2), pads=((1, 1),) * 2, dilation=(1, 1))
DILATED = Recipe(stride=(1, 1), pads=((1, 1),) * 2, dilation=(2, 2))
GROUPED = Recipe(stride=(1, 1), pads=((0, 0),) * 2, dilation=(1, 1), groups=2)
LINE = Recipe(stride=(1,), pads=((0, 0),), dilation=(1,))
LINE_STRIDED = Recipe(stride=(2,), pads=((1, 1),), dilation=(1,))
SOLID = Recipe(stride=(1, 2, 1), pads=((0, 0),) * 3, dilation=(1, 1, 1))


@dataclass(frozen=True, kw_only=True)
class Mistaken:
    name: str
    forward: Any
    backward: Any
    said: tuple[tuple[str, str], ...]
    options: dict = field(default_factory=dict)


def case(name, recipe, backward, *said, forward=None, **options):
    return Mistaken(name=name, forward=forward or two(by_taps(recipe)[0]), backward=backward, said=said, options=options)


def two(forward):
    return lambda x, w: forward(x, w)


def right(recipe):
    return by_taps(recipe)[1]


def dx_changed(recipe, change):
    """Return a backward whose dw is right; `change(g, x, w)` is dx."""
    return lambda g, x, w: (change(g, x, w), right(recipe)(g, x, w)[1])


def dw_changed(recipe, change):
    return lambda g, x, w: (right(recipe)(g, x, w)[0], change(g, x, w))


def sums(one, n, channels_out, channels_in):
    return np.array([[sum(one(i, o, c) for o in range(channels_out)) for c in range(channels_in)] for i in range(n)])


def full(g, w, turn, join=signal.convolve2d):
    return sums(lambda n, o, c: join(g[n, o], turn(w[o, c]), "full"), len(g), len(w), w.shape[1])


def spread(g, s):
    up = np.zeros((*g.shape[:2], *(s * (n - 1) + 1 for n in g.shape[2:])), g.dtype)
    up[:, :, ::s, ::s] = g
    return up


def fitted(array, shape):
    """Return the array cut or filled up with zeros at the high ends."""
    out = np.zeros(shape, array.dtype)
    common = tuple(slice(0, min(a, b)) for a, b in zip(shape, array.shape, strict=True))
    out[common] = array[common]
    return out


def same(k):
    return k


def pad1(x):
    return np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))


def channels_not_exchanged(g, x, w):
    return sums(lambda n, o, c: signal.convolve2d(g[n, o], w[c, o], "full"), len(g), w.shape[0], w.shape[1])


def taken(xp, g, k, s):
    """Return dw out of windows of xp at stride s in the taps and 1 in the positions."""
    m = g.shape[2:]
    dw = np.zeros((g.shape[1], xp.shape[1], *k))
    for i, j in np.ndindex(*k):
        part = xp[:, :, i : i + s * (m[0] - 1) + 1 : s, j : j + s * (m[1] - 1) + 1 : s]
        dw[:, :, i, j] = np.einsum("nohw,nchw->oc", g, part)
    return dw


def dw_with_the_rest(g, x, w):
    """Return dw by sliding g, spread by 2, over x: as many taps as fit."""
    up = spread(g, 2)
    pairs = [(o, c) for o in range(g.shape[1]) for c in range(x.shape[1])]
    found = np.array([sum(signal.correlate2d(a[c], b[o], "valid") for a, b in zip(x, up, strict=True)) for o, c in pairs])
    return found.reshape(g.shape[1], x.shape[1], *found.shape[1:])


def shifted_pads(g, x, w):
    return fitted(taken(np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2))), g, w.shape[2:], 1), w.shape)


def exchanged_operands(g, x, w):
    return np.array([[sum(signal.correlate2d(g[n, o], x[n, c], "valid") for n in range(len(g))) for c in range(x.shape[1])]
                     for o in range(len(w))])  # fmt: skip


def last_image(g, x, w):
    dw = np.zeros(w.shape)
    for n in range(len(x)):
        dw = right(PLAIN)(g[n : n + 1], x[n : n + 1], w)[1]
    return dw


def overwritten_dw(g, x, w):
    dw = np.zeros(w.shape)
    for n in range(len(x)):
        for i, j in np.ndindex(*g.shape[2:]):
            window = x[n, :, i : i + w.shape[2], j : j + w.shape[3]]
            dw[:] = g[n, :, i, j][:, None, None, None] * window
    return dw


def overwritten_dx(g, x, w):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*g.shape[2:]):
        dx[:, :, i : i + w.shape[2], j : j + w.shape[3]] = np.einsum("no,ochw->nchw", g[:, :, i, j], w)
    return dx


def fancy_dx(g, x, w):
    """Add through an index array: of repeated indices only one addition is done."""
    index = np.arange(g.shape[-1])[:, None] + np.arange(w.shape[-1])
    dx = np.zeros(x.shape)
    dx[:, :, index] += np.einsum("nom,oct->ncmt", g, w)
    return dx


def last_output_channel(g, x, w):
    dx = np.zeros(x.shape)
    for o in range(len(w)):
        dx = right(PLAIN)(g[:, o : o + 1], x, w[o : o + 1])[0]
    return dx


def columns(x, k, m):
    """Return (N, positions, C·K·K)."""
    view = np.lib.stride_tricks.sliding_window_view(x, k, axis=(2, 3))
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(len(x), m[0] * m[1], -1)


def dw_reshaped_g(g, x, w):
    rows = columns(x, w.shape[2:], g.shape[2:]).reshape(-1, w[0].size)
    return (g.reshape(len(w), -1) @ rows).reshape(w.shape)  # g is (N, O, …): its axes must be transposed first


def dw_reshaped_result(g, x, w):
    rows = columns(x, w.shape[2:], g.shape[2:]).reshape(-1, w[0].size)
    return (rows.T @ g.transpose(0, 2, 3, 1).reshape(-1, len(w))).reshape(w.shape)


def dx_reshaped_w(g, x, w):
    return full(g, w.reshape(w.shape[1], w.shape[0], *w.shape[2:]).transpose(1, 0, 2, 3), same)


def whole(g, x, w):
    dx = np.zeros(x.shape, int)
    for taps in np.ndindex(*w.shape[2:]):
        at = tuple(slice(t, t + m) for t, m in zip(taps, g.shape[2:], strict=True))
        dx[(slice(None), slice(None), *at)] += np.einsum("nohw,oc->nchw", g, w[(..., *taps)]).astype(int)
    return dx


def truncated_at_the_end(g, x, w):
    dw = np.zeros(w.shape, int)
    dw[...] = right(PLAIN)(g, x, w)[1]
    return dw


class Stale:
    """Keeps the kernel's gradient between calls."""

    def __init__(self):
        self.dw = 0

    def __call__(self, g, x, w):
        dx, dw = right(PLAIN)(g, x, w)
        self.dw = self.dw + dw if np.shape(self.dw) == dw.shape else dw
        return dx, self.dw


def writes_into_g(g, x, w):
    answer = right(PLAIN)(g, x, w)
    g *= 0
    return answer


def divides_by_zero(g, x, w):
    dx, dw = right(PLAIN)(g, x, w)
    return dx, dw / (dw != 0) * np.where(np.arange(dw.size).reshape(dw.shape) == 1, np.nan, 1)


def groups_forgotten(g, x, w):
    half = x.shape[1] // 2
    both = full(g, w, same)  # (N, C/2, …): summed over all outputs
    return np.concatenate([both, both], axis=1) if 2 * half == x.shape[1] else both


def deal(a, axis):
    """Return the channels dealt to two groups in turn."""
    return np.concatenate([np.take(a, range(0, a.shape[axis], 2), axis), np.take(a, range(1, a.shape[axis], 2), axis)], axis)


def folded(dxp, x, mode):
    rows, cols = (np.pad(np.arange(n), 1, mode) for n in x.shape[2:])
    dx = np.zeros(x.shape)
    np.add.at(dx, np.ix_(range(len(x)), range(x.shape[1]), rows, cols), dxp)
    return dx


def of_padded(recipe):
    """Return the gradient of the padded input."""
    return lambda g, x, w: right(Recipe(stride=recipe.stride, pads=((0, 0),) * 2, dilation=recipe.dilation))(g, pad1(x), w)[0]


def with_mode(recipe, mode):
    return Recipe(stride=recipe.stride, pads=recipe.pads, dilation=recipe.dilation, groups=recipe.groups, mode=mode)


EDGE, REFLECT, WRAP = (with_mode(PADDED, mode) for mode in ("edge", "reflect", "wrap"))
BIASED = by_taps(PLAIN)[0]


def right_dx(g, x, w):
    return right(PADDED)(g, x, w)[0]


def biased(db):
    return lambda g, x, w, b: (*right(PLAIN)(g, x, w), db(g))


def bias_case(name, db, *said):
    return case(name, PLAIN, biased(db), *said, forward=lambda x, w, b: BIASED(x, w, b))


UP = transposed(Recipe(stride=(2, 2), pads=((1, 1),) * 2, dilation=(1, 1)))
UP_ONE = transposed(Recipe(stride=(1, 1), pads=((1, 1),) * 2, dilation=(1, 1)))
DEEP = Recipe(stride=(1, 1), pads=((1, 1),) * 2, dilation=(1, 1), groups=3)
LAST = channels_last(*by_taps(BOTH), 2)
COMPLEX = {"dtype": "complex128"}


def up_without_stride(g, x, w):
    dx, dw = UP[1](g, x, w)
    whole = np.pad(g, ((0, 0), (0, 0), (1, 1), (1, 1)))
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*w.shape[2:]):
        part = whole[:, :, i : i + x.shape[2], j : j + x.shape[3]]
        dx[:, :, : part.shape[2], : part.shape[3]] += np.einsum("nohw,io->nihw", part, w[:, :, i, j])
    return dx, dw


def depthwise(x, w):
    return np.stack([by_taps(PADDED)[0](x[:, c : c + 1], w[c : c + 1])[:, 0] for c in range(x.shape[1])], axis=1)


def depthwise_backward(g, x, w, turn=same, part=slice(None)):
    pairs = [right(PADDED)(g[:, c : c + 1], x[:, c : c + 1], turn(w[c : c + 1])) for c in range(x.shape[1])]
    return np.concatenate([dx for dx, _ in pairs], axis=1), np.concatenate([dw for _, dw in pairs])[..., part, :]


def conv1(x, w):
    return np.array([[sum(np.correlate(a, b, "valid") for a, b in zip(image, o, strict=True)) for o in w] for image in x])


def conv1_backward(g, x, w, join=np.convolve, flip=1):
    dx = np.array([[sum(join(g[n, o], w[o, c], "full") for o in range(len(w))) for c in range(x.shape[1])] for n in range(len(x))])
    dw = np.array([[sum(np.correlate(x[n, c], g[n, o], "valid")[::flip] for n in range(len(x))) for c in range(x.shape[1])]
                   for o in range(len(w))])  # fmt: skip
    return dx, dw


def line_without_zeros(g, x, w):
    near = fitted(g, (*g.shape[:2], x.shape[2] + 3 - w.shape[2]))
    return right(LINE)(near, np.pad(x, ((0, 0), (0, 0), (1, 1))), w)[0][:, :, 1:-1]


RANDOM = np.random.default_rng(0)
