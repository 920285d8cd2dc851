"""Where single outputs stand in a kernel's response: every shift at which some outputs are equal, whatever the shift, in one look-up.

An output o that reads V(stride·o − pad) has V's value somewhere. So the positions at which V has the value of a few outputs say which
shifts are possible at all; only those are compared with the other outputs. Unlike a comparison at every shift this costs no more for many
shifts than for few.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.diagnose.explain.search.align import Block, Samples

Array = np.ndarray[Any, Any]
MOST_PAIRS, MOST_VOTED = 4096, 96
"""Positions of equal values that are gone through, those of the rarest values first; and shifts that are compared, those of most first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Outputs (numbers of samples) and the positions (P, rank) at which V has their value."""

    samples: Array
    positions: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voted:
    """Shifts (C, rank), and for each how many outputs could be compared, and how many are equal."""

    pads: Array
    counted: Array
    equal: Array


def pairs_of(v: dict[tuple[int, int], Array], block: Block, samples: Samples, reaches: tuple[int, ...], anywhere: bool) -> Pairs:
    """Return the positions of the samples' values; those whose window stays inside, or, `anywhere`, meets it."""
    found: list[tuple[int, Array]] = []
    for key, values in v.items():
        flat, index = _sorted(values, block, reaches, anywhere)
        of = np.flatnonzero((samples.places[:, 0] == key[0]) & (samples.places[:, 1] == key[1]))
        wanted = samples.values[of]
        firsts = np.searchsorted(flat.real, wanted.real - samples.near, side="left")
        lasts = np.searchsorted(flat.real, wanted.real + samples.near, side="right")
        for number, value, first, last in zip(of, wanted, firsts, lasts, strict=True):
            hits = index[first:last]
            if flat.dtype.kind == "c" or wanted.dtype.kind == "c":
                hits = hits[np.abs(flat[first:last] - value) <= samples.near]
            if len(hits):
                found.append((int(number), hits))
    found.sort(key=lambda pair: len(pair[1]))
    shape = next(iter(v.values())).shape
    kept, numbers, total = [], [], 0
    for sample, every in found:
        hits = every[: MOST_PAIRS - total]
        if not len(hits):
            break
        total += len(hits)
        kept.append(hits)
        numbers.append(np.full(len(hits), sample))
    if not kept:
        return Pairs(samples=np.zeros(0, int), positions=np.zeros((0, len(shape)), int))
    places = np.stack(np.unravel_index(np.concatenate(kept), shape), axis=1) + np.asarray(block.origin)
    return Pairs(samples=np.concatenate(numbers), positions=places)


def _sorted(values: Array, block: Block, reaches: tuple[int, ...], anywhere: bool) -> tuple[Array, Array]:
    """Return V's finite values in order, and where they stand."""
    good = np.isfinite(values) if values.dtype.kind in "fc" else np.ones(values.shape, bool)
    for axis, (origin, (first, last), reach) in enumerate(zip(block.origin, block.inner, reaches, strict=True)):
        p = np.arange(values.shape[axis]) + origin
        inside = (p + reach >= first) & (p <= last) if anywhere else (p >= first) & (p + reach <= last)
        good = good & inside.reshape([-1 if a == axis else 1 for a in range(values.ndim)])
    index = np.flatnonzero(good)
    flat = values.reshape(-1)[index]
    order = np.argsort(flat, kind="stable")
    return flat[order], index[order]


def voted(
    v: dict[tuple[int, int], Array], block: Block, samples: Samples, pairs: Pairs, strides: tuple[int, ...], reaches: tuple[int, ...],
    pads: tuple[Array, ...], words: Array, anywhere: bool,
) -> Voted:  # fmt: skip
    """Return the shifts among `pads` that some output allows, with those of `words` (W, rank), compared with all samples."""
    shifts = np.asarray(strides) * samples.places[pairs.samples, 2:] - pairs.positions
    good = np.ones(len(shifts), bool)
    for axis, allowed in enumerate(pads):
        low = int(allowed.min())
        table = np.zeros(int(allowed.max()) - low + 1, bool)
        table[allowed - low] = True
        own = shifts[:, axis] - low
        good &= (own >= 0) & (own < len(table)) & table[np.clip(own, 0, len(table) - 1)]
    shifts = shifts[good]
    if len(shifts):
        shifts, votes = np.unique(shifts, axis=0, return_counts=True)
        shifts = shifts[np.argsort(-votes, kind="stable")[:MOST_VOTED]]
    shifts = np.concatenate([shifts, words.reshape(-1, len(pads))])
    return _compared(v, block, samples, shifts, strides, reaches, anywhere)


def _compared(
    v: dict[tuple[int, int], Array], block: Block, samples: Samples, shifts: Array, strides: tuple[int, ...], reaches: tuple[int, ...],
    anywhere: bool,
) -> Voted:  # fmt: skip
    first = next(iter(v.values()))
    p = np.asarray(strides)[None, None, :] * samples.places[None, :, 2:] - shifts[:, None, :]
    i = p - np.asarray(block.origin)
    size = np.asarray(first.shape)
    valid = ((i >= 0) & (i < size)).all(axis=-1)
    low, high = (np.asarray([ends[side] for ends in block.inner]) for side in (0, 1))
    last = p + np.asarray(reaches)
    valid &= ((last >= low) & (p <= high) if anywhere else (p >= low) & (last <= high)).all(axis=-1)
    i = np.clip(i, 0, size - 1)
    guess = np.empty(valid.shape, first.dtype)
    for key, values in v.items():
        of = np.flatnonzero((samples.places[:, 0] == key[0]) & (samples.places[:, 1] == key[1]))
        if len(of):
            guess[:, of] = values[tuple(i[:, of, a] for a in range(len(size)))]
    with np.errstate(all="ignore"):
        if guess.dtype.kind in "fc":
            valid &= np.isfinite(guess)
        if samples.range and guess.dtype.kind == "i":
            guess = np.clip(guess, samples.range[0], samples.range[1])
        equal = (np.abs(guess - samples.values) <= samples.near) & valid
        telling = ~np.isin(samples.values, (0, *samples.range))
        if telling.any():  # zeros are found in padding, and between the samples of a spread input: alone they tell nothing
            equal &= (equal & telling).any(axis=-1, keepdims=True)
    return Voted(pads=shifts, counted=valid.sum(-1), equal=equal.sum(-1))
