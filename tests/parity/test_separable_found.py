"""Kernels that are a column times a row are found, others refused with a reason; the engine looks where it can pay."""

from itertools import product

import numpy as np
import pytest

import faltung as ft
from faltung.errors import PlanError
from faltung.methods.separable.factor import factors

pytestmark = pytest.mark.compiled
RNG = np.random.default_rng(20261120)


def gaussian(taps, dtype="float32"):
    g = np.exp(-(np.linspace(-3, 3, taps) ** 2) / 2)
    return np.outer(g / g.sum(), g / g.sum()).astype(dtype)


@pytest.mark.parametrize("exact", [True, False])
def test_whole_weights_are_factored_exactly(exact):
    for shape in product(range(1, 5), range(1, 5)):
        u, v = RNG.integers(-6, 7, shape[0]), RNG.integers(-6, 7, shape[1])
        w = np.outer(u, v).astype("float32")
        found = factors(w, exact=exact)
        assert np.array_equal(np.outer(found.u, found.v), w)
        assert np.abs(found.v).sum() <= 0.5
        scale = 2.0**64  # u is whole, v whole times a power of two
        assert np.array_equal(np.rint(found.v * scale), found.v * scale)


def test_every_small_kernel_of_rank_two_is_refused():
    for w in product((-1, 0, 2), repeat=6):
        kernel = np.array(w, "float32").reshape(2, 3)
        separable = np.linalg.matrix_rank(kernel) <= 1
        assert (factors(kernel, exact=True) is not None) == separable
        assert (factors(kernel, exact=False) is not None) == separable


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_float_kernels(dtype):
    for taps in (2, 3, 8, 31, 63):
        w = gaussian(taps, dtype)
        assert factors(w, exact=False) is not None
        assert factors(w, exact=True) is None or taps == 2
        w[taps // 2, taps // 2] *= 1.01
        assert factors(w, exact=False) is None
    assert factors(np.outer([1e-30, 1e-10], [1e-30, 1]).astype("float32"), exact=False) is None  # a product has become 0


def test_weights_that_are_not_finite_or_all_zero():
    assert factors(np.full((3, 3), np.inf, "float32"), exact=False) is None
    assert not factors(np.zeros((3, 4), "float32"), exact=True).u.any()


def test_it_is_chosen_and_says_why_not():
    x = RNG.standard_normal((512, 512)).astype("float32")
    assert ft.plan(x, gaussian(15), mode="same").method == "separable"
    other = gaussian(15)
    other[[3, 4, 5], [4, 7, 9]] = 0
    assert "rank of at least 4" in dict(ft.plan(x, other, mode="same").others)["separable"]
    assert ft.plan(x, gaussian(15), mode="same").with_kernel(other).method != "separable"
    assert "it is not known" in dict(ft.plan(x[:20], gaussian(3), mode="same").others)["separable"]
    for bad, words in ((other, "rank"), (np.full((3, 3), np.nan), "signs and zeros")):
        with pytest.raises(PlanError, match=words):
            ft.convolve(x, bad, method="separable")
    with pytest.raises(PlanError, match="two or three axes"):
        ft.convolve(x[0], x[1, :5], method="separable")


def test_auto_stays_within_the_bound_and_region_has_its_bits():
    x = RNG.standard_normal((300, 700)).astype("float32")
    for arguments in ({}, {"boundary": "half_sample", "stride": (2, 1)}):
        plan = ft.plan(x, gaussian(21), mode="same", **arguments)
        assert plan.method == "separable"
        whole = ft.convolve(x, gaussian(21), mode="same", **arguments)
        assert np.array_equal(plan(x), whole)
        want = ft.convolve(x.astype("float64"), gaussian(21).astype("float64"), mode="same", method="shift", **arguments)
        assert np.abs(whole - want).max() <= plan.error_bound * np.abs(gaussian(21)).sum() * np.abs(x).max()
        for region in ((slice(3, 90), slice(50, 333)), (slice(0, 100, 9), slice(5, None, 40))):
            assert np.array_equal(whole[region], ft.convolve(x, gaussian(21), mode="same", region=region, **arguments))


def test_integer_images():
    x = RNG.integers(0, 256, (400, 500)).astype("uint8")
    box = np.ones((21, 21), int)
    plan = ft.plan(x, box, mode="same", boundary="edge")
    assert (plan.method, plan.route.case.dtype, plan.error_bound) == ("separable", "float32", 0)
    want = ft.convolve(x, box, mode="same", boundary="edge", method="shift")
    assert np.array_equal(plan(x), want)
    assert np.array_equal(ft.convolve(x, box, mode="same", boundary="edge", method="separable"), want)
    large = RNG.integers(-(2**30), 2**30, (300, 300))  # the sums need float64
    assert np.array_equal(ft.convolve(large, box, mode="same"), ft.convolve(large, box, mode="same", method="shift"))


def test_batches():
    x = RNG.standard_normal((300, 400, 3)).astype("float32")
    got = ft.convolve(x, gaussian(15), mode="same", axes=(0, 1))
    assert ft.plan(x, gaussian(15), mode="same", axes=(0, 1)).method == "separable"
    for c in range(3):
        assert np.array_equal(got[..., c], ft.convolve(np.ascontiguousarray(x[..., c]), gaussian(15), mode="same", method="separable"))
