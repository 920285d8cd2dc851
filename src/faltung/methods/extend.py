"""A signal continued through its boundaries into one array: what `shift` and `fourier` read (the compiled methods need no such copy)."""

from typing import Any

import numpy as np

from faltung.spec.boundary import source
from faltung.spec.case import Case
from faltung.spec.window import Window, fill_value, span

Array = np.ndarray[Any, Any]


def read_range(window: Window, n: int, k: int) -> tuple[int, int]:
    """Return the first and the last sample index, before any boundary, that an output reads (first > last: none)."""
    first, last = span(window, n, k)
    return -(-first // window.input_dilation), last // window.input_dilation


def continued(case: Case, x: Array) -> tuple[Array, tuple[int, ...]]:
    """Return an array that holds every sample read, and for each sliding axis the sample index of its first entry.

    `x` has its sliding axes last. It is returned itself where no output reads beyond its ends. A sample that is outside on several axes
    has the fill of the lowest of them, so the axes are filled from the last to the first.
    """
    lead = x.ndim - len(case.windows)
    ranges = [read_range(*axis) for axis in zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)]
    outside = [(max(0, -first), max(0, last - n + 1)) for (first, last), n in zip(ranges, case.input_sizes, strict=True)]
    if not any(low or high for low, high in outside):
        return x, (0,) * len(ranges)
    shape = [low + n + high for (low, high), n in zip(outside, case.input_sizes, strict=True)]
    out = np.empty((*x.shape[:lead], *shape), dtype=x.dtype)
    inner = [slice(low, low + n) for (low, _), n in zip(outside, case.input_sizes, strict=True)]
    centre: tuple[Any, ...] = (..., *inner)
    out[centre] = x
    for axis in reversed(range(len(ranges))):
        known: tuple[Any, ...] = (..., *inner[: axis + 1], *[slice(None)] * (len(ranges) - axis - 1))
        _fill_axis(out[known], out, case.windows[axis], axis, lead, inner)
    return out, tuple(-low for low, _ in outside)


def _fill_axis(known: Array, out: Array, window: Window, axis: int, lead: int, inner: list[slice]) -> None:
    """Write the entries outside of one axis: copies of known samples, or the fill."""
    n, low = inner[axis].stop - inner[axis].start, inner[axis].start
    before: tuple[Any, ...] = (slice(None),) * lead + tuple(inner[:axis])
    for entry in (*range(low), *range(low + n, out.shape[lead + axis])):
        m = entry - low
        sample = source(window.boundary_low if m < 0 else window.boundary_high, m, n)
        value = fill_value(window, "low" if m < 0 else "high") if sample is None else known.take(sample, axis=lead + axis)
        out[(*before, entry)] = value


def spread(case: Case, x: Array) -> Array:
    """Return the continued signal at every position p that is read, with zeros where a spread input has no sample."""
    samples, firsts = continued(case, x)
    lead = x.ndim - len(case.windows)
    for axis, (window, n, k) in enumerate(zip(case.windows, case.input_sizes, case.kernel_sizes, strict=True)):
        samples = _spread_axis(samples, lead + axis, firsts[axis], window, span(window, n, k))
    return samples


def _spread_axis(samples: Array, axis: int, first_sample: int, window: Window, positions: tuple[int, int]) -> Array:
    step, (first, last) = window.input_dilation, positions
    before: tuple[Any, ...] = (slice(None),) * axis
    if step == 1:
        return samples[(*before, slice(first - first_sample, last - first_sample + 1))]
    q = np.arange(-(-first // step), last // step + 1)
    shape = list(samples.shape)
    shape[axis] = last - first + 1
    out = np.zeros(shape, dtype=samples.dtype)
    if q.size:
        out[(*before, slice(q[0] * step - first, None, step))] = samples[(*before, slice(q[0] - first_sample, q[-1] - first_sample + 1))]
    return out
