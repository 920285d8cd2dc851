"""Kernels that no tile takes, or only slowly: cut into halves, and those again, whose sums are added up.

With taps s … e − 1 of an axis alone, and the window's pads moved so that the same samples are met, y = Σ over the pieces of their sums.
A kernel is halved along its longest axis as long as that is predicted to be faster than one transform of the whole.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf, prod

import numpy as np
import numpy.typing as npt

from faltung.methods.fourier import whole
from faltung.methods.fourier.choice import Cut, best_cut, seconds, why_not
from faltung.spec.case import Case
from faltung.spec.window import reach

Array = npt.NDArray[np.generic]
MOST_HALVINGS = 4
ADDED = 1e-9
"""Seconds to write, read and add up one number of float32 once more (2048 x 2048: 2.4 ms to 4.5 ms)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A Case with some of the taps, which of them, and its tiles."""

    case: Case
    taps: tuple[slice, ...]
    made: Cut


@lru_cache(maxsize=1024)
def pieces(case: Case) -> tuple[Piece, ...]:
    """Return the pieces of a kernel, most often one; none where one transform of the whole serves."""
    if why_not(case) is not None:
        return ()
    every = tuple(slice(0, k) for k in case.kernel_sizes)
    predicted, found = cheapest(case, every, MOST_HALVINGS)
    return found if case.batch * predicted <= whole.cost(case).seconds else ()


def cheapest(case: Case, taps: tuple[slice, ...], halvings: int) -> tuple[float, tuple[Piece, ...]]:
    """Return the predicted time of one item, and the pieces."""
    made = best_cut(case)
    alone = inf if made is None else seconds(made)
    found = () if made is None else (Piece(case=case, taps=taps, made=made),)
    if not halvings or max(case.kernel_sizes) == 1 or case.batch * alone <= whole.cost(case).seconds:
        return alone, found
    both = [cheapest(*half, halvings - 1) for half in halves(case, taps)]
    output = ADDED * prod(case.output_sizes) * np.dtype(case.dtype).itemsize / 4
    total = output + sum(predicted for predicted, _ in both)
    return min((alone, found), (total, (*both[0][1], *both[1][1])), key=lambda way: way[0])


def halves(case: Case, taps: tuple[slice, ...]) -> list[tuple[Case, tuple[slice, ...]]]:
    """Return the two halves of a kernel along its longest axis, each as a Case with the same outputs."""
    axis = max(range(len(taps)), key=lambda a: reach(case.windows[a], case.kernel_sizes[a]))
    begin, end = taps[axis].start, taps[axis].stop
    middle = (begin + end) // 2
    return [part(case, taps, axis, slice(begin, middle)), part(case, taps, axis, slice(middle, end))]


def part(case: Case, taps: tuple[slice, ...], axis: int, kept: slice) -> tuple[Case, tuple[slice, ...]]:
    """Return the Case with the kept taps of an axis alone."""
    window, before, dilation = case.windows[axis], taps[axis], case.windows[axis].kernel_dilation
    low, high = kept.start - before.start, before.stop - kept.stop
    moved = replace(window, pad_low=window.pad_low - dilation * low, pad_high=window.pad_high - dilation * high)
    windows = tuple(moved if a == axis else given for a, given in enumerate(case.windows))
    sizes = tuple(kept.stop - kept.start if a == axis else size for a, size in enumerate(case.kernel_sizes))
    return replace(case, windows=windows, kernel_sizes=sizes), tuple(kept if a == axis else given for a, given in enumerate(taps))
