"""All kernels of one shape that meet one input: their responses are computed together, and once."""

from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.hypothesis import Hypothesis
from faltung.diagnose.explain.search.align import Block, Matches, Samples, block_of, response, responses
from faltung.diagnose.explain.search.line import line_shares
from faltung.diagnose.explain.search.samples import Ranges
from faltung.diagnose.explain.search.shifts import words_of
from faltung.diagnose.explain.search.variants import Step
from faltung.spec import Boundary

Array = np.ndarray[Any, Any]
Responses = dict[tuple[int, int], Array]
MOST_WINDOWS = 1 << 21
"""Numbers in all windows up to which the responses of all kernels are computed at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """The kernels of one shape that meet one input, and their responses."""

    ws: list[Array] = field(default_factory=list)
    known: dict[Any, Any] = field(default_factory=dict)


def responses_of(
    base: Hypothesis, family: Family, number: int, step: tuple[Step, ...], samples: Samples, ranges: Ranges, law: Boundary | None
) -> tuple[Block, Responses | None]:
    """Return V of every item and channel that samples were taken of; None where the kernel is wider than the block."""
    block, own, keys = _known(base, family, step, samples, ranges, law)
    if own is not None:
        return block, {each: values[number] for each, values in own.items()}
    if keys is None:
        return block, None
    dilations = tuple(d for _, d, _ in step)
    key = (number, tuple(each[1:] for each in step), ranges, law)
    if key not in family.known:
        family.known[key] = {each: response(block, base.w, dilations, each[0], each[1], base.arrangement.groups) for each in keys}
    return block, family.known[key]


def _known(
    base: Hypothesis, family: Family, step: tuple[Step, ...], samples: Samples, ranges: Ranges, law: Boundary | None
) -> tuple[Block, Responses | None, list[tuple[int, int]] | None]:
    """Return the block, V of all kernels unless that is too much at once, and the items and channels, None where nothing fits."""
    spreads, dilations = tuple(e for _, _, e in step), tuple(d for _, d, _ in step)
    key = (spreads, dilations, ranges, law)
    if key not in family.known:
        block = block_of(base.arrangement.x, spreads, ranges, law)
        keys = sorted({(int(b), int(c)) for b, c in samples.places[:, :2]})
        fits = all(n > d * (k - 1) for n, d, k in zip(block.values.shape[2:], dilations, base.w.shape[2:], strict=True))
        together = fits and prod(block.values.shape[2:]) * base.w[0].size * len(keys) <= MOST_WINDOWS
        own = {each: responses(block, np.stack(family.ws), dilations, each, base.arrangement.groups) for each in keys} if together else None
        family.known[key] = (replace(block, values=block.values[:0]) if together or not fits else block, own, keys if fits else None)
    block, own, keys = family.known[key]
    return block, own, keys


def resemblances(
    base: Hypothesis, family: Family, number: int, step: tuple[Step, ...], samples: Samples, ranges: Ranges, pads: tuple[Array, ...]
) -> tuple[Matches, int]:
    """Return how well a straight line explains the outputs inside at every one of these shifts, and how many lie inside under a word."""
    block, own, _ = _known(base, family, step, samples, ranges, None)
    together = own is not None
    key = ("line", None if together else number, step, ranges)
    if key not in family.known:
        v = own if own is not None else responses_of(base, family, number, step, samples, ranges, None)[1]
        assert v is not None
        inside = tuple(_inside(block, axis, base, v) for axis in range(len(step)))
        part: tuple[Any, ...] = (..., *inside)
        pairs = [((values if together else values[None])[part], *_outputs(base, samples, each)) for each, values in sorted(v.items())]
        family.known[key] = (*line_shares(pairs, tuple(s for s, _, _ in step)), inside)
    counted, shares, inside = family.known[key]
    at = []
    for axis, (stride, _, _) in enumerate(step):
        first, last = samples.stretch[axis]
        position = stride * first - pads[axis]  # of the first output
        at.append(position - block.origin[axis] - inside[axis].start + stride * (last - first))
    good = [(i >= 0) & (i < n) for i, n in zip(at, counted.shape, strict=True)]
    shifts, index = tuple(p[g] for p, g in zip(pads, good, strict=True)), np.ix_(*(i[g] for i, g in zip(at, good, strict=True)))
    n, line = counted[index], (shares[number if together else 0])[index]
    nothing = np.zeros(n.shape, np.int64)
    words = words_of(base, pads)
    known = [int(n[tuple(np.searchsorted(p, w) for p, w in zip(shifts, word, strict=True))]) if _has(shifts, word) else 0 for word in words]
    return Matches(pads=shifts, counted=n, equal=nothing, wrapped=nothing, line=line), min(known) if known else int(n.max(initial=0))


def _has(shifts: tuple[Array, ...], word: Array) -> bool:
    return all(w in p for p, w in zip(shifts, word, strict=True))


def _inside(block: Block, axis: int, base: Hypothesis, v: Responses) -> slice:
    """Return the entries of V whose window stays inside."""
    size = next(iter(v.values())).shape[axis - len(base.lines)]
    first, last = (end - block.origin[axis] for end in block.inner[axis])
    return slice(max(first, 0), max(min(last - base.lines[axis].dilation * (base.sizes[axis].k - 1) + 1, size), 0))


def _outputs(base: Hypothesis, samples: Samples, key: tuple[int, int]) -> tuple[Array, Array]:
    """Return the outputs of an item and channel in the stretch that is compared, and which of them count."""
    own = base.arrangement.y[key][tuple(slice(first, last + 1) for first, last in samples.stretch)]
    good = np.isfinite(own) if own.dtype.kind in "fc" else np.ones(own.shape, bool)
    for limit in samples.limits:
        good &= own != limit
    return own, good
