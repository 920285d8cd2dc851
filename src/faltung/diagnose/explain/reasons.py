"""Why some data cannot tell two explanations apart: every sentence is a property of the operands that was checked on them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.probes import answer, differ
from faltung.diagnose.explain.ranking import Facts, rank_of
from faltung.errors import SpecError
from faltung.spec import Problem, Spec, source
from faltung.spec.numbers import is_exact
from faltung.spec.spec import at, reversed_axis

LARGE = 2**20  # samples of an input that is not convolved with another kernel only to say why
FEW = 4  # outputs
UNKNOWN = "on other operands they differ"


def reasons(first: Explanation, second: Explanation, x: Array, k: Array, y: Array, facts: Facts, other_kernel: Array) -> tuple[str, ...]:
    """Return why (x, k, y) cannot tell two explanations that both fit.

    Parameters
    ----------
    first, second : Explanation
    x, k, y : ndarray
    facts : Facts
    other_kernel : ndarray
        Of the shape and dtype of k, with random values: where the two agree on x with this kernel too, it is the input that hides what
        differs.

    Returns
    -------
    tuple of str
        At least one sentence.
    """
    rank = rank_of(first, facts)
    said = [*_of_numbers(first, second, x, k, y, facts)]
    if not said and _kernel_hides(first, second, x, k, facts):
        said += _of_kernel(first, second, k, rank)
        said = said or ["with this kernel both give the same result, whatever the input"]
    elif not said and (x.size > LARGE or agree(first, second, x, other_kernel)):
        said += _of_input(first, second, x, k, rank)
        said = said or (["on this input both give the same result, whatever the kernel"] if x.size <= LARGE else [])
    if not said:
        said += _of_difference(first, second, x, k, facts)
    said = said or _of_both(first, second, x, k, y, facts, other_kernel)
    if y.size <= FEW:
        said.append(f"y has {y.size} output{'s' if y.size > 1 else ''} only")
    return tuple(said) or (f"both give these {y.size:,} outputs; {UNKNOWN}",)


def _of_both(
    first: Explanation, second: Explanation, x: Array, k: Array, y: Array, facts: Facts, other_kernel: Array
) -> list[str]:  # fmt: skip
    """Return why a different boundary does not show, and then why the rest does not: where two things differ, one reason is not enough."""
    between = replace(first, spec=replace(first.spec, boundary=second.spec.boundary, fill=second.spec.fill))
    if between.spec in (first.spec, second.spec) or x.size > LARGE or not agree(first, between, x, k):
        return []
    steps = ((first, between), (between, second))
    said = [reasons(*step, x, k, y, facts, other_kernel) for step in steps]
    return [*said[0], *said[1]] if not any(UNKNOWN in each for part in said for each in part) else []


def agree(first: Explanation, second: Explanation, x: Array, k: Array) -> bool:
    """Return whether both give the same result."""
    one, other = answer(first, x, k), answer(second, x, k)
    return not isinstance(one, str) and not isinstance(other, str) and not differ(one, other)


def _kernel_hides(first: Explanation, second: Explanation, x: Array, k: Array, facts: Facts) -> bool:
    rng = np.random.default_rng(7)
    if x.size > LARGE and len(facts.x_shape) > 3:
        return False
    shape = tuple(min(n, 64 + 2 * max(facts.k_shape)) for n in x.shape) if x.size > LARGE else x.shape
    values = rng.integers(0, 100, shape).astype(x.dtype)
    return agree(first, second, values, k)


# Numbers


def _of_numbers(first: Explanation, second: Explanation, x: Array, k: Array, y: Array, facts: Facts) -> Iterator[str]:
    one, other = first.spec, second.spec
    if first.changes == second.changes and replace(one, conj=other.conj) == other:
        if not facts.complex_k:
            yield "the kernel is real, so conjugation does not show"
        elif not facts.complex_x:
            yield "the input is real, so it does not show which operand is conjugated"
        elif not np.imag(k).any():
            yield "the kernel has no imaginary part, so conjugation does not show"
    if first.changes != second.changes or replace(one, overflow=other.overflow, rounding=other.rounding, dtype=other.dtype) != other:
        return
    if facts.exact and one.overflow != other.overflow and _in_range(first, x, k, y):
        yield f"no sum leaves the range of {y.dtype}, so it does not show what happens beyond it"
    if one.rounding != other.rounding:
        yield from _of_rounding(first, x, k)


def _of_rounding(explanation: Explanation, x: Array, k: Array) -> Iterator[str]:
    value = _unlimited(explanation, x, k)
    if value is None:
        return
    parts = np.abs(value.astype("float64") % 1)
    if not parts.any():
        yield "every sum is a whole number, so no rounding shows"
    elif not (parts == 0.5).any():
        yield "no sum lies halfway between two whole numbers"


def _of_difference(first: Explanation, second: Explanation, x: Array, k: Array, facts: Facts) -> Iterator[str]:
    """Yield that what the two differ by is rounding."""
    if facts.exact or x.size > LARGE or not (first.rounding_only or second.rounding_only):
        return
    one, other = answer(first, x, k), answer(second, x, k)
    if isinstance(one, str) or isinstance(other, str) or one.shape != other.shape:
        return
    with np.errstate(invalid="ignore"):
        gap = float(np.nanmax(np.abs(one.astype("complex128") - other.astype("complex128")), initial=0.0))
    if gap > 0:
        yield f"their results differ by {gap:.2g} at most, which is less than the rounding of {facts.y_dtype}"


def _in_range(explanation: Explanation, x: Array, k: Array, y: Array) -> bool:
    value = _unlimited(explanation, x, k)
    limits = np.iinfo(y.dtype) if y.dtype.kind in "iu" else None
    return value is not None and limits is not None and bool((value >= limits.min).all() and (value <= limits.max).all())


def _unlimited(explanation: Explanation, x: Array, k: Array) -> Array | None:
    """Return the sums before they became integers of few bits."""
    plain = all(is_exact(each.dtype.name) for each in (x, k))
    spec = replace(explanation.spec, dtype="int64" if plain and explanation.spec.scale == 1 else "float64", overflow="raise")
    value = answer(replace(explanation, spec=spec), x, k)
    return None if isinstance(value, str) else value


# The kernel


def _of_kernel(first: Explanation, second: Explanation, k: Array, rank: int) -> Iterator[str]:
    """Yield what about the kernel hides the difference, one property."""
    one, other = first.spec, second.spec
    axes = _spatial(one, k, rank)
    flips = tuple(axes[axis] for axis in range(rank) if axes and reversed_axis(one, axis) != reversed_axis(other, axis))
    transposed = _transposes(first) != _transposes(second) and k.ndim == 2
    scales = {str(one.scale), str(other.scale)}
    margins = _zero_margins(k, axes)
    if not k.any():
        yield "all taps of the kernel are 0"
    elif k.size > 1 and bool((k == k.flat[0]).all()):
        yield "all taps of the kernel are equal"
    elif transposed and np.array_equal(k, np.flip(k, flips).T):
        yield f"the kernel equals its {'reversed ' if flips else ''}transpose"
    elif flips and np.array_equal(np.flip(k, flips), k):
        yield f"the kernel is symmetric along {_axes(flips)}, so reversing it there does not show"
    elif "1/sum" in scales and np.isclose(k.sum(), 1):
        yield "the taps of the kernel sum to 1, so dividing by their sum does not show"
    elif margins and (one.boundary, one.mode, one.anchor) != (other.boundary, other.mode, other.anchor):
        yield f"the taps of the kernel are 0 at {margins}"


def _transposes(explanation: Explanation) -> bool:
    return explanation.spec.permute is not None or any(change.name == "transpose" for change in explanation.changes)


def _spatial(spec: Spec, k: Array, rank: int) -> tuple[int, ...]:
    """Return the axes of the kernel that slide."""
    if spec.layout is None:
        return tuple(range(k.ndim - rank, k.ndim)) if k.ndim >= rank else ()
    if len(spec.layout.kernel) != k.ndim:
        return ()
    return tuple(spec.layout.kernel.index(letter) for letter in spec.layout.spatial)


def _zero_margins(k: Array, axes: tuple[int, ...]) -> str:
    said = []
    for axis in axes:
        for end, place in (("low", 0), ("high", -1)):
            if k.shape[axis] > 1 and not np.take(k, place, axis).any():
                said.append(f"the {end} end of axis {axis}")
    return ", ".join(said)


def _axes(axes: tuple[int, ...]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"the axes {', '.join(map(str, axes))} together"


# The input


def _of_input(first: Explanation, second: Explanation, x: Array, k: Array, rank: int) -> Iterator[str]:
    """Yield what about the input hides the difference."""
    one, other = first.spec, second.spec
    axes = _sliding(first, x, rank)
    flips = tuple(axes[axis] for axis in range(len(axes)) if reversed_axis(one, axis) != reversed_axis(other, axis))
    constant = tuple(axis for axis in axes if x.shape[axis] > 1 and bool((x == np.take(x, [0], axis)).all()))
    if not x.any():
        yield "every sample of the input is 0"
    elif x.size > 1 and bool((x == x.flat[0]).all()):
        yield f"the input is constant: every sample is {x.flat[0].item()!r}"
    elif replace(one, boundary=other.boundary, fill=other.fill) == other and first.changes == second.changes:
        yield from _alike_outside(one, other, x, k, rank, axes)
    elif x.size <= LARGE and constant:
        yield f"the input does not change along {_axes(constant)}"
    elif x.size <= LARGE and flips and np.array_equal(np.flip(x, flips), x):
        yield f"the input is symmetric along {_axes(flips)}"


def _sliding(explanation: Explanation, x: Array, rank: int) -> tuple[int, ...]:
    layout = explanation.spec.layout
    if layout is not None:
        return tuple(layout.input.index(letter) for letter in layout.spatial) if len(layout.input) == x.ndim else ()
    return explanation.axes if explanation.axes is not None else tuple(range(x.ndim)) if x.ndim == rank else ()


def _alike_outside(one: Spec, other: Spec, x: Array, k: Array, rank: int, axes: tuple[int, ...]) -> Iterator[str]:
    """Yield that two laws continue this input alike, as far as it is read outside: one sentence for a pair of laws."""
    pads = _read_outside(one, x, k, axes)
    ends: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for place, axis in enumerate(axes):
        taps = k.shape[k.ndim - rank + place] if one.layout is None and k.ndim >= rank else max(k.shape)
        reach = pads[place] if pads else (taps * max(one.dilation),) * 2
        for end, words in _of_outside(one, other, x, place, axis, reach):
            ends.setdefault(words, []).append((end, axis))
    for words, places in ends.items():
        named = [f"both ends of axis {axis}" for axis in axes if {("low", axis), ("high", axis)} <= set(places)]
        named += [f"the {end} end of axis {axis}" for end, axis in places if f"both ends of axis {axis}" not in named]
        said = "every end" if len(places) == 2 * len(axes) > 2 else " and ".join(", ".join(named).rsplit(", ", 1))
        yield f"beyond {said}, {words[0]} and {words[1]} continue this input alike"


def _read_outside(spec: Spec, x: Array, k: Array, axes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Return how many samples are read beyond each end of the sliding axes; nothing where the sizes do not say it."""
    try:
        shape = x.shape if spec.layout is not None else tuple(x.shape[axis] for axis in axes)
        windows = Problem(spec=spec, input_shape=shape, kernel_shape=k.shape).windows
    except SpecError:
        return ()
    return tuple((max(w.pad_low, 0), max(w.pad_high, 0)) for w in windows) if len(windows) == len(axes) else ()


def _of_outside(one: Spec, other: Spec, x: Array, place: int, axis: int, reach: tuple[int, int]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the ends of one axis beyond which two laws continue the input in the same way, with the laws in words."""
    for side, end in enumerate(("low", "high")):
        laws = [at(spec.boundary, place)[side] for spec in (one, other)]
        fills = [at(spec.fill, place)[side] for spec in (one, other)]
        if (laws[0] == laws[1] and fills[0] == fills[1]) or not reach[side]:
            continue
        n = x.shape[axis]
        beyond = range(-reach[0], 0) if side == 0 else range(n, n + reach[1])
        taken = [[_sample(x, axis, source(law, m, n), fill) for m in beyond] for law, fill in zip(laws, fills, strict=True)]
        if all(bool(np.all(a == b)) for a, b in zip(*taken, strict=True)):
            words = tuple(f"constant {fill}" if law == "constant" else law for law, fill in zip(laws, fills, strict=True))
            yield end, (words[0], words[1])


def _sample(x: Array, axis: int, index: int | None, fill: object) -> Array:
    return np.asarray(fill) if index is None else np.asarray(np.take(x, index, axis))
