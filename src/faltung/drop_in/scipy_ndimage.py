"""The convolutions of ``scipy.ndimage``."""

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from faltung.dialects.scipy_ndimage import BOUNDARIES, REFUSED
from faltung.drop_in.arrays import Array, spec_of
from faltung.drop_in.outputs import Target, by_parts, filtered, target_of, written
from faltung.engine.operands import DTYPE_NAMES
from faltung.spec import Spec
from faltung.spec.numbers import COMPLEX, DTYPES

__all__ = ["convolve", "convolve1d", "correlate", "correlate1d"]

TAKEN = set(DTYPES) - set(REFUSED) - set(COMPLEX)  # of real and imaginary parts
ORIGIN = "Invalid origin; origin must satisfy -(weights.shape[k] // 2) <= origin[k] <= (weights.shape[k]-1) // 2"
ORIGIN_1D = "Invalid origin; origin must satisfy -(len(weights) // 2) <= origin <= (len(weights)-1) // 2"


def correlate(
    input: Any, weights: Any, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None
) -> Array:
    """Return an array correlated with weights, as ``scipy.ndimage.correlate`` does; complex weights are conjugated.

    Differs: weights of magnitude up to 2.2e-16 count (SciPy takes them for zeros); a bool output holds only False and True; sums that a
    whole-numbered output does not hold wrap around, and NaN becomes 0 (SciPy leaves both to the C compiler); ``axes=-1`` is the last
    axis (SciPy takes it in a tuple only); weights without a single entry are refused.

    Parameters
    ----------
    input : array_like
        bool, integers, float32, float64, complex64 or complex128.
    weights : array_like
        As many axes as `input`, or as `axes` names.
    output : ndarray or dtype, optional
        Where the result goes, or its dtype; None: the input's dtype, complex if an operand is.
    mode : {"reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant"}
        What lies outside; "reflect" is half_sample, "mirror" whole_sample.
    cval : scalar
        The value outside for "constant".
    origin : int or sequence of int
        Moves the centre: positive values read further left.
    axes : int or tuple of int, optional
        The axes the weights slide over; None: all.

    Returns
    -------
    ndarray
        Of the shape of `input`; whole numbers are truncated towards zero and wrap around.

    Examples
    --------
    >>> correlate([2, 8, 0, 4, 1, 9, 9, 0], weights=[1, 3])
    array([ 8, 26,  8, 12,  7, 28, 36,  9])
    """
    return _several("correlate", input, weights, output, mode, cval, origin, axes)


def convolve(
    input: Any, weights: Any, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: Any = 0, *, axes: Any = None
) -> Array:
    """Return an array convolved with weights, as ``scipy.ndimage.convolve`` does.

    Differs: as `correlate`.

    Parameters
    ----------
    input : array_like
        bool, integers, float32, float64, complex64 or complex128.
    weights : array_like
        As many axes as `input`, or as `axes` names.
    output : ndarray or dtype, optional
        Where the result goes, or its dtype; None: the input's dtype, complex if an operand is.
    mode : {"reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant"}
        What lies outside; "reflect" is half_sample, "mirror" whole_sample.
    cval : scalar
        The value outside for "constant".
    origin : int or sequence of int
        Moves the centre: positive values read further right, opposite to `correlate`.
    axes : int or tuple of int, optional
        The axes the weights slide over; None: all.

    Returns
    -------
    ndarray
        Of the shape of `input`; whole numbers are truncated towards zero and wrap around.

    Examples
    --------
    >>> convolve([2, 8, 0, 4, 1, 9, 9, 0], weights=[1, 3])
    array([14, 24,  4, 13, 12, 36, 27,  0])
    """
    return _several("convolve", input, weights, output, mode, cval, origin, axes)


def correlate1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0
) -> Array:
    """Return an array correlated with weights along one axis, as ``scipy.ndimage.correlate1d`` does; complex weights are conjugated.

    Differs: as `correlate`, small weights excepted. NaN under a weight of zero spreads here, as in SciPy, and does not in `correlate`.

    Parameters
    ----------
    input : array_like
        bool, integers, float32, float64, complex64 or complex128.
    weights : array_like
        One axis.
    axis : int
        The axis of `input` the weights slide over.
    output : ndarray or dtype, optional
        Where the result goes, or its dtype; None: the input's dtype, complex if an operand is.
    mode : {"reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant"}
        What lies outside; "reflect" is half_sample, "mirror" whole_sample.
    cval : scalar
        The value outside for "constant".
    origin : int
        Moves the centre: positive values read further left.

    Returns
    -------
    ndarray
        Of the shape of `input`; whole numbers are truncated towards zero and wrap around.

    Examples
    --------
    >>> correlate1d([2, 8, 0, 4, 1, 9, 9, 0], weights=[1, 3])
    array([ 8, 26,  8, 12,  7, 28, 36,  9])
    """
    return _one("correlate1d", input, weights, axis, output, mode, cval, origin)


def convolve1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: str = "reflect", cval: Any = 0.0, origin: int = 0
) -> Array:
    """Return an array convolved with weights along one axis, as ``scipy.ndimage.convolve1d`` does.

    Differs: as `correlate1d`.

    Parameters
    ----------
    input : array_like
        bool, integers, float32, float64, complex64 or complex128.
    weights : array_like
        One axis.
    axis : int
        The axis of `input` the weights slide over.
    output : ndarray or dtype, optional
        Where the result goes, or its dtype; None: the input's dtype, complex if an operand is.
    mode : {"reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap", "grid-constant"}
        What lies outside; "reflect" is half_sample, "mirror" whole_sample.
    cval : scalar
        The value outside for "constant".
    origin : int
        Moves the centre: positive values read further right, opposite to `correlate1d`.

    Returns
    -------
    ndarray
        Of the shape of `input`; whole numbers are truncated towards zero and wrap around.

    Examples
    --------
    >>> convolve1d([2, 8, 0, 4, 1, 9, 9, 0], weights=[1, 3])
    array([14, 24,  4, 13, 12, 36, 27,  0])
    """
    return _one("convolve1d", input, weights, axis, output, mode, cval, origin)


def _several(name: str, input: Any, weights: Any, output: Any, mode: Any, cval: Any, origin: Any, axes: Any) -> Array:
    x, k = np.asarray(input), np.asarray(weights)
    if "c" in (x.dtype.kind, k.dtype.kind):
        k = k.conj() if name == "correlate" else k
        return by_parts(lambda a, b, out, fill: _several(name, a, b, out, mode, fill, origin, axes), x, k, output, cval)
    sliding = _checked_axes(axes, x.ndim)
    k = np.asarray(k, dtype=np.float64)
    if k.ndim != len(sliding) or k.size == 0:
        raise RuntimeError(f"weights.ndim ({np.count_nonzero(k.shape)}) must match len(axes) ({len(sliding)})")
    origins = _checked_origins(origin, k.shape, sliding, x.ndim)
    target = target_of(output, x, is_complex=False)
    if not _is_taken(x.dtype) or not _is_taken(target.dtype):
        raise RuntimeError("array type not supported")
    if not isinstance(mode, str) and isinstance(mode, Iterable):
        raise RuntimeError("A sequence of modes is not supported")
    spec = _spec(name, mode, cval, origins, target)
    if not sliding:  # one weight for every sample: the same along an axis of one sample
        return written(filtered(spec, x[..., None], k[None], (x.ndim,), Target(dtype=target.dtype))[..., 0], target)
    return filtered(spec, x, k, tuple(sorted(sliding)), target)


def _one(name: str, input: Any, weights: Any, axis: Any, output: Any, mode: Any, cval: Any, origin: Any) -> Array:
    x, k = np.asarray(input), np.asarray(weights)
    if "c" in (x.dtype.kind, k.dtype.kind):
        k = k.conj() if name == "correlate1d" else k
        return by_parts(lambda a, b, out, fill: _one(name, a, b, axis, out, mode, fill, origin), x, k, output, cval)
    target = target_of(output, x, is_complex=False)
    k = np.asarray(k, dtype=np.float64)
    if k.ndim != 1 or k.shape[0] < 1:
        raise RuntimeError("no filter weights given")
    axis = operator.index(axis)
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim)
    if not _is_legal(origin, len(k)):
        raise ValueError(ORIGIN_1D)
    for dtype in (x.dtype, target.dtype):
        if not _is_taken(dtype):
            raise RuntimeError(f"array type {dtype!r} not supported")
    return filtered(_spec(name, mode, cval, (operator.index(origin),), target), x, k, (axis % x.ndim,), target)


def _is_taken(dtype: np.dtype[Any]) -> bool:
    return DTYPE_NAMES.get(dtype.newbyteorder("=")) in TAKEN


def _spec(name: str, mode: Any, cval: Any, origins: tuple[int, ...], target: Target) -> Spec:
    if not isinstance(mode, str) or mode not in BOUNDARIES:
        raise RuntimeError("boundary mode not supported")
    fill = math.ldexp(cval, 0)  # cval as float; unlike float(), it refuses text and complex numbers
    origin = origins if len(set(origins)) > 1 else sum(set(origins))  # one for all; 0 where there is no axis
    dtype = "uint8" if target.dtype.kind == "b" else DTYPE_NAMES[target.dtype.newbyteorder("=")]
    return spec_of(f"scipy.ndimage.{name}", mode=mode, cval=fill, origin=origin, x_dtype=dtype)


def _checked_axes(axes: Any, rank: int) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(rank))
    entries = axes if isinstance(axes, Iterable) else (axes,)
    numbers = tuple(operator.index(axis) for axis in entries)
    for axis in numbers:
        if not -rank <= axis < rank:
            raise ValueError(f"specified axis: {axis} is out of range")
    numbers = tuple(axis % rank for axis in numbers)
    if len(set(numbers)) != len(numbers):
        raise ValueError("axes must be unique")
    return numbers


def _checked_origins(origin: Any, sizes: tuple[int, ...], axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """Return one origin for each axis of the weights, which are the named axes of the input in ascending order."""
    is_several = np.iterable(origin) and not isinstance(origin, str)
    origins = list(origin) if is_several else [origin] * len(sizes)
    if len(origins) != len(sizes):
        raise RuntimeError("sequence argument must have length equal to input rank")
    if len(axes) < rank:  # only then does SciPy take origins in the order of `axes`
        origins = [found for _, found in sorted(zip(axes, origins, strict=True), key=lambda pair: pair[0])]
    if not all(_is_legal(found, size) for found, size in zip(origins, sizes, strict=True)):
        raise ValueError(ORIGIN)
    return tuple(operator.index(found) for found in origins)


def _is_legal(origin: Any, size: int) -> bool:
    return bool(-(size // 2) <= origin <= (size - 1) // 2) and hasattr(origin, "__index__")
