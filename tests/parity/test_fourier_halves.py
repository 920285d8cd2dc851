"""Kernels that are halved, and their sums added up; and when one transform of the whole is better than any tile."""

from dataclasses import replace

import numpy as np
import pytest
from parity.fourier_cases import PAIRS, case_of, operands, same, spread_windows, wanted

from faltung.methods import fourier
from faltung.methods.bounds import error_bound
from faltung.methods.fourier import whole
from faltung.methods.fourier.bound import in_pieces
from faltung.methods.fourier.choice import best_cut, seconds
from faltung.methods.fourier.halves import Piece, halves, pieces
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled


def halved(case, times):
    """Return the pieces of a kernel that is halved so often."""
    parts = [(case, tuple(slice(0, k) for k in case.kernel_sizes))]
    for _ in range(times):
        parts = [half for part in parts for half in halves(*part)]
    return tuple(Piece(case=case, taps=taps, made=best_cut(case)) for case, taps in parts)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_pieces_sum_to_the_kernel(dtype, rank):
    rng, checked = np.random.default_rng(0), 0
    while checked < 6:
        sizes, kernel = (rng.integers(low, high, rank).tolist() for low, high in ((1, (300, 60, 20)[rank - 1]), (4, 10)))
        windows = spread_windows(rng, sizes, kernel)
        if not all(core_size(*axis) for axis in zip(windows, sizes, kernel, strict=True)):
            continue
        case = case_of(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 3)))
        x, w = operands(case, rng)
        out = np.full((case.batch, 1, *case.output_sizes), np.nan, dtype)
        assert in_pieces(halved(case, int(rng.integers(1, 3))))(x, w, out, 2)
        assert np.array_equal(np.rint(out) + 0, wanted(case, x, w) + 0)
        checked += 1


@pytest.mark.parametrize("pair", PAIRS[::7], ids=str)
def test_regions_of_pieces(pair):
    rng = np.random.default_rng(1)
    case = case_of([same(6, *pair, fill=2), same(9, "edge")], (70, 90), (6, 9))
    x, w = operands(case, rng)
    sums, every, some = in_pieces(halved(case, 2)), np.empty((1, 1, 70, 90), np.float32), np.empty((1, 1, 13, 20), np.float32)
    assert sums(x, w, every, 1)
    assert sums(x, w, some, 3, (slice(20, 33), slice(5, 65, 3)))
    assert np.array_equal(some, every[:, :, 20:33, 5:65:3])
    again = np.empty_like(every)
    assert sums(x, w, again, 3)
    assert np.array_equal(again, every)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_wider_than_any_tile(dtype):
    """Also with a sample that is not finite."""
    rng, taps = np.random.default_rng(2), 9001
    case = case_of([same(3, "half_sample"), Window(pad_low=20, pad_high=4)], (4, taps + 10), (3, taps), dtype)
    assert best_cut(case) is None
    assert len(pieces(case)) > 1
    x, w = operands(case, rng)
    out = np.empty((1, 1, *case.output_sizes), dtype)
    fourier.run(case, x, w, out, 2)
    most = float(np.abs(w).sum() * np.abs(x).max())
    want = wanted(case, x, w)
    assert np.abs(out - want).max() <= error_bound(case, "fourier") * most
    assert np.abs(out - want).max() <= 2e-6 * most
    x[0, 0, 3, taps - 1] = np.inf
    with np.errstate(all="ignore"):  # as the engine does
        fourier.run(case, x, w, out, 2)
        broken = wanted(case, x, w)
    assert not np.isfinite(broken).all()
    assert np.array_equal(np.isfinite(broken), np.isfinite(out))
    kept = np.isfinite(broken)
    assert np.abs(out[kept] - broken[kept]).max() <= 2e-6 * most


def test_integers_in_pieces_are_exact():
    rng, taps = np.random.default_rng(3), 5000
    case = case_of([same(2), Window(pad_low=30)], (3, taps), (2, taps), "float64", exact=81.0 * 2 * taps)
    assert len(pieces(case)) > 1
    assert fourier.refuses(case) is None
    x, w = operands(case, rng)
    out = np.empty((1, 1, *case.output_sizes))
    fourier.run(case, x, w, out, 1)
    assert np.array_equal(out, wanted(case, x, w))


@pytest.mark.parametrize(
    ("sizes", "kernel", "dtype"), [((4096, 4096), (4096, 4096), "float32"), ((20, 2000, 2000), (10, 500, 500), "float64")]
)
def test_the_whole_where_it_is_faster(sizes, kernel, dtype):
    """A tile that a kernel fills gives an output at a time: nothing that takes longer than the whole is chosen."""
    case = case_of([Window(pad_low=k - 1, pad_high=k - 1) for k in kernel], sizes, kernel, dtype)
    cut = best_cut(case)
    assert cut is None or seconds(cut) > whole.cost(case).seconds  # narrow vectors have no tile for 4096 columns
    assert fourier.cost(case).seconds <= whole.cost(case).seconds


def test_a_batch_chooses_as_one_item_does():
    case = case_of([same(15)] * 2, (500, 500), (15, 15))
    assert pieces(replace(case, batch=7))[0].made == pieces(case)[0].made == best_cut(case)
