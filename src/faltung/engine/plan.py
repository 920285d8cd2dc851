"""A Plan: one Case with its method, bound to a private copy of its kernel, that prints why it is what it is."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from faltung.engine.core import chosen
from faltung.engine.execute import execute, settled
from faltung.engine.operands import as_array, as_operands, dtype_name
from faltung.engine.planner import Choice, others
from faltung.engine.route import Route
from faltung.errors import SpecError
from faltung.methods.bounds import error_bound, typical_error
from faltung.methods.workers import default_workers
from faltung.spec.spec import Spec

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """The settled way for inputs of one shape and dtype, and one kernel. Call it with an input: ``plan(x, out=None)``.

    Made by `faltung.plan`.

    Parameters
    ----------
    route : Route
        The Problem with its axes, and the Case its method sees.
    kernel : ndarray
        The private copy.
    choice : Choice
        The method, its predicted cost, and the reasons against the others.
    workers : int
        Threads.
    x_shape : tuple of int
        Shape of the inputs.

    Attributes
    ----------
    problem : Problem
        What is computed; its line of notation is printed first.
    method : str
        Chosen from the Case and the memory, never from the machine's load or from earlier calls.
    seconds, scratch_bytes : float, int
        Predicted for one thread.
    error_bound : float
        Times Σ|w|·max|x|, the largest absolute error of an output; 0 for exact dtypes.
    typical_error : float
        Times the root of Σ|w|² and the root mean square of x, about the root mean square of the errors where samples are independent;
        0 for exact dtypes.
    others : tuple of (str, str)
        Every other method, with the reason why it was refused or slower.

    Examples
    --------
    >>> p = ft.plan((64, 64), np.ones((3, 3)), operation="correlate", mode="valid")
    >>> p(np.ones((64, 64)))[0, 0]
    np.float64(9.0)
    >>> str(p).splitlines()[0]
    'float64[64,64] * float64[3,3] correlate valid'
    """

    route: Route
    kernel: Array
    choice: Choice
    workers: int
    x_shape: tuple[int, ...]

    @property
    def problem(self) -> Any:
        """The Problem on the sliding axes."""
        return self.route.problem

    @property
    def method(self) -> str:
        """Name of the method."""
        return self.choice.method.name

    @property
    def seconds(self) -> float:
        """Predicted time on one thread."""
        return self.choice.cost.seconds

    @property
    def scratch_bytes(self) -> int:
        """Predicted memory beside input, kernel and output."""
        return self.choice.cost.scratch_bytes

    @property
    def error_bound(self) -> float:
        """Factor of Σ|w|·max|x| that no output's error exceeds."""
        case = self.choice.case
        return 0.0 if case.exact is not None else error_bound(case, self.method)

    @property
    def typical_error(self) -> float:
        """Factor of the root of Σ|w|² times the root mean square of x: about the root mean square of the errors."""
        case = self.choice.case
        return 0.0 if case.exact is not None else typical_error(case, self.method)

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The methods not chosen, and why."""
        return others(self.choice, self.route.method, self.route.memory)

    def __call__(self, x: Any, out: Array | None = None) -> Array:
        """Return the result for one input of the planned shape and dtype."""
        data = as_array(x, "input")
        if data.shape != self.x_shape or dtype_name(data) != self.problem.input_dtype:
            planned = f"{self.problem.input_dtype} {self.x_shape}"
            raise SpecError(f"the plan is for {planned}, but the input is {dtype_name(data)} {data.shape}; make a plan for it")
        way = self.route
        if _whole(way):  # which dtype holds the sums exactly may depend on the samples
            way = settled(way.problem.spec, data, self.kernel, way.axes.sliding if way.axes.batch else None, way.method, way.memory)
        return execute(way, data, self.kernel, self.workers, out)

    def with_kernel(self, k: Any) -> "Plan":
        """Return the Plan for another kernel of the same shape and dtype."""
        kernel = as_array(k, "kernel")
        if kernel.shape != self.kernel.shape:
            raise SpecError(f"the plan's kernel has shape {self.kernel.shape}, and this one {kernel.shape}; make a plan for it")
        kernel, way = kernel.astype(self.kernel.dtype), self.route
        if way.asked is not None:  # the Route was narrowed for the method of the kernel before
            data = np.broadcast_to(np.zeros((), self.problem.input_dtype), self.x_shape)
            way = settled(way.problem.spec, data, kernel, way.axes.sliding if way.axes.batch else None, way.asked, way.memory)
        return replace(self, kernel=_private(kernel), route=way, choice=chosen(way, kernel))

    def __str__(self) -> str:
        return _printed(self)


def make_plan(
    spec: Spec, x_or_shape: Any, k: Any, *, axes: tuple[int, ...] | None, method: str, memory: int | None, workers: int | None
) -> Plan:
    """Return the Plan of a Spec for an input, or for float64 inputs of a shape."""
    is_shape = isinstance(x_or_shape, tuple) and all(hasattr(n, "__index__") for n in x_or_shape)
    data = np.broadcast_to(np.float64(0), tuple(int(n) for n in x_or_shape)) if is_shape else x_or_shape
    data, kernel = as_operands(data, k)
    way = settled(spec, data, kernel, axes, method, memory)
    return Plan(
        route=way, kernel=_private(kernel), choice=chosen(way, kernel), x_shape=data.shape,
        workers=default_workers() if workers is None else workers,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _whole(way: Route) -> bool:
    """Return whether the sums are whole numbers."""
    return way.problem.sum_dtype == "int64"


def _private(kernel: Array) -> Array:
    copy = kernel.copy()
    copy.setflags(write=False)
    return copy


def _terms(plan: Plan) -> str:
    known = plan.choice.case.weights
    return f"{known.terms} terms, " if plan.method == "separable" and known is not None and known.terms > 1 else ""


def _printed(plan: Plan) -> str:
    problem, case = plan.problem, plan.route.case
    bound, flops = plan.error_bound, problem.flops * max(case.batch, 1)
    lines = [
        str(problem),
        f"  result     {plan.route.dtype} {plan.route.shape}, {problem.taps} taps an output, {flops:,} operations",
        f"  method     {plan.method}, {_terms(plan)}sums in {case.dtype}, {plan.workers} workers",
        f"  predicted  {plan.seconds * 1e3:.3g} ms on one thread, {plan.scratch_bytes:,} bytes of scratch",
        f"  error      {'exact' if bound == 0 else f'at most {bound:.2g} of the sum of |w| times max |x|'}",
    ]
    if bound:
        lines.append(f"             typically {plan.typical_error:.2g} of the root of the sum of |w|² times the root mean square of x")
    return "\n".join(lines + [f"  not {name:8} {reason}" for name, reason in plan.others])
