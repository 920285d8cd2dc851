"""The ``output=`` argument of ``scipy.ndimage``: an array to write into, a dtype, a dtype's name, or None."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.drop_in.arrays import Array, computed
from faltung.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The dtype of a result, and the caller's array if there is one."""

    dtype: np.dtype[Any]
    array: Array | None = None


def target_of(output: Any, x: Array, *, is_complex: bool) -> Target:
    """Return where the result goes.

    Raises
    ------
    RuntimeError
        For a dtype or an array that cannot hold the result.
    """
    if output is None:
        return Target(dtype=np.promote_types(x.dtype, np.complex64) if is_complex else x.dtype.newbyteorder("="))
    if isinstance(output, type | np.dtype):
        dtype = np.dtype(output)
        if is_complex and dtype.kind != "c":
            warnings.warn("promoting specified output dtype to complex", stacklevel=5)
            dtype = np.promote_types(dtype, np.complex64)
        return Target(dtype=dtype)
    array = None if isinstance(output, str) else np.asarray(output)
    dtype = np.dtype(output) if array is None else array.dtype
    if array is not None and array.shape != x.shape:
        raise RuntimeError("output shape not correct")
    if is_complex and dtype.kind != "c":
        raise RuntimeError("output must have complex dtype")
    if array is None and not issubclass(dtype.type, np.number):
        raise RuntimeError("output must have numeric dtype")
    return Target(dtype=dtype, array=array)


def filtered(spec: Spec, x: Array, k: Array, axes: tuple[int, ...], target: Target) -> Array:
    """Return the result of a Spec in its target; `spec` asks for uint8 where the target is bool."""
    if x.size == 0:
        return written(np.zeros(x.shape), target)
    over = axes if len(axes) < x.ndim else None
    array = target.array
    if array is None or target.dtype.kind == "b" or not _can_be_written(array, x, k):
        answer = computed(spec, x, k, axes=over)
        return written(answer != 0 if target.dtype.kind == "b" else answer, target)
    return computed(spec, x, k, axes=over, out=array)


def _can_be_written(array: Array, x: Array, k: Array) -> bool:
    shares = np.may_share_memory(array, x) or np.may_share_memory(array, k)
    return array.dtype.isnative and array.flags.writeable and not shares


def written(answer: Array, target: Target) -> Array:
    """Return the answer in the caller's array, or in the dtype asked for."""
    if target.array is None:
        return answer.astype(target.dtype, copy=False)
    target.array[...] = answer
    return target.array


def by_parts(function: Callable[[Array, Array, Any, Any], Array], x: Array, k: Array, output: Any, cval: Any) -> Array:
    """Return a complex result from `function(input, weights, output, cval)` of real and imaginary parts.

    Parts are filtered on their own because SciPy does so, and it shows: a weight without a real part is zero to it, and skipped.
    """
    target = target_of(output, x, is_complex=True)
    part = np.empty(0, target.dtype).real.dtype
    answer = np.empty(x.shape, target.dtype)
    if x.dtype.kind != "c":
        if np.iscomplexobj(cval):
            raise ValueError("Cannot provide a complex-valued cval when the input is real.")
        answer.real[...] = function(x, k.real, part, cval)
        answer.imag[...] = function(x, k.imag, part, cval)
        return written(answer, target)
    low, high = np.real(cval), np.imag(cval)
    answer.real[...] = function(x.real, k.real, part, low)
    answer.imag[...] = function(x.imag, k.real, part, high)
    if k.dtype.kind == "c":
        answer.real -= function(x.imag, k.imag, None, high)
        answer.imag += function(x.real, k.imag, None, low)
    return written(answer, target)
