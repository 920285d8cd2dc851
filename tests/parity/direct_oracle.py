"""The sum by its definition, from the per-axis tables of `faltung.spec.window`: slow, and shares nothing with the compiled code."""

from itertools import product

import numpy as np

from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Case
from faltung.spec.window import Window, fill_value, table


def expected(case, x, w):
    """Return the sums, in float64 or complex128: exact for small integers."""
    axes = [axis_table(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)]
    wide = np.result_type(case.dtype, np.float64)
    out = np.zeros((x.shape[0], 1, *case.output_sizes), wide)
    for taps in product(*map(range, case.kernel_sizes)):
        out += wide.type(w[(0, 0, *taps)]) * read(x, [[part[:, t] for part in axis] for axis, t in zip(axes, taps, strict=True)])
    return out


def read(x, columns):
    """Return what one tap reads for every output; the first axis that is outside decides the fill, and a gap reads nothing."""
    n = len(columns)
    if 0 in x.shape:
        x = np.zeros([x.shape[0], *(max(size, 1) for size in x.shape[1:])], x.dtype)
    values = x[np.ix_(*map(range, x.shape[:2]), *(index for index, _, _, _ in columns))].astype(np.result_type(x, np.float64))
    shaped = [[part.reshape([-1 if i == a else 1 for i in range(n)]) for part in column[1:]] for a, column in enumerate(columns)]
    for outside, fill, _ in reversed(shaped):
        values = np.where(outside, fill, values)
    for _, _, gap in shaped:
        values = np.where(gap, 0, values)
    return values


def axis_table(window, n, k):
    """Return arrays over (output, tap): sample index, is outside, fill value, is a gap."""
    rows = table(window, n, k)
    index = [[r if isinstance(r, int) else 0 for r in row] for row in rows]
    outside = [[r in ("low", "high") for r in row] for row in rows]
    fill = [[fill_value(window, r) if r in ("low", "high") else 0 for r in row] for row in rows]
    gap = [[r == "nothing" for r in row] for row in rows]
    number = complex if np.iscomplexobj([window.fill_low, window.fill_high]) else float
    parts = zip((index, outside, fill, gap), (np.intp, bool, number, bool), strict=True)
    return [np.array(part, dtype).reshape(len(rows), k) for part, dtype in parts]


def random_window(rng, n, k, plain=0.4):
    """Return a Window with at least one output for n samples and k taps, where one can be found."""
    for _ in range(50):
        one = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(1, 3))
        stride, dilation, spacing = (1, 1, 1) if rng.random() < plain else one
        low, high = (BOUNDARIES[i] for i in rng.integers(0, 6, 2))
        window = Window(
            stride=stride, kernel_dilation=dilation, input_dilation=spacing, pad_low=int(rng.integers(-2, 2 * k + 2)),
            pad_high=int(rng.integers(-2, 2 * k + 2)), boundary_low=low, boundary_high=high, fill_low=int(rng.integers(-3, 4)),
            fill_high=int(rng.integers(-3, 4)),
        )  # fmt: skip
        if table(window, n, k):
            return window
    return window


def make_case(windows, sizes, kernel, dtype="float32", batch=1, weights=None):
    return Case(
        windows=tuple(windows), input_sizes=tuple(sizes), kernel_sizes=tuple(kernel), dtype=dtype, batch=batch, weights=weights
    )  # fmt: skip


def integers(rng, shape, dtype):
    """Return small whole numbers; Gaussian integers for complex dtypes."""
    if np.dtype(dtype).kind == "c":
        return (rng.integers(-9, 10, shape) + 1j * rng.integers(-9, 10, shape)).astype(dtype)
    return rng.integers(-9, 10, shape).astype(dtype)
