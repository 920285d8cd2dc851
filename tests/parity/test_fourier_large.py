"""What `fourier` does beyond one small tile: kernels in parts, tiles that threads share, wrapping onto nothing, regions."""

from itertools import product

import numpy as np
import pytest
from parity.fourier_cases import PAIRS, ROUNDOFF, case_of, check, operands, same, spread_windows, tile_of, tiled, wanted

import faltung as ft
from faltung.methods import fourier
from faltung.methods.bounds import typical_tile_error
from faltung.methods.fourier.bound import Tiled
from faltung.methods.fourier.choice import cuts_with
from faltung.methods.fourier.parts import kept_axes, parts_of
from faltung.methods.fourier.plane import sides
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled
SHAPES = [
    ("float32", 16, (4, 4), 4), ("float32", 8, (4, 4), 8), ("float64", 4, (8, 4), 4), ("complex64", 8, (4, 4), 8),
    ("complex128", 2, (4, 4), 4), ("float32", 4, (4, 4), 4, (3, 2)),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_kernels_in_parts(shape):
    rng, tile = np.random.default_rng(0), tile_of(*shape)
    half = (tile.height + 1) // 2 // tile.together * tile.together
    for k in (half + 1, 2 * half - 1, 2 * half, 2 * half + 1, 3 * half + 2):
        for n in {1, half - 1, half, half + 1, 2 * half + 1, 5 * half + 3}:
            for window in (same(k, "half_sample"), Window(pad_low=k - 1, pad_high=k - 1), Window(stride=2, pad_low=k, pad_high=3)):
                assert check(case_of([window, same(3, "edge")], (n, tile.width + 5), (k, 3), shape[0]), tile, rng, parts=True)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("rank", [1, 2])
def test_parts_sampled(shape, rank):
    rng, tile, checked = np.random.default_rng(1), tile_of(*shape), 0
    least = tile.height * tile.width // 4 if rank == 1 else tile.height // 2
    for _ in range(30 if rank == 2 else 10 if least < 300 else 1):  # long kernels take the oracle long
        sizes = rng.integers(1, {1: 900, 2: 120}[rank], rank).tolist()
        kernel = rng.integers([least] + [1] * (rank - 1), [2 * least] + [9] * (rank - 1)).tolist()
        windows = spread_windows(rng, sizes, kernel) if rank == 2 else [same(kernel[0], *PAIRS[int(rng.integers(len(PAIRS)))], fill=2)]
        if all(core_size(*axis) for axis in zip(windows, sizes, kernel, strict=True)):
            case = case_of(windows, sizes, kernel, shape[0], batch=int(rng.integers(1, 3)))
            checked += check(case, tile, rng, workers=int(rng.integers(1, 3)), parts=True)
    assert checked > (0 if rank == 1 else 10)


@pytest.mark.parametrize("pair", PAIRS[::5], ids=str)
def test_parts_through_boundaries(pair):
    rng, tile = np.random.default_rng(2), tile_of("float32", 8, (4, 4), 4)
    assert check(case_of([same(20, *pair, fill=2), same(5, "edge")], (37, 90), (20, 5)), tile, rng, parts=True)
    assert check(case_of([same(700, *pair, fill=2)], (999,), (700,)), tile, rng, parts=True)


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_parts_have_the_same_bits_for_any_workers(dtype):
    rng = np.random.default_rng(3)
    for sizes, kernel in (((90, 70), (20, 5)), ((5000,), (900,))):
        case = case_of([same(k, "half_sample") for k in kernel], sizes, kernel, dtype, batch=2)
        made = next(one for one in cuts_with(tile_of(dtype, 4, (4, 4), 4), sides(case)) if one.parts > 1)
        x, w = operands(case, rng)
        results = [np.empty((2, 1, *case.output_sizes), dtype) for _ in range(3)]
        for workers, out in zip((1, 2, 5), results, strict=True):
            assert Tiled(case, made)(x, w, out, workers)
        assert all(r.tobytes() == results[0].tobytes() for r in results)


@pytest.mark.parametrize("dtype", ["float32", *(pytest.param(dtype, marks=pytest.mark.slow) for dtype in ("float64", "complex64"))])
def test_threads_that_share_a_tile(dtype):
    """One thread goes through a tile alone, several in phases: the same bits, near the exact sums; stride, several steps and strips."""
    rng = np.random.default_rng(4)
    lanes = 16 if dtype == "float32" else 8
    tile = tile_of(dtype, lanes, (16, 16), 16, (3, 2) if dtype == "float32" else (3, 4))
    for stride, sizes, kernel in ((1, (900, 1100), (300, 280)), (2, (1500, 700), (200, 100)), (1, (768, 300), (3, 3))):
        windows = [Window(stride=stride, pad_low=k // 2, pad_high=3, boundary_low="edge") for k in kernel]
        case = case_of(windows, sizes, kernel, dtype)
        made = cuts_with(tile, sides(case))[0]
        assert made.shared(1, 9)
        assert not made.shared(1, 1)
        x, w = operands(case, rng, most=3)
        results = [np.empty((1, 1, *case.output_sizes), dtype) for _ in range(3)]
        for workers, out in zip((1, 9, 8), results, strict=True):
            assert Tiled(case, made)(x, w, out, workers)
        assert all(r.tobytes() == results[0].tobytes() for r in results)
        exact = np.empty_like(results[0])
        fourier.whole.run(case, x, w, exact, 1)
        usual = typical_tile_error(made, ROUNDOFF[dtype]) * np.sqrt((np.abs(w) ** 2).sum()) * np.abs(x).max()
        assert np.abs(results[0] - exact).max() <= 9 * usual


@pytest.mark.parametrize("shape", SHAPES[:4], ids=str)
def test_one_tile_wraps_onto_nothing(shape):
    """A full convolution needs a tile of its own size, and no more; not where a fill would be what it wraps onto."""
    rng, tile = np.random.default_rng(5), tile_of(*shape)
    for rows, columns in product((tile.height - 1, tile.height, tile.height + 1), (tile.width - 1, tile.width, tile.width + 1)):
        for k in (tile.height // 2, 3):
            kernel = (k, tile.width // 2)
            sizes = (rows - kernel[0] + 1, columns - kernel[1] + 1)
            full = [Window(pad_low=n - 1, pad_high=n - 1) for n in kernel]
            case = case_of(full, sizes, kernel, shape[0])
            if rows <= tile.height and columns <= tile.width:
                assert cuts_with(tile, sides(case))[0].steps == cuts_with(tile, sides(case))[0].strips == 1
            check(case, tile, rng)
            filled = Window(pad_low=kernel[0] - 1, pad_high=kernel[0] - 1, boundary_low="constant", fill_low=2)
            check(case_of([filled, full[1]], sizes, kernel, shape[0]), tile, rng)
            uneven = Window(pad_low=kernel[0] // 2, pad_high=kernel[0] - 1)
            check(case_of([uneven, full[1]], sizes, kernel, shape[0]), tile, rng)


REGIONS = {
    "image": ((400, 700), (40, 33), {"mode": "same", "boundary": "half_sample"}),
    "strided": ((300, 500), (21, 40), {"mode": "valid", "stride": (2, 3)}),
    "signal": ((30_000,), (500,), {"mode": "full"}),
    "long kernel": ((1500,), (1100,), {"mode": "same", "boundary": "periodic"}),
    "volume": ((30, 60, 50), (7, 8, 9), {"mode": "same", "boundary": "edge"}),
    "dilated": ((200, 300), (10, 12), {"mode": "same", "dilation": 3}),
}


@pytest.mark.parametrize("dtype", ["float32", "complex128", "int16"])
@pytest.mark.parametrize("name", REGIONS)
def test_regions_have_the_bits_of_the_whole(name, dtype):
    rng, (sizes, kernel, arguments) = np.random.default_rng(6), REGIONS[name]
    case = case_of([same(k) for k in kernel], sizes, kernel, dtype if dtype != "int16" else "float64")
    x, w = (a[0, 0].astype(dtype) for a in operands(case, rng, most=5))
    given = arguments | {"method": "fourier"}
    whole = ft.convolve(x, w, **given)
    if dtype != "int16":
        x[tuple(n // 3 for n in sizes)] = np.nan
        bad = ft.convolve(x, w, **given)
        assert np.isnan(bad).any()
        assert not np.isnan(bad).all()
        whole = bad
    for _ in range(12):
        starts = [int(rng.integers(0, n)) for n in whole.shape]
        region = tuple(slice(a, int(rng.integers(a + 1, n + 1)), int(rng.integers(1, 5))) for a, n in zip(starts, whole.shape, strict=True))
        assert ft.convolve(x, w, region=region, **given).tobytes() == np.ascontiguousarray(whole[region]).tobytes()


def test_a_region_of_bytes():
    rng = np.random.default_rng(9)
    x, w = rng.integers(0, 256, (150, 400)).astype("uint8"), rng.integers(0, 3, (15, 17)).astype("uint8")
    given = {"mode": "same", "method": "fourier", "dtype": "uint8", "overflow": "saturate"}
    region = (slice(3, 140, 2), slice(77, 301))
    assert np.array_equal(ft.convolve(x, w, region=region, **given), ft.convolve(x, w, **given)[region])


def test_a_region_of_a_batch():
    rng = np.random.default_rng(7)
    x, w = rng.standard_normal((5, 200, 3, 150)), rng.standard_normal((20, 30))
    given = {"axes": (1, 3), "mode": "same", "method": "fourier"}
    whole, region = ft.correlate(x, w, **given), (slice(1, 5, 2), slice(33, 120), slice(2, 3), slice(10, 90, 7))
    assert np.array_equal(ft.correlate(x, w, region=region, **given), whole[region])


def test_a_region_computes_only_its_tiles():
    tile = tile_of("float32", 8, (4, 4), 4)
    case = case_of([same(5), same(5)], (1200, 3000), (5, 5))
    made = cuts_with(tile, sides(case))[0]

    def steps(region):
        return sum(part.last - part.first for part in parts_of(case, made, 1, kept_axes(case, region)))

    assert steps(None) == made.steps * made.strips > 4000
    assert steps((slice(0, 1), slice(0, 1))) == 1
    assert steps((slice(599, 601), slice(1499, 1501))) <= 4
    assert steps((slice(0, 1200), slice(0, 1))) == made.steps
    bound, rng = tiled(case, tile), np.random.default_rng(8)
    x, w = operands(case, rng)
    x[..., 100:, :] = np.nan  # nothing of it is read
    out = np.empty((1, 1, 10, 20), np.float32)
    assert bound(x, w, out, 1, (slice(5, 15), slice(70, 90)))
    x[..., 100:, :] = 0
    assert np.array_equal(np.rint(out), wanted(case, x, w)[..., 5:15, 70:90])
