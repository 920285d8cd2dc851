"""Cases for the tiles of `fourier`, and what `shift` says of them in double precision: exact for small integers."""

from dataclasses import replace

import numpy as np
from parity.direct_oracle import random_window

from faltung.methods import shift
from faltung.methods.bounds import typical_tile_error
from faltung.methods.fourier.bound import Tiled
from faltung.methods.fourier.choice import cuts_with
from faltung.methods.fourier.plane import sides
from faltung.methods.fourier.tile import Tile
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Case
from faltung.spec.window import Window

DOUBLE = {"float32": "float64", "float64": "float64", "complex64": "complex128", "complex128": "complex128"}
ELEMENT = {"float32": "float", "float64": "double", "complex64": "float", "complex128": "double"}
ROUNDOFF = {"float32": 2.0**-24, "float64": 2.0**-53, "complex64": 2.0**-24, "complex128": 2.0**-53}


def tile_of(dtype, lanes, down, across, outer=(1, 1)):
    return Tile(ELEMENT[dtype], lanes, dtype[0] == "c", down, across, outer)


def same(k, low="zero", high=None, fill=0):
    return Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=low, boundary_high=high or low, fill_low=fill, fill_high=-fill)


def case_of(windows, sizes, kernel, dtype="float32", batch=1, exact=None):
    return Case(windows=tuple(windows), input_sizes=tuple(sizes), kernel_sizes=tuple(kernel), dtype=dtype, batch=batch, exact=exact)


def operands(case, rng, most=9):
    def draw(shape):
        values = rng.integers(-most, most + 1, shape)
        return (values + 1j * rng.integers(-most, most + 1, shape) if case.dtype[0] == "c" else values).astype(case.dtype)

    return draw((case.batch, 1, *case.input_sizes)), draw((1, 1, *case.kernel_sizes))


def wanted(case, x, w):
    dtype = DOUBLE[case.dtype]
    out = np.empty((case.batch, 1, *case.output_sizes), dtype)
    shift.run(replace(case, dtype=dtype), x.astype(dtype), w.astype(dtype), out, 1)
    return out


def tiled(case, tile, which=0):
    """Return the Case bound to a tile, or None where the tile is too small for the kernel."""
    cuts = cuts_with(tile, sides(case))
    return Tiled(case, cuts[which]) if len(cuts) > which else None


def scale(case, x, w):
    """Return what errors are measured by: the sum of the weights' sizes times the largest sample or fill."""
    fills = [abs(f) for window in case.windows for f in (window.fill_low, window.fill_high)]
    return float(np.abs(w.astype(complex)).sum() * max([np.abs(x).max(initial=0), *fills]))


def check(case, tile, rng, workers=1, parts=None):
    """Compare a tile's sums with `wanted`: none errs by more than 9 times what is usual."""
    cuts = [made for made in cuts_with(tile, sides(case)) if parts in (None, made.parts > 1)]
    if not cuts or 0 in case.output_sizes:
        return False
    x, w = operands(case, rng)
    out = np.full((case.batch, 1, *case.output_sizes), np.nan, case.dtype)
    assert Tiled(case, cuts[0])(x, w, out, workers)
    fills = [abs(f) for window in case.windows for f in (window.fill_low, window.fill_high)]
    usual = typical_tile_error(cuts[0], ROUNDOFF[case.dtype]) * np.sqrt((np.abs(w) ** 2).sum()) * max([np.abs(x).max(), *fills])
    assert np.abs(out - wanted(case, x, w)).max() <= 9 * usual, case
    return True


def spread_windows(rng, sizes, kernel):
    """Return random Windows that tiles can serve: no input dilation."""
    return [replace(random_window(rng, n, k), input_dilation=1) for n, k in zip(sizes, kernel, strict=True)]


PAIRS = [(low, high) for low in BOUNDARIES for high in BOUNDARIES]
