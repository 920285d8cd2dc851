"""Which boundary a result was computed with, once its kernel is known from the interior: each end of each axis by itself."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.estimate.checked import UNIT
from faltung.diagnose.estimate.scene import Box, Outside, Scene, blocks, interior, size_of
from faltung.spec.boundary import Boundary

Array = np.ndarray[Any, Any]
LAWS: tuple[Boundary, ...] = ("zero", "half_sample", "whole_sample", "edge", "periodic", "constant")
"""In the order in which a tie is decided; a fill is fitted only where no law without one will do."""
MOST = 4000
GOOD = 3.0
"""A law explains an end whose residual there is at most so many times that of the interior."""
EXACT = 1e-10
"""A share of the result that is nothing but rounding in the fit."""
WIDE = 64
"""Outputs looked at along the other axes."""
ENDS = ("low", "high")
Scores = dict[Boundary, tuple[float, float]]
"""For each law the root mean square of what it leaves at an end, and its fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """What was found: the laws, a sentence for each end that no law explains, and for each that several do."""

    outside: Outside
    unexplained: tuple[tuple[int, int], ...]
    equal: tuple[str, ...]


def nothing_outside(axes: int) -> Outside:
    """Return zeros everywhere."""
    return Outside(laws=(("zero", "zero"),) * axes, fills=((0.0, 0.0),) * axes)


def find_borders(scene: Scene, box: Box, values: Array, residual: float) -> Border:
    """Return the boundary that explains each end best, judged on outputs that reach beyond this end only."""
    limit = max(GOOD * residual, 64 * scene.rounding if scene.rounding < UNIT else 0.0, EXACT * size_of(scene.y))
    ends: dict[tuple[int, int], Scores] = {}
    for axis, end in product(range(scene.axes), range(2)):
        part = _end(scene, box, axis, end)
        if all(s.stop > s.start for s in part):
            ends[axis, end] = _scores(scene, box, values, axis, end, part)
    fitting = {at: _fitting(scores, limit) for at, scores in ends.items()}
    common = next((law for law in LAWS if fitting and all(law in laws for laws in fitting.values())), None)
    laws: list[list[Boundary]] = [["zero", "zero"] for _ in range(scene.axes)]
    fills = [[0.0, 0.0] for _ in range(scene.axes)]
    for (axis, end), scores in ends.items():
        law = common or next(iter(fitting[axis, end]), None) or _least(scores)
        laws[axis][end], fills[axis][end] = law, scores[law][1]
    outside = Outside(laws=tuple((a, b) for a, b in laws), fills=tuple((a, b) for a, b in fills))
    unexplained = tuple(at for at, found in fitting.items() if not found)
    return Border(outside=outside, unexplained=unexplained, equal=_equal(fitting))


def _fitting(scores: Scores, limit: float) -> list[Boundary]:
    """Return the laws that explain an end; `constant` only where no other does."""
    least = min(score for score, _ in scores.values())
    found = [law for law, (score, _) in scores.items() if score <= limit] if least <= limit else []
    return [law for law in found if law != "constant"] or found


def _least(scores: Scores) -> Boundary:
    return min(scores, key=lambda law: scores[law][0])


def _equal(fitting: dict[tuple[int, int], list[Boundary]]) -> tuple[str, ...]:
    """Return which laws explain the same ends, in words, ends with the same laws together."""
    groups: dict[str, list[str]] = {}
    for (axis, end), laws in fitting.items():
        if len(laws) > 1:
            groups.setdefault(", ".join(laws), []).append(f"{ENDS[end]} end of axis {axis}")
    every = len(fitting)
    return tuple(f"{laws} ({'every end' if len(where) == every else ', '.join(where)})" for laws, where in groups.items())


def _end(scene: Scene, box: Box, axis: int, end: int) -> tuple[slice, ...]:
    """Return the outputs that reach beyond one end of one axis, and beyond no end of the others where there are such."""
    inside = list(interior(scene, box))
    for other in range(scene.axes):
        if other != axis:
            start, stop = inside[other].start, inside[other].stop
            inside[other] = slice(start, min(stop, start + WIDE)) if stop > start else slice(0, scene.outputs[other])
        else:
            inside[other] = slice(inside[other].start, min(inside[other].stop, inside[other].start + WIDE))
    own, m = inside[axis], scene.outputs[axis]
    if own.stop <= own.start:  # every output reaches beyond some end
        inside[axis] = slice(0, max(m // 2, 1)) if end == 0 else slice(m // 2, m)
    else:
        inside[axis] = slice(0, own.start) if end == 0 else slice(own.stop, m)
    return tuple(inside)


def _scores(scene: Scene, box: Box, values: Array, axis: int, end: int, part: tuple[slice, ...]) -> Scores:
    """Return for each law the root mean square of what it leaves, and its fill."""
    found: Scores = {}
    for law in LAWS[:-1]:
        wrong = _wrong(scene, box, values, axis, end, part, law, 0.0)
        found[law] = (float(np.sqrt(np.mean(np.abs(wrong) ** 2))) if wrong.size else 0.0, 0.0)
    without, with_one = (_wrong(scene, box, values, axis, end, part, "constant", fill) for fill in (0.0, 1.0))
    share = with_one - without  # of one unit of fill, at each output
    energy = float((np.abs(share) ** 2).sum())
    fill = float(np.real(-(np.conj(share) * without).sum()) / energy) if energy else 0.0
    found["constant"] = (float(np.sqrt(np.mean(np.abs(without + fill * share) ** 2))) if without.size else 0.0, fill)
    return found


def _wrong(scene: Scene, box: Box, values: Array, axis: int, end: int, part: tuple[slice, ...], law: Boundary, fill: float) -> Array:
    laws: list[tuple[Boundary, Boundary]] = [(law, law)] * scene.axes
    fills = [(fill, fill) if a == axis else (0.0, 0.0) for a in range(scene.axes)]
    outside = Outside(laws=tuple(laws), fills=tuple(fills))
    rows = [design @ values[:-1] + values[-1] - results for design, results in blocks(scene, box, outside, part, MOST)]
    return np.concatenate(rows) if rows else np.empty(0)
