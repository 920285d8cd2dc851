"""`fourier` as the planner sees it: its bound, samples that are not finite, exact integers, fallbacks, and when it is chosen."""

from dataclasses import replace

import numpy as np
import pytest
from parity.fourier_cases import DOUBLE, case_of, operands, same, scale, wanted

import faltung as ft
from faltung.engine.planner import choose
from faltung.methods import METHODS, direct, fourier
from faltung.methods.bounds import error_bound, typical_error
from faltung.methods.fourier.choice import best_cut, why_not
from faltung.spec.case import Weights
from faltung.spec.window import Window

REALISTIC = {"float32": 1e-6, "float64": 2e-15, "complex64": 1e-6, "complex128": 2e-15}


@pytest.mark.parametrize("dtype", DOUBLE)
def test_errors_stay_below_the_bound(dtype):
    rng = np.random.default_rng(0)
    for k in (3, 9, 33, 100):
        case = case_of([same(k, "whole_sample")] * 2, (300, 333), (k, k), dtype)
        x, w = (
            rng.standard_normal(a.shape).astype(dtype) * np.exp(rng.standard_normal(a.shape)).astype(a.real.dtype)
            for a in operands(case, rng)
        )
        out = np.empty((1, 1, 300, 333), dtype)
        fourier.run(case, x, w, out, 1)
        exact = np.empty(out.shape, DOUBLE[dtype])
        if dtype in ("float64", "complex128"):  # no wider dtype: `direct` or `shift` is as good as exact here
            exact = wanted(case_of(case.windows, (300, 333), (k, k), dtype), x, w) if k < 40 else out
        else:
            fourier.run(
                case_of(case.windows, (300, 333), (k, k), DOUBLE[dtype]), x.astype(DOUBLE[dtype]), w.astype(DOUBLE[dtype]), exact, 1
            )
        error = np.abs(out - exact).max()
        assert error <= error_bound(case, "fourier") * scale(case, x, w)
        assert error <= REALISTIC[dtype] * max(np.abs(exact).max(), np.sqrt((np.abs(w) ** 2).sum()) * np.abs(x).max())


@pytest.mark.compiled
@pytest.mark.parametrize("method", ["fourier", "direct", "separable", "shift"])
@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_errors_are_near_what_is_typical(method, dtype):
    """Independent samples without mean, and an image of positive ones, where the outputs' own root mean square counts."""
    rng, kernels = np.random.default_rng(7), [(3, 3), (15, 15), (100, 90), (250, 300)] if method == "fourier" else [(3, 3), (11, 14)]
    entry = next(one for one in METHODS if one.name == method)
    for kernel in kernels:
        case = case_of([same(k, "half_sample") for k in kernel], (300, 310), kernel, dtype)
        if entry.refuses(replace(case, weights=Weights(rank=1))) is not None:
            continue  # separable: complex numbers
        double = replace(case, dtype=DOUBLE[dtype])
        for mean in (0, 4):
            x, w = (rng.standard_normal(a.shape) + mean for a in operands(case, rng))
            if method == "separable":
                w = w[..., :1] * w[..., :1, :]
            x, w = x.astype(dtype), w.astype(dtype)
            out, exact = np.empty((1, 1, 300, 310), dtype), np.empty((1, 1, 300, 310), DOUBLE[dtype])
            entry.bind(replace(case, weights=Weights(rank=1)) if method == "separable" else case)(x, w, out, 1)
            fourier.run(double, x.astype(DOUBLE[dtype]), w.astype(DOUBLE[dtype]), exact, 1)
            size = rms(w) * np.sqrt(w.size) * rms(x) if mean == 0 else rms(exact)
            error = rms(out - exact)
            assert 0.05 * typical_error(case, method) * size < error < 3 * typical_error(case, method) * size, (kernel, mean)
            assert error < error_bound(case, method) * scale(case, x, w) / 10


def rms(values):
    return float(np.sqrt((np.abs(values) ** 2).mean()))


def test_plans_print_both():
    text = str(ft.plan((300, 300), np.ones((40, 40)), method="fourier"))
    assert "at most" in text
    assert "typically" in text
    assert "typically" not in str(ft.plan(np.ones((9, 9), int), np.ones((3, 3), int)))


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
@pytest.mark.parametrize("size", [(150, 140), (5000,), (14, 30, 40)])
def test_samples_that_are_not_finite_stay_local(dtype, size):
    rng = np.random.default_rng(1)
    kernel = (9 if len(size) < 3 else 5,) * len(size)
    case = case_of([same(k, "periodic") for k in kernel], size, kernel, dtype)
    for value in (np.inf, -np.inf, np.nan):
        x, w = operands(case, rng)
        x.reshape(-1)[rng.integers(0, x.size, 3)] = value
        out = np.empty((1, 1, *case.output_sizes), dtype)
        with np.errstate(invalid="ignore"):
            fourier.run(case, x, w, out, 2)
            want = wanted(case, x, w)
        assert np.array_equal(np.isfinite(out), np.isfinite(want))
        assert np.array_equal(np.isnan(out), np.isnan(want))
        finite = np.isfinite(want)
        assert np.abs(out[finite] - want[finite]).max() < 1e-3


@pytest.mark.parametrize("place", [(0, 0), (0, 77), (99, 0), (99, 99), (63, 16), (64, 15)])
def test_one_nan_is_never_missed(place):
    case = case_of([same(7)] * 2, (100, 100), (7, 7))
    x, w = np.zeros((1, 1, 100, 100), np.float32), np.zeros((1, 1, 7, 7), np.float32)  # not even where all spectra are 0
    x[(0, 0, *place)] = np.nan
    out = np.empty_like(x)
    fourier.run(case, x, w, out, 1)
    inside = np.zeros((100, 100), bool)
    inside[max(place[0] - 3, 0) : place[0] + 4, max(place[1] - 3, 0) : place[1] + 4] = True
    assert np.array_equal(np.isnan(out[0, 0]), inside)


def test_a_fill_that_is_not_finite():
    case = case_of(
        [Window(pad_low=3, pad_high=3, boundary_low="constant", boundary_high="constant", fill_low=float("inf"))] * 2, (80, 90), (7, 7)
    )
    x, w = operands(case, np.random.default_rng(2))
    out = np.empty((1, 1, *case.output_sizes), np.float32)
    with np.errstate(invalid="ignore"):
        fourier.run(case, x, np.abs(w) + 1, out, 1)
        want = wanted(case, x, np.abs(w) + 1)
    assert np.array_equal(np.isfinite(out), np.isfinite(want))


@pytest.mark.parametrize("stride", [1, 2])
def test_exact_integers(stride):
    rng = np.random.default_rng(3)
    windows = [Window(stride=stride, pad_low=4, pad_high=4, boundary_low="edge", boundary_high="edge")] * 2
    case = case_of(windows, (200, 210), (9, 9), "float64", exact=9.0 * 9 * 81)
    assert fourier.refuses(case) is None
    x, w = operands(case, rng)
    out = np.empty((1, 1, *case.output_sizes))
    fourier.run(case, x, w, out, 2)
    assert np.array_equal(out, wanted(case, x, w))
    too_large = case_of(windows, (200, 210), (9, 9), "float32", exact=1e9)
    assert "integers must come out exact" in fourier.refuses(too_large)


@pytest.mark.compiled
def test_what_tiles_serve():
    assert best_cut(case_of([same(15)] * 2, (500, 500), (15, 15))) is not None
    for case, reason in (
        (case_of([same(3)] * 4, (9, 9, 9, 9), (3, 3, 3, 3)), "one to three axes"),
        (case_of([Window(input_dilation=2)], (99,), (3,)), "do not spread"),
        (case_of([same(3)], (99,), (3,), "longdouble"), "not longdouble"),
    ):
        assert reason in why_not(case)
        assert best_cut(case) is None
    assert best_cut(case_of([same(3), same(9001)], (20, 9001), (3, 9001), "float64")) is None  # wider than any tile


def test_larger_than_any_tile():
    rng = np.random.default_rng(4)
    case = case_of([same(600, "edge"), same(7)], (40, 50), (600, 7))
    x, w = operands(case, rng)
    out = np.empty((1, 1, *case.output_sizes), np.float32)
    fourier.run(case, x, w, out, 1)
    assert np.array_equal(np.rint(out), wanted(case, x, w))


@pytest.mark.compiled
def test_chosen_from_about_the_size_where_it_is_faster():
    def method(k, n=2048):
        return choose(case_of([same(k)] * 2, (n, n), (k, k))).method.name

    assert method(5) == method(7) == "direct"
    assert method(15) == method(63) == method(255) == "fourier"
    assert choose(case_of([same(65)], (10**6,), (65,))).method.name in ("direct", "fourier")


def test_through_the_door():
    rng = np.random.default_rng(5)
    x, k = rng.integers(-9, 10, (130, 140)).astype(np.float32), rng.integers(-9, 10, (11, 12)).astype(np.float32)
    for given in (
        {"mode": "full"},
        {"mode": "same", "boundary": "half_sample"},
        {"mode": "valid", "stride": 2},
        {"mode": "same", "dilation": 3},
    ):
        want = ft.convolve(x, k, method="shift", **given)
        assert np.array_equal(np.rint(ft.convolve(x, k, method="fourier", **given)), want)
        stack = np.stack([x, x[::-1]], axis=-1)
        got = ft.convolve(stack, k, axes=(0, 1), method="fourier", **given)
        assert np.array_equal(np.rint(got[..., 0]), want)


def test_without_a_compiler(monkeypatch):
    monkeypatch.setattr("faltung.methods.fourier.choice.refusal", lambda: "not here")
    case = case_of([same(5)] * 2, (61, 62), (5, 5))
    assert best_cut.__wrapped__(case) is None
    assert direct.NAME != fourier.NAME


@pytest.mark.compiled
@pytest.mark.parametrize("k", [31, 301])
@pytest.mark.parametrize("share", [0.9, 0.45])
def test_tiles_that_the_memory_allows(k, share):
    x, w = np.zeros((1000, 1000), np.float32), np.random.default_rng(0).standard_normal((k, k)).astype(np.float32)
    free = ft.plan(x, w, operation="correlate", mode="same")
    memory = int(share * free.scratch_bytes)  # how many bytes that are, the width of vectors decides
    held = ft.plan(x, w, operation="correlate", mode="same", memory=memory)
    assert free.method == held.method == "fourier"
    assert held.scratch_bytes <= memory < free.scratch_bytes
    assert held.seconds > free.seconds
    x[500, 490] = 1
    found = held(x)[500 - k // 2 : 500 + k // 2 + 1, 490 - k // 2 : 490 + k // 2 + 1]
    assert np.abs(found - w[::-1, ::-1]).max() < 1e-5
