"""The bits of an output of `separable` do not depend on threads, bands, chunks, or on how the arrays lie."""

from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import make_case
from parity.test_direct_bits import strided

from faltung.methods.separable.bound import Bound
from faltung.methods.separable.sizes import Sizes
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
CASES = [((70, 700), (3, 3), 1), ((40, 531), (15, 8), 1), ((33, 1500), (5, 7), 2), ((90, 90), (2, 31), 1)]


def arrays(case, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((1, 1, *case.input_sizes)).astype(case.dtype)
    u, v = (rng.standard_normal(k) for k in case.kernel_sizes)
    return x, np.outer(u, v).astype(case.dtype)[None, None]


def a_case(sizes, kernel, stride=1, dtype="float32", boundary="half_sample"):
    windows = [
        Window(stride=stride, pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary) for k in kernel
    ]
    return make_case(windows, sizes, kernel, dtype)


def result(case, x, w, workers=1, like=None):
    out = np.full((1, 1, *case.output_sizes), np.nan, case.dtype) if like is None else like
    Bound(case)(x, w, out, workers)
    return out


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("sizes", "kernel", "stride"), CASES)
def test_threads_bands_and_chunks(sizes, kernel, stride, dtype, monkeypatch):
    case = a_case(sizes, kernel, stride, dtype)
    x, w = arrays(case)
    plain = result(case, x, w)
    assert np.isfinite(plain).all()
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 0)
    monkeypatch.setattr("faltung.methods.separable.bound.SHORTEST_BAND", 1)
    for workers, ring_bytes in product((1, 2, 3, 7), (1, 20_000, 60_000)):
        monkeypatch.setattr("faltung.methods.separable.sizes.RING_BYTES", ring_bytes)
        assert np.array_equal(plain, result(case, x, w, workers))
    monkeypatch.setattr("faltung.methods.separable.sizes.RING_BYTES", 1)
    assert Sizes(case).chunk == Sizes(case).shape.tile


@pytest.mark.parametrize(("sizes", "kernel", "stride"), CASES)
def test_views(sizes, kernel, stride):
    case = a_case(sizes, kernel, stride)
    x, w = arrays(case)
    plain = result(case, x, w)
    for step, layout in product((1, 2, -1, -3), "CF"):
        view = strided(x, step, layout)
        target = strided(np.zeros_like(plain), step, layout)
        assert np.array_equal(plain, result(case, view, w))
        assert np.array_equal(plain, result(case, x, w, like=target))
        assert np.array_equal(plain, result(case, view, w, like=target))


def test_one_bound_case_serves_arrays_with_other_strides_in_turn():
    case = a_case((20, 300), (5, 5))
    x, w = arrays(case)
    bound, plain = Bound(case), result(case, x, w)
    for step in (1, 2, 1, -1):
        out = np.empty_like(plain)
        bound(strided(x, step, "C"), w, out)
        assert np.array_equal(plain, out)


def test_symmetric_order():
    """Reversing kernel and signal reverses the result of integers."""
    case = a_case((20, 90), (5, 7))
    rng = np.random.default_rng(1)
    x = rng.integers(-9, 10, (1, 1, 20, 90)).astype("float32")
    w = np.outer(rng.integers(1, 5, 5), rng.integers(1, 5, 7)).astype("float32")[None, None]
    back = result(case, x[..., ::-1, ::-1], w[..., ::-1, ::-1])
    assert np.array_equal(result(case, x, w), back[..., ::-1, ::-1])


def test_many_threads_at_once_on_one_bound_case():
    from concurrent.futures import ThreadPoolExecutor

    case = a_case((50, 400), (5, 5))
    bound = Bound(case)
    inputs = [arrays(case, seed) for seed in range(6)]
    wanted = [result(case, *pair) for pair in inputs]

    def once(i):
        x, w = inputs[i % 6]
        x = x if i % 3 else strided(x, 2, "C")
        out = np.empty((1, 1, *case.output_sizes), np.float32)
        bound(x, w, out, 2)
        return np.array_equal(out, wanted[i % 6])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(once, range(120)))
