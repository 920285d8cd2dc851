"""Memory that outlives a call: a thread's scratch, and one ring that threads share."""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier.compiled import aligned_bytes

Array = npt.NDArray[Any]
MOST_KEPT = 40 << 20
_scratch = threading.local()
_spare: list[Array] = []  # at most one: fresh memory of this size costs as much as filling it


def scratch(size: int) -> int:
    """Return the address of this thread's scratch of at least `size` bytes, aligned to a cache line."""
    if getattr(_scratch, "size", -1) < size:
        _scratch.kept = aligned_bytes(size)
        _scratch.address, _scratch.size = _scratch.kept.ctypes.data, size
    address: int = _scratch.address
    return address


def taken(size: int) -> Array:
    """Return memory of at least `size` bytes: that of an earlier call if nobody else has it. Give it back to `kept`."""
    try:
        known = _spare.pop()
    except IndexError:
        known = np.empty(0, np.uint8)
    return known if known.size >= size else aligned_bytes(size)


def kept(memory: Array) -> None:
    """Keep memory for the next call."""
    if memory.size <= MOST_KEPT and not _spare:
        _spare.append(memory)
