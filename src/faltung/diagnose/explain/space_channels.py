"""The hypotheses on axes that do not slide: layouts of input, kernel and result, groups, depthwise weights, and the order of channels."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change
from faltung.diagnose.explain.space import Arrangement, plain
from faltung.spec.layout import Groups, Layout

Array = np.ndarray[Any, Any]
SPATIAL = {1: "W", 2: "HW", 3: "DHW"}
IMAGES = ("NC{}", "N{}C", "C{}N", "{}CN")
KERNELS = ("OI{}", "{}IO", "IO{}", "O{}I", "I{}O", "{}OI")
RGB, RGBA = 3, 4


def with_channels(x: Array, k: Array, y: Array, changes: tuple[Change, ...] = ()) -> Iterator[Arrangement]:
    """Yield the layouts that these shapes allow: batch and channel axes of input and result alike, before those that differ."""
    if x.ndim == k.ndim == y.ndim and 3 <= x.ndim <= 5:
        images, weights = ([form.format(SPATIAL[x.ndim - 2]) for form in forms] for forms in (IMAGES, KERNELS))
        pairs = sorted(product(images, images), key=lambda pair: pair[0] != pair[1])
        for (first, last), kernel in product(pairs, weights):
            yield from _layout(x, k, y, Layout(input=first, kernel=kernel, output=last), changes)


def without_batch(x: Array, k: Array, y: Array, changes: tuple[Change, ...] = ()) -> Iterator[Arrangement]:
    """Yield the layouts of one image without a batch axis."""
    if x.ndim == y.ndim == k.ndim - 1 and 2 <= x.ndim <= 4:
        added = Change(place="input", name="newaxis", values=(0,), cost=0)
        dropped = Change(place="result", name="squeeze", values=(0,), cost=0)
        yield from with_channels(x[None], k, y[None], (*changes, added, dropped))


def depthwise(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield the layouts with weights (k …, I, M) of depthwise layers."""
    if x.ndim == k.ndim == y.ndim and 3 <= x.ndim <= 5 and k.shape[-1] > 1:
        change = Change(place="kernel", name="depthwise")
        moved = np.moveaxis(k, (-2, -1), (0, 1))
        weights = moved.reshape(moved.shape[0] * moved.shape[1], 1, *moved.shape[2:])
        yield from with_channels(x, weights, y, (change,))


def reordered(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield the ways in which the input's channels were taken in another order: BGR for RGB, alpha first or left out."""
    for axis in range(x.ndim):
        for order in _orders(x.shape[axis]):
            change = Change(place="input", name="take", values=(axis, order))
            taken = np.take(x, order, axis)
            yield from (replace(each, may_permute=False) for each in plain(taken, k, y, (change,)))
            yield from with_channels(taken, k, y, (change,))
            yield from without_batch(taken, k, y, (change,))


def _orders(channels: int) -> list[tuple[int, ...]]:
    if channels == RGB:
        return [(2, 1, 0), *(p for p in permutations(range(3)) if p not in ((0, 1, 2), (2, 1, 0)))]
    if channels == RGBA:
        return [(2, 1, 0, 3), (3, 0, 1, 2), (1, 2, 3, 0), (3, 2, 1, 0), (0, 1, 2), (2, 1, 0), (1, 2, 3), (3, 2, 1)]
    return []


def _layout(x: Array, k: Array, y: Array, layout: Layout, changes: tuple[Change, ...]) -> Iterator[Arrangement]:
    first, second, last = (
        a.transpose([letters.index(c) for c in lead + layout.spatial])
        for a, letters, lead in ((x, layout.input, "NC"), (k, layout.kernel, "OI"), (y, layout.output, "NC"))
    )
    (n, c), (o, i) = first.shape[:2], second.shape[:2]
    if not i or not o:
        return
    if last.shape[0] != n:
        yield from _batch_groups(first, second, last, layout, changes)
        return
    if c % i == 0 and o % (c // i) == 0 and last.shape[1] == o:
        groups = Groups(count=c // i)
        yield _arranged(first, second, last, layout, groups, changes)
    groups_in = last.shape[1] // o
    if i == c and groups_in > 1 and last.shape[1] == o * groups_in and i % groups_in == 0:
        split = second.reshape(o, groups_in, i // groups_in, *second.shape[2:]).swapaxes(0, 1)
        weights = split.reshape(o * groups_in, i // groups_in, *second.shape[2:])
        yield _arranged(first, weights, last, layout, Groups(count=groups_in, kernel="I"), changes)


def _batch_groups(x: Array, k: Array, y: Array, layout: Layout, changes: tuple[Change, ...]) -> Iterator[Arrangement]:
    """Yield the way in which the batch is divided into groups, each of which makes its own output channels."""
    (n, c), (o, i), (batch, channels) = x.shape[:2], k.shape[:2], y.shape[:2]
    if not batch or n % batch or i != c or channels != o or o % (n // batch):
        return
    count = n // batch
    grouped = x.reshape(count, batch, *x.shape[1:]).swapaxes(0, 1).reshape(batch, count * c, *x.shape[2:])
    yield _arranged(grouped, k, y, layout, Groups(count=count, input="N"), changes)


def _arranged(x: Array, k: Array, y: Array, layout: Layout, groups: Groups, changes: tuple[Change, ...]) -> Arrangement:
    return Arrangement(x=x, k=k, y=y, groups=groups.count, fields={"layout": layout, "groups": groups}, changes=changes)
