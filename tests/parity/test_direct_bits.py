"""The bits of an output do not depend on tier, threads, or on how the arrays lie."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import make_case

from faltung.codegen.compile import dialect
from faltung.methods import direct
from faltung.spec.window import Window

pytestmark = pytest.mark.compiled
DTYPES = ("float32", "float64", "complex64", "complex128")
CASES = [
    ((70, 700), (3, 3), 1), ((40, 531), (7, 7), 1), ((9, 2000), (5, 2), 1), ((33, 1500), (3, 5), 2), ((20_000,), (31,), 1),
    ((9, 20, 300), (3, 3, 3), 1), ((17, 90), (13, 12), 1),
]  # fmt: skip


def arrays(case, seed=0):
    rng = np.random.default_rng(seed)
    return normal(rng, case.input_sizes, case.dtype), normal(rng, case.kernel_sizes, case.dtype)


def normal(rng, sizes, dtype):
    parts = 2 if np.dtype(dtype).kind == "c" else 1
    return rng.standard_normal((1, 1, *sizes, parts)).view("c16" if parts == 2 else "f8")[..., 0].astype(dtype)


def a_case(sizes, kernel, stride, dtype, boundary="half_sample"):
    windows = [
        Window(stride=stride, pad_low=k // 2, pad_high=k - 1 - k // 2, boundary_low=boundary, boundary_high=boundary) for k in kernel
    ]
    return make_case(windows, sizes, kernel, dtype)


def result(case, x, w, workers=1, like=None):
    out = np.full((1, 1, *case.output_sizes), np.nan, case.dtype) if like is None else like
    direct.Bound(case)(x, w, out, workers)
    return out


@pytest.fixture
def unrolled(monkeypatch):
    """Return a context in which the first call already uses the kernel that is compiled for its shape."""
    return lambda: monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("sizes", "kernel", "stride"), CASES)
def test_tiers_and_threads(sizes, kernel, stride, dtype, unrolled, monkeypatch):
    case = a_case(sizes, kernel, stride, dtype)
    x, w = arrays(case)
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 1 << 60)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 0)
    plain = result(case, x, w)
    assert np.array_equal(plain, result(case, x, w, workers=2))
    unrolled()
    assert np.array_equal(plain, result(case, x, w))
    assert np.array_equal(plain, result(case, x, w, workers=2))
    assert np.isfinite(plain).all()


@pytest.mark.parametrize("dtype", ["float32", "complex64", "complex128"])
@pytest.mark.parametrize("repaid", [0, 1 << 60])
@pytest.mark.parametrize(("sizes", "kernel", "stride"), CASES)
def test_views(sizes, kernel, stride, repaid, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", repaid)
    case = a_case(sizes, kernel, stride, dtype)
    x, w = arrays(case)
    plain = result(case, x, w)
    for step, layout in product((1, 2, -1, -3), "CF"):
        view = strided(x, step, layout)
        target = strided(np.zeros_like(plain), step, layout)
        assert np.array_equal(plain, result(case, view, w))
        assert np.array_equal(plain, result(case, x, w, like=target))
        assert np.array_equal(plain, result(case, view, w, like=target))


def strided(a, step, layout):
    """Return a view equal to `a` on memory with other strides on every axis but the first two."""
    big = np.zeros([*a.shape[:2], *(abs(step) * n for n in a.shape[2:])], a.dtype, order=layout)
    view = big[(slice(None), slice(None), *[slice(None, None, step)] * (a.ndim - 2))]
    view[...] = a
    return view


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_order_of_the_sums_is_the_one_described(dtype):
    case = make_case([Window()], [6], [6], dtype)
    x, w = arrays(case, seed=3)
    rounded = np.finfo(dtype).dtype.type

    def total(numbers, weights):
        acc = rounded(0)
        for a, b in zip(numbers, weights, strict=True):
            acc = nearest(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(acc)), rounded)
        return acc

    a, b = ([total(part, weights) for part in (x.real[0, 0], x.imag[0, 0])] for weights in (w.real[0, 0], w.imag[0, 0]))
    out = result(case, x, w)[0, 0, 0]
    if dialect().fused:
        assert [out.real, out.imag] == [a[0] - b[1], a[1] + b[0]]


def nearest(exact, rounded):
    """Return the float nearest to a fraction, which is not halfway between two."""
    if rounded is np.float64:
        return np.float64(exact.numerator / exact.denominator)
    guess = np.float32(exact.numerator / exact.denominator)
    around = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    return min(around, key=lambda number: abs(Fraction(float(number)) - exact))


@pytest.mark.parametrize("dtype", DTYPES)
def test_outputs_written_past_the_caches(dtype, unrolled, monkeypatch):
    unrolled()
    case = a_case((70, 700), (3, 3), 1, dtype)
    x, w = arrays(case)
    plain = result(case, x, w)
    monkeypatch.setattr("faltung.methods.direct.layout.PAST_CACHES_FROM", 0)
    for first, spare in ((0, 0), (1, 3), (0, 68)):
        room = np.full(70 * (700 + spare) * 2, 7, case.dtype)
        begin = -room.ctypes.data // room.itemsize % (64 // room.itemsize) + first
        target = room[begin : begin + 70 * (700 + spare)].reshape(1, 1, 70, 700 + spare)[..., :700]
        assert np.array_equal(plain, result(case, x, w, workers=2, like=target))
        target[...] = 7
        assert (room == 7).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_misaligned_and_broadcast_arrays(dtype):
    case = a_case((20, 600), (3, 3), 1, dtype)
    x, w = arrays(case)
    plain = result(case, x, w)
    odd = np.zeros(x.nbytes + 1, np.uint8)[1:].view(dtype).reshape(x.shape)
    odd[...] = x
    target = np.zeros(x.nbytes + 1, np.uint8)[1:].view(dtype).reshape(x.shape)
    assert np.array_equal(plain, result(case, odd, w, like=target))
    flat = np.broadcast_to(x[0, 0, 3, 5], x.shape)
    assert np.array_equal(result(case, flat, w), result(case, np.ascontiguousarray(flat), w))


@pytest.mark.parametrize("repaid", [0, 1 << 60])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 2), (1, 3), (2, 4)])
def test_classes_of_dilated_rows(stride, dilation, repaid, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", repaid)
    window = Window(stride=stride, kernel_dilation=dilation, pad_low=4, pad_high=3, boundary_low="half_sample")
    case = make_case([window, Window()], (70, 200), (5, 3))
    found = []
    for least in (0, 1 << 60):
        monkeypatch.setattr("faltung.methods.direct.lines.CLASS_FROM", least)
        assert (len(direct.Bound(case).pieces) == 1) == (least > 0)
        found.append(result(case, *arrays(case), workers=2))
    assert np.array_equal(*found)


@pytest.mark.parametrize("columns", [(0, 100), (37, 300), (600, 700), (5, 6)])
def test_a_range_of_columns(columns):
    case = a_case((40, 700), (3, 5), 1, "float32", boundary="edge")
    x, w = arrays(case)
    whole = result(case, x, w)
    low, high = columns
    rows, last = case.windows
    part = Window(pad_low=last.pad_low - low, pad_high=high - 700 + last.pad_high, boundary_low="edge", boundary_high="edge")
    assert np.array_equal(whole[..., low:high], result(make_case([rows, part], (40, 700), (3, 5)), x, w))


def test_many_threads_at_once_on_one_bound_case():
    from concurrent.futures import ThreadPoolExecutor

    case = a_case((50, 400), (5, 5), 1, "float32")
    bound = direct.Bound(case)
    inputs = [arrays(case, seed) for seed in range(8)]
    wanted = [result(case, *pair) for pair in inputs]

    def once(i):
        x, w = inputs[i % 8]
        x = x if i % 3 else strided(x, 2, "C")
        out = np.empty((1, 1, *case.output_sizes), np.float32)
        bound(x, w, out, 2)
        return np.array_equal(out, wanted[i % 8])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(once, range(200)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("batch", "sizes", "kernel"), [(1, (6, 19, 61), (3, 3, 3)), (2, (5, 9, 100), (5, 5, 5)), (37, (90,), (15,)), (3, (17, 33), (3, 4))]
)
def test_blocks_put_together_in_scratch(batch, sizes, kernel, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", 0)
    monkeypatch.setattr("faltung.methods.direct.bound.ALONE", 0)
    same = [Window(pad_low=k // 2, pad_high=k // 2, boundary_low="half_sample", boundary_high="constant") for k in kernel]
    case = make_case(same, sizes, kernel, dtype, batch=batch)
    rng = np.random.default_rng(2)
    x, w = normal(rng, (batch, *sizes), dtype).reshape(batch, 1, *sizes), normal(rng, kernel, dtype)
    monkeypatch.setattr("faltung.methods.direct.layout.STAGED_FROM", 1 << 60)
    plain = result(case, x, w, like=np.zeros((batch, 1, *case.output_sizes), dtype))
    monkeypatch.setattr("faltung.methods.direct.layout.STAGED_FROM", 0)
    room = np.zeros(plain.nbytes + 80, np.uint8)
    for first in (0, 1, 4, 8, 16, 60):  # addresses that are no multiple of a number's size too
        out = room[first : first + plain.nbytes].view(plain.dtype).reshape(plain.shape)
        direct.Bound(case)(x, w, out, 2)
        assert np.array_equal(plain, out)
        assert not room[:first].any()
        assert not room[first + plain.nbytes :].any()
        room[:] = 0
