"""Memory that begins at a cache line, and each thread's own of it, which outlives a call."""

import threading
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LINE = 64
_own = threading.local()


def aligned_bytes(size: int) -> Array:
    """Return memory that begins at a cache line; nothing is written to it."""
    raw = np.empty(size + LINE, np.uint8)
    skip = -raw.ctypes.data % LINE
    return raw[skip : skip + size]


def scratch(size: int) -> int:
    """Return the address of this thread's scratch of at least `size` bytes."""
    if getattr(_own, "size", -1) < size:
        _own.kept = aligned_bytes(size)
        _own.address, _own.size = _own.kept.ctypes.data, size
    address: int = _own.address
    return address
