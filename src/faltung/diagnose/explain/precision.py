"""Arithmetic with fewer bits: TF32 and bfloat16 keep the exponent of float32 and round its fraction to 10 and 7 bits, half to even."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
FRACTION_BITS = {"tf32": 10, "bfloat16": 7, "float16": 10}


def tf32(array: Array) -> Array:
    """Return float32 values (or complex64) rounded to TF32."""
    return _rounded(array, FRACTION_BITS["tf32"])


def bfloat16(array: Array) -> Array:
    """Return float32 values (or complex64) rounded to bfloat16."""
    return _rounded(array, FRACTION_BITS["bfloat16"])


def _rounded(array: Array, kept: int) -> Array:
    if array.dtype.kind == "c":
        parts = np.ascontiguousarray(array.astype(np.complex64)).view(np.float32)
        return _rounded(parts, kept).view(np.complex64).reshape(array.shape)
    values = np.ascontiguousarray(array.astype(np.float32))
    bits = values.view(np.uint32)
    dropped = 23 - kept
    half = np.uint32((1 << (dropped - 1)) - 1) + ((bits >> np.uint32(dropped)) & np.uint32(1))
    out: Array = ((bits + half) & np.uint32(~((1 << dropped) - 1) & 0xFFFFFFFF)).view(np.float32)
    return np.where(np.isfinite(values), out, values).reshape(array.shape)
