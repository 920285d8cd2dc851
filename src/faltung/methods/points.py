"""Single outputs, done again: for those whose window holds a sample that a faster method would smear or multiply by zero."""

from math import prod
from typing import Any

import numpy as np

from faltung.methods.extend import spread
from faltung.spec.case import Case

Array = np.ndarray[Any, Any]
CHUNK = 1 << 20  # products held at a time


def recompute(case: Case, x: Array, w: Array, out: Array, outputs: Array, skip_zero_weights: bool = False) -> None:
    """Write out[b, g·O + o, i] anew for the given rows (b, g·O + o, *i) of `outputs`, summing over taps in window order."""
    if not len(outputs):
        return
    line = spread(case, x)
    step = max(CHUNK // (prod(case.kernel_sizes) * case.channels_in), 1)
    for start in range(0, len(outputs), step):
        part = tuple(outputs[start : start + step].T)
        out[part] = _sums(case, line, w, part, skip_zero_weights)


def _sums(case: Case, line: Array, w: Array, at: tuple[Array, ...], skip_zero_weights: bool) -> Array:
    batch, row, position = at[0], at[1], at[2:]
    total = np.zeros(len(batch), dtype=w.dtype)
    group = row // case.channels_out
    for c in range(case.channels_in):
        for taps in np.ndindex(*case.kernel_sizes):
            weight = w[row, c, *taps]
            places = (p * window.stride + t * window.kernel_dilation for p, t, window in zip(position, taps, case.windows, strict=True))
            products = weight * line[batch, group * case.channels_in + c, *places]
            total = total + (np.where(weight == 0, 0, products) if skip_zero_weights else products)
    return total
