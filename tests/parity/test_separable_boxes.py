"""Boxes in `separable`: running sums of bytes equal the definition exactly, at every boundary, stride, size, and dtype of results."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from parity.direct_oracle import expected, random_window
from parity.narrow_cases import RESULTS, limits, ranged
from parity.test_direct_bits import strided
from parity.test_separable import same
from parity.test_separable_stored import a_case

import faltung as ft
from faltung.errors import PlanError
from faltung.methods import separable
from faltung.methods.separable.bound import Bound
from faltung.methods.separable.factor import axes_of_box
from faltung.methods.separable.sizes import Sizes
from faltung.spec.boundary import BOUNDARIES
from faltung.spec.case import Weights

pytestmark = pytest.mark.compiled
BOX = Weights(rank=1, boxed=(0, 1))
KERNELS = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (4, 5), (5, 2), (1, 9), (7, 70), (33, 3)]


def box_case(*arguments, **settings):
    return replace(a_case(*arguments, **settings), weights=BOX)


def drawn(rng, case):
    low, high = limits(case.stored.samples)
    return rng.integers(low, high + 1, (case.batch, 1, *case.input_sizes)).astype(case.stored.samples)


def ones(case, weight=1):
    return np.full((1, 1, *case.kernel_sizes), weight, case.dtype)


def run(case, x, w, workers=1, like=None):
    out = np.full((case.batch, 1, *case.output_sizes), 77, case.stored.results) if like is None else like
    Bound(case)(x, w, out, workers)
    return out


def check(case, rng, weight=1, workers=1):
    assert Sizes(case).of_box
    x, w = drawn(rng, case), ones(case, weight)
    want = ranged(expected(replace(case, dtype="float64"), x, w), case.stored.results, case.stored.overflow or "saturate")
    assert np.array_equal(run(case, x, w, workers), want), (case, weight)


def windows_summed(x, case):
    """Return the sums over all windows of x, continued by `edge`."""
    wide = np.pad(x.astype("int64"), [(window.pad_low, window.pad_high) for window in case.windows], mode="edge")
    for axis, taps in enumerate(case.kernel_sizes):
        wide = np.lib.stride_tricks.sliding_window_view(wide, taps, axis).sum(axis=-1)
    return wide


@pytest.mark.parametrize("boundaries", list(zip(BOUNDARIES, BOUNDARIES[1:] + BOUNDARIES[:1], strict=True)), ids=":".join)
@pytest.mark.parametrize("samples", ["uint8", "int8"])
def test_every_boundary_and_stride(boundaries, samples):
    rng = np.random.default_rng(1)
    for sizes, kernel in product([(1, 1), (2, 5), (5, 4), (9, 150)], KERNELS):
        for stride in ((1, 1), (2, 1), (1, 3), (4, 2)):
            windows = [replace(w, fill_low=abs(w.fill_low), fill_high=abs(w.fill_high)) for w in same(kernel, *boundaries, stride=stride)]
            check(box_case(windows, sizes, kernel, samples), rng, weight=(1, 2, -3)[len(sizes) % 3])


@pytest.mark.parametrize("samples", ["bool", "uint8", "int8"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sampled(samples, dtype, monkeypatch):
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 2000)
    rng = np.random.default_rng(2)
    done = 0
    for _ in range(60):
        sizes, kernel = rng.integers(1, 200, 2).tolist(), rng.integers(1, 24, 2).tolist()
        windows = [replace(random_window(rng, n, k), kernel_dilation=1) for n, k in zip(sizes, kernel, strict=True)]
        results = ("int64", "float32", "uint8", "int16")[done % 4]
        case = box_case(windows, sizes, kernel, samples, results, dtype, batch=int(rng.integers(1, 4)), overflow="saturate")
        if 0 in case.output_sizes or separable.why_not(case) is not None or not Sizes(case).of_box:
            continue
        check(case, rng, int(rng.integers(-2, 3)), workers=int(rng.integers(1, 4)))
        done += 1
    assert done > 10


@pytest.mark.parametrize("columns", [1, 15, 63, 64, 65, 127, 128, 129, 191, 193, 257, 600])
@pytest.mark.parametrize("results", RESULTS)
def test_sizes_around_every_tile(columns, results):
    rng = np.random.default_rng(3)
    overflow = "saturate" if results[0] != "f" else None
    for rows, kernel, samples in product((1, 3, 9), ((3, 3), (4, 17), (9, 2), (2, 131)), ("uint8", "int8")):
        check(box_case(same(kernel, "half_sample"), (rows, columns), kernel, samples, results, overflow=overflow), rng)


def test_the_largest_sums():
    rng = np.random.default_rng(4)
    for kernel, samples, value in product(((257, 256), (257, 300), (255, 255)), ("uint8", "int8"), (0, 1)):
        case = box_case(same(kernel, "edge"), (30, 80), kernel, samples, "int64", "float64", exact=2.0**40)
        assert Sizes(case).of_box
        x = np.full((1, 1, 30, 80), limits(samples)[value], samples)
        assert (run(case, x, ones(case)) == int(x[0, 0, 0, 0]) * kernel[0] * kernel[1]).all()
        x = drawn(rng, case)
        assert np.array_equal(run(case, x, ones(case))[0, 0], windows_summed(x[0, 0], case))
    too_tall = box_case(same((258, 3), "edge"), (30, 80), (258, 3), "uint8", "int64", "float64", exact=2.0**40)
    assert not Sizes(too_tall).of_box


@pytest.mark.parametrize("overflow", ["saturate", "wrap"])
@pytest.mark.parametrize("results", ["uint8", "int8", "int16"])
def test_results_that_do_not_fit(overflow, results):
    rng = np.random.default_rng(5)
    for dtype, kernel in product(("float32", "float64"), ((3, 3), (15, 20))):
        check(box_case(same(kernel, "edge"), (40, 190), kernel, "uint8", results, dtype, overflow=overflow), rng)


@pytest.mark.parametrize("kernel", [(3, 3), (15, 8), (31, 70), (2, 31)])
@pytest.mark.parametrize("results", ["uint8", "float32"])
def test_bits_do_not_depend_on_threads_bands_chunks_or_views(kernel, results, monkeypatch):
    rng = np.random.default_rng(7)
    rounding = {"rounding": "half_even", "overflow": "saturate"} if results == "uint8" else {}
    case = box_case(same(kernel, "half_sample"), (70, 700), kernel, "uint8", results, exact=None, **rounding)
    x, w = drawn(rng, case), ones(case, 1 / (kernel[0] * kernel[1]))
    plain = run(case, x, w)
    assert np.abs(plain.astype(float) - expected(case, x, w)).max() <= (0.51 if results == "uint8" else 1e-4)
    for step, layout in product((1, 2, -1, -3), "CF"):
        view, target = strided(x, step, layout), strided(np.zeros_like(plain), step, layout)
        assert np.array_equal(plain, run(case, view, w))
        assert np.array_equal(plain, run(case, view, w, like=target))
    monkeypatch.setattr("faltung.methods.separable.bound.ALONE", 0)
    monkeypatch.setattr("faltung.methods.separable.bound.SHORTEST_BAND", 1)
    for workers, ring_bytes in product((1, 2, 3, 7), (1, 4_000, 30_000)):
        monkeypatch.setattr("faltung.methods.separable.running_sizes.RING_BYTES", ring_bytes)
        assert np.array_equal(plain, run(case, x, w, workers))


@pytest.mark.parametrize("rounding", ["half_even", "half_up", "half_away", "floor", "truncate"])
@pytest.mark.parametrize("kernel", [(2, 2), (3, 4), (5, 5), (6, 6)])
def test_float_weights_round_as_whole_arrays_do(kernel, rounding):
    rng = np.random.default_rng(8)
    case = box_case(same(kernel, "edge"), (40, 200), kernel, results="uint8", rounding=rounding, overflow="saturate", exact=None)
    x = drawn(rng, case)
    w = ones(case, 1 / (kernel[0] * kernel[1]))
    got = run(case, x, w)
    in_steps = run(replace(case, weights=None), x, w)
    sums = expected(case, x, w).astype("float32").astype("float64")
    steps = {"half_even": np.rint, "half_up": lambda v: np.floor(v + 0.5), "half_away": lambda v: np.trunc(v + np.copysign(0.5, v))}
    want = steps.get(rounding, {"floor": np.floor, "truncate": np.trunc}.get(rounding))(sums)
    assert np.array_equal(got, np.clip(want, 0, 255))
    if np.prod(kernel) & (np.prod(kernel) - 1) == 0:
        assert np.array_equal(got, in_steps)
    assert np.abs(got.astype(int) - in_steps.astype(int)).max() <= 1


def test_other_kernels_are_refused():
    case = box_case(same((3, 3), "edge"), (9, 20), (3, 3))
    x, w = np.zeros((1, 1, 9, 20), "uint8"), ones(case)
    w[0, 0, 2, 1] = 2
    with pytest.raises(PlanError, match="not all equal"):
        run(case, x, w)


@pytest.mark.parametrize("taps", [21, 63])
@pytest.mark.parametrize("fraction", [False, True])
def test_it_is_chosen_for_images_and_a_region_has_its_bits(taps, fraction):
    x = np.random.default_rng(9).integers(0, 256, (400, 700)).astype("uint8")
    k = np.full((taps, taps), 1 / taps**2, "float32") if fraction else np.ones((taps, taps), int)
    given = {"mode": "same", "boundary": "whole_sample", "dtype": "uint8" if fraction else "int64", "overflow": "saturate"}
    plan = ft.plan(x, k, **given)
    assert plan.method == "separable"
    assert plan.choice.case.weights.boxed == (0, 1)
    whole = ft.correlate(x, k, **given)
    exact = ft.correlate(x, np.ones((taps, taps), int), mode="same", boundary="whole_sample", method="direct")
    assert np.array_equal(whole, np.rint(exact / taps**2) if fraction else exact)  # an odd quotient is no tie, and further from one than u
    for region in ((slice(3, 90), slice(50, 333)), (slice(0, 100, 9), slice(5, None, 40))):
        assert np.array_equal(whole[region], ft.correlate(x, k, **given, region=region))


def test_axes_of_a_box():
    row, nan = np.array([1.0, 2, 3]), np.nan
    for w, axes in (
        (np.full((3, 4), 0.1), (0, 1)), (np.broadcast_to(row, (2, 3)), (0,)), (np.broadcast_to(row[:, None], (3, 2)), (1,)),
        (np.outer(row, row), ()), (np.full((2, 2), np.inf), ()), (np.full((2, 2), nan), ()), (row[:, None], (1,)),
        (np.ones((1, 1)), (0, 1)),
    ):  # fmt: skip
        assert axes_of_box(w) == axes
