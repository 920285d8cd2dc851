"""What is done to every number of an array by itself, band by band: temporaries stay in a cache, and threads share the bands."""

from collections.abc import Callable
from typing import Any

from faltung.methods.workers import share

BAND = 1 << 16
"""Numbers of a band: with the temporaries of its steps it stays in the second-level cache."""
Place = tuple[Any, ...]
"""An index."""


def in_bands(shape: tuple[int, ...], workers: int, work: Callable[[Place], Any]) -> None:
    """Call `work` with the places of an array of this shape, in bands of its longest axis."""
    size, axis = 1, max(range(len(shape)), key=shape.__getitem__, default=0)
    for n in shape:
        size *= n
    count = min(-(-size // BAND), shape[axis]) if shape else 0
    if count <= 1:
        work((...,))
        return
    edges = [shape[axis] * i // count for i in range(count + 1)]
    before = (slice(None),) * axis
    share(lambda i: work((*before, slice(edges[i], edges[i + 1]))), count, workers)
