"""Transforms in several axes, an axis after another and each in pieces: threads share them, and Ctrl-C is seen between two.

One call of ``scipy.fft`` takes seconds for an image of several thousand samples a side, and nothing interrupts it. The one-dimensional
transforms are the same whoever does them, so the number of threads changes no bit.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from faltung.methods.workers import share

Array = npt.NDArray[Any]
PIECE, LARGEST_PIECE = 1 << 16, 1 << 20
"""Entries of a piece, where an axis can be cut into such, and at most: 10 ms in float32, a fifth of a second in longdouble."""


def forward(line: Array, sizes: list[int], workers: int, *, is_real: bool) -> Array:
    """Return the spectra over the last axes, as many as there are sizes, of arrays that zeros make so large."""
    import scipy.fft as sfft

    first: Any = sfft.rfft if is_real else sfft.fft
    last = sizes[-1] // 2 + 1 if is_real else sizes[-1]
    lead = line.shape[: line.ndim - len(sizes)]
    out = np.zeros((*lead, *sizes[:-1], last), np.result_type(line.dtype, np.complex64))
    there = out[(*(slice(n) for n in line.shape[:-1]),)]
    in_pieces(line, there, -1, lambda block: first(block, sizes[-1]), workers)
    for axis in range(-2, -len(sizes) - 1, -1):
        in_pieces(out, out, axis, partial(sfft.fft, axis=axis, overwrite_x=True), workers)
    return out


def inverse(spectrum: Array, sizes: list[int], workers: int, *, is_real: bool) -> Array:
    """Return what has this spectrum, which is overwritten."""
    import scipy.fft as sfft

    for axis in range(-len(sizes), -1):
        in_pieces(spectrum, spectrum, axis, partial(sfft.ifft, axis=axis, overwrite_x=True), workers)
    last: Any = sfft.irfft if is_real else sfft.ifft
    out = np.empty((*spectrum.shape[:-1], sizes[-1]), spectrum.real.dtype if is_real else spectrum.dtype)
    in_pieces(spectrum, out, -1, lambda block: last(block, sizes[-1]), workers)
    return out


def in_pieces(source: Array, target: Array, axis: int, transform: Callable[[Array], Array], workers: int) -> None:
    """Write the transforms along an axis, in pieces of the first of the others that is long enough: those lie side by side in memory."""
    rest = [a for a in range(target.ndim) if a != axis % target.ndim]
    if not rest:
        target[...] = transform(source)
        return
    enough = [a for a in rest if target.shape[a] * LARGEST_PIECE >= target.size and target.shape[a] > 1]
    other = enough[0] if enough else max(rest, key=lambda a: target.shape[a])
    count = max(min(target.size // PIECE, target.shape[other]), 1)
    edges = [target.shape[other] * i // count for i in range(count + 1)]

    def piece(i: int) -> None:
        place = (*(slice(None),) * other, slice(edges[i], edges[i + 1]))
        found = transform(source[place])
        if not np.may_share_memory(found, target):  # else it is there already
            target[place] = found

    share(piece, count, workers)
