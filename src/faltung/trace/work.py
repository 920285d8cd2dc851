"""Working one output out: which sample each tap meets, the products, the sum, and what the convention does with the sum."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from faltung.engine.finish import finish
from faltung.engine.steps import needs_finish
from faltung.errors import SpecError
from faltung.spec.numbers import COMPLEX, INTEGERS, integer_range
from faltung.spec.problem import Problem
from faltung.spec.spec import Conj
from faltung.spec.window import Reading, Window, core_size, fill_value, position, reading
from faltung.trace.record import Array, Index, Sample, Side, Steps, Term, Value, Walk


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """What every term needs, looked up once."""

    x: Array
    k: Array
    windows: tuple[Window, ...]
    input_sizes: Index
    kernel_sizes: Index
    dtype: str
    conj: Conj
    permute: Index | None


def steps_at(walk: Walk, at: int | Index) -> Steps:
    """Return the steps of one output.

    Raises
    ------
    SpecError
        When there is no such output.
    """
    problem = walk.problem
    where = _output_index(problem, at)
    view = _View(
        x=walk.x, k=walk.k, windows=problem.windows, input_sizes=problem.input_sizes, kernel_sizes=problem.kernel_sizes,
        dtype=problem.sum_dtype, conj=problem.spec.conj, permute=problem.spec.permute,
    )  # fmt: skip
    before = tuple(
        core_size(window, n, k) - 1 - o if window.output_reversal else o
        for window, n, k, o in zip(view.windows, view.input_sizes, view.kernel_sizes, where, strict=True)
    )
    terms: list[Term] = []
    running = _number(view, 0)
    with np.errstate(all="ignore"):  # an overflow of float32 is shown as inf, not warned of
        for tap in product(*(range(k) for k in view.kernel_sizes)):
            terms.append(_term(view, before, tap, running))
            running = terms[-1].running
        result = _result(walk, running)
    return Steps(walk=walk, at=where, terms=tuple(terms), total=running, result=result)


def _output_index(problem: Problem, at: Any) -> Index:
    given = at if isinstance(at, tuple | list) else (at,)
    if not all(hasattr(o, "__index__") for o in given):
        raise SpecError(f"at is {at!r}; it must be a whole number for each axis, or None for every output")
    where, shape = tuple(int(o.__index__()) for o in given), problem.output_shape
    if not any(where):
        where = (0,) * len(shape)
    if len(where) != len(shape):
        raise SpecError(f"at {where} has {len(where)} entries, but the output has {len(shape)} axes {shape}")
    if not all(-n <= o < n for o, n in zip(where, shape, strict=True)):
        raise SpecError(f"output {where} does not exist: the output has shape {shape}, counted from 0")
    return tuple(o % n for o, n in zip(where, shape, strict=True))


def _term(view: _View, o: Index, tap: Index, running: Value) -> Term:
    stored = _kernel_index(view, tap)
    weight = _number(view, view.k[stored], conj=view.conj == "kernel")
    sample = _sample(view, o, tap)
    if sample.value is None:
        return Term(tap=tap, kernel_index=stored, weight=weight, sample=sample, product=None, running=running)
    value = weight * sample.value
    return Term(tap=tap, kernel_index=stored, weight=weight, sample=sample, product=value, running=running + value)


def _kernel_index(view: _View, tap: Index) -> Index:
    """Return where, in the kernel as stored, the tap at this place of the window stands."""
    turned = [k - 1 - t if w.reversal else t for t, w, k in zip(tap, view.windows, view.kernel_sizes, strict=True)]
    if view.permute is None:
        return tuple(turned)
    stored = list(turned)
    for axis, source in enumerate(view.permute):
        stored[source] = turned[axis]
    return tuple(stored)


def _sample(view: _View, o: Index, tap: Index) -> Sample:
    places = tuple(position(window, at, t) for window, at, t in zip(view.windows, o, tap, strict=True))
    readings = [reading(window, p, n) for window, p, n in zip(view.windows, places, view.input_sizes, strict=True)]
    if "nothing" in readings:
        return Sample(position=places, source="nothing", index=None, outside=(), value=None)
    outside = tuple(
        _side(axis, window, p) for axis, (window, p, n) in enumerate(zip(view.windows, places, view.input_sizes, strict=True))
        if not 0 <= p // window.input_dilation < n
    )  # fmt: skip
    index, value = _read(view, readings)
    return Sample(position=places, source="boundary" if outside else "sample", index=index, outside=outside, value=value)


def _side(axis: int, window: Window, p: int) -> Side:
    return Side(axis=axis, end="low", law=window.boundary_low) if p < 0 else Side(axis=axis, end="high", law=window.boundary_high)


def _read(view: _View, readings: list[Reading]) -> tuple[Index | None, Value]:
    """Return what stands there: the fill of the lowest axis that has one, else a sample and its index."""
    for window, found in zip(view.windows, readings, strict=True):
        if found == "low" or found == "high":
            return None, _number(view, fill_value(window, found))  # beside the input, after its conjugation
    index = tuple(int(found) for found in readings)
    return index, _number(view, view.x[index], conj=view.conj == "input")


def _number(view: _View, value: Any, conj: bool = False) -> Value:
    """Return a number as it enters the sums: a Python int, float or complex, an object as it is, or a scalar of a narrower dtype."""
    name = view.dtype
    if name == "object":
        value = value.item() if isinstance(value, np.generic) else value
    elif name in INTEGERS:
        value = int(value)
    else:
        scalar = np.dtype(name).type(value)
        value = scalar.item() if name in ("float64", "complex128") else scalar
    return value.conjugate() if conj and (name in COMPLEX or name == "object") else value


def _result(walk: Walk, total: Value) -> Value:
    """Return what scale, offset, rounding and range make of the sum; None where it does not fit."""
    problem = walk.problem
    if problem.dtype == "int64" and not needs_finish(problem, problem.sum_dtype):
        low, high = integer_range("int64")
        return total if low <= total <= high else None
    if not needs_finish(problem, problem.sum_dtype):
        return total
    dtype: Any = problem.sum_dtype
    if dtype == "int64" and abs(total) >= 2**63:
        dtype = object
    sums, out = np.empty((1,) * walk.x.ndim, dtype), np.empty((1,) * walk.x.ndim, problem.dtype)
    sums[...] = total
    try:
        finish(problem, sums, walk.x, walk.k, out)
    except OverflowError:
        return None
    value = out.flat[0]
    return value.item() if isinstance(value, np.generic) and problem.dtype in (*INTEGERS, "bool", "float64", "complex128") else value


def after_the_sum(problem: Problem) -> str:
    """Return, in words of the notation, what happens to the sum; empty where nothing does."""
    spec = problem.spec
    if not needs_finish(problem, problem.sum_dtype):
        return ""
    words = [f"scale={spec.scale}"] if spec.scale != 1 else []
    words += [f"offset={spec.offset!r}"] if spec.offset != 0 else []
    if problem.dtype != problem.sum_dtype:
        words.append(f"dtype={problem.dtype}")
    if problem.dtype in INTEGERS:
        words += [f"rounding={spec.rounding}"] if problem.sum_dtype not in INTEGERS or spec.scale != 1 else []
        words.append(f"overflow={spec.overflow}")
    return ", ".join(words)


def does_not_fit(problem: Problem, total: Value) -> str:
    """Return the sentence for a result that its dtype cannot hold."""
    low, high = integer_range(problem.dtype)
    return (
        f"does not fit {problem.dtype} ({low} to {high}): an OverflowError; dtype=object is exact, overflow=saturate or wrap gives a number"
    )
