"""Where an array's first element stands.

`array.ctypes.data` makes an object first, a microsecond each; a small filter needs three addresses and takes three microseconds. In CPython
the address stands behind the two words of an object's head, which is looked at only where it proves to be so.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
HEAD = 2 * ctypes.sizeof(ctypes.c_void_p)


def asked(array: Array) -> int:
    """Return the address by NumPy's own words."""
    place: int = array.ctypes.data
    return place


def read(array: Array) -> int:
    """Return the address as it stands in the object."""
    place: int | None = ctypes.c_void_p.from_address(id(array) + HEAD).value
    return place or 0


def _holds() -> bool:
    """Return whether objects are laid out so: by arrays and views whose addresses differ."""
    if object.__basicsize__ != HEAD:
        return False
    block = np.zeros((5, 7))
    return all(read(array) == asked(array) for array in (block, block[1:], block[:, ::-2], block[3:3], np.float32(1).reshape(1)))


address: Callable[[Array], int] = read if _holds() else asked
