"""`direct` neither reads nor writes outside of its arrays: each of them lies flush against untouchable pages, at either end."""

from itertools import product

import numpy as np
import pytest
from guard.pages import flush, release
from parity.direct_oracle import expected, integers, make_case, random_window

from faltung.methods import direct
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled


@pytest.fixture(params=[0, 1 << 60], ids=["unrolled", "looped"])
def _tier(request, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", request.param)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 2000)
    if request.param:  # in one of the tiers, rows of dilated kernels go by classes however small they are
        monkeypatch.setattr("faltung.methods.direct.lines.CLASS_FROM", 0)
        monkeypatch.setattr("faltung.methods.direct.lines.CLASS_ROWS", 1)
    else:  # in the other, blocks of short rows are put together in scratch
        monkeypatch.setattr("faltung.methods.direct.layout.STAGED_FROM", 0)


def check(case, rng, workers=1, *, exact=True):
    x = integers(rng, (case.batch, 1, *case.input_sizes), case.dtype)
    w = integers(rng, (1, 1, *case.kernel_sizes), case.dtype)
    wanted = expected(case, x, w) if exact else None
    for end in ("low", "high"):
        placed = flush(x, end), flush(w, end), flush(np.zeros((case.batch, 1, *case.output_sizes), case.dtype), end)
        direct.Bound(case)(*placed, workers)
        if exact:
            assert np.array_equal(placed[2], wanted), case
        release(*placed)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_one_axis(boundary, dtype):
    rng = np.random.default_rng(0)
    for n, k in product([*range(1, 10), 17, 33, 67, 700], [1, 2, 3, 5, 8]):
        stride, dilation = int(rng.integers(1, 4)), int(rng.integers(1, 3))
        for s, d, pad in ((1, 1, k // 2), (1, 1, 0), (stride, dilation, k)):
            window = Window(
                stride=s, kernel_dilation=d, pad_low=pad, pad_high=k - 1, boundary_low=boundary, boundary_high=boundary, fill_low=2
            )
            if core_size(window, n, k):
                check(make_case([window], [n], [k], dtype), rng, workers=2)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (5, 4), (7, 7), (1, 6)])
def test_images(kernel, boundary, dtype):
    rng = np.random.default_rng(1)
    sizes = [*product((1, 2, 5, 9), (1, 3, 8, 9)), (17, 17), (33, 67), (3, 67), (67, 33), (40, 129), (20, 520)]
    for n in sizes:
        same = [Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary) for k in kernel]
        check(make_case(same, n, kernel, dtype), rng, workers=2)
        if all(size >= k for size, k in zip(n, kernel, strict=True)):
            check(make_case([Window(), Window()], n, kernel, dtype), rng)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sampled(rank):
    rng = np.random.default_rng(rank)
    for _ in range(150):
        sizes, kernel = rng.integers(1, {1: 90, 2: 40, 3: 10}[rank], rank).tolist(), rng.integers(1, 5, rank).tolist()
        windows = [random_window(rng, n, k, plain=0.2) for n, k in zip(sizes, kernel, strict=True)]
        dtype = str(rng.choice(["float32", "float64", "complex64", "complex128"]))
        check(make_case(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 3))), rng, workers=2)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("dtype", ["float32", "complex64"])
@pytest.mark.parametrize("width", [2048, 2049, 5000])
def test_rows_that_end_on_any_address(width, dtype):
    rng = np.random.default_rng(5)
    same = [Window(pad_low=1, pad_high=1, boundary_low="edge", boundary_high="edge")] * 2
    check(make_case(same, (19, width), (3, 3), dtype), rng, workers=2)


@pytest.mark.usefixtures("_tier")
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("stride", [5, 6, 7, 8, 9])
def test_strides_dealt_in_vectors_and_the_one_beyond(stride, dtype):
    rng = np.random.default_rng(stride)
    for n, k in product([*range(16 * stride - 2, 17 * stride + 2), 700], [1, 3, stride, stride + 2]):
        for d, pad in ((1, 0), (1, k // 2), (2, k)):
            window = Window(stride=stride, kernel_dilation=d, pad_low=pad, pad_high=k - 1, boundary_low="periodic", boundary_high="edge")
            check(make_case([window], [n], [k], dtype), rng, workers=2)
    for n in ((9, 16 * stride), (2 * stride, 17 * stride - 1), (stride + 3, 40 * stride)):
        windows = [Window(stride=stride, pad_low=1, pad_high=2, boundary_low="constant", boundary_high="whole_sample")] * 2
        check(make_case(windows, n, (3, 4), dtype), rng, workers=2)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("kernel", [(3, 3, 3), (5, 5, 5), (1, 1, 15), (3, 1, 2), (2, 3, 8)])
def test_blocks_of_short_rows(kernel, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 2000)
    monkeypatch.setattr("faltung.methods.direct.layout.STAGED_FROM", 0)
    rng = np.random.default_rng(6)
    for n in ((3, 8, 33), (2, 9, 50), (4, 17, 96), (1, 23, 131), (2, 12, 511), (1, 9, 512)):
        for boundary in ("constant", "whole_sample"):
            same = [
                Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary, fill_low=3) for k in kernel
            ]
            check(make_case(same, n, kernel, dtype), rng, workers=2)
