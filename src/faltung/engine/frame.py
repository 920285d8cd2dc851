"""The frame of a result: outputs whose window leaves the input, where a convention says that they are not computed."""

from typing import Any

import numpy as np

from faltung.errors import SpecError
from faltung.spec.layout import Layout
from faltung.spec.problem import Problem
from faltung.spec.window import core_size, position

Array = np.ndarray[Any, Any]


def put_frame(problem: Problem, x: Array, out: Array, sliding: tuple[int, ...] | None) -> None:
    """Put the input, or a value, where the window leaves the input.

    Raises
    ------
    SpecError
        Where the output is not as large as the input along the axes of the windows or, for a copy, in all.
    """
    frame, layout = problem.spec.frame, problem.spec.layout
    if layout is not None:
        x, sliding = x.transpose([layout.input.index(letter) for letter in layout.output]), _spatial(layout)
    axes = tuple(range(out.ndim)) if sliding is None else sliding
    needed = range(out.ndim) if frame == "copied" else axes
    if x.ndim != out.ndim or any(x.shape[axis] != out.shape[axis] for axis in needed):
        raise SpecError(f"frame={frame} needs an output as large as the input, but they are {out.shape} and {x.shape}")
    inside = np.ones([out.shape[axis] if axis in axes else 1 for axis in range(out.ndim)], dtype=bool)
    for axis, row in zip(axes, _rows_inside(problem), strict=True):
        inside &= row.reshape([-1 if a == axis else 1 for a in range(out.ndim)])
    np.copyto(out, x if frame == "copied" else frame, where=~inside, casting="unsafe")


def _spatial(layout: Layout) -> tuple[int, ...]:
    """Return the axes of the output along which windows slide, in the order of the input's letters."""
    return tuple(layout.output.index(letter) for letter in layout.spatial)


def _rows_inside(problem: Problem) -> list[Array]:
    """Return, for each axis of the windows, at which outputs they stay inside."""
    found = []
    for window, n, k in zip(problem.windows, problem.input_sizes, problem.kernel_sizes, strict=True):
        limit = window.input_dilation * (n - 1)
        rows = [position(window, o, 0) >= 0 and position(window, o, k - 1) <= limit for o in range(core_size(window, n, k))]
        found.append(np.array(rows, dtype=bool))
    return found
