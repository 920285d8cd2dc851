"""Columns times rows summed on one walk down the columns: the reference's sums, the bits of two passes, and nothing else is touched."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, make_case

from faltung.codegen.host import host
from faltung.methods import separable
from faltung.methods.separable import walk
from faltung.methods.separable.bound import Bound
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Weights
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
KERNELS = [(2, 3), (3, 2), (5, 5), (4, 17), (7, 1), (6, 40)]
SIZES = [(32, 64), (33, 80), (70, 192), (64, 528)]
COLUMN_TIMES_ROW = Weights(rank=1)


@pytest.fixture
def walks(monkeypatch):
    """Walk down small images too, and return what goes back to two passes."""
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 0)
    for module in ("tiles", "layout", "sizes"):
        monkeypatch.setattr(f"faltung.methods.direct.{module}.SHORT_ROW", 1)
    monkeypatch.setattr("faltung.methods.direct.tiles.PRODUCT_RINGS", 0)
    walk.walk_of.cache_clear()
    yield lambda: monkeypatch.setattr("faltung.methods.separable.sizes.walk_of", lambda _: None)
    walk.walk_of.cache_clear()


def same(sizes, kernel, dtype, low="half_sample", high="constant", batch=1):
    windows = [
        Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=low, boundary_high=high, fill_low=3, fill_high=2) for k in kernel
    ]
    return make_case(windows, sizes, kernel, dtype, batch=batch, weights=COLUMN_TIMES_ROW)


def result(case, x, w, workers=1, like=None):
    out = np.full((case.batch, 1, *case.output_sizes), np.nan, case.dtype) if like is None else like
    Bound(case)(x, w, out, workers)
    return out


def operands(case, rng):
    """Return whole samples, and whole weights of which no two rows or columns are alike."""
    x = rng.integers(-9, 10, (case.batch, 1, *case.input_sizes)).astype(case.dtype)
    u, v = (np.arange(2, 2 + size) * rng.choice([-1, 1], size) for size in case.kernel_sizes)
    return x, np.outer(u, v).astype(case.dtype)[None, None]


def walked(case):
    return host().vector_bytes == 64 and walk.walk_of(case) is not None


def test_where_walks_are_chosen():
    large = (2048, 2048)
    assert walked(same(large, (5, 40), "float32")) == (host().vector_bytes == 64)
    assert not any(walked(same(large, kernel, dtype)) for kernel, dtype in (((8, 5), "float32"), ((1, 5), "float32"), ((5, 65), "float64")))
    assert not walked(same((300, 520), (5, 5), "float32"))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_sums_are_exact(boundary, dtype, walks):
    rng = np.random.default_rng(0)
    for sizes, kernel in product(SIZES, KERNELS):
        case = same(sizes, kernel, dtype, boundary, boundary)
        assert walked(case) == (host().vector_bytes == 64)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w, workers=2), expected(case, x, w)), (sizes, kernel)


@pytest.mark.parametrize("pads", [(0, 0), (5, 0), (-3, 9), (70, 2)])
def test_pads_and_batches(pads, walks):
    rng = np.random.default_rng(1)
    for kernel in KERNELS:
        windows = [Window(pad_low=pads[0], pad_high=pads[1], boundary_low="edge", boundary_high="zero")] * 2
        case = make_case(windows, (66, 208), kernel, "float32", batch=3, weights=COLUMN_TIMES_ROW)
        x, w = operands(case, rng)
        assert np.array_equal(result(case, x, w, workers=2), expected(case, x, w)), kernel


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_bits_are_those_of_two_passes(kernel, dtype, walks):
    """Also where arrays lie so that the walk cannot take them, and around samples that are no numbers."""
    case, rng = same((100, 336), kernel, dtype), np.random.default_rng(2)
    u, v = (rng.standard_normal(size) for size in kernel)
    x, w = rng.standard_normal((1, 1, 100, 336)).astype(dtype), np.outer(u, v).astype(dtype)[None, None]
    x[0, 0, [3, 50, 98], [0, 200, 335]] = np.inf, np.nan, -np.inf
    found = [result(case, x, w, workers) for workers in (1, 2, 3)]
    wide = np.concatenate([x, x], axis=-1)[..., : x.shape[-1]]  # rows that do not follow one another
    mirrored = np.ascontiguousarray(x[..., ::-1])[..., ::-1]
    found += [result(case, wide, w), result(case, mirrored, w)]
    room = np.zeros(x.nbytes + 80, np.uint8)
    for first in (0, 1, 4, 20, 64):  # rows at aligned addresses, and at others
        out = room[first : first + x.nbytes].view(dtype).reshape(x.shape)
        found.append(result(case, x, w, like=out).copy())
    found.append(result(case, x, w, like=np.zeros((1, 1, 100, 337), dtype)[..., :336]).copy())  # rows apart from whole lines
    walks()
    plain = result(case, x, w)
    assert np.isfinite(plain).any()
    assert all(np.array_equal(plain, one, equal_nan=True) for one in found)


@pytest.mark.parametrize("end", ["low", "high"])
def test_nothing_outside_of_the_arrays_is_touched(end, walks):
    rng = np.random.default_rng(3)
    for sizes, kernel, boundary in product(SIZES, KERNELS, ("zero", "periodic")):
        case = same(sizes, kernel, "float32", boundary, boundary)
        x, w = operands(case, rng)
        placed = flush(x, end), flush(w, end), flush(np.zeros((1, 1, *case.output_sizes), case.dtype), end)
        Bound(case)(*placed, 2)
        assert np.array_equal(placed[2], expected(case, x, w)), sizes
        release(*placed)


def test_the_plan_knows_it():
    """Where a walk is taken, the predicted time is that of a walk."""
    case = same((2048, 2048), (5, 5), "float32")
    seconds = separable.cost(case).seconds
    assert (seconds < 1.8e-3) == walked(case)
