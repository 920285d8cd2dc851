"""Rings, which serve large images, give the reference's sums, the bits of tiles, and touch nothing but the output."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, integers, make_case

from faltung.codegen.host import host
from faltung.methods import direct
from faltung.methods.direct.lines import pieces
from faltung.methods.direct.sizes import RINGS
from faltung.methods.direct.tiles import choose
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
KERNELS = [(2, 2), (2, 7), (3, 3), (3, 4), (4, 5), (5, 5), (5, 2), (6, 6), (3, 1), (7, 3), (9, 4)]
SIZES = [(32, 64), (33, 80), (70, 192), (64, 528), (100, 16)]
DTYPES = ("float32", "float64", "complex64", "complex128")


@pytest.fixture
def rings(monkeypatch):
    """Choose rings for small images too, and return what goes back to tiles."""
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 0)
    for module in ("tiles", "layout", "sizes"):
        monkeypatch.setattr(f"faltung.methods.direct.{module}.SHORT_ROW", 1)
    monkeypatch.setattr("faltung.methods.direct.tiles.RINGS", range(1 << 40))
    return lambda: monkeypatch.setattr("faltung.methods.direct.tiles.RINGS", range(0))


def same(sizes, kernel, dtype, low="half_sample", high="constant", batch=1):
    windows = [
        Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=low, boundary_high=high, fill_low=3, fill_high=2) for k in kernel
    ]
    return make_case(windows, sizes, kernel, dtype, batch=batch)


def result(case, x, w, workers=1, like=None):
    out = np.full((case.batch, 1, *case.output_sizes), np.nan, case.dtype) if like is None else like
    direct.Bound(case)(x, w, out, workers)
    return out


def operands(case, rng):
    return integers(rng, (case.batch, 1, *case.input_sizes), case.dtype), integers(rng, (1, 1, *case.kernel_sizes), case.dtype)


def chosen(case, **given):
    (axes,) = pieces(case)
    return choose(axes, unroll=True, **given).ring


def test_where_rings_are_chosen():
    wide = host().vector_bytes == 64
    large, small, larger = ((n, 2048) for n in (2048, 1000, 4096))
    assert chosen(same(large, (5, 4), "float32")) == (5 if wide else 0)
    assert chosen(same(large, (5, 4), "float32"), aligned=False) == 0
    assert [chosen(same(large, kernel, "float32")) for kernel in ((9, 7), (10, 3), (1, 9))] == [9 if wide else 0, 0, 0]
    assert [chosen(same(sizes, (3, 3), "float32")) for sizes in (small, larger)] == [0, 0]
    assert RINGS.start > 4 * 1000 * 2048


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_sums_are_exact(boundary, dtype, rings):
    rng = np.random.default_rng(0)
    for sizes, kernel in product(SIZES, KERNELS):
        case = same(sizes, kernel, dtype, boundary, boundary)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w, workers=2), expected(case, x, w)), (sizes, kernel)


@pytest.mark.parametrize("pads", [(0, 0), (5, 0), (-3, 9), (70, 2)])
def test_pads_and_batches(pads, rings):
    rng = np.random.default_rng(1)
    for kernel in KERNELS:
        low, high = pads
        windows = [Window(pad_low=low, pad_high=high, boundary_low="edge", boundary_high="zero")] * 2
        case = make_case(windows, (66, 208), kernel, "float32", batch=3)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w, workers=2), expected(case, x, w)), kernel


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_bits_are_those_of_tiles(kernel, dtype, rings):
    case, rng = same((100, 336), kernel, dtype), np.random.default_rng(2)
    parts = 2 if np.dtype(dtype).kind == "c" else 1
    x, w = (rng.standard_normal((1, 1, *sizes, parts)).view("c16" if parts == 2 else "f8")[..., 0].astype(dtype) for sizes in (
        case.input_sizes, case.kernel_sizes
    ))  # fmt: skip
    found = [result(case, x, w, workers) for workers in (1, 2, 3)]
    wide = np.concatenate([x, x], axis=-1)[..., : x.shape[-1]]  # rows that do not follow one another
    room = np.zeros(x.nbytes + 80, np.uint8)
    found.append(result(case, wide, w))
    for first in (0, 1, 4, 20, 64):  # rows at aligned addresses, and at others
        out = room[first : first + x.nbytes].view(dtype).reshape(x.shape)
        found.append(result(case, x, w, like=out).copy())
    rings()
    plain = result(case, x, w)
    assert chosen(case) == 0
    assert np.isfinite(plain).all()
    assert all(np.array_equal(plain, one) for one in found)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_nothing_outside_of_the_arrays_is_touched(kernel, end, rings):
    rng = np.random.default_rng(3)
    for sizes, boundary in product(SIZES, ("zero", "periodic")):
        case = same(sizes, kernel, "float32", boundary, boundary)
        x, w = operands(case, rng)
        placed = flush(x, end), flush(w, end), flush(np.zeros((1, 1, *case.output_sizes), case.dtype), end)
        direct.Bound(case)(*placed, 2)
        assert np.array_equal(placed[2], expected(case, x, w)), sizes
        release(*placed)
