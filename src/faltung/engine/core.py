"""The linear core of a Route: weights into window order, a method, output reversal and folds."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.engine.arrange import channels_first, from_channels_first, pieces
from faltung.engine.bands import in_bands
from faltung.engine.planner import Choice
from faltung.engine.route import NOT_FINITE, Route, bound, choice
from faltung.engine.weights import analysed
from faltung.spec.case import Case, Weights
from faltung.spec.window import Window

Array = np.ndarray[Any, Any]


def sums(route: Route, x: Array, k: Array, workers: int, target: Array | None = None) -> Array:
    """Return the sums of products in the Case's dtype (finished, if it is narrow) and the result's shape, in `target` if one is given.

    `target` must be of that shape and dtype, and the Route plain.
    """
    if route.problem.spec.layout is not None:
        return _with_layout(route, x, k, workers)
    answer = target if target is not None else np.empty(route.core_shape, in_memory(route))
    if answer.size:
        data = as_sums(route, x, workers)
        flipped = answer if route.flips is None else answer[route.flips]
        if route.axes.in_order:
            _run(route, route.case, data[None, None], window_order(route, k)[None, None], flipped[None, None], workers)
        else:
            for part, kernel, out in pieces(data, k, flipped, route.axes):
                case = replace(route.case, batch=part.shape[0])
                _run(route, case, part, window_order(route, kernel)[None, None], out, workers)
    if route.plain:
        return answer
    answer = _folded(route, answer, route.axes.sliding)
    if route.problem.answer_reversed and route.conj == "kernel":
        return np.conj(answer)
    return answer


def _with_layout(route: Route, x: Array, k: Array, workers: int) -> Array:
    data, weights = channels_first(x, k, route.problem)
    answer = np.empty(route.core_shape, route.sum_dtype)
    flipped = answer if route.flips is None else answer[route.flips]
    if answer.size:
        _run(route, route.case, as_sums(route, data, workers), window_order(route, weights), flipped, workers)
    return from_channels_first(_folded(route, answer, tuple(range(2, answer.ndim))), route.problem)


def in_memory(route: Route) -> Any:
    """Return the dtype in which a method writes what it has summed."""
    return route.sum_dtype if route.case.stored is None else np.dtype(route.case.stored.results)


def as_sums(route: Route, x: Array, workers: int) -> Array:
    """Return the input in the dtype of the sums, unless it is narrow, conjugated if the Spec says so."""
    if route.case.stored is not None:
        return x
    data = x
    if x.dtype != route.sum_dtype:
        data = np.empty_like(x, route.sum_dtype)
        in_bands(x.shape if x.dtype != object else (), workers, lambda place: np.copyto(data[place], x[place], casting="unsafe"))
    return np.conj(data) if route.conj == "input" else data


def window_order(route: Route, k: Array) -> Array:
    """Return a private, contiguous copy of the weights in window order: permuted, reversed, conjugated, in the dtype of the sums."""
    permute = route.problem.spec.permute
    if permute is not None:
        k = k.transpose(permute)
    if route.reversal is not None:
        k = k[route.reversal]
    weights = np.array(k, dtype=route.sum_dtype, order="C")
    return np.conj(weights) if route.conj == "kernel" else weights


def chosen(route: Route, k: Array) -> Choice:
    """Return the planner's answer for a kernel."""
    case = analysed(route.case, window_order(route, k)[None, None], route.method) if route.analysed else route.case
    finite = k.dtype.kind not in "fc" or bool(np.isfinite(k).all())
    return choice(case if finite else replace(case, weights=NOT_FINITE), route.method, route.memory)


def separable_weights(route: Route, k: Array) -> Weights | None:
    """Return what is known of a kernel that is the product of a column and a row, with its signs and zeros, or a sum of a few."""
    known = analysed(route.case, window_order(route, k)[None, None], "separable").weights
    return known if known is not None and (known.rank == 1 or known.terms > 1) else None


def _run(route: Route, case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    case = analysed(case, w, route.method) if route.analysed else case
    finite = True
    if choice(case, route.method, route.memory).method.name == "fourier":
        finite = bool(np.isfinite(w).all())
    bound(case, route.method, route.memory, finite)(x, w, out, workers)
    if route.problem.spec.missing == "skip_zero_weights" and out.dtype.kind in "fc" and not w.all():
        from faltung.methods.points import recompute

        recompute(case, x, w, out, np.argwhere(~np.isfinite(out)), skip_zero_weights=True)


def _folded(route: Route, answer: Array, sliding: tuple[int, ...]) -> Array:
    for axis, window in zip(sliding, route.problem.windows, strict=True):
        if window.fold is not None:
            answer = _fold(answer, axis, window)
    return answer


def _fold(answer: Array, axis: int, window: Window) -> Array:
    """Add every output to the sample that its fold names."""
    from faltung.spec.fold import fold_index

    fold = window.fold
    assert fold is not None
    lines = np.moveaxis(answer, axis, 0)
    folded = np.zeros((fold.size, *lines.shape[1:]), dtype=answer.dtype)
    kept = lines[fold.low : fold.low + fold.size]
    folded[: len(kept)] = kept
    for e in (*range(fold.low), *range(fold.low + fold.size, len(lines))):
        at = fold_index(fold, e)
        if at is not None:
            folded[at] += lines[e]
    return np.moveaxis(folded, 0, axis)
