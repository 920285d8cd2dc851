"""The hypotheses on how the operands lie: every one brings (x, k, y) into one form, in which only sliding axes are left to explain.

In that form the input is (B, G·C, N …), the kernel (G·O, C, K …) and the result (B, G·O, M …), as methods see them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from math import prod
from typing import Any, Literal

import numpy as np

from faltung.diagnose.explain.changes import apply
from faltung.diagnose.explain.explanation import Change

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrangement:
    """Operands and result in one form, with the fields of the Spec and the changes that brought them there.

    Attributes
    ----------
    x, k, y
        (B, G·C, N …), (G·O, C, K …), (B, G·O, M …).
    groups
        G.
    fields
        Fields of the Spec: layout, groups, operands.
    changes
        Of the operands and, in the order in which they are done, of the result.
    axes
        Over which axes of the input the kernel slides.
    margins
        How wide, at both ends of every sliding axis, a frame was that y is without here.
    may_permute
        Whether the kernel's sliding axes may still be permuted, as `permute` says it.
    """

    x: Array
    k: Array
    y: Array
    groups: int = 1
    fields: dict[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    axes: tuple[int, ...] | None = None
    may_permute: bool = True
    margins: tuple[tuple[int, int], ...] = ()

    @property
    def rank(self) -> int:
        """How many axes slide."""
        return self.x.ndim - 2


def plain(x: Array, k: Array, y: Array, changes: tuple[Change, ...] = ()) -> Iterator[Arrangement]:
    """Yield the ways without a layout: every axis slides, or some axes of the input are items."""
    if x.ndim == k.ndim == y.ndim and x.ndim:
        yield Arrangement(x=x[None, None], k=k[None, None], y=y[None, None], changes=changes)
    if x.ndim == y.ndim > k.ndim >= 1:
        for axes in combinations(range(x.ndim), k.ndim):
            yield from _over(x, k, y, axes, changes)
    if x.ndim == y.ndim == k.ndim >= 2:
        yield from _items_with_kernels(x, k, y, changes)


def _over(x: Array, k: Array, y: Array, axes: tuple[int, ...], changes: tuple[Change, ...]) -> Iterator[Arrangement]:
    batch = tuple(a for a in range(x.ndim) if a not in axes)
    if all(x.shape[a] == y.shape[a] for a in batch):
        first, last = (a.transpose(*batch, *axes) for a in (x, y))
        yield Arrangement(
            x=first.reshape(-1, 1, *first.shape[len(batch) :]), k=k[None, None], y=last.reshape(-1, 1, *last.shape[len(batch) :]),
            axes=axes, changes=changes,
        )  # fmt: skip


def _items_with_kernels(x: Array, k: Array, y: Array, changes: tuple[Change, ...]) -> Iterator[Arrangement]:
    """Yield the ways in which the kernel has an axis of items too: one kernel each, or one for all (an axis of one entry)."""
    for count in range(1, x.ndim):
        for batch in combinations(range(x.ndim), count):
            axes = tuple(a for a in range(x.ndim) if a not in batch)
            if any(x.shape[a] != y.shape[a] or k.shape[a] not in (1, x.shape[a]) for a in batch):
                continue
            if all(k.shape[a] == 1 and x.shape[a] == 1 for a in batch):
                continue
            first, second, last = (a.transpose(*batch, *axes) for a in (x, k, y))
            second = np.broadcast_to(second, (*first.shape[:count], *second.shape[count:]))
            items = prod(first.shape[:count])
            yield Arrangement(
                x=first.reshape(1, items, *first.shape[count:]), k=second.reshape(items, 1, *second.shape[count:]),
                y=last.reshape(1, items, *last.shape[count:]), groups=items, axes=axes, changes=changes, may_permute=False,
            )  # fmt: skip


def exchanged(x: Array, k: Array, y: Array, changes: tuple[Change, ...] = ()) -> Iterator[Arrangement]:
    """Yield the way in which the kernel plays the input."""
    if (x.ndim == k.ndim == y.ndim and x.ndim and x.shape != k.shape) or (x.ndim == k.ndim == y.ndim and x.ndim):
        yield Arrangement(x=k[None, None], k=x[None, None], y=y[None, None], fields={"operands": "exchanged"}, changes=changes)


def transposed_inputs(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield the ways in which the axes of the input, or of the result, were transposed.

    The kernel keeps its axes: transposing everything is no change at all, so in two dimensions that says it all.
    """
    if not 2 <= x.ndim <= 3 or not x.ndim == y.ndim == k.ndim:
        return
    for order in permutations(range(x.ndim)):
        if order == tuple(range(x.ndim)):
            continue
        first = Change(place="input", name="transpose", values=(order,))
        yield from (replace(each, may_permute=False) for each in plain(np.transpose(x, order), k, y, (first,)))
        back = tuple(int(a) for a in np.argsort(order))
        last = Change(place="result", name="transpose", values=(order,))
        yield from (replace(each, may_permute=False) for each in plain(x, k, np.transpose(y, back), (last,)))


def framed(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield what is left of a result without a frame of the input, or of one number, however wide it is."""
    if not x.ndim == k.ndim == y.ndim or x.shape != y.shape or "c" in (x.dtype.kind, y.dtype.kind):
        return
    for value in dict.fromkeys(("copied", y.flat[0].item(), y.flat[-1].item())):
        same = np.asarray(y == x if value == "copied" else np.isnan(y) if value != value else y == value)
        margins = tuple(_margins(same, axis) for axis in range(y.ndim))
        inner = y[tuple(slice(low, n - high) for (low, high), n in zip(margins, y.shape, strict=True))]
        value = int(value) if isinstance(value, float) and value.is_integer() else value
        if inner.size and any(map(any, margins)):
            change = Change(place="result", name="frame", values=(margins, value))
            yield from (replace(each, margins=margins) for each in plain(x, k, inner, (change,)) if each.rank == x.ndim)


def _margins(same: Array, axis: int) -> tuple[int, int]:
    """Return how many slices at both ends of an axis are true altogether."""
    every = np.moveaxis(same, axis, 0).reshape(same.shape[axis], -1).all(axis=1)
    broken = np.flatnonzero(~every)
    return (int(broken[0]), every.size - 1 - int(broken[-1])) if broken.size else (every.size, 0)


def unpadded(y: Array) -> Iterator[tuple[Array, Change]]:
    """Yield what is left of a result without outer slices of one number, that of its first or its last sample."""
    for value in dict.fromkeys((y.flat[0], y.flat[-1])):
        margins = tuple(_margins(np.asarray(y == value), axis) for axis in range(y.ndim))
        inner = y[tuple(slice(low, n - high) for (low, high), n in zip(margins, y.shape, strict=True))]
        if inner.size and any(map(any, margins)):
            number = value.item()
            whole = int(number) if isinstance(number, float) and number.is_integer() else number
            yield inner, Change(place="result", name="pad", values=(margins, whole))


def shortened(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield the way in which a transform of fewer points than samples leaves out the last ones: y has as many as it takes."""
    if not x.ndim == k.ndim == y.ndim or not all(taps <= m for taps, m in zip(k.shape, y.shape, strict=True)):
        return
    cuts = tuple((0, max(n - m, 0)) for n, m in zip(x.shape, y.shape, strict=True))
    if any(map(any, cuts)):
        own = Change(place="input", name="crop", values=(cuts,))
        yield from (each for each in plain(apply(own, x), k, y, (own,)) if each.rank == x.ndim)


def converted(x: Array, k: Array, y: Array) -> Iterator[Arrangement]:
    """Yield the ways in which an operand was converted to integers: what is behind the point is lost, or what a byte does not hold."""
    operands: tuple[tuple[Literal["kernel", "input"], Array], ...] = (("kernel", k), ("input", x))
    for place, array in operands:
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            continue
        for dtype, rule in (("int64", "truncate"), ("int64", "round"), ("uint8", "truncate"), ("uint8", "saturate"), ("uint8", "wrap")):
            change = Change(place=place, name="astype", values=(dtype, rule))
            own = apply(change, array)
            if not np.array_equal(own, array):
                yield from plain(own if place == "input" else x, own if place == "kernel" else k, y, (change,))
