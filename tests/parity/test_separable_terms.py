"""Kernels of rank 2 and 3 as sums of columns times rows: exact on integers, within the bound on floats; infinities stay where they are."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import expected, make_case, random_window
from parity.test_direct_bits import strided
from parity.test_separable import exact_sums, same

import faltung as ft
from faltung.errors import PlanError
from faltung.methods import separable
from faltung.methods.bounds import ROUNDOFF, error_bound
from faltung.methods.separable.bound import Bound
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Weights
from faltung.spec.window import part_of

pytestmark = pytest.mark.compiled
DTYPES = ("float32", "float64")


def whole_kernel(rng, shape, rank):
    """Return small whole weights of this very rank, zeros among them."""
    while True:
        w = rng.integers(-3, 4, (shape[0], rank)) @ rng.integers(-3, 4, (rank, shape[1]))
        if np.linalg.matrix_rank(w) == rank and separable.terms(w.astype("float64"), exact=True) is not None:
            return w


def log_kernel(taps, dtype="float32"):
    """Return a Laplacian of a Gaussian, whose rank is 2."""
    sigma, line = taps / 6, np.arange(taps) - (taps - 1) / 2
    r = (line[:, None] ** 2 + line**2) / (2 * sigma**2)
    return ((r - 1) * np.exp(-r)).astype(dtype)


def in_terms(case, w):
    found = separable.terms(w, exact=case.exact is not None)
    return replace(case, weights=Weights(rank=len(found.u), terms=len(found.u), spread=found.spread))


def result(case, x, w, workers=1):
    out = np.full((case.batch, 1, *case.output_sizes), 77, case.dtype)
    separable.run(in_terms(case, w), x, w[None, None], out, workers)
    return out


def check(case, rng, rank, workers=1):
    x = rng.integers(-9, 10, (case.batch, 1, *case.input_sizes)).astype(case.dtype)
    w = whole_kernel(rng, case.kernel_sizes, rank).astype(case.dtype)
    assert np.array_equal(result(case, x, w, workers), expected(case, x, w[None, None])), (case, w)


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("boundaries", list(product(BOUNDARIES, BOUNDARIES)), ids=":".join)
def test_every_pair_of_boundaries(boundaries, rank):
    rng = np.random.default_rng(1)
    for sizes, kernel in product([(1, 1), (1, 3), (2, 5), (5, 4), (9, 70)], [(3, 3), (4, 5), (3, 8), (7, 4)]):
        for steps in ({}, {"stride": (2, 1)}, {"stride": (1, 3), "dilation": (2, 1)}, {"dilation": (1, 2)}):
            check(make_case(same(kernel, *boundaries, **steps), sizes, kernel), rng, rank)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sampled(dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 2000)
    rng = np.random.default_rng(2)
    for _ in range(200):
        sizes, kernel = rng.integers(1, 60, 2).tolist(), rng.integers(3, 12, 2).tolist()
        windows = [random_window(rng, n, k) for n, k in zip(sizes, kernel, strict=True)]
        case = make_case(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 4)))
        if separable.why_not(case) is None:
            check(case, rng, int(rng.integers(2, 4)), workers=int(rng.integers(1, 4)))


@pytest.mark.parametrize("columns", [15, 17, 63, 64, 65, 127, 129, 193, 257, 600])
def test_sizes_around_every_tile(columns):
    rng = np.random.default_rng(3)
    for rows, kernel, dtype, rank in product((1, 4, 5, 11), ((3, 3), (4, 17), (9, 2)), DTYPES, (2, 3)):
        if rank <= min(kernel):
            check(make_case(same(kernel, "half_sample"), (rows, columns), kernel, dtype), rng, rank)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("kernel", [(3, 4), (5, 9), (15, 15), (31, 6)])
def test_floats_stay_within_the_bound(kernel, rank, dtype):
    rng = np.random.default_rng(6)
    case = make_case(same(kernel, "edge"), (40, 90), kernel, dtype)
    for _ in range(5):
        w = (rng.standard_normal((kernel[0], rank)) @ rng.standard_normal((rank, kernel[1]))).astype(dtype)
        x = rng.standard_normal((1, 1, 40, 90)).astype(dtype)
        off = np.abs(result(case, x, w) - exact_sums(case, x, w)).max()
        assert 0 < off <= error_bound(in_terms(case, w), "separable") * np.abs(w.astype(np.longdouble)).sum() * np.abs(x).max()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_factoring_is_as_close_as_the_bound_needs(dtype):
    wide = np.longdouble
    for taps in (5, 8, 15, 31):
        w = log_kernel(taps, dtype)
        found = separable.terms(w, exact=False)
        assert len(found.u) == 2
        assert found.spread <= 1.25
        off = np.abs(found.u.T.astype(wide) @ found.v.astype(wide) - w).sum()
        assert off <= 8 * ROUNDOFF[dtype] * np.abs(w.astype(wide)).sum()
        noise = 1 + 64 * ROUNDOFF[dtype] * np.random.default_rng(taps).choice([-1, 1], w.shape)
        assert separable.terms((w * noise).astype(dtype), exact=False) is None


@pytest.mark.parametrize("rank", [2, 3])
def test_whole_weights_are_factored_exactly(rank):
    rng = np.random.default_rng(7)
    for _ in range(200):
        w = rng.integers(-9, 10, (int(rng.integers(rank, 9)), rank)) @ rng.integers(-9, 10, (rank, int(rng.integers(rank, 9))))
        found = separable.terms(w.astype("float32"), exact=True)
        if np.linalg.matrix_rank(w) == rank:
            assert len(found.u) == rank
            assert np.array_equal(found.u.T.astype("float64") @ found.v, w)
            assert np.abs(found.v).sum(axis=1).max() <= 0.5
    assert separable.terms(np.diag([1, 2, 3, 4]).astype("float32"), exact=True) is None  # rank 4


def test_terms_that_cancel_are_refused(monkeypatch):
    one, other = np.array([1, 1, 1, 1.0]), np.array([1, 1, 1, 1.001])
    cancelling = np.outer(one, one) - np.outer(other, other)  # as singular vectors do not
    assert separable.terms(cancelling, exact=False).spread <= 2
    hadamard = np.array([[10**4, 1], [9999, 1]]).astype("float32")  # whole rows, made short: (1, 0) and (0, 1)
    assert separable.terms(hadamard, exact=True).spread == 1
    assert separable.terms(log_kernel(7), exact=False) is not None
    monkeypatch.setattr("faltung.methods.separable.several.MOST_SPREAD", 1.01)
    assert separable.terms(log_kernel(8), exact=False) is None
    case = make_case(same((2, 2), "zero"), (9, 9), (2, 2))
    exact = replace(case, exact=float(2**24), weights=Weights(rank=2, terms=2, spread=1.25))
    assert "1.25 times as large" in separable.refuses(exact)
    assert separable.refuses(replace(exact, exact=float(2**23))) is None


@pytest.mark.parametrize("bad", [(np.inf,), (-np.inf,), (np.nan,), (np.inf, -np.inf), (np.inf, np.inf, np.nan)])
def test_samples_that_are_not_finite(bad):
    rng = np.random.default_rng(8)
    for law, kernel, batch in product(BOUNDARIES, ((3, 3), (4, 7), (9, 5)), (1, 2)):
        case = make_case(same(kernel, law), (30, 80), kernel, batch=batch)
        dirty = rng.integers(-9, 10, (batch, 1, 30, 80)).astype("float32")
        clean = dirty.copy()
        for value in bad:
            dirty[rng.integers(batch), 0, rng.integers(30), rng.integers(80)] = value
        w = whole_kernel(rng, kernel, 2).astype("float32")
        with np.errstate(invalid="ignore"):
            want = expected(case, dirty, w[None, None])
        assert not np.isfinite(want).all()
        assert np.array_equal(result(case, dirty, w, 2), want.astype("float32"), equal_nan=True)
        assert np.isfinite(result(case, clean, w)).all()


def test_a_fill_that_is_not_finite():
    rng = np.random.default_rng(9)
    for fill in (np.inf, np.nan):
        windows = [replace(window, fill_low=fill) for window in same((4, 5), "constant")]
        case, w = make_case(windows, (20, 70), (4, 5)), whole_kernel(rng, (4, 5), 2).astype("float32")
        x = rng.integers(-9, 10, (1, 1, 20, 70)).astype("float32")
        with np.errstate(invalid="ignore"):
            want = expected(case, x, w[None, None])
        assert np.array_equal(result(case, x, w), want.astype("float32"), equal_nan=True)


def test_sums_that_overflow_in_a_term_are_direct_ones():
    w = np.array([[1, 1, 0], [0, 1, 1], [1, 2, 1]], "float32") / 8  # whole: its terms are not its rows
    x = np.full((1, 1, 9, 40), 3e38, "float32") * np.where(np.arange(40) % 2, 1, -1).astype("float32")
    case = make_case(same((3, 3), "edge"), (9, 40), (3, 3))
    want = exact_sums(case, x, w)
    assert np.isfinite(want.astype("float32")).all()
    assert np.abs(result(case, x, w) - want).max() <= 1e-6 * 3e38


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(70, 700), (40, 531)])
def test_bits_depend_on_nothing_else(sizes, dtype, monkeypatch):
    rng = np.random.default_rng(10)
    w, x = log_kernel(9, dtype)[:8], rng.standard_normal((1, 1, *sizes)).astype(dtype)
    case = make_case(same((8, 9), "half_sample"), sizes, (8, 9), dtype)
    plain = result(case, x, w)
    windows = zip(case.windows, sizes, (8, 9), (slice(5, 37, 1), slice(11, 400, 3)), strict=True)
    part = replace(case, windows=tuple(part_of(*axis) for axis in windows))
    assert np.array_equal(plain[..., 5:37, 11:400:3], result(part, x, w))
    for step, layout in product((2, -1), "CF"):
        assert np.array_equal(plain, result(case, strided(x, step, layout), w))
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 0)
    monkeypatch.setattr("faltung.methods.separable.bound.SHORTEST_BAND", 1)
    for workers, ring_bytes in product((1, 3), (1, 20_000, 60_000)):
        monkeypatch.setattr("faltung.methods.separable.sizes.RING_BYTES", ring_bytes)
        out = np.empty_like(x)
        Bound(in_terms(case, w))(x, w[None, None], out, workers)
        assert np.array_equal(plain, out)


def test_it_is_chosen_where_it_is_faster_and_says_how_many_terms():
    x = np.random.default_rng(11).standard_normal((512, 512)).astype("float32")
    plan = ft.plan(x, log_kernel(9), mode="same")
    assert (plan.method, plan.choice.case.weights.terms) == ("separable", 2)
    assert "separable, 2 terms, sums in float32" in str(plan)
    assert plan.error_bound > ft.plan(x, np.outer(*[np.hanning(11)[1:-1].astype("float32")] * 2), mode="same").error_bound
    assert ft.plan(x, log_kernel(63), mode="same").method == "fourier"
    assert ft.plan(x, log_kernel(3), mode="same").method == "direct"
    assert "2 terms" not in str(plan.with_kernel(np.random.default_rng(0).standard_normal((9, 9)).astype("float32")))
    with pytest.raises(PlanError, match="rank of at least 9"):
        ft.convolve(x, np.random.default_rng(0).standard_normal((9, 9)).astype("float32"), method="separable")


def test_through_the_public_door():
    rng = np.random.default_rng(12)
    x, w = rng.standard_normal((300, 400)).astype("float32"), log_kernel(11)[:, :10]
    for arguments in ({}, {"boundary": "half_sample", "stride": (2, 1)}, {"boundary": "periodic", "dilation": 2}):
        whole = ft.convolve(x, w, mode="same", method="separable", **arguments)
        want = ft.convolve(x.astype("float64"), w.astype("float64"), mode="same", method="shift", **arguments)
        bound = ft.plan(x, w, mode="same", method="separable", **arguments).error_bound
        assert np.abs(whole - want).max() <= bound * np.abs(w).sum() * np.abs(x).max()
        for region in ((slice(3, 90), slice(50, 333)), (slice(0, 100, 9), slice(5, None, 40))):
            assert np.array_equal(whole[region], ft.convolve(x, w, mode="same", region=region, method="separable", **arguments))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64"])
def test_integer_images(dtype):
    rng = np.random.default_rng(13)
    x = rng.integers(0, 256, (260, 300)).astype(dtype)
    for rank, shape in product((2, 3), ((9, 9), (6, 7))):
        w = whole_kernel(rng, shape, rank)
        given = {"mode": "same", "boundary": "edge"}
        want = ft.convolve(x, w, method="shift", **given)
        assert np.array_equal(ft.convolve(x, w, method="separable", **given), want)
        assert np.array_equal(ft.convolve(x, w, **given), want)
        assert f"{rank} terms" in str(ft.plan(x, w, method="separable", **given))
    assert ft.plan(np.zeros((1024, 1024), "int32"), whole_kernel(rng, (9, 9), 2), mode="same").method == "separable"


def test_integer_images_with_other_weights():
    x = np.random.default_rng(14).integers(0, 256, (260, 300)).astype("uint8")
    for dtype, bound in (("uint8", 0.5), ("float32", 0)):
        arguments = {"mode": "same", "dtype": dtype, "overflow": "saturate"} if dtype == "uint8" else {"mode": "same"}
        got = ft.convolve(x, log_kernel(9), method="separable", **arguments)
        want = ft.convolve(x.astype("float64"), log_kernel(9).astype("float64"), mode="same", method="shift")
        want = np.clip(want, 0, 255) if dtype == "uint8" else want
        assert got.dtype == dtype
        assert np.abs(got - want).max() <= bound + 1e-5 * 255


def test_a_plan_of_integers_takes_kernels_of_other_ranks():
    rng = np.random.default_rng(15)
    x = rng.integers(0, 256, (512, 512)).astype("uint8")
    plan = ft.plan(x, np.ones((21, 21), int), mode="same")
    assert plan.method == "separable"
    for kernel in (whole_kernel(rng, (21, 21), 2), rng.integers(-3, 4, (21, 21))):
        assert np.array_equal(plan.with_kernel(kernel)(x), ft.convolve(x, kernel, mode="same", method="shift"))
