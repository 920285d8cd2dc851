"""Where a candidate fails: the interior or one border, one channel, a patch, every second sample, a few samples; and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from faltung.diagnose.explain.explanation import Array

FEW = 8  # samples that are named one by one
SHARE = 0.05  # of the outputs that are wrong, at most, where they are called sparse
PERIODS = (2, 3, 4)
CHANNELS = 64  # entries of an axis that may be told by their number


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One output: where it is, what it is in y, and what a candidate says it is."""

    index: tuple[int, ...]
    found: complex
    predicted: complex


def where(wrong: Array, reach: tuple[int, ...]) -> str:
    """Return where outputs are wrong.

    Parameters
    ----------
    wrong : ndarray of bool
    reach : tuple of int
        By how many outputs a border may reach into the result, an entry for each axis: what the kernel reads outside.

    Examples
    --------
    >>> wrong = np.zeros((12, 9), bool)
    >>> wrong[0] = True
    >>> where(wrong, (2, 2))
    'interior right, wrong on the low border of axis 0 (1 deep, all 9 outputs there)'
    >>> wrong[:] = False
    >>> wrong[3, 4] = True
    >>> where(wrong, (2, 2))
    'right but for 1 of 108 outputs: (3, 4)'
    """
    count = int(wrong.sum())
    if not count:
        return "right everywhere"
    if wrong.all():
        return f"wrong at all {wrong.size} outputs" if wrong.size > 1 else "wrong at its only output"
    for said in (_borders(wrong, reach), _channel(wrong), _few(wrong), _period(wrong), _patch(wrong)):
        if said:
            return said
    return f"wrong at {count} of {wrong.size} outputs ({count / wrong.size:.0%}){_shares(wrong, reach) or ', all over the result'}"


def _shares(wrong: Array, reach: tuple[int, ...]) -> str:
    """Return how many are wrong in the interior and on the borders, where one of them is wrong twice as often as the other."""
    inner = wrong[_interior(wrong, reach)]
    around = wrong.size - inner.size
    if not inner.size or not around:
        return ""
    inside, outside = int(inner.sum()), int(wrong.sum()) - int(inner.sum())
    shares = sorted((inside / inner.size, outside / around))
    if shares[1] < 2 * shares[0]:
        return ""
    return f": {inside} of {inner.size} in the interior, {outside} of {around} on the borders"


def by_how_much(predicted: Array, y: Array, wrong: Array) -> str:
    """Return how wrong outputs are off: by one factor, one difference, or the largest of the differences.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 4.0])
    >>> by_how_much(y / 2, y, np.ones(3, bool)), by_how_much(y - 3, y, np.ones(3, bool))
    ('y is 2 times as large there', 'y is larger by 3 there')
    """
    if predicted.shape != y.shape or not wrong.any():
        return ""
    kind = "complex128" if "c" in (predicted.dtype.kind, y.dtype.kind) else "float64"
    one, other = predicted[wrong].astype(kind), y[wrong].astype(kind)
    finite = np.isfinite(one) & np.isfinite(other)
    if not finite.any():
        return "what is there is not finite"
    one, other = one[finite], other[finite]
    gap = other - one
    if one.size > 1 and one.any() and _one_value(other, one):
        factor = complex(np.vdot(one, other) / np.vdot(one, one))
        return f"y is {_number(factor)} times as large there"
    if one.size > 1 and np.ptp(gap.real) <= 1e-6 * np.abs(gap).max() and np.ptp(gap.imag) <= 1e-6 * np.abs(gap).max():
        value = complex(gap.mean())
        return (
            f"y is {'smaller' if value.real < 0 and not value.imag else 'larger'} by {_number(-value if value.real < 0 else value)} there"
        )
    if _sparse(wrong):
        return f"y is {_listed(other)} there instead of {_listed(one)}"
    worst = int(np.argmax(np.abs(gap)))
    index = tuple(int(i) for i in np.argwhere(wrong)[np.flatnonzero(finite)[worst]])
    return f"most at {index}: {_number(complex(other[worst]))} instead of {_number(complex(one[worst]))}"


def _one_value(values: Array, of: Array) -> bool:
    factor = np.vdot(of, values) / np.vdot(of, of)
    return bool(factor) and bool(np.abs(values - factor * of).max() <= 1e-6 * np.abs(values).max())


def samples(predicted: Array, y: Array, wrong: Array) -> tuple[Sample, ...]:
    """Return wrong outputs one by one: all where they are few, else those that are off by most, the first of these first.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 4.0])
    >>> samples(np.array([1.0, 2.0, 5.0]), y, np.array([False, False, True]))
    (Sample(index=(2,), found=4.0, predicted=5.0),)
    """
    if predicted.shape != y.shape:
        return ()
    places = np.argwhere(wrong)
    if len(places) > FEW:
        kind = "complex128" if "c" in (predicted.dtype.kind, y.dtype.kind) else "float64"
        with np.errstate(invalid="ignore"):
            gap = np.abs(y[wrong].astype(kind) - predicted[wrong].astype(kind))
        places = places[np.sort(np.argsort(-np.nan_to_num(gap, nan=np.inf), kind="stable")[:FEW])]
    indices = [tuple(int(i) for i in place) for place in places]
    return tuple(Sample(index=index, found=y[index].item(), predicted=predicted[index].item()) for index in indices)


def _listed(values: Array) -> str:
    return ", ".join(_number(complex(value)) for value in values)


def _number(value: complex) -> str:
    return f"{value.real:.6g}" if not value.imag else f"{value:.6g}"


def _borders(wrong: Array, reach: tuple[int, ...]) -> str:
    """Return the borders that hold everything that is wrong, None where the interior is wrong too, or there is none."""
    depth, inner = _depth(wrong, reach), _interior(wrong, reach)
    if wrong[inner].any() or not any(depth):
        return ""
    said = []
    for axis, deep in enumerate(depth):
        for end in ("low", "high"):
            others = tuple(slice(None) if i == axis else s for i, s in enumerate(inner))  # corners belong to no one border
            line = np.atleast_1d(wrong[others].any(axis=tuple(i for i in range(wrong.ndim) if i != axis)))
            hit = [i for i in range(deep) if line[i if end == "low" else -1 - i]]
            if hit:
                said.append(_border(wrong, axis, end, max(hit) + 1))
    if not said:
        return f"interior and borders right, wrong in the corners: {int(wrong.sum())} of {wrong.size} outputs"
    return f"interior right, wrong on {' and '.join(said)}" if len(said) < 3 or wrong.ndim > 2 else _all_around(said, wrong)


def _depth(wrong: Array, reach: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(min(r, (n - 1) // 2) for r, n in zip(reach, wrong.shape, strict=True))


def _interior(wrong: Array, reach: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(d, n - d) for d, n in zip(_depth(wrong, reach), wrong.shape, strict=True))


def _border(wrong: Array, axis: int, end: str, deep: int) -> str:
    n = wrong.shape[axis]
    band = np.take(wrong, range(deep) if end == "low" else range(n - deep, n), axis)
    count = int(band.sum())
    share = f"all {count} outputs there" if count == band.size else f"{count} of {band.size} outputs there"
    return f"the {end} border of axis {axis} ({deep} deep, {share})"


def _all_around(said: list[str], wrong: Array) -> str:
    names = ", ".join(each.removeprefix("the ").partition(" (")[0] for each in said)
    return f"interior right, wrong on {len(said)} borders ({names}): {int(wrong.sum())} of {wrong.size} outputs"


def _channel(wrong: Array) -> str:
    """Return the entries of one axis that hold everything that is wrong, and are wrong nearly everywhere."""
    for axis, n in enumerate(wrong.shape):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        hit = np.flatnonzero(wrong.any(axis=others))
        if wrong.ndim > 2 and n <= CHANNELS and 0 < hit.size <= max(n // 2, 1) and hit.size < n and np.take(wrong, hit, axis).mean() > 0.5:
            entries = ", ".join(map(str, hit.tolist()))
            return f"right but for {'entry' if hit.size == 1 else 'entries'} {entries} of axis {axis} (of {n}): one channel is another"
    return ""


def _sparse(wrong: Array) -> bool:
    count = int(wrong.sum())
    return count <= FEW and count <= max(SHARE * wrong.size, 1)


def _few(wrong: Array) -> str:
    if not _sparse(wrong):
        return ""
    places = np.argwhere(wrong)
    named = ", ".join(str(tuple(place)) for place in places.tolist())
    return f"right but for {len(places)} of {wrong.size} outputs: {named}"


def _period(wrong: Array) -> str:
    for axis, period in ((axis, period) for axis in range(wrong.ndim) for period in PERIODS if wrong.shape[axis] >= 2 * period):
        phases = [wrong[(slice(None),) * axis + (slice(phase, None, period),)] for phase in range(period)]
        bad = [phase for phase, part in enumerate(phases) if part.any()]
        if len(bad) == 1 and phases[bad[0]].mean() > 0.5:
            return f"right but for every {_ordinal(period)} output along axis {axis}, from {bad[0]} on"
    return ""


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")


def _patch(wrong: Array) -> str:
    spans = list(_spans(wrong))
    box = wrong[tuple(slice(low, high) for low, high in spans)]
    if box.size > wrong.size / 2 and box.mean() < 0.9:
        return ""
    named = ", ".join(f"{low} to {high - 1}" for low, high in spans)
    if box.size > wrong.size / 2:
        return f"wrong within {named} (by axis): {int(box.sum())} of {wrong.size} outputs"
    count = f"all {box.size}" if box.all() else f"{int(box.sum())} of {box.size}"
    return f"right but for the patch {named} (by axis): {count} outputs there"


def _spans(wrong: Array) -> Iterator[tuple[int, int]]:
    for axis in range(wrong.ndim):
        hit = np.flatnonzero(wrong.any(axis=tuple(i for i in range(wrong.ndim) if i != axis)))
        yield int(hit[0]), int(hit[-1]) + 1
