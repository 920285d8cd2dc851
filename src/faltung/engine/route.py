"""From shapes to a settled way: everything about a call that does not depend on the numbers in its arrays, worked out once."""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from faltung.engine.arrange import Axes, arrange, result_shape, sliding_shape
from faltung.engine.finish import check_dtypes, needs_finish
from faltung.engine.planner import Choice, choose
from faltung.errors import SpecError
from faltung.spec.case import Case, Weights
from faltung.spec.problem import Problem
from faltung.spec.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A Problem with its axes, the Case a method will see, and what is done around it."""

    problem: Problem
    axes: Axes
    case: Case
    shape: tuple[int, ...]
    flips: tuple[bool, ...]
    plain: bool
    method: str
    memory: int | None


@lru_cache(maxsize=1024)
def route(
    spec: Spec, x_shape: tuple[int, ...], k_shape: tuple[int, ...], x_dtype: str, k_dtype: str,
    axes: tuple[int, ...] | None, method: str, memory: int | None, sum_dtype: str | None = None,
) -> Route:  # fmt: skip
    """Return the Route for operands of these shapes and dtypes; `sum_dtype` overrides the rule (exact integers as objects)."""
    if spec.layout is not None and axes is not None:
        raise SpecError(f"axes={axes} and layout={spec.layout} both name axes; use one of them")
    arranged = Axes(sliding=(), batch=(), kernel_has_batch=False) if spec.layout else arrange(x_shape, k_shape, axes)
    first, second = x_shape, k_shape
    if spec.layout is None:
        first, second = sliding_shape(x_shape, arranged, False), sliding_shape(k_shape, arranged, True)
    problem = Problem(spec=spec, input_shape=first, kernel_shape=second, input_dtype=x_dtype, kernel_dtype=k_dtype)
    check_dtypes(problem)
    outer, inner = (k_shape, x_shape) if problem.exchanged else (x_shape, k_shape)
    shape = problem.output_shape if spec.layout else result_shape(outer, inner, arranged, problem.output_sizes)
    dtype = sum_dtype or problem.sum_dtype
    flips = tuple(w.output_reversal != problem.answer_reversed for w in problem.windows)
    folded = any(w.fold for w in problem.windows)
    conj_after = problem.answer_reversed and spec.conj == "kernel"
    return Route(
        problem=problem, axes=arranged, case=_case(problem, dtype, shape), shape=shape, flips=flips,
        plain=not (needs_finish(problem, dtype) or folded or conj_after or spec.layout), method=method, memory=memory,
    )  # fmt: skip


def _case(problem: Problem, dtype: str, shape: tuple[int, ...]) -> Case:
    """Return the Case; its batch is what is left of the result beside the sliding axes."""
    c = problem.channels
    windows = tuple(replace(w, reversal=False, fold=None, output_reversal=False) for w in problem.windows)
    batch = c.batch if problem.spec.layout else prod(shape) // max(prod(problem.output_sizes), 1)
    return Case(
        windows=windows, input_sizes=problem.input_sizes, kernel_sizes=problem.kernel_sizes, dtype=dtype, batch=batch,
        groups=c.groups, channels_in=c.channels_in, channels_out=c.channels_out,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def choice(case: Case, method: str, memory: int | None) -> Choice:
    """Return the planner's answer, remembered."""
    return choose(case, method, memory)


UNKNOWN = Weights(sum_abs=0.0, max_abs=0.0, finite=False)
"""Stands for a kernel with weights that are not finite, which only some methods take."""

