"""Memory that outlives a call: one ring that threads share."""

from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.scratch import aligned_bytes

Array = npt.NDArray[Any]
MOST_KEPT = 40 << 20
_spare: list[Array] = []  # at most one: fresh memory of this size costs as much as filling it


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
