"""Which outputs exist: the words (full, same with its centre, valid, …) whose windows are those that were seen, at every size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.diagnose.probing.calling import Interview
from faltung.diagnose.probing.data import LONG, Setting, Shape, UnreadableError, array_of, weights, zeros
from faltung.diagnose.probing.impulses import AxisSteps, Steps, places, sightings, start
from faltung.errors import SpecError
from faltung.spec import Spec
from faltung.spec.resolve import windows
from faltung.spec.window import core_size

ANCHORS = ("high", "low", "high-1", "high+1", "low-1", "low+1", "high-2", "high+2", "low-2", "low+2", "high-3", "low+3", 0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What one pair of sizes gave on one axis: N samples, K taps, M outputs, of which the first begins to read pad_low before x[0]."""

    n: int
    k: int
    m: int
    pad_low: int


def read_extents(ask: Interview, setting: Setting, steps: Steps) -> tuple[tuple[Extent, ...], ...]:
    """Return, for every axis, what every kernel shape gave on inputs of several sizes."""
    rows: list[list[Extent]] = [[] for _ in steps.axes]
    for turn, k_shape in enumerate(setting.kernels):
        x_shape = tuple(n + (turn * (axis + 1)) % 5 for axis, n in enumerate(LONG[setting.ndim]))
        factor = steps.factor if not isinstance(steps.scale, str) else 1 / float(weights(k_shape, "float64").sum())
        found = _some(ask, setting, x_shape, k_shape, factor)
        outputs = array_of(ask(zeros(setting, x_shape), weights(k_shape, setting.k_dtype))).shape
        for a, axis in enumerate(steps.axes):
            taps = k_shape[axis.kernel_axis]
            pads = start(*_numbers(axis), taps, found[:, 0, a], found[:, 1, axis.kernel_axis], found[:, 2, a])
            if np.ptp(pads):
                raise UnreadableError(f"with a kernel of shape {k_shape} the taps do not stand in line on axis {a}")
            rows[a].append(Extent(n=x_shape[a], k=taps, m=outputs[a], pad_low=int(pads[0])))
    return tuple(tuple(row) for row in rows)


def _numbers(axis: AxisSteps) -> tuple[int, int, int, bool]:
    return axis.stride, axis.dilation, axis.input_dilation, axis.reversal


def _some(ask: Interview, setting: Setting, x_shape: Shape, k_shape: Shape, factor: float) -> Any:
    """Return the sightings of the first impulse that is seen at all (a stride may step over one)."""
    for place in places(x_shape):
        found = sightings(ask, setting, x_shape, k_shape, [place], factor)
        if len(found):
            return found
    raise UnreadableError(f"with a kernel of shape {k_shape} impulses in the middle change nothing")


def read_mode(extents: tuple[tuple[Extent, ...], ...], steps: Steps) -> dict[str, Any]:
    """Return the fields operation, mode, anchor, pads and the steps of a Spec under which every extent is as seen.

    Raises
    ------
    UnreadableError
        When no word fits; the message has the sizes that were seen.
    """
    for core, words in _candidates(extents, steps):
        fitting = []
        for axis, seen in enumerate(extents):
            fitting.append(next((word for word in words[axis] if _fits(core, axis, word, seen)), None))
        if None not in fitting:
            return {**core, **_joined([word for word in fitting if word is not None])}
    raise UnreadableError("no rule explains the outputs: " + _told(extents))


def _candidates(extents: Any, steps: Steps) -> Iterator[tuple[dict[str, Any], list[list[dict[str, Any]]]]]:
    """Yield (fields without mode, for each axis the modes to try), simplest first."""
    spread = tuple(axis.input_dilation for axis in steps.axes)
    stride = tuple(axis.stride for axis in steps.axes)
    flips = tuple(axis.reversal for axis in steps.axes)
    plain = {"stride": stride, "dilation": tuple(axis.dilation for axis in steps.axes), "input_dilation": spread}
    plain["reversal"] = flips
    core = {**plain, "operation": "convolve" if all(flips) else "correlate"}
    count = len(extents)
    if max(spread) > 1 and max(stride) == 1:
        transposed = {**plain, "operation": "convolve_transpose", "stride": spread, "input_dilation": (1,) * count}
        for mode in ("full", "same_upper", "same_lower"):
            yield transposed, [[{"mode": mode}]] * count
        yield transposed, [_crops(seen, steps.axes[axis]) for axis, seen in enumerate(extents)]
    for mode in ("full", "same", "valid", "causal", "same_upper", "same_lower"):
        words = [{"mode": mode, "anchor": (anchor,)} for anchor in ANCHORS] if mode == "same" else [{"mode": mode}]
        yield core, [words] * count
    yield core, [_pads(seen, steps.axes[axis]) for axis, seen in enumerate(extents)]


def _pads(seen: tuple[Extent, ...], axis: AxisSteps) -> list[dict[str, Any]]:
    """Return the pads that are the same for every size, the smallest at the high end, if there are such."""
    low = seen[0].pad_low
    least, most = -(10**9), 10**9
    for e in seen:  # (m − 1)·stride ≤ D + low + high − L − 1 < m·stride
        rest = axis.input_dilation * (e.n - 1) + low - axis.dilation * (e.k - 1)
        least, most = max(least, (e.m - 1) * axis.stride - rest), min(most, e.m * axis.stride - 1 - rest)
    return [{"mode": "pads", "pads": ((low, min(most, max(least, low if least <= low <= most else least))),)}] if least <= most else []


def _crops(seen: tuple[Extent, ...], axis: AxisSteps) -> list[dict[str, Any]]:
    found = set()
    for e in seen:
        span = axis.dilation * (e.k - 1)
        high = e.m + span - (axis.input_dilation * (e.n - 1) + 1 + e.pad_low)
        found.add((span - e.pad_low, span - high))
    return [{"mode": "pads", "pads": (pair,)} for pair in found] if len(found) == 1 else []


def _fits(core: dict[str, Any], axis: int, word: dict[str, Any], seen: tuple[Extent, ...]) -> bool:
    per_axis: dict[str, Any] = {name: (value[axis],) if isinstance(value, tuple) else value for name, value in core.items()}
    try:
        spec = Spec(**per_axis, **word)
        for e in seen:
            (window,) = windows(spec, (e.n,), (e.k,))
            if window.pad_low != e.pad_low or core_size(window, e.n, e.k) != e.m:
                return False
    except SpecError:
        return False
    return True


def _joined(words: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the axes' words as one; a tuple of one entry where they agree."""
    joined: dict[str, Any] = {"mode": words[0]["mode"]}
    for name in ("anchor", "pads"):
        if name in words[0]:
            entries = tuple(word[name][0] for word in words)
            joined[name] = entries[:1] if len(set(entries)) == 1 else entries
    return joined


def _told(extents: tuple[tuple[Extent, ...], ...]) -> str:
    seen = [(axis, e) for axis, row in enumerate(extents) for e in row[:3]]
    return "; ".join(f"axis {axis}: {e.n} samples and {e.k} taps give {e.m} outputs from {-e.pad_low} on" for axis, e in seen)
