"""Axes: which of an array's axes slide, which are batches, and views that put them in a method's order (batch, channels, sliding)."""

from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np

from faltung.errors import SpecError
from faltung.spec.problem import Problem

Array = np.ndarray[Any, Any]


class Axes(NamedTuple):
    """The sliding axes of x, its batch axes, and whether the kernel is aligned: has the axes of x, in their order, and broadcasts."""

    sliding: tuple[int, ...]
    batch: tuple[int, ...]
    aligned: bool

    @property
    def in_order(self) -> bool:
        """Whether every axis slides, in the order of the array."""
        return not self.batch and self.sliding == tuple(range(len(self.sliding)))


def arrange(x_shape: tuple[int, ...], k_shape: tuple[int, ...], axes: tuple[int, ...] | None) -> Axes:
    """Return which axes slide. None: all of them, and the ranks must agree.

    Raises
    ------
    SpecError
        For ranks that do not go together, axes that do not exist or repeat, batch axes that do not broadcast.
    """
    rank = len(x_shape)
    if axes is None:
        _check_ranks(x_shape, k_shape)
        return Axes(sliding=tuple(range(rank)), batch=(), aligned=False)
    for axis in axes:
        if not -rank <= axis < rank:
            raise SpecError(f"axis {axis} does not exist: the input has {rank} axes {x_shape}, numbered {-rank} to {rank - 1}")
    sliding = tuple(axis % rank for axis in axes)
    if len(set(sliding)) != len(sliding) or not sliding:
        raise SpecError(f"axes {axes} must name at least one axis, and each of the input's {rank} axes at most once")
    if len(k_shape) not in (len(sliding), rank):
        raise SpecError(
            f"the kernel has {len(k_shape)} axes {k_shape}; with axes={axes} it needs {len(sliding)} (one kernel for every item) or {rank}"
        )
    batch = tuple(axis for axis in range(rank) if axis not in sliding)
    aligned = len(k_shape) == rank
    if aligned:
        _check_broadcast(x_shape, k_shape, batch)
    return Axes(sliding=sliding, batch=batch, aligned=aligned)


def _check_ranks(x_shape: tuple[int, ...], k_shape: tuple[int, ...]) -> None:
    if len(x_shape) == len(k_shape) and x_shape:
        return
    if not x_shape or not k_shape:
        raise SpecError(f"the input has shape {x_shape} and the kernel {k_shape}; both need at least one axis")
    if len(x_shape) > len(k_shape):
        first = tuple(range(len(k_shape)))
        remedy = f"axes={first} slides it over the first {len(first)} axes and serves every item of the others"
    else:
        remedy = f"give the input {len(k_shape)} axes, or the kernel {len(x_shape)}"
    raise SpecError(f"the input has {len(x_shape)} axes {x_shape} and the kernel {len(k_shape)} {k_shape}; {remedy}")


def _check_broadcast(x_shape: tuple[int, ...], k_shape: tuple[int, ...], batch: tuple[int, ...]) -> None:
    for axis in batch:
        if x_shape[axis] != k_shape[axis] and 1 not in (x_shape[axis], k_shape[axis]):
            sizes = f"{x_shape[axis]} (input) and {k_shape[axis]} (kernel)"
            raise SpecError(f"axis {axis} does not slide, and its sizes {sizes} do not broadcast")


def sliding_shape(shape: tuple[int, ...], axes: Axes, of_kernel: bool) -> tuple[int, ...]:
    """Return the sizes on the sliding axes."""
    if of_kernel and not axes.aligned:
        return shape
    return tuple(shape[axis] for axis in axes.sliding)


def result_shape(x_shape: tuple[int, ...], k_shape: tuple[int, ...], axes: Axes, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the result: the input's, with `sizes` on the sliding axes and broadcast batch axes."""
    shape = list(x_shape)
    for axis, size in zip(axes.sliding, sizes, strict=True):
        shape[axis] = size
    if axes.aligned:
        for axis in axes.batch:
            shape[axis] = k_shape[axis] if x_shape[axis] == 1 else x_shape[axis]
    return tuple(shape)


def pieces(x: Array, k: Array, out: Array, axes: Axes) -> Iterator[tuple[Array, Array, Array]]:
    """Yield (input, kernel, output), axes (batch, 1, sliding …) and (sliding …): a piece for each kernel, views wherever possible."""
    x, out = _batch_first(x, axes), _batch_first(out, axes)
    count = len(axes.batch)
    if axes.aligned:
        k = _batch_first(k, axes)
        x = np.broadcast_to(x, (*out.shape[:count], *x.shape[count:]))
    varying = [axis for axis in range(count) if axes.aligned and k.shape[axis] > 1]
    merged = [axis for axis in range(count) if axis not in varying]
    # Several batch axes are one only where their strides say so; otherwise all but the longest are walked.
    if len(merged) > 1 and not (_mergeable(x, merged) and _mergeable(out, merged)):
        kept = max(merged, key=lambda axis: x.shape[axis])
        varying, merged = sorted({*varying, *merged} - {kept}), [kept]
    for index in np.ndindex(*(out.shape[axis] for axis in varying)):
        at: list[Any] = [slice(None)] * count
        for axis, i in zip(varying, index, strict=True):
            at[axis] = i
        kernel = k
        if axes.aligned:
            kernel = k[tuple(0 if axis in merged or k.shape[axis] == 1 else at[axis] for axis in range(count))]
        yield _merged(x[tuple(at)], len(merged)), kernel, _merged(out[tuple(at)], len(merged))


def _batch_first(array: Array, axes: Axes) -> Array:
    return array if axes.in_order else array.transpose(*axes.batch, *axes.sliding)


def _mergeable(array: Array, axes: list[int]) -> bool:
    """Return whether the strides of these neighbouring axes are those of one longer axis."""
    if array.size == 0 or any(b - a != 1 for a, b in pairwise(axes)):
        return array.size == 0
    return all(array.strides[a] == array.strides[b] * array.shape[b] for a, b in pairwise(axes))


def _merged(array: Array, count: int) -> Array:
    sizes = array.shape[count:]
    return array.reshape(prod(array.shape[:count]), 1, *sizes)


def channels_first(x: Array, k: Array, problem: Problem) -> tuple[Array, Array]:
    """Return input (N, G·C, …) and kernel (G·O, C, …) of a problem with a layout."""
    layout, groups, c = problem.spec.layout, problem.spec.groups, problem.channels
    assert layout is not None
    x = x.transpose([layout.input.index(letter) for letter in "NC" + layout.spatial])
    k = k.transpose([layout.kernel.index(letter) for letter in "OI" + layout.spatial])
    if groups.input == "N" and c.groups > 1:
        x = x.reshape(c.groups, c.batch, *x.shape[1:]).swapaxes(0, 1).reshape(c.batch, c.groups * c.channels_in, *x.shape[2:])
    if groups.kernel == "I" and c.groups > 1:
        k = k.reshape(k.shape[0], c.groups, c.channels_in, *k.shape[2:]).swapaxes(0, 1).reshape(-1, c.channels_in, *k.shape[2:])
    return x, k


def from_channels_first(answer: Array, problem: Problem) -> Array:
    """Return an answer (N, G·O, …) in the layout of the output."""
    layout, c = problem.spec.layout, problem.channels
    assert layout is not None
    if problem.spec.groups.output == "N" and c.groups > 1:
        split = answer.reshape(c.batch, c.groups, c.channels_out, *answer.shape[2:])
        answer = split.swapaxes(0, 1).reshape(c.groups * c.batch, c.channels_out, *answer.shape[2:])
    letters = "NC" + layout.spatial
    return answer.transpose([letters.index(letter) for letter in layout.output])
