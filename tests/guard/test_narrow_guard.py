"""Narrow samples and results: nothing outside of the arrays is touched, though taps are filled up to groups and vectors are long."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.narrow_cases import drawn, lanes_of, random_windows

from faltung.methods import direct
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled


@pytest.fixture(params=[0, 1 << 60], ids=["unrolled", "looped"])
def _tier(request, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", request.param)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 2000)


def check(made):
    for end in ("low", "high"):
        placed = flush(made.x, end), flush(made.w, end), flush(np.zeros_like(made.want), end)
        direct.Bound(made.case)(*placed, 2)
        assert np.array_equal(placed[2], made.want), made.case
        release(*placed)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("boundary", ["zero", "edge", "periodic", "whole_sample"])
@pytest.mark.parametrize(("samples", "weights"), [(s, w) for s in ("uint8", "int16") for w in lanes_of(s)])
def test_images(samples, weights, boundary):
    rng = np.random.default_rng(1)
    sizes = [(1, 1), (2, 9), (17, 17), (33, 67), (3, 67), (40, 129), (20, 520), (9, 64), (9, 66), (5, 2048)]
    for n, kernel in product(sizes, ((1, 1), (3, 3), (5, 4), (2, 6))):
        windows = [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary) for k in kernel]
        check(drawn(rng, windows, n, kernel, samples, samples, weights))
        if all(size >= k for size, k in zip(n, kernel, strict=True)):
            check(drawn(rng, [Window(), Window()], n, kernel, samples, samples, weights))


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("weights", lanes_of("uint8"))
def test_sampled(rank, weights):
    rng = np.random.default_rng(rank)
    for i in range(30):
        sizes, kernel = rng.integers(1, {1: 90, 2: 40, 3: 10}[rank], rank).tolist(), rng.integers(1, 7, rank).tolist()
        windows = random_windows(rng, sizes, kernel, "uint8", weights)
        made = drawn(rng, windows, sizes, kernel, "uint8", ("uint8", "int64")[i % 2], weights)
        if made.want.size:
            check(made)
