"""What a diagnosis takes: numbers, in arrays of a size that can be gone through."""

from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Array
from faltung.errors import SpecError

MOST = 2**24  # samples of an operand: 4096 x 4096
RESULT = "the result y"  # the one of the three that may be NaN alone: that has causes of its own
RANKS = 2  # by how many axes the kernel may exceed the input: those of channels


def checked(x: Any, k: Any, y: Any) -> tuple[Array, Array, Array]:
    """Return the three as arrays of numbers.

    Raises
    ------
    SpecError
        When one is no array of numbers, is empty or too large, when x or k is NaN only, or when their numbers of axes cannot go together.
    """
    data, kernel, result = _array("the input x", x), _array("the kernel k", k), _array(RESULT, y)
    for name, array in (("the input x", data), ("the kernel k", kernel)):
        if array.ndim == 0:
            raise SpecError(f"{name} is a single number; a convolution needs at least one axis: write [{array.item()!r}]")
    if kernel.ndim > data.ndim + RANKS or result.ndim > data.ndim + RANKS:
        raise SpecError(
            f"x has {data.ndim} axes {data.shape}, k {kernel.ndim} {kernel.shape} and y {result.ndim} {result.shape}; "
            f"k and y may have at most {RANKS} axes more than x, for channels"
        )
    return data, kernel, result


def _array(name: str, values: Any) -> Array:
    if isinstance(values, str | bytes):
        raise SpecError(f"{name} is text; give an array of numbers")
    if isinstance(values, np.ma.MaskedArray):
        if np.ma.getmaskarray(values).any():
            raise SpecError(f"{name} has masked samples; fill them first, with .filled(value)")
        values = values.data
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise SpecError(f"{name} is no array ({error}); give nested lists of one shape, or an array") from None
    if array.dtype.kind not in "biufc":
        raise SpecError(f"{name} has dtype {array.dtype}; give numbers: bool, integers, floats or complex, as in numpy.asarray(…, float)")
    if not array.size:
        raise SpecError(f"{name} is empty: its shape is {array.shape}; give at least one sample on every axis")
    if array.size > MOST:
        raise SpecError(f"{name} has {array.size:,} samples; up to {MOST:,} are looked through: cut out a part, and its result")
    if name != RESULT and array.dtype.kind in "fc" and bool(np.isnan(array).all()):
        raise SpecError(f"{name} holds nothing but NaN: nothing can be told from it")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
