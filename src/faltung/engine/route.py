"""From shapes to a settled way: everything about a call that does not depend on the numbers in its arrays, worked out once."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import inf, prod
from typing import Any, NamedTuple

import numpy as np

from faltung.engine.arrange import Axes, arrange, result_shape, sliding_shape
from faltung.engine.planner import Choice, choose
from faltung.engine.steps import check_dtypes, needs_finish
from faltung.engine.weights import worth_analysing
from faltung.errors import PlanError, SpecError
from faltung.spec.case import Case, Weights
from faltung.spec.problem import Problem
from faltung.spec.spec import Spec
from faltung.spec.window import core_size


class Route(NamedTuple):
    """A Problem with its axes, the Case a method will see, and what is done around it.

    Attributes
    ----------
    shape, core_shape
        Of the result, and of the sums before any fold.
    dtype, sum_dtype
        NumPy dtypes of the result and of the sums.
    reversal
        Index that brings a kernel into window order; None where it already is.
    flips
        Index of the sums through which a method writes, for reversed outputs; None where they are not.
    conj
        Operand to conjugate, "none" for real dtypes.
    exchanged
        Whether the second operand plays the input.
    plain
        Whether the sums are the result.
    analysed
        Whether the method is chosen by the kernel's values too, which may then be looked at: it is one kernel, and in the second operand.
    """

    problem: Problem
    axes: Axes
    case: Case
    shape: tuple[int, ...]
    core_shape: tuple[int, ...]
    dtype: np.dtype[Any]
    sum_dtype: np.dtype[Any]
    reversal: tuple[Any, ...] | None
    flips: tuple[Any, ...] | None
    conj: str
    exchanged: bool
    plain: bool
    analysed: bool
    method: str
    memory: int | None
    wide: "Route | None" = None
    """The Route that works on whole arrays, where this one is narrowed."""
    asked: str | None = None
    """The method that was asked for, where `method` is the one chosen before the Route was narrowed."""

    def __eq__(self, other: object) -> bool:
        """Return whether they are one: a Route is what others are remembered by, and its fields need not be looked at for that."""
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


@lru_cache(maxsize=1024)
def route(
    spec: Spec, x_shape: tuple[int, ...], k_shape: tuple[int, ...], x_dtype: str, k_dtype: str,
    axes: tuple[int, ...] | None, method: str, memory: int | None, sum_dtype: str | None = None,
    exact: float | None = None,
) -> Route:  # fmt: skip
    """Return the Route for operands of these shapes and dtypes; `sum_dtype` and `exact` are those of exact integers."""
    if spec.layout is not None and axes is not None:
        raise SpecError(f"axes={axes} and layout={spec.layout} both name axes; use one of them")
    arranged = Axes(sliding=(), batch=(), aligned=False) if spec.layout else arrange(x_shape, k_shape, axes)
    first, second = x_shape, k_shape
    if spec.layout is None:
        first, second = sliding_shape(x_shape, arranged, False), sliding_shape(k_shape, arranged, True)
    problem = Problem(spec=spec, input_shape=first, kernel_shape=second, input_dtype=x_dtype, kernel_dtype=k_dtype)
    check_dtypes(problem)
    outer, inner = (k_shape, x_shape) if problem.exchanged else (x_shape, k_shape)
    shape = problem.output_shape if spec.layout else result_shape(outer, inner, arranged, problem.output_sizes)
    dtype = sum_dtype or problem.sum_dtype
    windows = problem.windows
    folded = any(w.fold for w in windows)
    conj = spec.conj if np.dtype(dtype).kind in "cO" else "none"
    case = _case(problem, dtype, shape, exact, memory)
    one_kernel = spec.layout is None and not (arranged.aligned and arranged.batch) and not problem.exchanged
    conj_after = problem.answer_reversed and conj == "kernel"
    return Route(
        problem=problem, axes=arranged, case=case,
        shape=shape, core_shape=_core_shape(problem, shape, arranged), dtype=result_type(problem),
        sum_dtype=np.dtype(dtype), reversal=_mirror([w.reversal for w in windows]),
        flips=_flips(problem, arranged), conj=conj, exchanged=problem.exchanged,
        plain=not (needs_finish(problem, dtype) or folded or conj_after or spec.layout),
        analysed=one_kernel and worth_analysing(case, method, memory), method=method, memory=memory,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def exact_route(
    spec: Spec, x_shape: tuple[int, ...], k_shape: tuple[int, ...], x_dtype: str, k_dtype: str,
    axes: tuple[int, ...] | None, method: str, memory: int | None, dtypes: tuple[tuple[str, float | None], ...],
    weights: Weights | None = None,
) -> Route:  # fmt: skip
    """Return the Route of integer operands whose sums are cheapest, of the dtypes that hold them exactly.

    That may depend on what is known of the kernel: that it is a column times a row, or a sum of a few.
    """
    ways = [route(spec, x_shape, k_shape, x_dtype, k_dtype, axes, method, memory, *dtype) for dtype in dtypes]

    def seconds(way: Route) -> float:
        try:
            return choice(replace(way.case, weights=weights), way.method, way.memory).cost.seconds
        except PlanError:
            return inf

    return min(ways, key=seconds)


def result_type(problem: Problem) -> np.dtype[Any]:
    """Return the NumPy dtype of a Problem's result."""
    return np.dtype("bool" if problem.spec.product == "or_and" and problem.spec.dtype is None else problem.dtype)


def _mirror(flags: list[bool]) -> tuple[Any, ...] | None:
    return (..., *(slice(None, None, -1) if flag else slice(None) for flag in flags)) if any(flags) else None


def _flips(problem: Problem, axes: Axes) -> tuple[Any, ...] | None:
    """Return the index that reverses outputs: on the result's own axes, or behind (N, G·O) where there is a layout."""
    flags = [w.output_reversal != problem.answer_reversed for w in problem.windows]
    if problem.spec.layout is not None or not any(flags):
        return _mirror(flags)
    reverse = dict(zip(axes.sliding, flags, strict=True))
    return tuple(slice(None, None, -1) if reverse.get(a) else slice(None) for a in range(len(axes.sliding) + len(axes.batch)))


def _core_shape(problem: Problem, shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """Return the shape of the sums, before any fold; with a layout, that of (N, G·O, …)."""
    sizes = [core_size(*axis) for axis in zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True)]
    if problem.spec.layout is not None:
        c = problem.channels
        return (c.batch, c.groups * c.channels_out, *sizes)
    out = list(shape)
    for axis, size in zip(axes.sliding, sizes, strict=True):
        out[axis] = size
    return tuple(out)


def _case(problem: Problem, dtype: str, shape: tuple[int, ...], exact: float | None, memory: int | None) -> Case:
    """Return the Case; its batch is what is left of the result beside the sliding axes."""
    c = problem.channels
    windows = tuple(replace(w, reversal=False, fold=None, output_reversal=False) for w in problem.windows)
    batch = c.batch if problem.spec.layout else prod(shape) // max(prod(problem.output_sizes), 1)
    return Case(
        windows=windows, input_sizes=problem.input_sizes, kernel_sizes=problem.kernel_sizes, dtype=dtype, batch=batch,
        groups=c.groups, channels_in=c.channels_in, channels_out=c.channels_out, exact=exact, memory=memory,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def choice(case: Case, method: str, memory: int | None) -> Choice:
    """Return the planner's answer, remembered."""
    return choose(case, method, memory)


@lru_cache(maxsize=256)
def bound(case: Case, method: str, memory: int | None, finite: bool = True) -> Callable[..., None]:
    """Return the chosen method, ready for calls (x, w, out, workers)."""
    return choice(case if finite else replace(case, weights=NOT_FINITE), method, memory).method.bind(case)


NOT_FINITE = Weights(finite=False)
"""A kernel that holds an infinity or a NaN, which some methods refuse."""
