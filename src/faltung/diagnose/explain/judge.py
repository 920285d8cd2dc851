"""Whether a prediction is the result: bit for bit, up to the rounding of the sums, or not, output by output.

Sums of T products in any order lie within (T + 1)·u / (1 − (T + 1)·u) · Σ|k| · max|x| of each other (`faltung.methods.bounds`); those of a
transform of E points within TRANSFORM · log₂ E · u of it in practice, whose proven bound grows with √E and would let wrong answers pass.
An integer made from such a sum may be any integer that the sums within this distance are rounded to. NaN equals NaN.
"""

from dataclasses import dataclass, replace
from math import log2, prod
from typing import Any, Literal

import numpy as np

from faltung.diagnose.explain.changes import finished
from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.precision import FRACTION_BITS
from faltung.diagnose.explain.predict import changed_operands, predict
from faltung.engine import compute
from faltung.errors import SpecError
from faltung.methods.bounds import ROUNDOFF
from faltung.spec import Spec

Array = np.ndarray[Any, Any]
Level = Literal["exact", "rounding", "transform", "wrong"]
TRANSFORM = 4
"""Times log2(entries)·u: 0.75 was the largest seen of scipy.fft against longdouble sums (one axis, both precisions, 2^4 to 2^22)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """Where a prediction is wrong, and how well it meets the rest: bit for bit, to the rounding of sums, or of a transform."""

    wrong: Array
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Absolute distances that rounding may make: of sums in any order, and through a transform."""

    rounding: float
    transform: float


def judged(predicted: Array, y: Array, slack: Slack | None = None) -> tuple[Array, bool]:
    """Return a mask of the outputs that are wrong, and whether all others are equal bit for bit.

    Parameters
    ----------
    predicted, y : ndarray
        Of one shape; if the shapes differ, everything is wrong.
    slack : Slack, optional
        What rounding may do; None: nothing.

    Examples
    --------
    >>> wrong, exact = judged(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    >>> wrong.tolist(), exact
    ([False, True], True)
    """
    if predicted.shape != y.shape:
        return np.ones(y.shape, bool), False
    same = _equal(predicted, y)
    if slack is None or same.all():
        return ~same, True
    wrong = ~(same | _close(predicted, y, slack.transform))
    return wrong, bool((same | wrong).all())


def judge(explanation: Explanation, x: Array, k: Array, y: Array) -> Verdict:
    """Return the verdict on an explanation; one that does not go with these shapes is wrong everywhere."""
    try:
        predicted = predict(explanation, x, k)
    except (SpecError, OverflowError):
        return Verdict(wrong=np.ones(y.shape, bool), level="wrong")
    return verdict(explanation, predicted, x, k, y)


def verdict(explanation: Explanation, predicted: Array, x: Array, k: Array, y: Array) -> Verdict:
    """Return the verdict on a prediction."""
    if predicted.shape != y.shape:
        return Verdict(wrong=np.ones(y.shape, bool), level="wrong")
    same = _equal(predicted, y)
    if same.all():
        return Verdict(wrong=~same, level="exact")
    slack = slack_of(explanation, x, k, y)
    if slack.transform == 0:
        return Verdict(wrong=~same, level="wrong")
    levels: tuple[tuple[Level, float], ...] = (("rounding", slack.rounding), ("transform", slack.transform))
    for level, distance in levels:
        wrong = ~(same | _within(explanation, predicted, x, k, y, distance))
        if not wrong.any():
            return Verdict(wrong=wrong, level=level)
    return Verdict(wrong=wrong, level="wrong")


def slack_of(explanation: Explanation, x: Array, k: Array, y: Array) -> Slack:
    """Return what rounding may do to this explanation's results, in the precision of the operands or of y, whichever is coarser."""
    u = unit(x, k, y)
    if u == 0:
        return Slack(rounding=0.0, transform=0.0)
    spec = explanation.spec
    size = _finite_max(x) * float(np.abs(_finite(k)).sum()) * (float(k.size) ** 0 if k.ndim else 1)
    fills = [abs(v) for pair in spec.fill for v in pair]
    size = max(size, max(fills, default=0) * float(np.abs(_finite(k)).sum()))
    size = size * _factor(spec, k) + abs(spec.offset)
    roundings = k.size * (3 if "c" in (x.dtype.kind, k.dtype.kind) else 1) + 4
    entries = max(4, prod(n + m for n, m in zip(x.shape[-3:], k.shape[-3:], strict=False)))
    coarse = max((_own_unit(change, x, k) for change in explanation.changes), default=0.0)
    return Slack(rounding=size * roundings * u + coarse, transform=size * max(roundings, TRANSFORM * log2(entries)) * u + coarse)


def unit(x: Array, k: Array, y: Array) -> float:
    """Return the unit roundoff of the coarsest arithmetic that made y; 0 where everything is whole."""
    if y.dtype.kind in "biu" and x.dtype.kind in "biu" and k.dtype.kind in "biu":
        return 0.0
    units = [_unit(a.dtype) for a in (y,) if a.dtype.kind in "fc"]
    units += [_unit(np.result_type(x, k)) if "f" in (x.dtype.kind + k.dtype.kind) or "c" in (x.dtype.kind + k.dtype.kind) else 0.0]
    if x.dtype.kind in "biu" and x.dtype.itemsize <= 2 and k.dtype.kind in "fc" and k.dtype.itemsize < (16 if k.dtype.kind == "c" else 8):
        units.append(ROUNDOFF["float32"])
    return max([u for u in units if u], default=0.0)


def _unit(dtype: np.dtype[Any]) -> float:
    if dtype.kind == "O":
        return ROUNDOFF["float64"]
    return {"float16": 2.0**-11}.get(dtype.name, ROUNDOFF.get(dtype.name, ROUNDOFF["float64"])) if dtype.kind in "fc" else 0.0


def _own_unit(change: Change, x: Array, k: Array) -> float:
    """Return nothing for most changes; a result in few bits is itself rounded, and an order of sums may turn a tie of that rounding."""
    if change.name not in FRACTION_BITS or change.place != "result":
        return 0.0
    return 2.0 ** -(FRACTION_BITS[change.name]) * _finite_max(x) * float(np.abs(_finite(k)).sum())


def _factor(spec: Spec, k: Array) -> float:
    if isinstance(spec.scale, str):
        total = abs(complex(k.sum())) if spec.scale == "1/sum" else float(np.abs(k).sum())
        return 1 / total if total else 1.0
    return abs(float(spec.scale))


def _finite(array: Array) -> Array:
    values = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    return values[np.isfinite(values)]


def _finite_max(array: Array) -> float:
    if array.dtype.kind in "biu":
        return max(abs(float(array.max())), abs(float(array.min()))) if array.size else 0.0
    values = _finite(array)
    return float(np.abs(values).max()) if values.size else 0.0


def _equal(predicted: Array, y: Array) -> Array:
    with np.errstate(invalid="ignore"):
        same = np.asarray(predicted == y, dtype=bool)
    if predicted.dtype.kind in "fc" and y.dtype.kind in "fc":
        same |= np.isnan(predicted) & np.isnan(y)
    if predicted.dtype.kind in "fc" and y.dtype.kind in "fc" and y.dtype.itemsize < predicted.dtype.itemsize:
        with np.errstate(over="ignore", invalid="ignore"):
            same |= predicted.astype(y.dtype) == y
    return same


def _close(predicted: Array, y: Array, distance: float) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        kind = np.complex128 if "c" in (predicted.dtype.kind, y.dtype.kind) else np.float64
        return np.asarray(np.abs(predicted.astype(kind) - y.astype(kind)) <= distance, dtype=bool)


def _within(explanation: Explanation, predicted: Array, x: Array, k: Array, y: Array, distance: float) -> Array:
    """Return where y may be what rounding makes of the prediction; an integer, of the sum before it became one."""
    if predicted.dtype.kind not in "biu" or explanation.spec.dtype is None:
        return _close(predicted, y, distance) if predicted.dtype.kind in "fc" or y.dtype.kind in "fc" else np.zeros(y.shape, bool)
    with np.errstate(invalid="ignore"):  # infinities
        near = np.abs(predicted.astype(np.float64) - y.astype(np.float64)) % 256 % 255 <= 1  # off by one, also round the corner of a range
    if not near.all():
        return np.zeros(y.shape, bool) | (near & False)
    answer = np.zeros(y.shape, bool)
    for sign in (-1, 1):
        answer |= _equal(_moved(explanation, x, k, sign * distance), y)
    return answer


def _moved(explanation: Explanation, x: Array, k: Array, by: float) -> Array:
    """Return the prediction with every sum moved before it is rounded."""
    spec = explanation.spec
    data, kernel = changed_operands(explanation.changes, x, k)
    answer = compute(replace(spec, offset=float(np.real(spec.offset)) + by), data, kernel, axes=explanation.axes)
    return np.asarray(finished(explanation.changes, np.asarray(answer), data))
