"""Narrow samples and results go from memory to memory in one pass: read as they are, widened, summed and finished in registers.

A Route is *narrowed* where a method may read and write the arrays themselves: then its Case says which dtypes stand in memory, and what
becomes of a sum on its way there. Sums are finished with the bits of the steps of `faltung.engine.finish`, which work on whole arrays; they
serve everything that is refused here.

* **Whole weights**: sums in 32 bits where samples have at most 16 and weights fit into 8 or 16 (`direct`), else in float32 or float64 that
  hold them exactly. Whole sums are exact, so the fastest way may be taken.
* **Other weights**: `direct`, whose sums have the order that they have in the wide way, or `separable`, which for integer samples begins
  with the columns: its sums are within its bound of the exact ones, as they are in the wide way, and not always the same.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import inf, prod
from typing import Any

import numpy as np

from faltung.engine.integers import LIMITS, Facts
from faltung.engine.planner import CONVERTING, Choice
from faltung.engine.route import Route, choice, result_type
from faltung.engine.weights import ANALYSIS, BOX, COLUMN_TIMES_ROW
from faltung.errors import PlanError
from faltung.spec.case import Stored, Weights
from faltung.spec.numbers import INTEGERS, integer_range, is_exact
from faltung.spec.window import fill_value

SAMPLES = ("bool", *INTEGERS)
RESULTS = (*INTEGERS, "float32", "float64")
LANES = {"int8": 2**7, "int16": 2**15}
"""Lanes of weights, for sums in 32 bits, and the first number that is too large for them."""
NARROW = ("bool", "int8", "uint8", "int16", "uint16")
CONVERSION = 2e-9
"""Seconds to convert a sample before the sums, or an output behind them: uint8 2048 x 2048 takes 17 ms longer than float32."""


def whole_sums(way: Route, known: Facts, scale_total: tuple[Any, Any], weights_of: Callable[[], Weights | None]) -> Route | None:
    """Return the fastest narrowed Route of integer operands, or None where the plain one is faster or nothing is narrowed.

    `scale_total` are Σw and Σ|w|, where the Spec's scale names one of them; `weights_of` looks whether the kernel is a column times a
    row, or a sum of a few, and is asked only where that could repay its time.
    """
    if not possible(way):
        return None
    finish = _whole_finish(way, known, scale_total)
    if finish is None:
        return None
    weights = next((lanes for lanes, end in LANES.items() if -end <= known.least and known.largest < end), None)
    floats = next(((dtype, float(1 << known.bound.bit_length())) for dtype, limit in LIMITS if known.bound <= limit), None)
    fits = weights is not None and known.bound < 2**31
    lanes = weights if fits else None
    made, seconds = _fastest(way, finish, lanes, floats)
    if floats is None or way.axes.aligned:
        return made
    asked, least = way.method == "separable", min(_separable(way, finish, floats, known)[1] for known in (COLUMN_TIMES_ROW, BOX))
    found = weights_of() if asked or seconds - least > ANALYSIS else None
    if found is None:
        return made
    separable, least = _separable(way, finish, floats, found)
    return separable if asked or least < seconds else made


def rounded_sums(way: Route, plain: Choice, weights_of: Callable[[], Weights | None]) -> Route | None:
    """Return the fastest narrowed Route of integer samples and other weights, or None where the plain one is faster.

    `plain` is the planner's choice for it; `weights_of` looks whether the kernel is a column times a row, or a sum of a few,
    and is asked only where that could repay its time.
    """
    if not possible(way):
        return None
    if way.method != "auto":
        return _rounded(way, way.method, weights_of() if way.method == "separable" else None)[0]
    direct, seconds = _rounded(way, "direct")
    best = min(seconds, plain.cost.seconds + conversion(way))
    least = min(_rounded(way, "separable", known)[1] for known in (COLUMN_TIMES_ROW, BOX))
    worth = least < inf and not way.axes.aligned and (plain.method.name == "separable" or best - least > ANALYSIS)
    found = weights_of() if worth else None
    if found is not None:
        separable, least = _rounded(way, "separable", found)
        if separable is not None and (found.terms == 1 or least < best):
            return separable
    return direct if seconds <= best else None


@lru_cache(maxsize=1024)
def possible(way: Route) -> bool:
    """Return whether the linear core may read and write the arrays themselves."""
    problem, spec = way.problem, way.problem.spec
    plain = spec.layout is None and spec.frame == "computed" and spec.product == "multiply" and spec.missing == "propagate"
    return (
        plain and not way.exchanged and not problem.answer_reversed and not any(w.fold for w in problem.windows)
        and problem.input_dtype in SAMPLES and result_type(problem).name in RESULTS and way.method in ("auto", *CONVERTING)
    )  # fmt: skip


def _whole_finish(way: Route, known: Facts, scale_total: tuple[Any, Any]) -> Stored | None:
    """Return what becomes of whole sums, or None where that takes the whole array."""
    spec, target = way.problem.spec, result_type(way.problem).name
    samples, offset = way.problem.input_dtype, spec.offset
    if isinstance(offset, complex):
        return None
    factor, divisor = _scale(spec.scale, scale_total)
    if spec.scale == 1 and offset == 0:
        fits = _fits(known, samples, target)
        overflow = None if fits or not is_exact(target) else spec.overflow
        return Stored(samples=samples, results=target, overflow=overflow)
    numbers = abs(factor), abs(divisor), abs(offset)
    largest = known.bound * max(numbers[0], 1) + numbers[2]
    if divisor == 0 or not all(number < 2**53 for number in (*numbers, largest)):
        return None
    if is_exact(target) and spec.overflow == "raise":
        return None
    if is_exact(target) and offset == 0 and _by_one_factor(factor, divisor, known.bound, spec.rounding):
        factor, divisor = Fraction(factor) / Fraction(divisor), 1
        return Stored(
            samples=samples,
            results=target,
            factor=float(np.float32(float(factor))),
            rounding=spec.rounding,
            overflow=spec.overflow,
            single=True,
        )
    is_whole = isinstance(spec.scale, int) and isinstance(offset, int)
    return Stored(
        samples=samples, results=target, factor=float(factor), divisor=float(divisor), offset=float(offset),
        rounding=None if is_whole or not is_exact(target) else spec.rounding, overflow=spec.overflow if is_exact(target) else None,
    )  # fmt: skip


def _scale(scale: Any, totals: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return factor and divisor of a Spec's scale."""
    if isinstance(scale, str):
        return 1, totals[0] if scale == "1/sum" else totals[1]
    if isinstance(scale, Fraction):
        return scale.numerator, scale.denominator
    return scale, 1


def _by_one_factor(factor: Any, divisor: Any, bound: int, rounding: str) -> bool:
    """Return whether whole sums times the factor in float32 round to what the quotient rounds to.

    Where factor over divisor is p/2^n, all is exact. Else, p/q in lowest terms with an odd q, a quotient is no tie but at least 1/2q away
    from one, and the product's error, two roundings, is less while |sum|·p < 2^22.
    """
    if not all(isinstance(number, int | np.integer | Fraction) for number in (factor, divisor)):
        return False
    ratio = Fraction(int(factor)) / Fraction(int(divisor))
    p, q = abs(ratio.numerator), ratio.denominator
    if q & (q - 1) == 0:
        return bound * p < 2**24 and q < 2**60
    return q % 2 == 1 and rounding.startswith("half") and bound * p < 2**22


def _fits(known: Facts, samples: str, target: str) -> bool:
    """Return whether every sum is in the range of an integer dtype."""
    if not is_exact(target):
        return True
    low, high = integer_range(target)
    never_negative = known.least >= 0 and integer_range(samples)[0] == 0
    return known.bound <= high and (low <= -known.bound or never_negative)


@lru_cache(maxsize=1024)
def _fastest(way: Route, finish: Stored, weights: str | None, floats: tuple[str, float] | None) -> tuple[Route | None, float]:
    """Return the narrowed Route of least cost, None where the plain one with its conversions costs less, and its seconds."""
    ways = []
    if weights is not None and way.problem.input_dtype in NARROW and _fills_are_samples(way):
        ways += [narrowed(way, "int32", finish._replace(weights=lanes), float(2**31)) for lanes in LANES if LANES[lanes] >= LANES[weights]]
    if floats is not None:
        ways.append(narrowed(way, floats[0], finish, floats[1]))
    found = [(seconds, made) for made in ways if (seconds := _seconds(made)) is not None]
    plain = _seconds(way)
    converted = inf if plain is None else plain + conversion(way)
    least, made = min(found, key=lambda entry: entry[0], default=(inf, way))
    if not found or (way.method == "auto" and least > converted):
        return None, converted
    return made, least


@lru_cache(maxsize=1024)
def _separable(way: Route, finish: Stored, floats: tuple[str, float], weights: Weights) -> tuple[Route | None, float]:
    """Return the narrowed Route for a kernel that is a column times a row, or a sum of a few, and its seconds."""
    if way.method not in ("auto", "separable"):
        return None, inf
    made = narrowed(way._replace(method="separable", asked=way.method), floats[0], finish, floats[1], weights)
    seconds = _seconds(made)
    return (None, inf) if seconds is None else (made, seconds)


def conversion(way: Route) -> float:
    """Return the seconds that it takes to convert whole arrays."""
    return CONVERSION * (prod(way.problem.input_sizes) * way.case.batch + prod(way.shape))


@lru_cache(maxsize=1024)
def _rounded(way: Route, name: str, weights: Weights | None = None) -> tuple[Route | None, float]:
    """Return the narrowed Route by one method, and its seconds. What cannot be finished in registers has its sums in memory first."""
    spec, target = way.problem.spec, result_type(way.problem).name
    whole = is_exact(target)
    finished = spec.scale == 1 and spec.offset == 0 and (spec.overflow == "saturate" or not whole)
    finish = Stored(samples=way.problem.input_dtype, results=way.case.dtype)
    if finished:
        finish = finish._replace(results=target, rounding=spec.rounding if whole else None, overflow="saturate" if whole else None)
    elif way.case.dtype not in RESULTS:
        return None, inf
    made = narrowed(way._replace(method=name, asked=way.method), way.case.dtype, finish, None, weights)._replace(plain=finished)
    seconds = _seconds(made)
    behind = 0.0 if finished else CONVERSION * prod(way.shape)
    return (None, inf) if seconds is None else (made, seconds + behind)


def narrowed(way: Route, dtype: str, stored: Stored, exact: float | None, weights: Weights | None = None) -> Route:
    """Return the Route whose sums have this dtype, and go to the result themselves."""
    case = replace(way.case, dtype=dtype, stored=stored, exact=exact, weights=weights)
    return way._replace(case=case, sum_dtype=np.dtype(dtype), plain=True, analysed=False, wide=way)


def _seconds(way: Route) -> float | None:
    """Return the predicted time, or None where no method can compute it."""
    try:
        return choice(way.case, way.method, way.memory).cost.seconds
    except PlanError:
        return None


def _fills_are_samples(way: Route) -> bool:
    """Return whether the fill values can stand among the samples."""
    low, high = integer_range(way.problem.input_dtype)
    values = [fill_value(window, end) for window in way.problem.windows for end in ("low", "high")]
    return all(not isinstance(value, complex) and low <= value <= high and value == int(value) for value in values)
