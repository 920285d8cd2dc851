"""`separable` neither reads nor writes outside of its arrays: each of them lies flush against untouchable pages, at either end."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, make_case, random_window

from faltung.methods import separable
from faltung.methods.separable.bound import Bound
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Weights
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled


def check(case, rng, workers=1):
    x = rng.integers(-9, 10, (case.batch, 1, *case.input_sizes)).astype(case.dtype)
    u, v = (rng.integers(-4, 5, k) for k in case.kernel_sizes)
    w = np.outer(u, v).astype(case.dtype)[None, None]
    wanted = expected(case, x, w)
    for end in ("low", "high"):
        placed = flush(x, end), flush(w, end), flush(np.zeros((case.batch, 1, *case.output_sizes), case.dtype), end)
        Bound(case)(*placed, workers)
        assert np.array_equal(placed[2], wanted), case
        release(*placed)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (5, 4), (9, 7), (1, 6), (8, 1), (20, 33)])
def test_images(kernel, boundary, dtype):
    rng = np.random.default_rng(1)
    for n in [*product((1, 2, 9), (1, 3, 8)), (17, 17), (33, 67), (3, 64), (67, 33), (9, 129), (20, 520)]:
        same = [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary, fill_low=2) for k in kernel]
        check(make_case(same, n, kernel, dtype), rng)
        if all(size >= k for size, k in zip(n, kernel, strict=True)):
            check(make_case([Window(), Window()], n, kernel, dtype), rng)


def test_sampled(monkeypatch):
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 2000)
    rng = np.random.default_rng(2)
    for _ in range(200):
        sizes, kernel = rng.integers(1, 40, 2).tolist(), rng.integers(1, 8, 2).tolist()
        windows = [random_window(rng, n, k, plain=0.3) for n, k in zip(sizes, kernel, strict=True)]
        case = make_case(windows, sizes, kernel, str(rng.choice(["float32", "float64"])), batch=int(rng.integers(1, 3)))
        if separable.why_not(case) is None:
            check(case, rng, workers=2)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("terms", [2, 3])
def test_several_terms(terms, dtype):
    rng = np.random.default_rng(3)
    sizes = [(1, 1), (2, 8), (9, 3), (17, 17), (3, 64), (67, 33), (9, 129), (20, 520)]
    for kernel, n in product([(3, 3), (5, 4), (9, 7), (20, 33)], sizes):
        w = sum(np.outer(*(rng.integers(-4, 5, k) for k in kernel)) for _ in range(terms)).astype(dtype)
        found = separable.terms(w, exact=True)
        if found is None:  # of a lower rank
            continue
        same = [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low="edge", boundary_high="half_sample") for k in kernel]
        case = replace(make_case(same, n, kernel, dtype), weights=Weights(rank=2, terms=len(found.u)))
        x = rng.integers(-9, 10, (1, 1, *n)).astype(dtype)
        wanted = expected(case, x, w[None, None])
        for end in ("low", "high"):
            placed = flush(x, end), flush(w[None, None], end), flush(np.zeros_like(x), end)
            Bound(case)(*placed, 2)
            assert np.array_equal(placed[2], wanted), case
            release(*placed)


@pytest.mark.parametrize("width", [2048, 2049, 5000])
def test_rows_that_end_on_any_address(width):
    rng = np.random.default_rng(5)
    same = [Window(pad_low=3, pad_high=3, boundary_low="edge", boundary_high="edge")] * 2
    check(make_case(same, (19, width), (7, 7)), rng, workers=2)
