"""A reading against the function, on whole numbers it has not seen before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from faltung.api.like import like
from faltung.diagnose.probing.calling import Answer, Interview
from faltung.diagnose.probing.data import LONG, Setting, Shape, draw, tolerance
from faltung.dialects import DIALECTS
from faltung.engine import compute
from faltung.errors import SpecError
from faltung.spec import Spec

Array = np.ndarray[Any, Any]
COMPLEX = {"float64": "complex128", "float32": "complex64"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exchange:
    """One question and its answer."""

    x: Array
    k: Array
    answer: Answer


def exchanges(ask: Interview, setting: Setting, shapes: Iterable[tuple[Shape, Shape]], seed: int) -> list[Exchange]:
    """Return the answers to random whole numbers of these shapes."""
    pairs = [draw(setting, *pair, seed) for pair in shapes]
    return [Exchange(x=x, k=k, answer=ask(x, k)) for x, k in pairs]


def complex_exchanges(ask: Interview, setting: Setting, seed: int) -> list[Exchange]:
    """Return the answers to Gaussian integers, in both operands and in one; none where the function computes in integers only."""
    dtype = COMPLEX.get(setting.x_dtype)
    if dtype is None:
        return []
    found = []
    shape = tuple(n // 4 for n in LONG[setting.ndim])
    (x, k), (u, v) = (draw(setting, shape, setting.base, seed + turn) for turn in (0, 1))
    for data, kernel in ((x + 1j * u, k + 1j * v), (x + 1j * u, k), (x, k + 1j * v)):
        data, kernel = (each.astype(dtype) if each.dtype.kind == "c" else each for each in (data, kernel))
        found.append(Exchange(x=data, k=kernel, answer=ask(data, kernel)))
    return found


def fitting_shapes(setting: Setting) -> list[tuple[Shape, Shape]]:
    """Return sizes into which the kernels fit, down to inputs that they fill."""
    found = []
    for k in setting.kernels:
        side = max(k)
        found += [
            (x, k) for x in ((side,) * len(k), tuple(side + 3 - a for a in range(len(k))), tuple(side + 9 + a for a in range(len(k))))
        ]
    return found


def longer_shapes(setting: Setting) -> list[tuple[Shape, Shape]]:
    """Return sizes at which the kernel is longer than the input: on every axis, and where there are several, on one."""
    k = setting.base
    every = [(tuple(max(n - 1, 1) for n in k), k)]
    return every + ([((6,) * (len(k) - 1) + (2,), k)] if len(k) > 1 else [])


def far_shapes(setting: Setting) -> list[tuple[Shape, Shape]]:
    """Return sizes at which the window reaches beyond one period of every law."""
    return [((2,) * setting.ndim, (9, 7, 5)[: setting.ndim])]


def difference(spec: Spec, exchange: Exchange) -> str | None:
    """Return how an answer differs from the Spec's, None where it does not. An answer that is refused differs where the Spec has one."""
    try:
        with np.errstate(all="ignore"):
            expected = compute(spec, exchange.x, exchange.k)
    except (ValueError, OverflowError) as error:
        return None if exchange.answer.value is None else f"the reading refuses ({error}), the function answers"
    return mismatch(expected, exchange)


def mismatch(expected: Array, exchange: Exchange) -> str | None:
    """Return the first difference between an expected array and an answer."""
    found, sizes = exchange.answer.value, f"x {exchange.x.shape} and k {exchange.k.shape}"
    if found is None:
        return f"{sizes}: {exchange.answer.said}"
    if found.shape != expected.shape:
        return f"{sizes}: the answer has shape {found.shape}, expected {expected.shape}"
    allowed = tolerance(found, float(np.nanmax(np.abs(expected), initial=1)))
    one, other = _comparable(found), _comparable(expected)
    with np.errstate(invalid="ignore"):
        wrong = ~((np.abs(one - other) <= allowed) | (np.isnan(one) & np.isnan(other)) | (one == other))
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{sizes}: output {at} is {found[at]}, expected {expected[at]} ({int(wrong.sum())} of {wrong.size} outputs differ)"


def _comparable(values: Array) -> Array:
    """Return values whose differences can be taken: unsigned ones would wrap around."""
    return values.astype("complex128" if values.dtype.kind == "c" else "float64")


def first_difference(spec: Spec, asked: Sequence[Exchange]) -> str | None:
    """Return the first difference on any exchange that got an array."""
    answered = (exchange for exchange in asked if exchange.answer.value is not None)
    return next((said for said in (difference(spec, exchange) for exchange in answered) if said), None)


def outputs(asked: Iterable[Exchange]) -> int:
    """Return how many numbers were compared."""
    return sum(exchange.answer.value.size for exchange in asked if exchange.answer.value is not None)


def behaving_alike(asked: Sequence[Exchange], ndim: int) -> tuple[str, ...]:
    """Return the dialects that, with default arguments, give the same values and shapes, and refuse where the function refuses."""
    fitting = (name for name, dialect in DIALECTS.items() if dialect.axes in (None, ndim))
    return tuple(name for name in fitting if all(_alike(name, exchange) for exchange in asked))


def _alike(name: str, exchange: Exchange) -> bool:
    try:
        expected = like(name)(exchange.x, exchange.k)
    except Exception:  # a dialect refuses in its own ways
        return exchange.answer.value is None
    return exchange.answer.value is not None and mismatch(np.asarray(expected), exchange) is None


def choices(spec: Spec, **fields: Iterable[Any]) -> list[Spec]:
    """Return the Spec with every combination of values of some fields."""
    names = list(fields)
    found = []
    for values in product(*fields.values()):
        try:
            found.append(replace(spec, **dict(zip(names, values, strict=True))))
        except SpecError:
            continue
    return found
