"""`separable` on three axes: exact on integers, within its bound on floats, the same bits however the work is cut."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, make_case, random_window

import faltung as ft
from faltung.methods import separable
from faltung.methods.bounds import error_bound
from faltung.methods.separable import solid
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled


def outer(factors):
    return factors[0][:, None, None] * factors[1][None, :, None] * factors[2][None, None, :]


def drawn(rng, dtype):
    """Return a Case with three axes of any windows, whose fills are 0, and its arrays of whole numbers."""
    while True:
        sizes, kernel = rng.integers(1, 14, 3).tolist(), rng.integers(1, 5, 3).tolist()
        windows = []
        for n, k in zip(sizes, kernel, strict=True):
            window = random_window(rng, n, k)
            windows.append(Window(**{**{f: getattr(window, f) for f in FIELDS}, "input_dilation": 1}))
        case = make_case(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 3)))
        if 0 not in case.output_sizes:
            break
    x = rng.integers(-9, 10, (case.batch, 1, *sizes)).astype(dtype)
    return case, x, outer([rng.choice([-2, -1, 1, 2, 3], k) for k in kernel])[None, None].astype(dtype)


FIELDS = ("stride", "kernel_dilation", "pad_low", "pad_high", "boundary_low", "boundary_high")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("together", [1, 2, 4])
def test_whole_numbers_are_exact(dtype, together, monkeypatch):
    monkeypatch.setattr(solid, "planes", lambda case: min(together, case.output_sizes[0]))
    rng = np.random.default_rng(together)
    for _ in range(25):
        case, x, w = drawn(rng, dtype)
        for end in ("low", "high"):
            placed = flush(x, end), flush(w, end), flush(np.zeros((case.batch, 1, *case.output_sizes), dtype), end)
            solid.Solid(case)(*placed, 2)
            assert np.array_equal(placed[2], expected(case, x, w)), case
            release(*placed)


def test_views_and_workers():
    rng = np.random.default_rng(3)
    x, k = rng.standard_normal((21, 30, 40)), outer([rng.standard_normal(n) for n in (3, 4, 5)])
    want = ft.correlate(x, k, mode="same", boundary="periodic", method="separable", workers=1)
    assert np.array_equal(want, ft.correlate(x, k, mode="same", boundary="periodic", method="separable", workers=3))
    big = np.zeros((42, 60, 120))
    for view in (big[::2, ::-2, ::3], big.transpose(2, 1, 0)[:21, :30, :40]):
        view[...] = x
        assert np.array_equal(want, ft.correlate(view, k, mode="same", boundary="periodic", method="separable"))
    turned = np.zeros((40, 30, 21)).T
    assert np.array_equal(want, ft.correlate(x, k, mode="same", boundary="periodic", method="separable", out=turned))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_stay_within_the_bound(dtype):
    rng = np.random.default_rng(4)
    for mode, boundary in product(("same", "full", "valid"), ("zero", "half_sample")):
        x, k = rng.standard_normal((12, 19, 33)).astype(dtype), outer([rng.standard_normal(n) for n in (5, 4, 7)]).astype(dtype)
        got = ft.correlate(x, k, mode=mode, boundary=boundary, method="separable")
        want = ft.correlate(x.astype("longdouble"), k.astype("longdouble"), mode=mode, boundary=boundary, method="shift")
        case = make_case([Window()] * 3, x.shape, k.shape, dtype)
        assert np.abs(got - want).max() <= error_bound(case, "separable") * np.abs(k).sum() * np.abs(x).max()
        assert np.abs(got - want).max() > 0


def test_narrow_volumes():
    rng = np.random.default_rng(5)
    x, whole = rng.integers(0, 256, (9, 40, 50)).astype("uint8"), outer([np.array([1, 2, 1])] * 3)
    for dtype in (None, "uint8", "int16"):
        want = ft.correlate(x.astype("int64"), whole, mode="same", boundary="edge", dtype=dtype, overflow="saturate", method="shift")
        got = ft.correlate(x, whole, mode="same", boundary="edge", dtype=dtype, overflow="saturate", method="separable")
        assert np.array_equal(got, want)
    k = (whole / whole.sum()).astype("float32")
    wide = ft.correlate(x.astype("float32"), k, mode="same", boundary="edge", method="separable")
    got = ft.correlate(x, k, mode="same", boundary="edge", dtype="uint8", overflow="saturate", method="separable")
    assert np.array_equal(got, np.clip(np.rint(wide), 0, 255))


def test_samples_that_are_not_finite_stay_in_their_windows():
    x, k = np.random.default_rng(6).standard_normal((9, 10, 11)), outer([np.array([1.0, 0, 2])] * 3)
    x[4, 5, 6], x[0, 0, 0] = np.inf, np.nan
    got, want = (ft.correlate(x, k, mode="same", method=method) for method in ("separable", "shift"))
    assert np.array_equal(np.isnan(got), np.isnan(want))
    assert np.array_equal(np.isinf(got), np.isinf(want))
    assert np.isnan(got).any()


def test_it_is_found_and_refused():
    x, k = np.ones((60, 60, 60), "float32"), outer([np.hanning(9)[1:-1]] * 3).astype("float32")
    assert ft.plan(x, k, operation="correlate").method == "separable"
    mixed = k.copy()
    mixed[1, 2, 3] *= 1.01
    assert ft.plan(x, mixed, operation="correlate").method != "separable"
    with pytest.raises(ValueError, match="no fill but 0"):
        ft.correlate(x, k, boundary="constant", fill=2, method="separable")
    assert separable.found(k, exact=False)
    assert not separable.found(mixed, exact=False)
    assert np.abs(solid.pillar(k, exact=False).along).sum() <= 0.5
