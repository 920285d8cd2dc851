"""What the drop-ins share: dtypes by name, and the Spec of a call, remembered."""

from functools import lru_cache
from typing import Any

import numpy as np

from faltung.dialects import read
from faltung.engine import compute
from faltung.engine.operands import DTYPE_NAMES
from faltung.spec import Spec

Array = np.ndarray[Any, np.dtype[Any]]

spec_of = lru_cache(maxsize=512, typed=True)(read)
"""`faltung.dialects.read`, remembered: a small filter takes less time than reading its arguments."""


def common_dtype(x: Array, k: Array) -> np.dtype[Any]:
    """Return the promoted dtype of both operands.

    Raises
    ------
    ValueError
        For strings, dates, records and whatever else cannot be multiplied and added.
    """
    try:
        dtype = np.result_type(x, k).newbyteorder("=")
    except TypeError as error:  # NumPy's DTypePromotionError
        raise ValueError(f"no convolution of {x.dtype} with {k.dtype}: {error}") from None
    if dtype not in DTYPE_NAMES:
        raise ValueError(f"no convolution of {dtype} arrays: they cannot be multiplied and added")
    return dtype


def in_common_dtype(x: Array, k: Array) -> tuple[Array, Array, str]:
    """Return both operands in their promoted dtype, and its name."""
    dtype = common_dtype(x, k)
    return x.astype(dtype, copy=False), k.astype(dtype, copy=False), DTYPE_NAMES[dtype]


def specs(function: str, x: Array, k: Array, **arguments: Any) -> Spec:
    """Return the Spec of a call on these operands."""
    return spec_of(function, x_dtype=DTYPE_NAMES[x.dtype], k_dtype=DTYPE_NAMES[k.dtype], **arguments)


def computed(spec: Spec, x: Array, k: Array, **options: Any) -> Array:
    """Return the result of a Spec without NumPy's warnings of overflow and NaN: the originals compute in C, and warn of neither."""
    with np.errstate(all="ignore"):
        return compute(spec, x, k, **options)
