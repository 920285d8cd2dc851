"""At the door: array-likes become NumPy arrays of a known dtype, or a sentence says why not."""

import sys
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec.numbers import DTYPES, INTEGERS, is_exact

Array = np.ndarray[Any, Any]
DTYPE_NAMES: dict[Any, str] = {np.dtype(name): name for name in DTYPES if name != "object"} | {np.dtype(object): "object"}
# Where longdouble is float64, the table above has one entry for both; float64 is its name.
DTYPE_NAMES |= {np.dtype(name): name for name in ("float64", "complex128")}


def as_operands(x: Any, k: Any) -> tuple[Array, Array]:
    """Return input and kernel as native arrays; a kernel given as Python numbers takes the precision of the input.

    Raises
    ------
    SpecError
        For ragged lists, strings, dates and records, and objects that are not numbers.
    """
    data = as_array(x, "input")
    if isinstance(k, np.ndarray):
        return data, as_array(k, "kernel")
    weights = as_array(k, "kernel")
    if not hasattr(k, "dtype") and weights.dtype.kind in "fc" and data.dtype.kind in "biufc":
        weights = weights.astype(_weak_dtype(data.dtype, weights.dtype.kind))
    return data, weights


def as_array(values: Any, name: str) -> Array:
    """Return one operand as a native array of the base class."""
    masked = sys.modules.get("numpy.ma")  # naming it would import it, 5 ms in a process that has no masked arrays
    if masked is not None and isinstance(values, masked.MaskedArray):
        raise SpecError(f"the {name} is a masked array; pass its data, and mask=~{name}.mask with missing='ignore' or 'renormalise'")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise SpecError(f"the {name} is not an array: {error}") from None
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype not in DTYPE_NAMES:
        raise SpecError(f"the {name} has dtype {array.dtype}, which cannot be multiplied and summed; the dtypes are {', '.join(DTYPES)}")
    if array.dtype.kind == "O":
        _check_objects(array, name)
    return array


def dtype_name(array: Array) -> str:
    """Return the name of an array's dtype, as the spec spells it."""
    return DTYPE_NAMES[array.dtype]


def _weak_dtype(data: Any, kind: str) -> Any:
    name = DTYPE_NAMES[data]
    if is_exact(name):
        wide = INTEGERS.get(name, 8) > 16
        return np.dtype(("complex128" if wide else "complex64") if kind == "c" else ("float64" if wide else "float32"))
    real = np.empty(0, data).real.dtype
    return np.result_type(real, np.complex64) if kind == "c" else real


def _check_objects(array: Array, name: str) -> None:
    from decimal import Decimal
    from fractions import Fraction
    from numbers import Number

    kinds = {type(value) for value in array.flat}
    odd = sorted(kind.__name__ for kind in kinds if not issubclass(kind, Number))
    if odd:
        raise SpecError(f"the {name} is an object array that holds {', '.join(odd)}; objects must be numbers (int, Fraction, complex, …)")
    if Decimal in kinds and any(issubclass(kind, float | complex | Fraction) for kind in kinds):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise SpecError(f"the {name} is an object array of mixed types ({names}), which Python does not multiply; use one of them")


def result_dtype_name(dtype: Any) -> str | None:
    """Return the name of a dtype that was asked for, None where none was.

    Raises
    ------
    SpecError
        For a dtype that results cannot have.
    """
    if dtype is None:
        return None
    try:
        return dtype_name(np.empty(0, dtype))
    except (TypeError, KeyError):
        raise SpecError(f"dtype {dtype!r} is not one that results can have: bool, integers, floats, complex, object") from None
