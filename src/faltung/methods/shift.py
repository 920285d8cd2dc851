"""One pass of NumPy over the whole image for each tap: slow, small, and right for every dtype that NumPy can multiply and add.

    out += w[t] · X[stride·o + dilation·t − pad_low]        for t ascending

The sum of each output starts at 0 and takes a rounded product at a time. The image is worked through in blocks of rows that stay in the
second-level cache.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from math import gcd, prod
from typing import Any

import numpy as np

from faltung.methods.cost import Cost
from faltung.methods.extend import continued
from faltung.spec.case import Case
from faltung.spec.window import Window

NAME = "shift"
Array = np.ndarray[Any, Any]
BLOCK_BYTES = 256 * 1024  # a block of outputs and one of products fit a second-level cache of 1 MB with room to spare
# Measured on 2048 x 2048 float32, one thread: 0.35 ns for a product and its sum; 3 us for the two NumPy calls of a tap.
SECONDS_PER_PRODUCT = {"float32": 0.35e-9, "float64": 0.7e-9, "int64": 0.9e-9, "complex64": 1.2e-9, "complex128": 2e-9, "object": 80e-9}
SECONDS_PER_PASS = 3e-6
Run = tuple[slice, slice]


def refuses(case: Case) -> str | None:
    """Return None: every Case can be computed this way."""
    return None


def cost(case: Case) -> Cost:
    """Return the predicted time, and the size of the continued copy and of a block of products."""
    outputs = case.batch * case.groups * case.channels_out * prod(case.output_sizes)
    passes = case.channels_in * prod(case.kernel_sizes)
    item = np.dtype(case.dtype).itemsize
    padded = (
        case.batch
        * case.groups
        * case.channels_in
        * prod(n + max(w.pad_low, 0) + max(w.pad_high, 0) for n, w in zip(case.input_sizes, case.windows, strict=True))
    )
    seconds = outputs * passes * SECONDS_PER_PRODUCT.get(case.dtype, 3e-9) + passes * SECONDS_PER_PASS
    return Cost(seconds=seconds, scratch_bytes=padded * item + BLOCK_BYTES)


def bind(case: Case) -> Callable[..., None]:
    """Return `case` ready for many calls: ``bound(x, w, out, workers)``."""
    return partial(run, case)


def run(case: Case, x: Array, w: Array, out: Array, workers: int, skip_zero_weights: bool = False) -> None:
    """Compute the Case into `out`; one thread whatever `workers` says. Taps of weight 0 are left out if asked (NaN · 0 is then 0)."""
    samples, firsts = continued(case, x)
    grouped = samples.reshape(samples.shape[0], case.groups, case.channels_in, *samples.shape[2:])
    answer = out.reshape(out.shape[0], case.groups, case.channels_out, *out.shape[2:]) if case.groups > 1 else out[:, None]
    weights = w.reshape(case.groups, case.channels_out, case.channels_in, *case.kernel_sizes)
    axes = list(zip(case.windows, firsts, case.output_sizes, case.kernel_sizes, strict=True))
    runs = [[_run(window, first, m, t) for t in range(k)] for window, first, m, k in axes]
    answer[...] = 0
    for c, taps in product(range(case.channels_in), product(*(range(k) for k in case.kernel_sizes))):
        at: tuple[Any, ...] = (slice(None), slice(None), c, *taps)
        weight = weights[at]
        if skip_zero_weights and not weight.any():
            continue
        pairs = [axis_runs[t] for axis_runs, t in zip(runs, taps, strict=True)]
        if None not in pairs:
            _add(answer, grouped[:, :, c], weight, [p for p in pairs if p])
    if case.groups > 1 and not np.shares_memory(answer, out):
        out[...] = answer.reshape(out.shape)


def _run(window: Window, first: int, m: int, t: int) -> Run | None:
    """Return which outputs meet a sample at tap t, and these samples, as slices; None where the tap falls between the samples."""
    step, spread = window.stride, window.input_dilation
    start = window.kernel_dilation * t - window.pad_low
    common = gcd(step, spread)
    if start % common:
        return None
    period = spread // common
    o = next(o for o in range(period) if (start + step * o) % spread == 0)
    if o >= m:
        return None
    count = (m - 1 - o) // period + 1
    q, advance = (start + step * o) // spread - first, step // common
    return slice(o, None, period), slice(q, q + advance * (count - 1) + 1, advance)


def _add(answer: Array, samples: Array, weight: Array, runs: list[Run]) -> None:
    """answer[b, g, o, …] += weight[g, o] · samples[b, g, …] on the runs, a block of rows at a time."""
    written: tuple[Any, ...] = (..., *(run[0] for run in runs))
    read: tuple[Any, ...] = (slice(None), slice(None), None, ..., *(run[1] for run in runs))
    targets, values = answer[written], samples[read]
    factor = weight.reshape(1, *weight.shape, *[1] * len(runs))
    rows = targets.shape[3]
    size = max(targets.size // max(rows, 1) * targets.itemsize, 1)
    block = max(BLOCK_BYTES // size, 1)
    for row in range(0, rows, block):
        part = targets[:, :, :, row : row + block]
        np.add(part, values[:, :, :, row : row + block] * factor, out=part)
