"""Calls that follow another of the same shapes go a shorter way: to the same results, whatever has changed between."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import faltung as ft
from faltung.engine.ready import is_one_call, ready_for
from faltung.engine.route import route
from faltung.spec import Spec

pytestmark = pytest.mark.compiled
METHODS = ("direct", "separable", "fourier", "shift")
SHAPE, KERNEL = (61, 70), (4, 3)


def whole(rng, shape, dtype="float64"):
    values = rng.integers(-5, 6, shape)
    return (values + 1j * rng.integers(-5, 6, shape)).astype(dtype) if np.dtype(dtype).kind == "c" else values.astype(dtype)


def by_hand(x, k):
    """Return the valid convolution, from the definition."""
    rows, columns = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    taps = [(i, j) for i in range(k.shape[0]) for j in range(k.shape[1])]
    with np.errstate(all="ignore"):
        return sum(k[::-1, ::-1][i, j] * x[i : i + rows, j : j + columns] for i, j in taps)


def kernels(rng, method, dtype):
    for _ in range(3):
        k = np.outer(whole(rng, KERNEL[0]), whole(rng, KERNEL[1])) if method == "separable" else whole(rng, KERNEL, dtype)
        yield k.astype(dtype)


@pytest.mark.parametrize(
    ("method", "dtype"),
    [(m, d) for m in METHODS for d in ("float64", "complex128", "int16") if (m, d) != ("separable", "complex128")],
)
def test_kernels_one_after_another(method, dtype):
    rng = np.random.default_rng(0)
    for k in kernels(rng, method, dtype):
        for _ in range(3):
            x = whole(rng, SHAPE, dtype)
            np.testing.assert_allclose(ft.convolve(x, k, mode="valid", method=method), by_hand(x, k), atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_arrays_that_lie_otherwise(method):
    """One plan, and inputs and outputs that are views, turned about, or apart: nothing is remembered of the arrays before."""
    rng = np.random.default_rng(1)
    k = next(kernels(rng, method, "float64"))
    plan = ft.plan(SHAPE, k, mode="valid", method=method)
    rows, columns = SHAPE[0] - KERNEL[0] + 1, SHAPE[1] - KERNEL[1] + 1
    for _ in range(2):
        plain, wide, other = whole(rng, SHAPE), whole(rng, (SHAPE[0], 2 * SHAPE[1])), whole(rng, SHAPE[::-1])
        for x in (plain, wide[:, ::2], wide[:, : SHAPE[1]], plain[::-1], plain[:, ::-1], other.T, plain):
            room = np.full((rows, 2 * columns), 7.0)
            for out in (None, np.empty((rows, columns)), room[:, :columns], room[:, 1::2], np.empty((columns, rows)).T):
                np.testing.assert_allclose(plan(x, out=out), by_hand(x, k), atol=1e-9)


@pytest.mark.parametrize("method", ["direct", "fourier"])
def test_samples_that_are_no_numbers_after_those_that_are(method):
    rng = np.random.default_rng(2)
    k = whole(rng, KERNEL)
    plan = ft.plan(SHAPE, k, mode="valid", method=method)
    for bad in (1.0, np.inf, 2.0, np.nan, 3.0):
        x = whole(rng, SHAPE)
        x[30, 40] = bad
        np.testing.assert_allclose(plan(x), by_hand(x, k), atol=1e-9)


def test_kernels_that_are_no_numbers_between_those_that_are():
    rng = np.random.default_rng(3)
    x = whole(rng, SHAPE)
    for value in (1.0, np.inf, 2.0, np.nan):
        k = whole(rng, KERNEL)
        k[1, 2] = value
        np.testing.assert_allclose(ft.convolve(x, k, mode="valid"), by_hand(x, k), atol=1e-9)


def test_many_threads_with_one_plan():
    rng = np.random.default_rng(4)
    for method in ("direct", "fourier"):
        k = whole(rng, KERNEL)
        plan = ft.plan((300, 310), k, mode="valid", method=method, workers=2)
        inputs = [whole(rng, (300, 310)) for _ in range(24)]
        with ThreadPoolExecutor(4) as pool:
            for x, found in zip(inputs, pool.map(plan, inputs), strict=True):
                np.testing.assert_allclose(found, by_hand(x, k), atol=1e-9)


def test_what_is_one_call():
    def way(dtype="float64", method="direct", **given):
        return route(Spec(operation="convolve", **given), SHAPE, KERNEL, dtype, dtype, None, method, None)

    assert is_one_call(way())
    assert not is_one_call(way(scale=0.5))
    assert not is_one_call(way("float16"))
    assert ready_for(way(), np.ones(KERNEL)) is ready_for(way(), np.ones(KERNEL))
    assert ready_for(way(method="shift"), np.ones(KERNEL)) is None
    assert ready_for(way("object"), np.ones(KERNEL, object)) is None
