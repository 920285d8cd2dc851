"""Where impulses land: which tap brings which sample to which output, and the integers that say so.

On each axis every sighting (sample p, tap t, output o) must satisfy  stride·o + dilation·t' − pad_low = input_dilation·p  with t' = t or
K−1−t. The smallest integers that do so for all sightings are the reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, Literal

import numpy as np

from faltung.diagnose.probing.calling import Interview
from faltung.diagnose.probing.data import LONG, Setting, Shape, UnreadableError, array_of, impulse, tolerance, weights, zeros

Array = np.ndarray[Any, Any]
MOST = 6  # largest stride, dilation and input_dilation that are tried
PLACES = 16  # impulses, around the middle: enough to meet every phase of a stride


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisSteps:
    """The integers of one axis of the input, and which axis of the kernel slides over it."""

    stride: int
    dilation: int
    input_dilation: int
    reversal: bool
    kernel_axis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The linear core without its pads, and the factor."""

    axes: tuple[AxisSteps, ...]
    factor: float
    scale: float | int | Literal["1/sum", "1/abs_sum"]
    offset: float | int

    @property
    def permute(self) -> tuple[int, ...] | None:
        """The order of the kernel's axes, None where it is theirs."""
        order = tuple(axis.kernel_axis for axis in self.axes)
        return None if order == tuple(range(len(order))) else order


def places(shape: Shape, count: int = PLACES) -> list[Shape]:
    """Return positions around the middle, of all phases of small strides."""
    steps = np.random.default_rng(1).integers(-3, 4, (count, len(shape)))
    return [tuple(int(n // 2 + step) for n, step in zip(shape, row, strict=True)) for row in steps]


def response(ask: Interview, setting: Setting, x_shape: Shape, k: Array, position: Shape) -> Array:
    """Return what one impulse adds to the answer for an input of zeros."""
    answer = ask(impulse(setting, x_shape, position), k)
    found, before = array_of(answer), array_of(ask(zeros(setting, x_shape), k))
    if found.shape != before.shape:
        raise UnreadableError(f"inputs of shape {x_shape} gave answers of shape {found.shape} and {before.shape}")
    change = found - before
    assert answer.value is not None
    change[np.abs(change) <= tolerance(answer.value, float(np.abs(found).max()))] = 0
    return change


def sightings(ask: Interview, setting: Setting, x_shape: Shape, k_shape: Shape, at: Sequence[Shape], factor: float) -> Array:
    """Return rows of (p, t, o), each with one entry per axis."""
    k = weights(k_shape, setting.k_dtype)
    rows = []
    for position in at:
        change = response(ask, setting, x_shape, k, position)
        if change.ndim != len(k_shape):
            raise UnreadableError(f"the answer has {change.ndim} axes, the input {len(k_shape)}")
        for o in np.argwhere(change):
            tap = np.argwhere(np.isclose(k * factor, change[tuple(o)], rtol=1e-4))
            if len(tap) != 1:
                shown = f"{change[tuple(o)] / factor:g}"
                raise UnreadableError(
                    f"an impulse at {position} is answered by {shown} at {tuple(map(int, o))}, which is no weight of {k.tolist()}"
                )
            rows.append((position, tuple(tap[0]), tuple(o)))
    return np.array(rows, dtype=int).reshape(-1, 3, len(k_shape))


def read_steps(ask: Interview, setting: Setting) -> tuple[Steps, Array]:
    """Return the steps on every axis, read from impulses around the middle of a long input; and the sightings."""
    x_shape, k = LONG[setting.ndim], weights(setting.base, setting.k_dtype)
    background = array_of(ask(zeros(setting, x_shape), k))
    changes = [response(ask, setting, x_shape, k, at) for at in places(x_shape)]
    factor = _factor(changes, k)
    found = sightings(ask, setting, x_shape, setting.base, places(x_shape), factor)
    offset = float(background[tuple(n // 2 for n in background.shape)].real)
    axes = _axes(found, setting.base)
    if axes is None:
        raise UnreadableError("no stride, dilation and direction explain where impulses land: " + _told(found))
    return Steps(
        axes=axes, factor=factor, scale=_scale(ask, setting, k, factor), offset=int(offset) if offset == int(offset) else offset
    ), found


def _factor(changes: Sequence[Array], k: Array) -> float:
    """Return the number by which every weight that is seen is multiplied."""
    seen = np.unique(np.concatenate([change[change != 0].real for change in changes]))
    if not seen.size:
        raise UnreadableError("impulses in the middle of the input change nothing")
    highest = float(seen[np.abs(seen).argmax()])
    for factor in (1.0, 1 / float(k.sum()), *(highest / float(w) for w in sorted(k.flat, reverse=True))):
        if np.isclose(seen[:, None], k.ravel() * factor, rtol=1e-4).any(axis=1).all():
            return factor
    raise UnreadableError(
        f"impulses are answered by {', '.join(f'{v:g}' for v in seen[:8])}, which are no multiples of the weights {k.tolist()}"
    )


def _axes(found: Array, k_shape: Shape) -> tuple[AxisSteps, ...] | None:
    for order in permutations(range(len(k_shape))):
        axes = [_axis(found[:, 0, a], found[:, 1, b], found[:, 2, a], k_shape[b], b) for a, b in enumerate(order)]
        if all(axes):
            return tuple(axis for axis in axes if axis)
    return None


def _axis(p: Array, t: Array, o: Array, taps: int, kernel_axis: int) -> AxisSteps | None:
    """Return the smallest integers under which stride·o + dilation·t' − input_dilation·p is one number."""
    steps = range(1, MOST + 1)
    dilations = steps if taps > 1 else (1,)
    for s, d, i in sorted(product(steps, dilations, steps), key=lambda each: (sum(each), each)):
        for reversal in (False, True) if taps > 1 else (False,):
            if np.ptp(start(s, d, i, reversal, taps, p, t, o)) == 0:
                return AxisSteps(stride=s, dilation=d, input_dilation=i, reversal=reversal, kernel_axis=kernel_axis)
    return None


def start(stride: int, dilation: int, input_dilation: int, reversal: bool, taps: int, p: Array, t: Array, o: Array) -> Array:
    """Return the pad_low that each sighting asks for."""
    found: Array = stride * o + dilation * (taps - 1 - t if reversal else t) - input_dilation * p
    return found


def _scale(ask: Interview, setting: Setting, k: Array, factor: float) -> float | int | Literal["1/sum", "1/abs_sum"]:
    if abs(factor - 1) < 1e-4:
        return 1
    if abs(factor * float(k.sum()) - 1) < 1e-4:
        return "1/abs_sum" if _by_absolute_values(ask, setting, k) else "1/sum"
    nearest = round(factor)
    return nearest if nearest and abs(factor - nearest) < 1e-6 else factor


def _by_absolute_values(ask: Interview, setting: Setting, k: Array) -> bool:
    """Return whether a kernel with one negative weight is divided by the sum of its absolute values."""
    if setting.k_dtype == "uint8":
        return False
    mixed = k.copy()
    mixed.flat[0] *= -1
    answer = ask(np.ones(LONG[setting.ndim], setting.x_dtype), mixed)
    if answer.value is None:
        return False
    middle = answer.value[tuple(n // 2 for n in answer.value.shape)]
    return bool(np.isclose(middle, mixed.sum() / np.abs(mixed).sum(), rtol=1e-4))


def _told(found: Array) -> str:
    rows = [f"x{p.tolist()} and k{t.tolist()} meet in y{o.tolist()}" for p, t, o in found[:4]]
    return "; ".join(rows)
