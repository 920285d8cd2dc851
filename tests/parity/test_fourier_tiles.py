"""Every kind of tile against `shift`: sizes around tile edges, every boundary, strides, dilations, batches, any strides of arrays."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from parity.fourier_cases import PAIRS, case_of, check, operands, same, spread_windows, tile_of, tiled, wanted

from faltung.methods.fourier.choice import cuts_with
from faltung.methods.fourier.parts import blocks_of
from faltung.methods.fourier.plane import sides
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled
DTYPES = ("float32", "float64", "complex64", "complex128")
# vectors of 16, 32 and 64 bytes; rows that share a transpose, have one, or need two
SHAPES = [
    ("float32", 16, (8, 4), 4), ("float32", 16, (4, 4), 8), ("float32", 16, (8, 8), 16), ("float32", 16, (12, 8), 8),
    ("float32", 16, (24, 16), 4), ("float32", 8, (4, 4), 16), ("float32", 4, (8, 4), 4), ("float64", 8, (4, 4), 4),
    ("float64", 8, (8, 4), 16), ("float64", 4, (4, 4), 4), ("float64", 2, (4, 4), 4), ("complex64", 16, (4, 4), 8),
    ("complex64", 8, (8, 4), 16), ("complex128", 8, (4, 4), 4), ("complex128", 4, (8, 4), 16),
    # long rows, tall columns, both
    ("float32", 8, (4, 4), 8, (1, 3)), ("complex64", 4, (4, 4), 8, (1, 4)), ("float64", 4, (4, 4), 4, (2, 1)),
    ("float32", 4, (4, 4), 4, (6, 4)), ("complex128", 4, (4, 4), 4, (3, 2)), ("complex64", 16, (4, 4), 16, (3, 2)),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sizes_around_the_edges_of_tiles(shape):
    rng, tile = np.random.default_rng(0), tile_of(*shape)
    for k in (1, 2, 5, min(tile.height // 2, 20), min(tile.height - tile.together + 1, 40)):
        rows = (tile.height - k + 1) // tile.together * tile.together
        columns = (tile.width - k + 1) // tile.lanes * tile.lanes
        for n in {1, 2, rows - 1, rows, rows + 1, 2 * rows + 1, tile.height, tile.height + 1}:
            for m in (1, max(columns, 1), columns + 1, 2 * columns + tile.lanes + 1, tile.width + 1):
                if n >= 1 and m >= 1:
                    check(case_of([same(k), same(min(k, 7))], (n, m), (k, min(k, 7)), shape[0]), tile, rng)


@pytest.mark.parametrize("shape", SHAPES[::3], ids=str)
def test_every_pair_of_boundaries(shape):
    rng, tile = np.random.default_rng(1), tile_of(*shape)
    for i, ((low, high), kernel) in enumerate(product(PAIRS, [(3, 5), (6, 2), (9, 9)])):
        other = PAIRS[(7 * i + 5) % len(PAIRS)]
        windows = [same(kernel[0], low, high, fill=2), same(kernel[1], *other, fill=3)]
        size = [(4, 3), (37, 41), (tile.height + 3, tile.width + 9)][i % 3]  # also kernels longer than the input
        assert check(case_of(windows, size, kernel, shape[0]), tile, rng)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sampled(shape, rank):
    rng, tile = np.random.default_rng(2), tile_of(*shape)
    checked = 0
    for _ in range(60):
        sizes = rng.integers(1, {1: 900, 2: 90, 3: 25}[rank], rank).tolist()
        kernel = rng.integers(1, {1: 60, 2: 8, 3: 5}[rank], rank).tolist()
        windows = spread_windows(rng, sizes, kernel)
        if all(core_size(*axis) for axis in zip(windows, sizes, kernel, strict=True)):
            batch = int(rng.integers(1, 4))
            checked += check(case_of(windows, sizes, kernel, shape[0], batch), tile, rng, workers=int(rng.integers(1, 3)))
    assert checked > 30


@pytest.mark.parametrize("dtype", DTYPES)
def test_signals_around_the_ends_of_rows(dtype):
    rng, tile = np.random.default_rng(3), tile_of(dtype, 8, (4, 4), 8)
    step = tile.width // 2
    for n, k in product([step - 1, step, step + 1, 7 * step, 7 * step + 1, 40 * step - 1], [1, 2, step - 1, step, step + 1, 3 * step + 5]):
        for window in (same(k, "half_sample"), Window(pad_low=k - 1, pad_high=k - 1), Window()):
            if core_size(window, n, k):
                assert check(case_of([window], [n], [k], dtype), tile, rng)


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_with_any_strides(dtype):
    rng = np.random.default_rng(4)
    case = case_of([same(5, "edge"), same(4, "periodic")], (70, 90), (5, 4), dtype, batch=2)
    bound = tiled(case, tile_of(dtype, 8, (4, 4), 4))
    x, w = operands(case, rng)
    want = wanted(case, x, w)
    for view in (
        lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1], lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a.swapaxes(-1, -2).copy().swapaxes(-1, -2), lambda a: np.ascontiguousarray(a[::-1, :, ::-1])[::-1, :, ::-1],
    ):  # fmt: skip
        out = view(np.zeros_like(want, case.dtype))
        assert bound(view(x), w, out, 2)
        assert np.abs(out - want).max() < 1e-2


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("stride", "down"), [(1, (4, 4)), (3, (12, 8))])
def test_bits_do_not_depend_on_workers(dtype, stride, down):
    rng = np.random.default_rng(5)
    for sizes, kernel in (((300, 400), (6, 5)), ((97, 1000), (3, 11)), ((60_000,), (77,)), ((40, 30, 50), (4, 3, 5))):
        windows = [replace(same(k, "half_sample"), stride=stride) for k in kernel]
        case = case_of(windows, sizes, kernel, dtype, batch=3)
        bound = tiled(case, tile_of(dtype, 8, down, 8))
        x = rng.standard_normal((3, 1, *sizes)).astype(dtype)
        _, w = operands(case, rng)
        results = []
        for workers in (1, 2, 3, 7):
            results.append(np.empty((3, 1, *case.output_sizes), dtype))
            bound(x, w, results[-1], workers)
        assert all(r.tobytes() == results[0].tobytes() for r in results)


def test_spectra_are_told_apart():
    rng = np.random.default_rng(6)
    case = case_of([same(5), same(5)], (64, 64), (5, 5))
    bound = tiled(case, tile_of("float32", 16, (4, 4), 8))
    for _ in range(3):
        x, w = operands(case, rng)
        out = np.empty((1, 1, 64, 64), np.float32)
        bound(x, w, out)
        assert np.array_equal(np.rint(out), wanted(case, x, w))
        w[0, 0, 0, 0] += 1  # the caller's array may change between calls
        bound(x, w, out)
        assert np.array_equal(np.rint(out), wanted(case, x, w))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batches_of_small_items(shape):
    """Blocks of items, in one call each: also where rows share a transpose, and the last of a signal ends early."""
    rng, tile = np.random.default_rng(7), tile_of(*shape)
    step = tile.width // 2
    for n, k in ((3 * step + 1, 5), (step - 1, 2), (4 * step, step), (tile.width * tile.together + 3, 7)):
        case = case_of([same(k, "half_sample")], [n], [k], shape[0], batch=37)
        assert blocks_of(case, cuts_with(tile, sides(case))[0], 1)
        assert check(case, tile, rng, workers=2)
    case = case_of([same(3, "edge"), same(4, "constant", fill=2)], [tile.height, tile.width + 5], [3, 4], shape[0], batch=20)
    assert check(case, tile, rng, workers=2)


def test_exact_batches_through_views():
    rng = np.random.default_rng(8)
    case = case_of([same(7, "periodic")], [300], [7], batch=50, exact=9.0 * 9 * 7)
    x, w = operands(case, rng)
    bound, want = tiled(case, tile_of("float32", 8, (4, 4), 4)), wanted(case, x, w)
    columns = np.zeros((300, 50), np.float32).T[:, None]
    assert bound(np.ascontiguousarray(x.T).T, w, columns, 2)
    assert np.array_equal(columns, want)
