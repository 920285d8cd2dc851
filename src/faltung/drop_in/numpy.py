"""`convolve` and `correlate` of NumPy."""

from typing import Any

import numpy as np

from faltung.drop_in.arrays import Array, computed, in_common_dtype, specs

__all__ = ["convolve", "correlate"]


def convolve(a: Any, v: Any, mode: str | int = "full") -> Array:
    """Return the convolution of two sequences, as ``numpy.convolve`` does.

    Differs: the result is a plain array also for masked ones; timedelta64 and objects that are not numbers are refused with ValueError.

    Parameters
    ----------
    a, v : array_like
        One axis, at least one sample each; the longer one is the input.
    mode : {"full", "same", "valid"}
        Which outputs: all, as many as the longer operand has, or those without zeros from outside.

    Returns
    -------
    ndarray
        Of the promoted dtype; integers wrap around, booleans are summed by *or*.

    Examples
    --------
    >>> convolve([1, 2, 3], [0, 1, 0.5])
    array([0. , 1. , 2.5, 4. , 1.5])
    """
    first, second = np.atleast_1d(np.asarray(a)), np.atleast_1d(np.asarray(v))
    if first.shape[0] == 0:
        raise ValueError("a cannot be empty")
    if second.shape[0] == 0:
        raise ValueError("v cannot be empty")
    return _computed("numpy.convolve", first, second, mode)


def correlate(a: Any, v: Any, mode: str | int = "valid") -> Array:
    """Return the cross-correlation of two sequences, as ``numpy.correlate`` does: Σ a[n + l]·conj(v[l]).

    Differs: the result is a plain array also for masked ones; timedelta64 and objects that are not numbers are refused with ValueError.

    Parameters
    ----------
    a, v : array_like
        One axis, at least one sample each.
    mode : {"valid", "same", "full"}
        Which outputs; the default is not that of `convolve`.

    Returns
    -------
    ndarray
        Of the promoted dtype. When v is longer than a, that of exchanged operands, reversed and conjugated.

    Examples
    --------
    >>> correlate([1, 2, 3], [0, 1, 0.5], "same")
    array([2. , 3.5, 3. ])
    """
    first, second = np.asarray(a), np.asarray(v)
    if first.ndim == 0 or second.ndim == 0:
        raise ValueError("object of too small depth for desired array")
    if first.shape[0] == 0:
        raise ValueError("first array argument cannot be empty")
    if second.shape[0] == 0:
        raise ValueError("second array argument cannot be empty")
    return _computed("numpy.correlate", first, second, mode)


def _computed(function: str, a: Array, v: Array, mode: Any) -> Array:
    if a.ndim > 1 or v.ndim > 1:
        raise ValueError("object too deep for desired array")
    a, v, _ = in_common_dtype(a, v)
    return computed(specs(function, a, v, mode=_checked_mode(mode)), a, v)


def _checked_mode(mode: Any) -> str | int:
    if isinstance(mode, str):
        if mode in ("full", "same", "valid"):
            return mode
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    if not hasattr(mode, "__index__"):
        raise TypeError("convolve/correlate mode not understood")
    if mode not in (0, 1, 2):
        raise ValueError("integer convolve/correlate mode must be 0, 1, or 2")
    return int(mode)
