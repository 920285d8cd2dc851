"""What else filters images: two passes where the kernel is a column times a row, loops compiled by numba, libvips."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from faltung.bench.contender import Array, Contender, Maker, Work, pads, plain, window_order

CV2 = {"zero": "BORDER_CONSTANT", "edge": "BORDER_REPLICATE", "half_sample": "BORDER_REFLECT", "whole_sample": "BORDER_REFLECT_101"}
NDIMAGE = {"zero": "constant", "edge": "nearest", "half_sample": "reflect", "whole_sample": "mirror", "periodic": "wrap"}


def makers() -> Iterator[tuple[str, Maker]]:
    """Yield every library with its maker."""
    yield "cv2.sepFilter2D", _cv2_passes
    yield "scipy.ndimage.correlate1d, twice", _ndimage_passes
    yield "numba, loops in parallel", _numba
    yield "pyvips", _pyvips


def _cv2_passes(work: Work) -> Contender | str:
    factors = _factors(work)
    law = work.problem.windows[0].boundary_low
    if isinstance(factors, str) or law not in CV2:
        return factors if isinstance(factors, str) else f"has no boundary {law}"
    cv2 = import_module("cv2")
    cv2.setNumThreads(work.workers)
    (down, across), out = factors, np.empty(work.problem.output_shape, work.problem.dtype)
    border = getattr(cv2, CV2[law])
    return Contender(
        name="cv2.sepFilter2D", call=lambda: cv2.sepFilter2D(work.x, -1, across, down, dst=out, borderType=border), allocates=False,
        note="is told the two factors",
    )  # fmt: skip


def _ndimage_passes(work: Work) -> Contender | str:
    factors = _factors(work)
    law = work.problem.windows[0].boundary_low
    if isinstance(factors, str) or law not in NDIMAGE:
        return factors if isinstance(factors, str) else f"has no boundary {law}"
    pass_ = import_module("scipy.ndimage").correlate1d
    down, across = factors
    out = np.empty(work.problem.output_shape, work.problem.dtype)

    def call() -> Any:
        return pass_(pass_(work.x, down, axis=0, mode=NDIMAGE[law]), across, axis=1, mode=NDIMAGE[law], output=out)

    return Contender(name="scipy.ndimage.correlate1d, twice", call=call, allocates=False, note="is told the two factors")


def _factors(work: Work) -> tuple[Array, Array] | str:
    """Return the column and the row whose product the kernel is, or why these two passes do not do the work."""
    if work.x.ndim != 2 or work.k.ndim != 2:
        return "has images"
    windows, shape = work.problem.windows, work.problem.output_shape
    laws = {law for window in windows for law in (window.boundary_low, window.boundary_high)}
    centred = all(window.pad_low == taps // 2 for window, taps in zip(windows, work.k.shape, strict=True))
    if len(laws) > 1 or not centred or shape != work.x.shape or any((w.stride, w.kernel_dilation) != (1, 1) for w in windows):
        return "is raced on mode same, centre K//2, one boundary"
    k = window_order(work).astype("float64")
    u, s, v = np.linalg.svd(k)
    if k.size and s[1:].max(initial=0) > 1e-5 * s[0]:
        return "needs a kernel that is a column times a row"
    root = np.sqrt(s[0])
    return (u[:, 0] * root).astype("float32"), (v[0] * root).astype("float32")


def _numba(work: Work) -> Contender | str:
    if (why := plain(work)) is not None:
        return why
    if work.x.ndim != 2:
        return "is raced on images"
    loops = _loops()
    import_module("numba").set_num_threads(work.workers)
    k, around, out = window_order(work), pads(work), np.empty(work.problem.output_shape, work.problem.dtype)

    def call() -> Any:
        loops(np.pad(work.x, around), k, out)
        return out

    return Contender(name="numba, loops in parallel", call=call, allocates=False, note="numpy.pad, then the four loops; fastmath")


@cache
def _loops() -> Any:
    numba = import_module("numba")

    @numba.njit(parallel=True, fastmath=True)  # type: ignore[untyped-decorator]
    def correlated(x: Any, k: Any, out: Any) -> None:
        for i in numba.prange(out.shape[0]):
            for j in range(out.shape[1]):
                total = out.dtype.type(0)
                for a in range(k.shape[0]):
                    for b in range(k.shape[1]):
                        total += x[i + a, j + b] * k[a, b]
                out[i, j] = total

    return correlated


def _pyvips(work: Work) -> Contender | str:
    """Return libvips' convolution, which has samples repeated at the edge, the centre at K//2, and its own rounding of integers."""
    windows = work.problem.windows
    laws = {law for window in windows for law in (window.boundary_low, window.boundary_high)}
    if work.x.ndim != 2 or laws != {"edge"} or any((w.stride, w.kernel_dilation) != (1, 1) for w in windows):
        return "has images, unit steps and the boundary edge"
    centred = all(window.pad_low == taps // 2 for window, taps in zip(windows, work.k.shape, strict=True))
    if not centred or work.problem.output_shape != work.x.shape:
        return "has its centre at K//2"
    vips = import_module("pyvips")
    vips.cache_set_max(0)
    image, kernel = vips.Image.new_from_array(work.x), vips.Image.new_from_array(window_order(work).tolist())
    precision = "integer" if work.x.dtype.kind in "iu" else "float"
    return Contender(name="pyvips", call=lambda: image.conv(kernel, precision=precision).numpy(), note=f"precision={precision}")
