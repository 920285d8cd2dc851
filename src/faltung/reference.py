"""The definition. Everything else in this package is compared with it, exactly on integers.

On each axis an index pattern says which sample output o and tap t meet. It is constructed twice, independently: `pattern_by_equation`
evaluates the equation of `faltung.spec.window`; `pattern_by_extension` writes the continued, spread and padded signal out as a list and
lets a window slide over it. The sums run over Python objects: int and Fraction are exact, complex and float follow Python.
"""

from functools import reduce
from itertools import chain, cycle, islice, product, repeat
from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec.boundary import Boundary
from faltung.spec.fold import fold_index
from faltung.spec.problem import Problem
from faltung.spec.window import Outside, Reading, Window, core_size, fill_value, table

Pattern = list[list[Reading]]
ENDS: tuple[Outside, Outside] = ("low", "high")
Objects = np.ndarray[Any, np.dtype[np.object_]]
_CODES: dict[Reading, int] = {"low": -1, "high": -2, "nothing": -3}


def pattern_by_equation(window: Window, n: int, k: int) -> Pattern:
    """Return pattern[o][t] from p = stride·o + kernel_dilation·t − pad_low."""
    return [list(row) for row in table(window, n, k)]


def pattern_by_extension(window: Window, n: int, k: int) -> Pattern:
    """Return pattern[o][t] from the signal written out: continue it, spread it, pad or crop it, and slide along the list."""
    spread = window.input_dilation
    before = list(islice(_outward(window.boundary_low, n, "low"), max(window.pad_low, 0) // spread + 1))
    after = list(islice(_outward(window.boundary_high, n, "high"), max(window.pad_high, 0) // spread + 1))
    line: list[Reading] = []
    for sample in [*reversed(before), *range(n), *after]:
        line += [sample, *["nothing"] * (spread - 1)]  # type: ignore[list-item]  # one of the words of Reading
    origin = len(before) * spread
    end = origin + (n - 1) * spread + 1
    line = line[origin - window.pad_low : end + window.pad_high] if window.pad_low <= origin else []
    taps = window.kernel_dilation * (k - 1) + 1
    starts = range(0, len(line) - taps + 1, window.stride)
    return [line[start : start + taps : window.kernel_dilation] for start in starts]


def _outward(law: Boundary, n: int, end: str) -> Any:
    """Yield what lies beyond one end, walking away from the signal."""
    up = list(range(n)) if end == "low" else list(range(n - 1, -1, -1))
    if law in ("zero", "constant"):
        return repeat(end)
    if law == "edge" or (law == "whole_sample" and n == 1):
        return repeat(up[0])
    if law == "periodic":
        return cycle(reversed(up))
    if law == "half_sample":
        return cycle(chain(up, reversed(up)))
    return cycle(chain(up[1:], up[-2::-1]))


def reference(problem: Problem, x: Any, k: Any) -> Objects:
    """Return the linear core of a Problem, computed exactly, as an array of Python objects.

    Parameters
    ----------
    problem : Problem
        Reversal, conjugation, boundaries, folds, channels, groups and the exchange of operands are followed; scale, dtype, rounding and
        the other steps around the core are not.
    x, k : array_like
        Of the problem's shapes; int, Fraction, complex or float.

    Returns
    -------
    ndarray of object, of shape ``problem.output_shape``

    Raises
    ------
    SpecError
        When an operand does not have the problem's shape.

    Notes
    -----
    A sample that is outside on several axes gets the fill of the lowest of them. Where a spread input has no sample, nothing is added.

    Examples
    --------
    >>> from faltung.spec import parse
    >>> reference(parse("int64[4] * int64[2] convolve"), [1, 2, 3, 4], [10, 1]).tolist()
    [10, 21, 32, 43, 4]
    """
    first, second = _objects(x, problem.input_shape, "input"), _objects(k, problem.kernel_shape, "kernel")
    if problem.exchanged:
        first, second = second, first
    data, weights = _with_channels(problem, first, second)
    data = np.conj(data) if problem.spec.conj == "input" else data
    weights = np.conj(weights) if problem.spec.conj == "kernel" else weights
    flips = tuple(slice(None, None, -1) if w.reversal else slice(None) for w in problem.windows)
    answer = _core(problem, data, weights[..., *flips])
    for axis, window in enumerate(problem.windows, start=3):
        answer = _finish(answer, window, axis)
    answer = _without_channels(problem, answer)
    if problem.answer_reversed:
        answer = np.conj(np.flip(answer)) if problem.spec.conj == "kernel" else np.flip(answer)
    return answer


def _core(problem: Problem, data: Objects, weights: Objects) -> Objects:
    """y[n, g, o, i] = Σ over c and t of weights[g, o, c, t] · data[n, g, c, reading(i, t)]."""
    axes = list(zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True))
    patterns = [np.array([[_code(r) for r in row] for row in pattern_by_equation(*axis)]) for axis in axes]
    sizes = [core_size(*axis) for axis in axes]
    answer = np.zeros((data.shape[0], *weights.shape[:2], *sizes), dtype=object)
    for c, taps in product(range(weights.shape[2]), product(*(range(k) for k in problem.kernel_sizes))):
        columns = [pattern[:, t] for pattern, t in zip(patterns, taps, strict=True)]
        samples = _read(data[:, :, c], problem.windows, columns)
        products = weights[None, :, :, c, *taps].reshape(1, *weights.shape[:2], *[1] * len(sizes)) * samples[:, :, None]
        answer = answer + np.where(_nothing(columns), 0, products)
    return answer


def _read(data: Objects, windows: tuple[Window, ...], columns: list[Any]) -> Objects:
    """Return data[n, g, column of axis 0, column of axis 1, …] with fills; the lowest axis is read last, so that its fill stands."""
    for axis in reversed(range(len(columns))):
        column = columns[axis]
        data = np.take(data, np.maximum(column, 0), axis=axis + 2)
        shape = [-1 if a == axis + 2 else 1 for a in range(data.ndim)]
        for end in ENDS:
            data = np.where((column == _CODES[end]).reshape(shape), fill_value(windows[axis], end), data)
    return data


def _code(read: Reading) -> int:
    return read if isinstance(read, int) else _CODES[read]


def _nothing(columns: list[Any]) -> Any:
    masks = [column == _CODES["nothing"] for column in columns]
    return reduce(np.logical_or.outer, masks)


def _finish(answer: Objects, window: Window, axis: int) -> Objects:
    """Apply output reversal, then the fold, along one axis."""
    answer = np.flip(answer, axis) if window.output_reversal else answer
    if window.fold is None:
        return answer
    lines = np.moveaxis(answer, axis, 0)
    folded = np.zeros((window.fold.size, *lines.shape[1:]), dtype=object)
    for e, line in enumerate(lines):
        target = fold_index(window.fold, e)
        if target is not None:
            folded[target] = folded[target] + line
    return np.moveaxis(folded, 0, axis)


def _objects(values: Any, shape: tuple[int, ...], name: str) -> Objects:
    array = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
    if array.shape != shape:
        raise SpecError(f"the {name} has shape {array.shape}, but the problem says {shape}")
    return array.astype(object)


def _with_channels(problem: Problem, x: Objects, k: Objects) -> tuple[Objects, Objects]:
    """Return data[n, g, c, …] and weights[g, o, c, …], whatever the layout."""
    layout, groups, c = problem.spec.layout, problem.spec.groups, problem.channels
    if layout is None:
        k = k if problem.spec.permute is None else k.transpose(problem.spec.permute)
        return x[None, None, None], k[None, None, None]
    x = x.transpose([layout.input.index(letter) for letter in "NC" + layout.spatial])
    k = k.transpose([layout.kernel.index(letter) for letter in "OI" + layout.spatial])
    x = _split(x, 0 if groups.input == "N" else 1, c.groups)
    k = _split(k, 0 if groups.kernel == "O" else 1, c.groups)
    return np.moveaxis(x, 0, 1), k


def _split(array: Objects, axis: int, groups: int) -> Objects:
    """Return the array with the group index, taken out of `axis` in consecutive blocks, in front."""
    shape = (*array.shape[:axis], groups, array.shape[axis] // groups, *array.shape[axis + 1 :])
    return np.moveaxis(array.reshape(shape), axis, 0)


def _without_channels(problem: Problem, answer: Objects) -> Objects:
    """Return answer[n, g, o, …] in the layout of the output."""
    layout, groups = problem.spec.layout, problem.spec.groups
    if layout is None:
        return answer[0, 0, 0, ...]
    lines = np.moveaxis(answer, 1, 0 if groups.output == "N" else 1)
    n, o = answer.shape[0], answer.shape[2]
    sizes = (n * answer.shape[1], o) if groups.output == "N" else (n, o * answer.shape[1])
    lines = lines.reshape(*sizes, *answer.shape[3:])
    letters = "NC" + layout.spatial
    result: Objects = np.transpose(lines, [letters.index(letter) for letter in layout.output])
    return result
