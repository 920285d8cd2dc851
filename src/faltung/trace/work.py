"""Working one output out: which sample each tap meets, the products, the sum, and what the convention does with the sum."""

from itertools import product
from typing import Any, Literal

import numpy as np

from faltung.engine.finish import finish, needs_finish
from faltung.errors import SpecError
from faltung.spec.numbers import COMPLEX, INTEGERS, integer_range
from faltung.spec.problem import Problem
from faltung.spec.window import Reading, Window, core_size, fill_value, position, reading
from faltung.trace.record import Index, Sample, Side, Steps, Term, Value, Walk


def steps_at(walk: Walk, at: int | Index) -> Steps:
    """Return the steps of one output.

    Raises
    ------
    SpecError
        When there is no such output.
    """
    problem = walk.problem
    where = _output_index(problem, at)
    before = tuple(
        core_size(window, n, k) - 1 - o if window.output_reversal else o
        for window, n, k, o in zip(problem.windows, problem.input_sizes, problem.kernel_sizes, where, strict=True)
    )
    terms: list[Term] = []
    running = _number(problem, 0)
    with np.errstate(all="ignore"):  # an overflow of float32 is shown as inf, not warned of
        for tap in product(*(range(k) for k in problem.kernel_sizes)):
            terms.append(_term(walk, before, tap, running))
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


def _term(walk: Walk, o: Index, tap: Index, running: Value) -> Term:
    problem = walk.problem
    stored = kernel_index(problem, tap)
    weight = _number(problem, walk.k[stored], conj=problem.spec.conj == "kernel")
    sample = _sample(walk, o, tap)
    if sample.value is None:
        return Term(tap=tap, kernel_index=stored, weight=weight, sample=sample, product=None, running=running)
    # a sum of Python complex numbers is in the dtype of the sums, whatever its terms are
    value = weight * sample.value
    return Term(tap=tap, kernel_index=stored, weight=weight, sample=sample, product=value, running=running + value)


def kernel_index(problem: Problem, tap: Index) -> Index:
    """Return where, in the kernel as stored, the tap at this place of the window stands."""
    turned = [k - 1 - t if w.reversal else t for t, w, k in zip(tap, problem.windows, problem.kernel_sizes, strict=True)]
    order = problem.spec.permute
    if order is None:
        return tuple(turned)
    stored = list(turned)
    for axis, source in enumerate(order):
        stored[source] = turned[axis]
    return tuple(stored)


def _sample(walk: Walk, o: Index, tap: Index) -> Sample:
    problem = walk.problem
    places, readings = [], []
    for window, n, at, t in zip(problem.windows, problem.input_sizes, o, tap, strict=True):
        p = position(window, at, t)
        readings.append(reading(window, p, n))
        places.append(p)
    outside = tuple(
        side for axis, window in enumerate(problem.windows) for side in _outside(axis, window, places[axis], walk.x.shape[axis])
    )
    source, index, value = _read(walk, readings)
    kind: Literal["sample", "boundary", "nothing"] = "boundary" if outside and source != "nothing" else source
    return Sample(position=tuple(places), source=kind, index=index, outside=outside, value=value)


def _outside(axis: int, window: Window, p: int, n: int) -> list[Side]:
    q = p // window.input_dilation
    if 0 <= q < n or p % window.input_dilation:
        return []
    return [Side(axis=axis, end="low", law=window.boundary_low) if q < 0 else Side(axis=axis, end="high", law=window.boundary_high)]


def _read(walk: Walk, readings: list[Reading]) -> tuple[Literal["sample", "nothing"], Index | None, Value]:
    """Return what stands there: nothing, if on any axis; the fill of the lowest axis that has one; else a sample."""
    problem = walk.problem
    conj = problem.spec.conj == "input"
    if "nothing" in readings:
        return "nothing", None, None
    for window, found in zip(problem.windows, readings, strict=True):
        if found == "low" or found == "high":
            # fills stand beside the input after its conjugation: they are written as they count
            return "sample", None, _number(problem, fill_value(window, found))
    index = tuple(int(found) for found in readings)
    return "sample", index, _number(problem, walk.x[index], conj=conj)


def _number(problem: Problem, value: Any, conj: bool = False) -> Value:
    """Return a number as it enters the sums: a Python int, float or complex, an object as it is, or a scalar of a narrower dtype."""
    name = problem.sum_dtype
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
