"""One transform of the whole: the spectrum of the continued signal times the spectrum of the kernel (scipy.fft).

With X̂ and ŵ the discrete Fourier transforms over n ≥ E entries (E positions are read), y = F⁻¹(X̂ · conj-free ŵ of the reversed taps); the
outputs that wrapped around are those before the reach L, and they are cut off. Samples that are not finite would spread to every
output: they are set to zero first, and the outputs whose window holds one are summed again directly.
"""

from itertools import product
from math import log2, prod
from typing import Any

import numpy as np

from faltung.methods.cost import Cost
from faltung.methods.extend import spread
from faltung.methods.fourier.axis_by_axis import forward, inverse
from faltung.methods.points import recompute
from faltung.spec.case import Case
from faltung.spec.window import fill_value, reach, span

Array = np.ndarray[Any, Any]
# Measured with scipy.fft on one thread: twelve pairs of sizes in one to three axes, from 64 x 64 to 100 x 100,000, within a fourth for
# images and volumes (signals of a million take 1.6 times as long); about 60 us of Python a call.
SECONDS_PER_ENTRY = {"float32": 0.55e-9, "float64": 0.9e-9, "complex64": 0.85e-9, "complex128": 1.6e-9}
SECONDS_PER_CALL = 60e-6


def cost(case: Case) -> Cost:
    """Return the predicted time and the bytes of signal, spectra and product."""
    entries = prod(max(n, 1) for _, n in _first_entries(case))
    transforms = case.batch * case.groups * (case.channels_in + case.channels_out) + case.groups * case.channels_in * case.channels_out
    per_entry = SECONDS_PER_ENTRY.get(case.dtype, 4e-9)
    seconds = transforms * (entries * max(log2(entries), 1) * per_entry / 2 + SECONDS_PER_CALL)
    return Cost(seconds=seconds, scratch_bytes=(transforms + 1) * entries * np.dtype(case.dtype).itemsize)


def run(case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    """Compute the Case into `out`."""
    line = x if zero_outside(case) else spread(case, x)
    bad = ~np.isfinite(line)
    if not bad.any():
        _through_spectra(case, line, w, out, workers)
        if case.exact is not None:
            np.rint(out, out=out)
        return
    _through_spectra(case, np.where(bad, line.dtype.type(0), line), w, out, workers)
    touched = np.empty(out.shape, dtype="float32")
    ones = np.ones(w.shape, dtype="float32")
    _through_spectra(case, bad.astype("float32"), ones, touched, workers)  # how many bad samples each window holds
    recompute(case, x, w, out, np.argwhere(touched > 0.5))


def zero_outside(case: Case) -> bool:
    """Return whether nothing but zeros stand outside, and the samples lie side by side: then they are transformed as they are.

    The zeros need no entries of their own then: it is enough if those of a full convolution fit.
    """
    return all(
        window.input_dilation == 1 and all(law in ("zero", "constant") for law in (window.boundary_low, window.boundary_high))
        and fill_value(window, "low") == fill_value(window, "high") == 0
        for window in case.windows
    )  # fmt: skip


def _first_entries(case: Case) -> list[tuple[int, int]]:
    """Return, for each axis, the entry in which the first output comes out (may be negative), and how many entries are needed."""
    found = []
    axes = zip(case.windows, case.input_sizes, case.kernel_sizes, case.output_sizes, strict=True)
    for window, n, k, m in axes:
        length = reach(window, k)
        if not zero_outside(case):
            first, last = span(window, n, k)
            found.append((length, last - first + 1))
            continue
        first = length - window.pad_low
        # an output before the first entry comes out at the end, behind those of the full convolution, where nothing but zeros are
        found.append((first, max(first + window.stride * (m - 1) + 1, n + length) - min(first, 0)))
    return found


def _through_spectra(case: Case, line: Array, w: Array, out: Array, workers: int) -> None:
    import scipy.fft as sfft  # imported when used: a user's set_backend counts, and `import faltung` stays light

    is_real = line.dtype.kind != "c" and w.dtype.kind != "c"
    entries = _first_entries(case)
    sizes = [sfft.next_fast_len(n, real=is_real) for _, n in entries]
    kernel = forward(_reversed_taps(case, w), sizes, workers, is_real=is_real)
    for b, g in product(range(case.batch), range(case.groups)):
        channels = slice(g * case.channels_in, (g + 1) * case.channels_in)
        signal = forward(line[b, channels], sizes, workers, is_real=is_real)
        for o in range(g * case.channels_out, (g + 1) * case.channels_out):
            spectrum = signal[0] * kernel[o, 0] if case.channels_in == 1 else (signal * kernel[o]).sum(axis=0)
            result = inverse(spectrum, sizes, workers, is_real=is_real)
            out[b, o] = _kept(case, result, [first for first, _ in entries])


def _kept(case: Case, result: Array, firsts: list[int]) -> Array:
    """Return the outputs among the entries of a transform; negative entries count from the end."""
    for axis, (window, m, first) in enumerate(zip(case.windows, case.output_sizes, firsts, strict=True)):
        if first >= 0:
            places: tuple[Any, ...] = (*[slice(None)] * axis, slice(first, first + window.stride * (m - 1) + 1, window.stride))
            result = result[places]
        else:
            result = result.take((first + window.stride * np.arange(m)) % result.shape[axis], axis=axis)
    return result


def _reversed_taps(case: Case, w: Array) -> Array:
    """Return the taps in reverse, spread by the dilation: multiplying spectra convolves, and the taps are given for correlation."""
    shape = [reach(window, k) + 1 for window, k in zip(case.windows, case.kernel_sizes, strict=True)]
    taps = np.zeros((*w.shape[:2], *shape), dtype=w.dtype)
    spread_taps: tuple[Any, ...] = (..., *(slice(None, None, window.kernel_dilation) for window in case.windows))
    taps[spread_taps] = w
    return np.flip(taps, axis=tuple(range(2, taps.ndim)))
