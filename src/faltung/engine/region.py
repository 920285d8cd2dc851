"""A part of the result, in the coordinates of the whole, with the bits of the whole, at a cost proportional to the part.

The method is the one chosen for the whole. Where every output has its own fixed sum (`direct`, `shift`) the Windows of the part are
computed; a transform, a fold or exchanged operands compute the whole and cut it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.engine.core import chosen
from faltung.engine.execute import execute, settled
from faltung.engine.route import Route
from faltung.errors import SpecError
from faltung.spec.spec import Spec
from faltung.spec.window import Window

Array = np.ndarray[Any, Any]


def whole_region(region: Any, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return one slice with positive step for every axis of the result.

    Raises
    ------
    SpecError
        For too many entries, entries that are no slices, negative steps, and empty parts.
    """
    entries = region if isinstance(region, tuple) else (region,)
    if len(entries) > len(shape):
        raise SpecError(f"region has {len(entries)} slices, but the result has {len(shape)} axes {shape}")
    if not all(isinstance(entry, slice) for entry in entries):
        raise SpecError(f"region {region!r} must hold slices only, one for each axis, as in (slice(0, 10), slice(None))")
    out = []
    for axis, size in enumerate(shape):
        entry = entries[axis] if axis < len(entries) else slice(None)
        start, stop, step = entry.indices(size)
        if step < 1:
            raise SpecError(f"region: the step on axis {axis} is {step}; steps must be positive")
        if start >= stop:
            raise SpecError(f"region: axis {axis} selects nothing of its {size} outputs ({entry})")
        out.append(slice(start, stop, step))
    return tuple(out)


def cut(spec: Spec, x: Array, k: Array, axes: tuple[int, ...] | None, region: Any, method: str, memory: int | None, workers: int) -> Array:
    """Return `result[region]`."""
    way = settled(spec, x, k, axes, method, memory)
    wanted = whole_region(region, way.shape)
    name = chosen(way, k).method.name
    if name == "fourier" or not _has_own_sums(way):
        return execute(way, x, k, workers)[wanted].copy()
    for axis in way.axes.batch:
        take = tuple(wanted[axis] if a == axis else slice(None) for a in range(x.ndim))
        x = x[take] if x.shape[axis] > 1 else x
        k = k[take] if way.axes.aligned and k.shape[axis] > 1 else k
    part = _spec_of_part(way, tuple(wanted[axis] for axis in way.axes.sliding))
    return execute(settled(part, x, k, axes, name, memory), x, k, workers)


def _has_own_sums(way: Route) -> bool:
    spec, windows = way.problem.spec, way.problem.windows
    plain_core = spec.layout is None and spec.frame == "computed" and not way.problem.exchanged
    return plain_core and not any(w.fold or w.output_reversal for w in windows)


def _spec_of_part(way: Route, wanted: tuple[slice, ...]) -> Spec:
    problem = way.problem
    axes = zip(problem.windows, problem.input_sizes, problem.kernel_sizes, wanted, strict=True)
    windows = [_window_of_part(*axis) for axis in axes]
    return replace(
        problem.spec, operation="correlate", reversal=tuple(w.reversal for w in windows), mode="pads", anchor=("high",),
        pads=tuple((w.pad_low, w.pad_high) for w in windows), stride=tuple(w.stride for w in windows),
        input_dilation=tuple(w.input_dilation for w in windows), operands="as_given",
    )  # fmt: skip


def _window_of_part(window: Window, n: int, k: int, wanted: slice) -> Window:
    """Return the Window whose outputs are `wanted` of those of `window`."""
    stride, pad_low = window.stride * wanted.step, window.pad_low - window.stride * wanted.start
    count = len(range(wanted.start, wanted.stop, wanted.step))
    last = stride * (count - 1) + window.kernel_dilation * (k - 1) - pad_low
    return replace(window, stride=stride, pad_low=pad_low, pad_high=last - window.input_dilation * (n - 1))
