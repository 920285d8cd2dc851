"""The tiles of `fourier` neither read nor write outside of their arrays: each lies flush against untouchable pages, at either end."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.fourier_cases import case_of, operands, same, spread_windows, tile_of, tiled, wanted

from faltung.methods.fourier.bound import Tiled
from faltung.methods.fourier.choice import cuts_with
from faltung.methods.fourier.plane import sides
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled
TILES = [
    ("float32", 16, (4, 4), 4),
    ("float32", 16, (4, 4), 16),
    ("float64", 4, (4, 4), 8),
    ("complex64", 8, (8, 4), 4),
    ("float32", 4, (4, 4), 4, (2, 3)),
]


def check(case, tile, rng, workers=1, parts=False):
    x, w = operands(case, rng)
    bound = Tiled(case, next(made for made in cuts_with(tile, sides(case)) if made.parts > 1)) if parts else tiled(case, tile)
    for end in ("low", "high"):
        placed = flush(x, end), flush(w, end), flush(np.zeros((case.batch, 1, *case.output_sizes), case.dtype), end)
        assert bound(*placed, workers)
        assert np.array_equal(np.rint(placed[2].real), wanted(case, x, w).real), case
        assert np.array_equal(placed[0], x)
        release(*placed)


@pytest.mark.parametrize("shape", TILES, ids=str)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_images(shape, boundary):
    rng, tile = np.random.default_rng(0), tile_of(*shape)
    edges = (1, 3, tile.width - 4, tile.width, tile.width + 1, 2 * tile.width - 7)
    for (rows, columns), kernel in product(product((1, 2, 13, 17, 30), edges), [(1, 1), (4, 5)]):
        windows = [same(k, boundary, fill=2) for k in kernel]
        check(case_of(windows, (rows, columns), kernel, shape[0]), tile, rng, workers=2)
        if rows >= kernel[0] and columns >= kernel[1]:
            check(case_of([Window(), Window()], (rows, columns), kernel, shape[0]), tile, rng)


@pytest.mark.parametrize("shape", TILES, ids=str)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sampled(shape, rank):
    rng, tile = np.random.default_rng(rank), tile_of(*shape)
    for _ in range(60):
        sizes, kernel = rng.integers(1, {1: 2000, 2: 120, 3: 30}[rank], rank).tolist(), rng.integers(1, 6, rank).tolist()
        windows = spread_windows(rng, sizes, kernel)
        if all(core_size(*axis) for axis in zip(windows, sizes, kernel, strict=True)):
            check(case_of(windows, sizes, kernel, shape[0], batch=int(rng.integers(1, 3))), tile, rng, workers=2)


@pytest.mark.parametrize("shape", TILES, ids=str)
def test_kernels_in_parts(shape):
    rng, tile = np.random.default_rng(4), tile_of(*shape)
    for n, boundary in product((1, 13, 40, 75), ("zero", "edge", "periodic")):
        k = tile.height + 3
        check(case_of([same(k, boundary), same(4, boundary)], (n, tile.width + 1), (k, 4), shape[0]), tile, rng, parts=True)
        check(case_of([Window(pad_low=k - 1, pad_high=k - 1), Window()], (n, tile.width), (k, 4), shape[0]), tile, rng, parts=True)


def test_regions():
    rng, tile = np.random.default_rng(5), tile_of("float32", 16, (4, 4), 4)
    case = case_of([same(5, "edge"), same(6, "periodic")], (50, 400), (5, 6))
    x, w = operands(case, rng)
    for rows, columns in product((slice(0, 1), slice(9, 33, 2), slice(49, 50)), (slice(0, 3), slice(77, 400), slice(399, 400))):
        want = wanted(case, x, w)[..., rows, columns]
        for end in ("low", "high"):
            placed = flush(x, end), flush(w, end), flush(np.zeros(want.shape, np.float32), end)
            assert tiled(case, tile)(*placed, 2, (rows, columns))
            assert np.array_equal(np.rint(placed[2]), want)
            release(*placed)


def test_threads_that_share_a_tile():
    rng, tile = np.random.default_rng(6), tile_of("float32", 16, (16, 16), 16, (3, 2))
    for sizes in ((700, 900), (1, 1000), (1000, 3)):
        case = case_of([same(9, "zero"), same(11, "edge")], sizes, (9, 11))
        check(case, tile, rng, workers=4)
