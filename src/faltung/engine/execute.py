"""A Route meets arrays: sums, then steps, into an output that was checked first."""

from typing import Any

import numpy as np

from faltung.engine.core import chosen, separable_weights, sums
from faltung.engine.operands import dtype_name
from faltung.engine.ready import ready_for
from faltung.engine.route import Route, exact_route, route
from faltung.engine.steps import needs_finish
from faltung.errors import SpecError
from faltung.methods.stored import DoesNotFit
from faltung.spec.spec import Spec

Array = np.ndarray[Any, Any]


def settled(spec: Spec, x: Array, k: Array, axes: tuple[int, ...] | None, method: str, memory: int | None) -> Route:
    """Return the Route for these arrays; integer sums run in the fastest dtype that holds them exactly."""
    way = route(spec, x.shape, k.shape, dtype_name(x), dtype_name(k), axes, method, memory)
    if way.case.dtype == "int64":
        return _exact(way, spec, x, k, axes)
    if x.dtype.kind in "biu":
        from faltung.engine.narrow import possible, rounded_sums

        if possible(way):
            return rounded_sums(way, chosen(way, k), lambda: separable_weights(way, k)) or way
    return way


def _exact(way: Route, spec: Spec, x: Array, k: Array, axes: tuple[int, ...] | None) -> Route:
    """Return the Route of integer operands whose sums are fastest."""
    from faltung.engine.integers import exact_sums, facts  # not above: the first call on floats need not wait for them
    from faltung.engine.narrow import whole_sums
    from faltung.engine.weights import whole_weights

    data, kernel = (k, x) if way.exchanged else (x, k)
    known = facts(way.problem, dtype_name(data), kernel)
    settings = spec, x.shape, k.shape, dtype_name(x), dtype_name(k), axes, way.method, way.memory
    dtypes = exact_sums(way.problem, data, known)
    plain = exact_route(*settings, dtypes)
    known_weights = whole_weights(_in_window_order(plain, k)) if plain.analysed else None
    if known_weights is not None:
        plain = exact_route(*settings, dtypes, weights=known_weights)
    totals = (kernel.sum(), np.abs(kernel).sum()) if isinstance(spec.scale, str) else (1, 1)
    return whole_sums(plain, known, totals, lambda: whole_weights(_in_window_order(plain, k))) or plain


def _in_window_order(way: Route, k: Array) -> Array:
    """Return the weights in window order, as they are."""
    permute = way.problem.spec.permute
    k = k if permute is None else k.transpose(permute)
    return k if way.reversal is None else k[way.reversal]


def execute(way: Route, x: Array, k: Array, workers: int, out: Array | None = None) -> Array:
    """Return the result of a Route on operands of its shapes and dtypes.

    Infinities and NaN are data: no method warns of them, as the compiled ones could not.
    """
    ready = ready_for(way, k)
    if ready is not None:
        answer = np.empty(way.shape, way.dtype) if out is None else checked_out(out, way.shape, way.dtype, x, k)
        if answer.size:
            ready.call(x[None, None], ready.weights, answer[None, None], workers)
        return answer
    with np.errstate(all="ignore"):
        return _execute(way, x, k, workers, out)


def _execute(way: Route, x: Array, k: Array, workers: int, out: Array | None) -> Array:
    if way.exchanged:
        x, k = k, x
    if out is not None:
        checked_out(out, way.shape, way.dtype, x, k)
    if way.plain:
        answer = np.empty(way.shape, way.dtype) if out is None else out
        if way.wide is None:
            return sums(way, x, k, workers, answer)
        try:
            return sums(way, x, k, workers, answer)
        except DoesNotFit:  # perhaps: the steps for whole arrays know, and name the first that does not
            return execute(way.wide, x, k, workers, answer)
    values = sums(way, x, k, workers)
    if out is None and not needs_finish(way.problem, way.case.dtype):
        return values
    from faltung.engine.finish import finish

    answer = np.empty(way.shape, way.dtype) if out is None else out
    finish(way.problem, values, x, k, answer, workers, way.axes.sliding or None)
    return answer


def checked_out(out: Array, shape: tuple[int, ...], dtype: Any, x: Array, k: Array) -> Array:
    """Return `out` if the result can be written there.

    Raises
    ------
    SpecError
        When it is no array, not writable, of another shape or dtype, or overlaps an operand.
    """
    if not isinstance(out, np.ndarray):
        raise SpecError(f"out is a {type(out).__name__}; it must be a NumPy array of shape {shape} and dtype {dtype}")
    if out.shape != shape:
        raise SpecError(f"out has shape {out.shape}, but the result has shape {shape}")
    if out.dtype != dtype or not out.dtype.isnative:
        remedy = f"ask for dtype={out.dtype.name!r}, or give another out"
        raise SpecError(f"out has dtype {out.dtype}, but the result has dtype {dtype}; {remedy}")
    if not out.flags.writeable:
        raise SpecError("out is read-only")
    for name, operand in (("input", x), ("kernel", k)):
        if np.may_share_memory(out, operand) and _overlap(out, operand):
            raise SpecError(f"out overlaps the {name}, which is read while out is written; give another array")
    return out


def _overlap(a: Array, b: Array) -> bool:
    """Return whether two arrays share an element; where that is too hard to tell, assume so."""
    try:
        return np.shares_memory(a, b, max_work=10_000_000)  # type: ignore[arg-type]  # the stubs know only -1 and 0
    except np.exceptions.TooHardError:
        return True
