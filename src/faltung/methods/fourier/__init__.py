"""Convolution through spectra: overlap-save on cache-sized tiles in one compiled pipeline, or one transform of the whole.

    refuses(case) -> str | None       cost(case) -> Cost       run(case, x, w, out, workers)       bind(case) -> ready for calls

**Tiles** serve one to three axes of float32, float64, complex64 and complex128, one channel, where code can be compiled. Rows are read
through the boundary, transformed, and kept in a ring; columns go forward, through the product with the kernel's spectrum, and back in
first-level cache; rows that are done are transformed back into the output. Tiles are anchored to the whole Problem, so the bits depend
neither on the number of workers nor on the region asked for.

* Large kernels take large tiles, of up to 4096 rows and 8192 columns, whose longer axes go through an outer radix first; where there are
  few of them, all threads work through one tile together.
* Or a kernel is cut into parts of half a tile, and the products of their spectra with those of earlier tiles are added up.
* Or it is halved, and halved again, and the sums of the pieces are added up.
* Of a third axis every slice is transformed once, and as many products are added up as the kernel is deep.
* Small items of a batch are worked through in blocks.

What is predicted to be fastest is taken; it depends on the Case and the machine, and on nothing else.

**The whole** (scipy.fft) serves everything else. Under both, samples that are not finite are set to zero, and the outputs whose window
holds one are summed again directly.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faltung.methods.bounds import error_bound
from faltung.methods.cost import Cost
from faltung.methods.fourier import whole
from faltung.methods.fourier.choice import seconds
from faltung.methods.fourier.halves import ADDED, pieces
from faltung.methods.points import recompute
from faltung.spec.case import Case
from faltung.spec.window import part_of

if TYPE_CHECKING:
    from faltung.methods.fourier.bound import Sums

NAME = "fourier"
Array = npt.NDArray[Any]
Region = tuple[slice, ...] | None
DTYPES = ("float32", "float64", "longdouble", "complex64", "complex128", "clongdouble")
EXACT_BELOW = 0.25  # an error below 1/2 rounds away; the other half is for the rounding of the bound itself


def refuses(case: Case) -> str | None:
    """Return why spectra cannot serve: exact dtypes, or weights that are not finite."""
    if case.dtype not in DTYPES:
        return f"transforms round, and {case.dtype} sums are exact"
    if case.weights is not None and not case.weights.finite:
        return "the kernel holds weights that are not finite, which would spread over every output"
    if case.exact is not None and error_bound(case, NAME) * case.exact >= EXACT_BELOW:
        error = error_bound(case, NAME) * case.exact
        return f"integers must come out exact, and the transforms' error bound, {error:.2g}, is too large to round"
    return None


def cost(case: Case) -> Cost:
    """Return what one thread is expected to take once code is compiled and the spectrum is known, and its scratch."""
    found = pieces(case)
    if not found:
        return whole.cost(case)
    numbers = case.batch * prod(case.output_sizes) * np.dtype(case.dtype).itemsize if len(found) > 1 else 0
    added = (len(found) - 1) * ADDED / 4 * numbers
    scratch = max(piece.made.scratch_bytes for piece in found) + numbers
    return Cost(seconds=case.batch * sum(seconds(piece.made) for piece in found) + added, scratch_bytes=scratch)


def run(case: Case, x: Array, w: Array, out: Array, workers: int) -> None:
    """Compute the Case into `out`."""
    bind(case)(x, w, out, workers)


@lru_cache(maxsize=64)
def bind(case: Case) -> Callable[..., None]:
    """Return `case` ready for many calls: ``bound(x, w, out, workers)``, or for a part of the outputs ``…, region)``.

    A region has a slice for each axis, and `out` its sizes; its bits are those of the whole.
    """
    if case.weights is not None:
        return bind(replace(case, weights=None))
    found = pieces(case)
    if not found:
        return partial(_through_whole, case)
    from faltung.methods.fourier.bound import in_pieces  # the emitters, when they are needed: `import faltung` stays light

    return partial(_through_tiles, case, in_pieces(found))


def _through_whole(case: Case, x: Array, w: Array, out: Array, workers: int, region: Region = None) -> None:
    """Compute through one transform, of which a region is a part."""
    if region is None:
        return whole.run(case, x, w, out, workers)
    every = np.empty((*out.shape[:2], *case.output_sizes), out.dtype)
    whole.run(case, x, w, every, workers)
    places: tuple[Any, ...] = (..., *region)
    out[...] = every[places]
    return None


def _through_tiles(case: Case, tiled: "Sums", x: Array, w: Array, out: Array, workers: int, region: Region = None) -> None:
    """Compute through tiles; where samples are not finite, once more without them."""
    if tiled(x, w, out, workers, region):
        return
    bad = ~np.isfinite(x)
    if not bad.any() or not tiled(np.where(bad, x.dtype.type(0), x), w, out, workers, region):
        _through_whole(case, x, w, out, workers, region)  # a fill that is not finite, or sums beyond the dtype's range
        return
    plain = tuple(replace(window, fill_low=0, fill_high=0) for window in case.windows)
    counting = bind(replace(case, dtype="float32", windows=plain, exact=None))
    touched = np.empty(out.shape, np.float32)
    # how many bad samples each window holds
    counting(bad.astype(np.float32), np.ones(w.shape, np.float32), touched, workers, region)
    recompute(_part(case, region), x, w, out, np.argwhere(touched > 0.5))


def _part(case: Case, region: Region) -> Case:
    """Return the Case of a region alone."""
    if region is None:
        return case
    axes = zip(case.windows, case.input_sizes, case.kernel_sizes, case.output_sizes, region, strict=True)
    return replace(case, windows=tuple(part_of(window, n, k, slice(*part.indices(m))) for window, n, k, m, part in axes))
