"""What happened to the sums: scale, offset, rounding, range and precision, found by comparing sums with outputs.

The first straight line that explains every sample is taken, in a literal order from none to a scale with an offset; on it, every rounding
and range that explains the samples is returned, for this data may not tell them apart.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from faltung.diagnose.explain.changes import CHANGES
from faltung.spec.numbers import integer_range

Array = np.ndarray[Any, Any]
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64")
ROUNDINGS = ("half_even", "truncate", "floor", "half_up", "half_away")
LIMITS = np.array(sorted({limit for name in DTYPES for limit in integer_range(name)}), dtype=np.float64)
GLANCE = 24
_ROUND: dict[str, Callable[[Array], Array]] = {
    "half_even": np.rint, "half_away": lambda a: np.trunc(a + np.copysign(0.5, a)), "half_up": lambda a: np.floor(a + 0.5),
    "floor": np.floor, "truncate": np.trunc,
}  # fmt: skip
FEW_VALUES = 3
"""Different values that floats must have to be taken for rounded ones: nothing but zeros are whole without having been rounded."""
LINE_SAMPLES = 6
"""Distinct values that a fitted scale or offset needs: two numbers are free, and chance should not find them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The steps behind the sums, as the fields of a Spec, and a precision to which the result was rounded."""

    scale: Any = 1
    offset: Any = 0
    dtype: str | None = None
    rounding: str = "half_even"
    overflow: str = "raise"
    precision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the operands: sums of the weights, by how far the sums may be off, and the dtype of y."""

    total: Any
    absolute: float
    near: float
    y_dtype: np.dtype[Any]
    rule: str


def finished(finish: Finish, v: Array, facts: Facts) -> Array:
    """Return the outputs made of sums."""
    scale = {"1/sum": 1 / facts.total if facts.total else 1, "1/abs_sum": 1 / facts.absolute if facts.absolute else 1}.get(
        finish.scale if isinstance(finish.scale, str) else "", finish.scale
    )
    scale = float(scale) if isinstance(scale, Fraction) else scale
    u = v if isinstance(scale, int) and scale == 1 else v * scale
    u = u + finish.offset if finish.offset != 0 else u
    if finish.dtype in DTYPES:
        u = _whole(u, finish)
    return CHANGES[finish.precision].apply(u) if finish.precision else u


def _whole(u: Array, finish: Finish) -> Array:
    assert finish.dtype is not None
    if u.dtype.kind == "f":
        u = _ROUND[finish.rounding](u)
    low, high = integer_range(finish.dtype)
    if finish.overflow == "saturate":
        return np.clip(u, low, high)
    if finish.overflow == "wrap" and finish.dtype != "int64":
        return (u - low) % (high - low + 1) + low
    return u


def agrees(finish: Finish, v: Array, y: Array, facts: Facts) -> Array:
    """Return where an output is what these steps make of its sum, up to rounding. A sum that is NaN says nothing."""
    with np.errstate(all="ignore"):
        got = finished(finish, v, facts)
        if got.dtype.kind in "iub" and y.dtype.kind in "iub":
            return np.asarray(got == y)
        factor = abs(float(np.real(finish.scale))) if not isinstance(finish.scale, str) else 1.0 / max(abs(facts.total), 1e-300)
        near = facts.near * (factor if not isinstance(finish.scale, str) or finish.scale == "1/sum" else 1 / max(facts.absolute, 1e-300))
        near += 8 * np.finfo(np.float64).eps * (abs(finish.offset) if finish.offset else 0)
        good = np.abs(got - y) <= near * (1 if finish.precision is None else 0) if near else np.asarray(got == y)
        if finish.precision is not None or finish.dtype in DTYPES:
            loose = replace(finish, scale=1, offset=0)
            u = finished(replace(finish, dtype=None, precision=None), v, facts)
            good = np.asarray(got == y)
            if near and u.dtype.kind in "f":
                good |= (finished(loose, u - near, facts) == y) | (finished(loose, u + near, facts) == y)
        return good | (np.isnan(v) if v.dtype.kind in "fc" else False)


def finishes(v: Array, y: Array, facts: Facts) -> tuple[Finish, ...]:
    """Return the steps that explain these outputs from these sums; none where nothing does."""
    known = np.isfinite(v) & np.isfinite(y) if v.dtype.kind in "fc" or y.dtype.kind in "fc" else np.ones(v.shape, bool)
    v, y = v[known], y[known]
    if not len(y):
        return (Finish(),)
    whole = y.dtype.kind in "iub" or (y.dtype.kind == "f" and bool((np.rint(y) == y).all()))
    few = np.random.default_rng(0).permutation(len(y))[:GLANCE]
    for scale, offset in _lines(v, y, facts, whole):
        line = Finish(scale=scale, offset=offset)
        if not _may_fit(line, v[few], y[few], facts, whole):
            continue
        found = [each for each in _on_line(line, v, y, facts, whole) if agrees(each, v, y, facts).all()]
        if found:
            return tuple(found)
    return ()


def _may_fit(line: Finish, v: Array, y: Array, facts: Facts, whole: bool) -> bool:
    """Return whether rounding, a range or a precision could still make these outputs of these sums: a glance that rules most lines out."""
    u = finished(line, v, facts)
    gap = np.abs(u - y)
    if not whole:
        scale = float(np.abs(u).max(initial=0)) / max(float(np.abs(v).max(initial=0)), 1e-300)
        return bool((gap <= 2.0**-7 * np.abs(u) + facts.near * scale + 1e-12 * np.abs(y)).all())
    slack = 1 + facts.near
    clipped = np.isin(y, LIMITS) if y.dtype.kind in "if" else False
    if ((gap <= slack) | clipped).all():
        return True
    with np.errstate(all="ignore"):
        return any((np.abs((u - y + m // 2) % m - m // 2) <= slack).all() for m in (1 << 8, 1 << 16, 1 << 32))


def _on_line(line: Finish, v: Array, y: Array, facts: Facts, whole: bool) -> Iterator[Finish]:
    own = facts.y_dtype.name
    plain = agrees(line, v, y, facts).all()
    if plain and (own not in DTYPES or own == facts.rule):
        yield line
        return
    if facts.y_dtype.kind == "f" and not plain:
        for precision in ("float16", "bfloat16", "tf32"):
            yield replace(line, precision=precision)
    if not whole or (own not in DTYPES and len(np.unique(y)) < FEW_VALUES):
        return
    if plain and own in DTYPES:
        yield line
    fractional = v.dtype.kind == "f" or not (isinstance(line.scale, int) and isinstance(line.offset, int))
    for dtype in (own,) if own in DTYPES else _dtypes(y):
        found = False
        for rounding, overflow in product(ROUNDINGS if fractional else ROUNDINGS[:1], ("saturate", "wrap")):
            each = replace(line, dtype=dtype, rounding=rounding, overflow=overflow)
            if agrees(each, v, y, facts).all():
                found = True
                yield each
        if found:
            return


def _dtypes(y: Array) -> Iterator[str]:
    low, high = float(y.min()), float(y.max())
    for name in DTYPES:
        limits = integer_range(name)
        if limits[0] <= low and high <= limits[1]:
            yield name


def _lines(v: Array, y: Array, facts: Facts, whole: bool) -> Iterator[tuple[Any, Any]]:
    """Yield (scale, offset), simplest first; fitted ones need samples that vary."""
    yield 1, 0
    sums = [("1/sum", facts.total)] if facts.total not in (0, 1) else []
    sums += [("1/abs_sum", facts.absolute)] if facts.absolute not in (0, 1, facts.total) else []
    for name, _ in sums:
        yield name, 0
    inside = _unlimited(y, facts)
    v, y = v[inside], y[inside]
    if min(len(np.unique(v)), len(np.unique(y))) < LINE_SAMPLES:
        if len(y) >= LINE_SAMPLES and (y != 0).all() and (v == v[0]).all() and v[0] != 0:  # a constant input
            yield from ((scale, 0) for scale in _scales(v, y, whole))
            yield from ((1, offset) for offset in _offsets(v, y, facts, whole))
        return
    yield from ((scale, 0) for scale in _scales(v, y, whole))
    yield from ((1, offset) for offset in _offsets(v, y, facts, whole))
    for name, total in sums:
        yield from ((name, offset) for offset in _offsets(v / total, y, facts, whole))
    yield from _both(v, y, whole, facts)


def _unlimited(y: Array, facts: Facts) -> Array:
    """Return which outputs do not stand at an end of their range, where saturation may have put them."""
    if y.dtype.kind == "c":
        return np.ones(y.shape, bool)
    limits = [integer_range(facts.y_dtype.name)] if facts.y_dtype.name in DTYPES else [(0, 255), (-128, 127), (-32768, 32767), (0, 65535)]
    inside = np.ones(y.shape, bool)
    for low, high in limits:
        if facts.y_dtype.name in DTYPES or (y.min() >= low and y.max() <= high and (y.max() == high or y.min() == low)):
            inside &= (y != low) & (y != high)
            break
    return inside if inside.sum() >= LINE_SAMPLES else np.ones(y.shape, bool)


def _scales(v: Array, y: Array, whole: bool) -> Iterator[Any]:
    """Yield factors for y = a·v: the nicest within what rounding to whole numbers leaves open, or the fitted one."""
    kind = np.complex128 if "c" in (v.dtype.kind, y.dtype.kind) else np.float64
    g, z = v.astype(kind), y.astype(kind)
    power = float((np.abs(g) ** 2).sum())
    if not power:
        return
    a = (np.conj(g) * z).sum() / power
    if kind is np.complex128:
        yield _python(a)
        return
    room = 1e-9 * abs(a)
    if whole:
        room = max(room, 2 * float(np.abs(z - a * g).max()) / max(float(np.abs(g).max()), 1e-300))
    yield from nice(float(a), room)
    yield float(a)


def _offsets(v: Array, y: Array, facts: Facts, whole: bool) -> Iterator[Any]:
    gap = y.astype(np.complex128 if "c" in (v.dtype.kind, y.dtype.kind) else np.float64) - v
    if gap.dtype.kind == "c":
        yield _python(np.mean(gap))
        return
    middle = float(np.median(gap))
    yield from _allnice(middle, whole, facts)
    if facts.y_dtype.name in DTYPES[:6] and not np.ptp(gap) < 2:  # wrapped: the gap is one number modulo the range
        low, high = integer_range(facts.y_dtype.name)
        values, counts = np.unique(np.rint(gap) % (high - low + 1), return_counts=True)
        best = int(values[counts.argmax()])
        yield best if best <= high else best - (high - low + 1)


def _allnice(middle: float, whole: bool, facts: Facts) -> Iterator[Any]:
    seen = []
    for offset in (*nice(middle, 1.0 if whole else max(1e-9 * abs(middle), 2 * facts.near)), middle):
        if offset not in seen and offset != 0:
            seen.append(offset)
            yield offset


def _both(v: Array, y: Array, whole: bool, facts: Facts) -> Iterator[tuple[Any, Any]]:
    kind = np.complex128 if "c" in (v.dtype.kind, y.dtype.kind) else np.float64
    g, z = v.astype(kind), y.astype(kind)
    gm, zm = g.mean(), z.mean()
    power = float((np.abs(g - gm) ** 2).sum())
    a = (np.conj(g - gm) * (z - zm)).sum() / power
    b = zm - a * gm
    if kind is np.complex128:
        yield _python(a), _python(b)
        return
    spread = float(np.sqrt(power))
    room = 1e-9 * abs(a) if not whole else 2.0 / spread
    b_room = max(1e-9 * abs(b), 4 * facts.near) if not whole else 1.0
    scales = [*nice(float(a), room), float(a)]
    for scale in dict.fromkeys(scales):
        offset = float(zm - float(scale) * gm)
        for each in dict.fromkeys([*nice(offset, b_room), offset]):
            yield scale, each


def nice(value: float, room: float) -> Iterator[Any]:
    """Yield the simplest numbers within `room` of a value: whole, one over whole, short decimals, small fractions."""
    if not np.isfinite(value):
        return
    seen: list[Any] = []

    def take(candidate: Any) -> bool:
        good = abs(float(candidate) - value) <= room and candidate not in seen and candidate != 0
        if good:
            seen.append(candidate)
        return good

    if take(round(value)):
        yield round(value)
    if value and abs(value) < 1 and take(Fraction(1, round(1 / value))):
        yield 1 / round(1 / value)
    for digits in range(1, 7):
        if take(round(value, digits)):
            yield round(value, digits)
            break
    limited = Fraction(value).limit_denominator(10_000)
    if take(limited):
        yield float(limited)


def _python(value: Any) -> Any:
    value = complex(value)
    return value.real if abs(value.imag) <= 1e-12 * abs(value) else value
