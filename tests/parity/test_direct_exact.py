"""`direct` equals the definition on small integers: every small size, every boundary, strides, dilations, crops, any rank."""

from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import expected, integers, make_case, random_window

from faltung.methods import direct
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.window import Window, core_size

pytestmark = pytest.mark.compiled
DTYPES = ("float32", "float64", "complex64", "complex128")


def check(case, rng, *, workers=1):
    x = integers(rng, (case.batch, 1, *case.input_sizes), case.dtype)
    w = integers(rng, (1, 1, *case.kernel_sizes), case.dtype)
    out = np.full((case.batch, 1, *case.output_sizes), 77, case.dtype)
    direct.run(case, x, w, out, workers)
    assert np.array_equal(out, expected(case, x, w)), case


@pytest.mark.parametrize("dtype", ["float64", "complex64"])
@pytest.mark.parametrize("boundaries", list(product(BOUNDARIES, BOUNDARIES)), ids=":".join)
def test_small_axis(boundaries, dtype):
    rng = np.random.default_rng(1)
    low, high = boundaries
    for n, k, stride, dilation, spacing in product(range(1, 6), range(1, 5), (1, 2, 3), (1, 2), (1, 2)):
        for pads in ((0, 0), (k // 2, k - 1), (2 * n + 1, 1), (-1, 3), (3, -1), (-1, -1)):
            window = Window(
                stride=stride, kernel_dilation=dilation, input_dilation=spacing, pad_low=pads[0], pad_high=pads[1], boundary_low=low,
                boundary_high=high, fill_low=3, fill_high=-2,
            )  # fmt: skip
            if core_size(window, n, k):
                check(make_case([window], [n], [k], dtype), rng)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_sampled_axes(rank, dtype):
    rng = np.random.default_rng(rank)
    most = {1: 200, 2: 40, 3: 9, 4: 5}[rank]
    for _ in range(60):
        sizes, kernel = rng.integers(1, most, rank).tolist(), rng.integers(1, 6 if rank < 4 else 4, rank).tolist()
        windows = [random_window(rng, n, k) for n, k in zip(sizes, kernel, strict=True)]
        check(make_case(windows, sizes, kernel, dtype, batch=int(rng.integers(1, 4))), rng)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 3), (4, 2), (5, 5), (7, 7), (9, 1), (1, 9), (12, 11)])
def test_images_unrolled(kernel, boundary, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    direct.bind.cache_clear()
    rng = np.random.default_rng(2)
    for sizes in ((1, 1), (3, 5), (9, 33), (13, 70), (30, 131), (5, 600)):
        windows = [
            Window(pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary, fill_low=2, fill_high=5)
            for k in kernel
        ]
        check(make_case(windows, sizes, kernel, dtype), rng, workers=2)
    direct.bind.cache_clear()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stride", [(1, 1), (2, 2), (1, 3), (3, 1), (1, 4), (1, 5), (2, 8), (1, 9)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 2), (1, 3)])
def test_strides_and_dilations_unrolled(stride, dilation, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    direct.bind.cache_clear()
    rng = np.random.default_rng(3)
    for sizes, kernel in product(((9, 40), (21, 150), (12, 1300)), ((3, 3), (2, 4), (5, 1))):
        windows = [
            Window(stride=s, kernel_dilation=d, pad_low=d * k // 2, pad_high=d * k // 2, boundary_low="whole_sample")
            for s, d, k in zip(stride, dilation, kernel, strict=True)
        ]
        check(make_case(windows, sizes, kernel, dtype), rng)
    direct.bind.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
@pytest.mark.parametrize("repaid", [0, 1 << 60], ids=["unrolled", "looped"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 2), (1, 3), (2, 1), (2, 2), (2, 4), (3, 1), (3, 2), (4, 6), (5, 1)])
def test_output_rows_that_share_input_rows(stride, dilation, repaid, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", repaid)
    monkeypatch.setattr("faltung.methods.direct.lines.CLASS_FROM", 0)
    monkeypatch.setattr("faltung.methods.direct.lines.CLASS_ROWS", 1)
    direct.bind.cache_clear()
    rng = np.random.default_rng(6)
    for sizes, kernel, spacing in product(((1, 9), (9, 40), (41, 70), (5, 26, 33)), (2, 3, 4, 7, 13), (1, 2)):
        rows = Window(
            stride=stride, kernel_dilation=dilation, input_dilation=spacing, pad_low=kernel, pad_high=dilation * kernel,
            boundary_low="edge", boundary_high="periodic",
        )  # fmt: skip
        plain = [Window(pad_low=1, boundary_low="half_sample")] * (len(sizes) - 2)
        case = make_case([*plain, rows, Window(pad_low=1, pad_high=1)], sizes, (*[2] * len(plain), kernel, 3), dtype)
        check(case, rng, workers=2)
    direct.bind.cache_clear()


def test_the_first_axis_outside_decides_the_fill():
    windows = [Window(pad_low=1, boundary_low="constant", fill_low=f) for f in (10, 200)]
    out = np.zeros((1, 1, 2, 2))
    direct.run(make_case(windows, (1, 1), (1, 1), "float64"), np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), out, 1)
    assert out[0, 0].tolist() == [[10, 10], [200, 1]]


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_fill_values_may_be_complex(dtype):
    windows = [Window(pad_low=2, pad_high=3, boundary_low="constant", fill_low=f, fill_high=2) for f in (10 - 3j, 4j)]
    for n in ((1, 1), (4, 90)):
        check(make_case(windows, n, (2, 3), dtype), np.random.default_rng(5))


def test_a_complex_product_of_infinity_is_what_numpy_says():
    numbers = np.array([np.inf, -np.inf, 2, 0, -1, complex(0, np.inf), complex(np.nan, 1), complex(3, -2)])
    case = make_case([Window()], [1], [1], "complex128")
    for x, w in product(numbers, numbers):
        out = np.zeros((1, 1, 1), np.complex128)
        direct.run(case, np.full((1, 1, 1), x), np.full((1, 1, 1), w), out, 1)
        a, b, c, d = x.real, x.imag, w.real, w.imag
        with np.errstate(invalid="ignore"):
            assert np.array_equal([out.real, out.imag], [[[[c * a - d * b]]], [[[c * b + d * a]]]], equal_nan=True), (x, w)


def test_every_tap_counts():
    window = Window(pad_low=1, pad_high=1)
    out = np.zeros((1, 1, 3), np.float32)
    direct.run(make_case([window], [3], [3]), np.ones((1, 1, 3), np.float32), np.array([[[np.inf, 1, 1]]], np.float32), out, 1)
    assert np.isnan(out[0, 0, 0])
    assert np.isposinf(out[0, 0, 1:]).all()


def test_nothing_is_read_between_the_samples_of_a_dilated_input():
    window = Window(input_dilation=2)
    out = np.zeros((1, 1, 3), np.float32)
    direct.run(make_case([window], [2], [1]), np.ones((1, 1, 2), np.float32), np.array([[[np.inf]]], np.float32), out, 1)
    assert out[0, 0].tolist() == [np.inf, 0, np.inf]


def test_empty_input_and_empty_output():
    rng = np.random.default_rng(4)
    for boundary in BOUNDARIES:
        window = Window(pad_low=2, pad_high=2, boundary_low=boundary, boundary_high=boundary, fill_low=4, fill_high=5)
        check(make_case([window], [0], [3]), rng) if core_size(window, 0, 3) else None
    check(make_case([Window(), Window()], [3, 3], [4, 1]), rng)
    check(make_case([Window()], [3], [2], batch=0), rng)


def test_refusals_name_the_reason():
    assert "int64" in str(direct.refuses(make_case([Window()], [3], [2], "int64")))
    assert direct.refuses(make_case([Window()], [3], [2])) is None
    assert "scratch" in str(direct.refuses(make_case([Window()], [10**7], [10**6])))
