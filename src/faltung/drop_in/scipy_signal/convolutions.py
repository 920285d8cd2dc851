"""The convolutions and correlations of ``scipy.signal``."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from faltung.dialects.scipy_signal import BOUNDARIES, MODES, NOT_2D, lags, transform_dtype
from faltung.drop_in.arrays import Array, common_dtype, computed, in_common_dtype, specs
from faltung.engine.operands import DTYPE_NAMES

MODE_FLAGS = "Acceptable mode flags are 'valid', 'same', or 'full'."
TRANSFORMED = ("float32", "float64", "complex64", "complex128")


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Array:
    """Return the convolution of two arrays with any number of axes, as ``scipy.signal.convolve`` does.

    Differs: NaN and infinities change only the outputs whose window holds them, also with ``method="fft"``, which therefore does not warn
    of them; whole numbers are exact with every method; bool, float16 and objects are computed for any number of axes; timedelta64, text
    and objects that are not numbers are refused, and so is every empty operand, with ValueError.

    Parameters
    ----------
    in1, in2 : array_like
        As many axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs. "valid" exchanges the operands where in2 is the larger one.
    method : {"auto", "direct", "fft"}
        "fft" asks for one transform; the others leave the choice to faltung.

    Returns
    -------
    ndarray
        Of the promoted dtype; integers wrap around, booleans are summed by *or*.

    Examples
    --------
    >>> convolve([1, 2, 3], [1, 10], mode="same")
    array([ 1, 12, 23])
    """
    volume, kernel = np.asarray(in1), np.asarray(in2)
    if volume.ndim == kernel.ndim == 0:
        return np.multiply(volume, kernel)  # type: ignore[no-any-return]  # a scalar, as there
    if volume.ndim != kernel.ndim:
        raise ValueError("volume and kernel should have the same dimensionality")
    return _any_axes("scipy.signal.convolve", volume, kernel, mode, method)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Array:
    """Return the cross-correlation of two arrays with any number of axes, as ``scipy.signal.correlate`` does; in2 is conjugated.

    Differs: as `convolve`.

    Parameters
    ----------
    in1, in2 : array_like
        As many axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs. "valid" exchanges the operands where in2 is the larger one, and reverses and conjugates the answer.
    method : {"auto", "direct", "fft"}
        "fft" asks for one transform; the others leave the choice to faltung.

    Returns
    -------
    ndarray
        Of the promoted dtype; integers wrap around, booleans are summed by *or*.

    Examples
    --------
    >>> correlate([1, 2, 3], [1, 10], mode="same")
    array([10, 21, 32])
    """
    first, second = np.asarray(in1), np.asarray(in2)
    if first.ndim == second.ndim == 0:
        return np.multiply(first, np.conj(second))  # type: ignore[no-any-return]  # a scalar, as there
    if first.ndim != second.ndim:
        raise ValueError("in1 and in2 should have the same dimensionality")
    return _any_axes("scipy.signal.correlate", first, second, mode, method)


def _any_axes(function: str, x: Array, k: Array, mode: str, method: str) -> Array:
    if mode not in MODES:
        raise ValueError(MODE_FLAGS)
    if method not in ("auto", "direct", "fft"):
        raise ValueError("Acceptable method flags are 'auto', 'direct', or 'fft'.")
    _check_valid(mode, x.shape, k.shape)
    _check_not_empty(x, k)
    spec = specs(function, x, k, mode=mode)
    x, k, name = in_common_dtype(x, k)
    transform = method == "fft" and name in TRANSFORMED
    return computed(spec, x, k, method="fourier" if transform else "auto")


def _check_valid(mode: str, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    pairs = list(zip(first, second, strict=True))
    if mode == "valid" and not (all(n >= k for n, k in pairs) or all(k >= n for n, k in pairs)):
        raise ValueError("For 'valid' mode, one must be at least as large as the other in every dimension")


def _check_not_empty(x: Array, k: Array) -> None:
    for name, array in (("a", x), ("v", k)):
        if array.size == 0:
            raise ValueError(f"{name} cannot be empty")


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Array:
    """Return the convolution of two arrays with two axes, as ``scipy.signal.convolve2d`` does.

    Differs: an empty operand is a ValueError.

    Parameters
    ----------
    in1, in2 : array_like
        Two axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs. "valid" exchanges the operands where in2 is the larger one.
    boundary : {"fill", "wrap", "symm"}
        What lies outside of in1: fillvalue, in1 again, or in1 mirrored between its samples (half_sample).
    fillvalue : scalar
        Converted to the result's dtype first.

    Returns
    -------
    ndarray
        Of the promoted dtype; integers wrap around.

    Examples
    --------
    >>> convolve2d([[1, 2], [3, 4]], [[1, 10]], mode="same", boundary="wrap")
    array([[21, 12],
           [43, 34]])
    """
    return _two_axes("convolve2d", in1, in2, mode, boundary, fillvalue)


def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Array:
    """Return the cross-correlation of two arrays with two axes, as ``scipy.signal.correlate2d`` does; in2 is conjugated.

    Its "same" starts one sample later than that of `correlate` along axes on which in2 has an even size. For complex operands of which
    in2 is the larger, its "valid" is the conjugate of what `correlate` gives; so it is here.

    Differs: an empty operand is a ValueError.

    Parameters
    ----------
    in1, in2 : array_like
        Two axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs. "valid" exchanges the operands where in2 is the larger one, and reverses the answer.
    boundary : {"fill", "wrap", "symm"}
        What lies outside of in1: fillvalue, in1 again, or in1 mirrored between its samples (half_sample).
    fillvalue : scalar
        Converted to the result's dtype first.

    Returns
    -------
    ndarray
        Of the promoted dtype; integers wrap around.

    Examples
    --------
    >>> correlate2d([[1, 2], [3, 4]], [[1, 10]], mode="same")
    array([[21,  2],
           [43,  4]])
    """
    answer = _two_axes("correlate2d", in1, in2, mode, boundary, fillvalue)
    exchanged = mode == "valid" and any(k > n for n, k in zip(np.shape(in1), np.shape(in2), strict=True))
    return answer.conj() if exchanged and answer.dtype.kind == "c" else answer


def _two_axes(name: str, in1: Any, in2: Any, mode: str, boundary: str, fillvalue: Any) -> Array:
    x, k = np.asarray(in1), np.asarray(in2)
    if not x.ndim == k.ndim == 2:
        raise ValueError(f"{name} inputs must both be 2-D arrays")
    _check_valid(mode, x.shape, k.shape)
    if mode not in MODES:
        raise ValueError(MODE_FLAGS)
    if boundary not in BOUNDARIES:
        raise ValueError("Acceptable boundary flags are 'fill', 'circular' (or 'wrap'), and 'symmetric' (or 'symm').")
    _check_not_empty(x, k)
    dtype = common_dtype(x, k)
    if DTYPE_NAMES[dtype] in NOT_2D:
        raise ValueError("convolve2d not available for this type.")
    x, k, _ = in_common_dtype(x, k)
    fill = _fill_in(dtype, fillvalue) if BOUNDARIES[boundary] == "constant" else 0
    return computed(specs(f"scipy.signal.{name}", x, k, mode=mode, boundary=boundary, fillvalue=fill), x, k)


def _fill_in(dtype: np.dtype[Any], fillvalue: Any) -> Any:
    """Return the fill value as a Python number of the result's kind."""
    if np.size(fillvalue) == 0:
        raise ValueError("`fillvalue` cannot be an empty array.")
    if np.size(fillvalue) != 1:
        raise ValueError("`fillvalue` must be scalar or an array with one element.")
    value = complex(np.asarray(fillvalue).item())
    if dtype.kind == "c":
        return value
    real = value.real
    fits = dtype.kind == "f" or (np.isfinite(real) and np.iinfo(dtype).min <= int(real) <= np.iinfo(dtype).max)
    if value.imag != 0 or not fits:
        raise ValueError("could not cast `fillvalue` directly to the output type (it was first converted to complex).")
    return real if dtype.kind == "f" else int(real)


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Array:
    """Return the convolution over some or all axes, computed by Fourier transforms, as ``scipy.signal.fftconvolve`` does.

    Differs: NaN and infinities change only the outputs whose window holds them; longdouble is summed directly.

    Parameters
    ----------
    in1, in2 : array_like
        As many axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs.
    axes : int or iterable of int, optional
        Where to convolve; along the other axes the operands are broadcast. None: everywhere.

    Returns
    -------
    ndarray
        Whole numbers become float64, float16 becomes float32.

    Examples
    --------
    >>> fftconvolve([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0]], axes=1).round(12)
    array([[1., 3., 2.],
           [3., 7., 4.]])
    """
    return _by_transform("scipy.signal.fftconvolve", in1, in2, mode, axes)


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Array:
    """Return the same as `fftconvolve`; the name and the signature are those of ``scipy.signal.oaconvolve``.

    Differs: as `fftconvolve`. Whether blocks overlap is faltung's choice.

    Parameters
    ----------
    in1, in2 : array_like
        As many axes each; in1 gives the size of "same".
    mode : {"full", "same", "valid"}
        Which outputs.
    axes : int or iterable of int, optional
        Where to convolve; along the other axes the operands are broadcast. None: everywhere.

    Returns
    -------
    ndarray
        Whole numbers become float64, float16 becomes float32.

    Examples
    --------
    >>> oaconvolve([1.0, 2.0, 3.0], [1.0, 1.0]).round(12)
    array([1., 3., 5., 3.])
    """
    return _by_transform("scipy.signal.oaconvolve", in1, in2, mode, axes)


def _by_transform(function: str, in1: Any, in2: Any, mode: str, axes: Any) -> Array:
    x, k = np.asarray(in1), np.asarray(in2)
    if x.ndim == k.ndim == 0:
        return np.multiply(x, k)  # type: ignore[no-any-return]  # a scalar, as there
    if x.ndim != k.ndim:
        raise ValueError("in1 and in2 should have the same dimensionality")
    if x.size == 0 or k.size == 0:
        return np.array([])
    named = _checked_axes(axes, x.ndim)
    # SciPy broadcasts along axes of one sample; a convolution there is the same but for "valid", which then lets either operand be larger.
    sliding = tuple(axis for axis in sorted(named) if x.shape[axis] != 1 and k.shape[axis] != 1)
    if any(n != m and 1 not in (n, m) for axis, (n, m) in enumerate(zip(x.shape, k.shape, strict=True)) if axis not in sliding):
        raise ValueError(f"incompatible shapes for in1 and in2: {x.shape} and {k.shape}")
    _check_valid(mode, tuple(x.shape[axis] for axis in sliding), tuple(k.shape[axis] for axis in sliding))
    if mode not in MODES:
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    answer = _transformed(function, x, k, mode, sliding) if sliding else x * k
    return _centred(answer, x.shape) if mode == "same" else answer


def _transformed(function: str, x: Array, k: Array, mode: str, axes: tuple[int, ...]) -> Array:
    common_dtype(x, k)  # refuses what is no number
    x, k = (array.astype(transform_dtype(DTYPE_NAMES[array.dtype]), copy=False) for array in (x, k))
    x, k, name = in_common_dtype(x, k)
    return computed(specs(function, x, k, mode=mode), x, k, axes=axes, method="fourier" if name in TRANSFORMED else "auto")


def _checked_axes(axes: Any, rank: int) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(rank))
    entries = tuple(axes) if isinstance(axes, Iterable) else (axes,)
    if not all(hasattr(axis, "__index__") for axis in entries):
        raise ValueError("axes must be a scalar or iterable of integers")
    numbers = tuple(int(axis) + rank if axis < 0 else int(axis) for axis in entries)
    if not numbers:
        raise ValueError("when provided, axes cannot be empty")
    if not all(0 <= axis < rank for axis in numbers):
        raise ValueError("axes exceeds dimensionality of input")
    if len(set(numbers)) != len(numbers):
        raise ValueError("all axes must be unique")
    return numbers


def _centred(answer: Array, shape: tuple[int, ...]) -> Array:
    """Return the middle of an answer that was broadcast along axes on which in1 has one sample."""
    starts = [(size - wanted) // 2 for size, wanted in zip(answer.shape, shape, strict=True)]
    return answer[tuple(slice(start, start + wanted) for start, wanted in zip(starts, shape, strict=True))]


def correlation_lags(in1_len: int, in2_len: int, mode: str = "full") -> Array:
    """Return the lag of every output of a correlation, as ``scipy.signal.correlation_lags`` does.

    For "same", an odd in1_len and an even in2_len, SciPy's lags are one greater than those at which its `correlate` computes; so they are
    here. `faltung.dialects.lags` gives the latter.

    Differs: nothing.

    Parameters
    ----------
    in1_len, in2_len : int
        Samples of the two operands.
    mode : {"full", "same", "valid"}
        As given to the correlation.

    Returns
    -------
    ndarray of int
        One lag per output.

    Examples
    --------
    >>> correlation_lags(3, 2)
    array([-1,  0,  1,  2])
    """
    if mode not in MODES:
        raise ValueError(f"Mode {mode} is invalid")
    late = int(mode == "same" and in1_len % 2 == 1 and in2_len % 2 == 0)
    found = lags(in1_len, in2_len, mode)
    return np.arange(found.start + late, found.stop + late)
