"""`separable` equals the definition: exactly on integers, within its bound on floats, with the reference's infinities and NaN."""

from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import expected, make_case, random_window

from faltung.methods import separable
from faltung.methods.bounds import FACTORING, ROUNDOFF, error_bound
from faltung.methods.separable.factor import factors
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled


def a_kernel(rng, shape, dtype):
    """Return whole weights, a column times a row, zeros among them."""
    u, v = (rng.integers(-4, 5, size) for size in shape)
    return np.outer(u, v).astype(dtype)[None, None]


def check(case, rng, workers=1):
    x = rng.integers(-9, 10, (case.batch, 1, *case.input_sizes)).astype(case.dtype)
    w = a_kernel(rng, case.kernel_sizes, case.dtype)
    out = np.full((case.batch, 1, *case.output_sizes), 77, case.dtype)
    separable.run(case, x, w, out, workers)
    assert np.array_equal(out, expected(case, x, w)), case


def same(kernel, low, high=None, stride=(1, 1), dilation=(1, 1)):
    """Return windows whose pads take the middle; each axis has a fill of its own."""
    return [
        Window(
            pad_low=d * (k // 2), pad_high=d * (k - 1 - k // 2), boundary_low=low, boundary_high=high or low, stride=s, kernel_dilation=d,
            fill_low=3 - 5 * axis, fill_high=-2 - axis,
        )
        for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True))
    ]  # fmt: skip


@pytest.mark.parametrize("boundaries", list(product(BOUNDARIES, BOUNDARIES)), ids=":".join)
def test_every_pair_of_boundaries(boundaries):
    rng = np.random.default_rng(1)
    kernels = [(1, 1), (1, 2), (2, 3), (3, 3), (4, 5), (5, 2), (7, 11)]
    for sizes, kernel in product([(1, 1), (1, 3), (2, 5), (5, 4), (9, 70)], kernels):
        for steps in ({}, {"stride": (2, 1)}, {"stride": (1, 3), "dilation": (2, 1)}, {"dilation": (1, 2)}):
            check(make_case(same(kernel, *boundaries, **steps), sizes, kernel), rng)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sampled(dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 2000)
    rng = np.random.default_rng(2)
    for _ in range(400):
        sizes, kernel = rng.integers(1, 60, 2).tolist(), rng.integers(1, 12, 2).tolist()
        windows = [random_window(rng, n, k) for n, k in zip(sizes, kernel, strict=True)]
        case = make_case(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 4)))
        if separable.why_not(case) is None:
            check(case, rng, workers=int(rng.integers(1, 4)))


@pytest.mark.parametrize("columns", [15, 16, 17, 63, 64, 65, 127, 128, 129, 191, 193, 257, 600])
def test_sizes_around_every_tile(columns):
    rng = np.random.default_rng(3)
    for rows, kernel, dtype in product((1, 3, 4, 5, 8, 11), ((3, 3), (4, 17), (9, 2)), ("float32", "float64")):
        check(make_case(same(kernel, "half_sample"), (rows, columns), kernel, dtype), rng)


def test_kernels_longer_than_the_input():
    rng = np.random.default_rng(4)
    for law, sizes in product(BOUNDARIES, ((3, 4), (1, 9), (7, 1))):
        windows = [Window(pad_low=30, pad_high=25, boundary_low=law, boundary_high=law, fill_low=2) for _ in sizes]
        check(make_case(windows, sizes, (21, 33)), rng)


def test_crops_and_no_outputs():
    rng = np.random.default_rng(5)
    check(make_case([Window(pad_low=-2, pad_high=-1), Window(pad_low=3, pad_high=-4)], (12, 20), (3, 4)), rng)
    empty = make_case([Window(), Window()], (2, 20), (3, 4))
    assert core_size(*[one[0] for one in (empty.windows, empty.input_sizes, empty.kernel_sizes)]) == 0
    check(empty, rng)


def random_factors(rng, kernel, dtype):
    u, v = (rng.standard_normal(k) for k in kernel)
    return [u, v], np.outer(u, v).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernel", [(3, 3), (5, 9), (15, 15), (31, 6), (63, 63)])
def test_floats_stay_within_the_bound(kernel, dtype):
    rng = np.random.default_rng(6)
    case = make_case(same(kernel, "edge"), (40, 90), kernel, dtype)
    for _ in range(5):
        _, w = random_factors(rng, kernel, dtype)
        x = rng.standard_normal((1, 1, 40, 90)).astype(dtype)
        out = np.empty_like(x)
        separable.run(case, x, w[None, None], out, 1)
        want = exact_sums(case, x, w)
        bound = error_bound(case, "separable") * np.abs(w.astype(np.longdouble)).sum() * np.abs(x).max()
        assert np.abs(out - want).max() <= bound
        assert np.abs(out - want).max() > 0


def exact_sums(case, x, w):
    """Return the sums in longdouble, on the samples continued by `edge`."""
    pads = [(window.pad_low, window.pad_high) for window in case.windows]
    padded = np.pad(x[0, 0].astype(np.longdouble), pads, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, case.kernel_sizes)
    return sum(views[..., i, j] * np.longdouble(w[i, j]) for i, j in np.ndindex(*w.shape))


def test_the_bound_is_not_met_by_a_worse_factoring():
    """FACTORING is what the bound needs: weights off by more are no column times a row."""
    rng = np.random.default_rng(7)
    _, w = random_factors(rng, (7, 9), "float32")
    assert factors(w, exact=False) is not None
    noise = 1 + 4 * FACTORING * ROUNDOFF["float32"] * rng.choice([-1, 1], w.shape)
    assert factors((w * noise).astype("float32"), exact=False) is None


@pytest.mark.parametrize("bad", [(np.inf,), (-np.inf,), (np.nan,), (np.inf, -np.inf), (np.inf, np.inf, np.nan)])
def test_samples_that_are_not_finite(bad):
    rng = np.random.default_rng(8)
    for law, kernel in product(BOUNDARIES, ((3, 3), (4, 7), (9, 5))):
        case = make_case(same(kernel, law), (30, 80), kernel)
        x = rng.integers(-9, 10, (1, 1, 30, 80)).astype("float32")
        dirty, w = x.copy(), a_kernel(rng, kernel, "float32")
        for value in bad:
            dirty[0, 0, rng.integers(30), rng.integers(80)] = value
        clean, out = np.empty_like(x), np.empty_like(x)
        separable.run(case, x, w, clean, 1)
        separable.run(case, dirty, w, out, 1)
        with np.errstate(invalid="ignore"):
            want = expected(case, dirty, w)
        touched = ~np.isfinite(want)
        assert touched.any()
        assert np.array_equal(out[touched], want[touched].astype("float32"), equal_nan=True)
        assert np.array_equal(out[~touched], clean[~touched])


def test_large_samples_do_not_overflow_between_the_passes():
    case = make_case(same((3, 3), "edge"), (9, 20), (3, 3))
    x = np.full((1, 1, 9, 20), 3e38, "float32")
    w = np.outer([2.0**-10, 2.0**-9, 2.0**-10], [128, 128, 0]).astype("float32")
    out = np.empty_like(x)
    separable.run(case, x, w[None, None], out, 1)
    assert np.array_equal(out, x)
