"""A Spec meets arrays: the only place where meaning meets arithmetic."""

from functools import partial
from typing import Any

import numpy as np

from faltung.engine.execute import checked_out, execute, settled
from faltung.engine.operands import as_operands
from faltung.errors import SpecError
from faltung.methods.workers import default_workers
from faltung.spec.spec import Spec

Array = np.ndarray[Any, Any]


def compute(
    spec: Spec, x: Any, k: Any, *, axes: Any = None, region: Any = None, mask: Any = None, method: str = "auto",
    memory: int | None = None, workers: int | None = None, out: Array | None = None,
) -> Array:  # fmt: skip
    """Return the result of a Spec on arrays.

    Parameters
    ----------
    spec : Spec
    x, k : array_like
    axes : int or tuple of int, optional
        The axes of x that slide; None: all.
    region : tuple of slice, optional
        Which part of the result, in its own coordinates.
    mask : array_like of bool, optional
        True where a sample is present, for missing="ignore" and "renormalise".
    method : {"auto", "direct", "separable", "fourier", "shift"}
    memory : int, optional
        Bytes of scratch a method may use.
    workers : int, optional
        Threads; None: all the process may use.
    out : ndarray, optional
        Where the result goes: of its shape and dtype, overlapping neither input nor kernel.

    Raises
    ------
    SpecError, PlanError, OverflowError
        See `faltung.convolve`.
    """
    data, kernel = as_operands(x, k)
    if spec.missing in ("ignore", "renormalise"):
        from faltung.engine.missing import without_missing
        from faltung.engine.region import whole_region

        inner = partial(compute, axes=axes, method=method, memory=memory, workers=workers)
        answer = without_missing(spec, data, kernel, mask, inner)
        answer = answer if region is None else answer[whole_region(region, answer.shape)]
        return answer if out is None else _copied(answer, checked_out(out, answer.shape, answer.dtype, data, kernel))
    if mask is not None:
        raise SpecError("a mask needs missing='ignore' or missing='renormalise'")
    if region is not None:
        from faltung.engine.region import cut

        answer = cut(spec, data, kernel, _axes(axes), region, method, memory, _workers(workers))
        return answer if out is None else _copied(answer, checked_out(out, answer.shape, answer.dtype, data, kernel))
    way = settled(spec, data, kernel, _axes(axes), method, memory)
    return execute(way, data, kernel, _workers(workers), out)


def _copied(answer: Array, out: Array) -> Array:
    out[...] = answer
    return out


def _axes(axes: Any) -> tuple[int, ...] | None:
    if axes is None or (isinstance(axes, tuple) and all(type(a) is int for a in axes)):
        return axes
    entries = axes if isinstance(axes, list | tuple) else (axes,)
    if not all(hasattr(a, "__index__") for a in entries):
        raise SpecError(f"axes is {axes!r}; it must be a whole number or a tuple of them")
    return tuple(int(a.__index__()) for a in entries)


def _workers(workers: int | None) -> int:
    if workers is None:
        return default_workers()
    if not hasattr(workers, "__index__") or workers < 1:
        raise SpecError(f"workers is {workers!r}; it must be a whole number of at least 1")
    return int(workers)
