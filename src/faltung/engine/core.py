"""The linear core of a Route: weights into window order, a method, output reversal and folds."""

from dataclasses import replace
from typing import Any

import numpy as np

from faltung.engine.arrange import channels_first, from_channels_first, pieces
from faltung.engine.route import UNKNOWN, Route, choice
from faltung.methods.points import recompute
from faltung.spec.case import Case
from faltung.spec.window import Window, core_size, fold_index

Array = np.ndarray[Any, Any]


def sums(route: Route, x: Array, k: Array, workers: int, target: Array | None = None) -> Array:
    """Return the sums of products in the Case's dtype and the result's shape, in `target` if one is given.

    `target` must be of that shape and dtype, and the Route plain.
    """
    dtype = np.dtype(route.case.dtype)
    if route.problem.spec.layout is not None:
        return _with_layout(route, x, k, workers, dtype)
    shape = _core_shape(route)
    answer = target if target is not None else np.empty(shape, dtype)
    if answer.size == 0:
        return _folded(route, answer)
    data = _conj(x.astype(dtype, copy=False), route, "input")
    flipped = _flip(answer, route)
    if not route.axes.batch:
        _run(route.case, route, data[None, None], window_order(route, k, dtype)[None, None], flipped[None, None], workers)
    else:
        for part, kernel, out in pieces(data, k, flipped, route.axes):
            case = replace(route.case, batch=part.shape[0])
            _run(case, route, part, window_order(route, kernel, dtype)[None, None], out, workers)
    return _finished(route, _folded(route, answer))


def _with_layout(route: Route, x: Array, k: Array, workers: int, dtype: Any) -> Array:
    problem, case = route.problem, route.case
    data, weights = channels_first(x, k, problem)
    data = _conj(data.astype(dtype, copy=False), route, "input")
    sizes = tuple(core_size(*axis) for axis in zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True))
    answer = np.empty((case.batch, case.groups * case.channels_out, *sizes), dtype)
    _run(case, route, data, window_order(route, weights, dtype), _flip(answer, route), workers)
    return from_channels_first(_folded(route, answer), problem)


def window_order(route: Route, k: Array, dtype: Any) -> Array:
    """Return a private, contiguous copy of the weights in window order: permuted, reversed, conjugated, in the dtype of the sums."""
    spec, windows = route.problem.spec, route.problem.windows
    if spec.permute is not None:
        k = k.transpose(spec.permute)
    if any(w.reversal for w in windows):
        k = k[..., *(slice(None, None, -1) if w.reversal else slice(None) for w in windows)]
    return _conj(np.array(k, dtype=dtype, order="C"), route, "kernel")


def _conj(array: Array, route: Route, operand: str) -> Array:
    return np.conj(array) if route.problem.spec.conj == operand and array.dtype.kind in "cO" else array


def _run(case: Case, route: Route, x: Array, w: Array, out: Array, workers: int) -> None:
    finite = w.dtype.kind not in "fc" or bool(np.isfinite(w).all())
    chosen = choice(case if finite else replace(case, weights=UNKNOWN), route.method, route.memory)
    chosen.method.run(case, x, w, out, workers)
    if route.problem.spec.missing == "skip_zero_weights" and out.dtype.kind in "fc" and not w.all():
        touched = np.argwhere(~np.isfinite(out))
        recompute(case, x, w, out, touched, skip_zero_weights=True)


def _core_shape(route: Route) -> tuple[int, ...]:
    """Return the result's shape before any fold."""
    shape = list(route.shape)
    problem = route.problem
    for axis, window, n, k in zip(route.axes.sliding, problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True):
        shape[axis] = core_size(window, n, k)
    return tuple(shape)


def _sliding(route: Route, array: Array) -> tuple[int, ...]:
    return route.axes.sliding or tuple(range(2, array.ndim))


def _flip(answer: Array, route: Route) -> Array:
    if not any(route.flips):
        return answer
    index: list[slice] = [slice(None)] * answer.ndim
    for axis, flip in zip(_sliding(route, answer), route.flips, strict=True):
        index[axis] = slice(None, None, -1) if flip else slice(None)
    return answer[tuple(index)]


def _folded(route: Route, answer: Array) -> Array:
    for axis, window in zip(_sliding(route, answer), route.problem.windows, strict=True):
        if window.fold is not None:
            answer = _fold(answer, axis, window)
    return answer


def _fold(answer: Array, axis: int, window: Window) -> Array:
    """Add every output to the sample that its fold names."""
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


def _finished(route: Route, answer: Array) -> Array:
    """Conjugate the answer of exchanged operands of a correlation."""
    problem = route.problem
    if problem.answer_reversed and problem.spec.conj == "kernel" and answer.dtype.kind in "cO":
        return np.conj(answer)
    return answer
