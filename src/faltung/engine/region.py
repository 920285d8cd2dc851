"""A part of the result, in the coordinates of the whole, with the bits of the whole, at a cost proportional to the part.

The method is the one chosen for the whole. Where every output has its own fixed sum (`direct`, `separable`, `shift`) the Windows of the
part are computed. The tiles of `fourier` stand where they stand for the whole, and those that hold a wanted output are computed. One
transform of the whole, a fold, exchanged operands, a layout and a frame compute everything and cut it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.engine.arrange import pieces
from faltung.engine.core import as_sums, chosen, window_order
from faltung.engine.execute import execute, settled
from faltung.engine.operands import dtype_name
from faltung.engine.route import Route, route
from faltung.errors import SpecError
from faltung.spec.spec import Spec
from faltung.spec.window import part_of

Array = np.ndarray[Any, Any]
Slices = tuple[slice, ...]


def whole_region(region: Any, shape: tuple[int, ...]) -> Slices:
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
    in_tiles = name == "fourier" and spec.missing == "propagate" and bool(np.isfinite(k).all()) and way.flips is None
    if not _has_own_sums(way) or (name == "fourier" and not in_tiles):
        return execute(way, x, k, workers)[wanted].copy()
    for axis in way.axes.batch:
        take = tuple(wanted[axis] if a == axis else slice(None) for a in range(x.ndim))
        x = x[take] if x.shape[axis] > 1 else x
        k = k[take] if way.axes.aligned and k.shape[axis] > 1 else k
    sliding = tuple(wanted[axis] for axis in way.axes.sliding)
    part = _spec_of_part(way, sliding)
    if in_tiles:
        here = route(part, x.shape, k.shape, dtype_name(x), dtype_name(k), axes, "auto", memory)
        with np.errstate(all="ignore"):
            return _through_tiles(way, here, x, k, sliding, workers)
    return execute(settled(part, x, k, axes, name, memory), x, k, workers)


def _through_tiles(way: Route, part: Route, x: Array, k: Array, wanted: Slices, workers: int) -> Array:
    """Return what `way` computes at `wanted` outputs of its sliding axes; `part` is the Route of that part alone."""
    from faltung.engine.finish import finish
    from faltung.methods import fourier

    sums = np.empty(part.shape, way.sum_dtype)
    for item, kernel, out in pieces(as_sums(way, x, workers), k, sums, way.axes):
        case = replace(way.case, batch=item.shape[0])
        fourier.bind(case)(item, window_order(way, kernel)[None, None], out, workers, wanted)
    if way.plain:
        return sums
    answer = np.empty(part.shape, way.dtype)
    finish(part.problem, sums, x, k, answer, workers)
    return answer


def _has_own_sums(way: Route) -> bool:
    spec, windows = way.problem.spec, way.problem.windows
    plain_core = spec.layout is None and spec.frame == "computed" and not way.problem.exchanged
    return plain_core and not any(w.fold or w.output_reversal for w in windows)


def _spec_of_part(way: Route, wanted: Slices) -> Spec:
    problem = way.problem
    axes = zip(problem.windows, problem.input_sizes, problem.kernel_sizes, wanted, strict=True)
    windows = [part_of(*axis) for axis in axes]
    return replace(
        problem.spec, operation="correlate", reversal=tuple(w.reversal for w in windows), mode="pads", anchor=("high",),
        pads=tuple((w.pad_low, w.pad_high) for w in windows), stride=tuple(w.stride for w in windows),
        input_dilation=tuple(w.input_dilation for w in windows), operands="as_given",
    )  # fmt: skip
