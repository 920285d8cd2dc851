"""Integer images through the public door: the narrow way gives the bits of the wide one, which converts whole arrays."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import faltung as ft
from faltung.engine import narrow
from faltung.reference import reference
from faltung.spec import parse

RNG = np.random.default_rng(20261120)
KERNELS = (
    np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    np.ones((5, 5), int),
    np.array([[-1, 300], [7, -2000]]),
    np.array([[40000, -1, 2]]),
)
SAMPLES = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64")
ROUNDINGS = ("half_even", "half_away", "half_up", "floor", "truncate")


@pytest.fixture
def wide(monkeypatch):
    """Return a function that computes without the narrow way."""

    def compute(call):
        with monkeypatch.context() as m:
            m.setattr(narrow, "whole_sums", lambda *_: None)
            m.setattr(narrow, "rounded_sums", lambda *_: None)
            return call()

    return compute


@pytest.fixture
def narrowed(monkeypatch):
    """Return a list of every Route that was narrowed."""
    found = []
    for name in ("whole_sums", "rounded_sums"):
        ask = getattr(narrow, name)

        def kept(*given, ask=ask):
            found.append(ask(*given))
            return found[-1]

        monkeypatch.setattr(narrow, name, kept)
    return found


def samples(dtype, shape=(37, 150)):
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return RNG.integers(max(low, -(2**33)), min(high, 2**33), shape, endpoint=True).astype(dtype)


@pytest.mark.parametrize("dtype", SAMPLES)
@pytest.mark.parametrize("results", [None, "uint8", "int16", "uint16", "int32", "float32"])
def test_whole_weights(dtype, results, wide):
    x = samples(dtype)
    for k, overflow in product(KERNELS, ("saturate", "wrap")):

        def call(x=x, k=k, overflow=overflow):
            return ft.correlate(x, k, mode="same", boundary="half_sample", dtype=results, overflow=overflow)

        got, want = call(), wide(call)
        assert got.dtype == want.dtype
        assert np.array_equal(got, want), (k, overflow)


@pytest.mark.parametrize(
    "line", ["correlate same:high boundary=edge", "convolve full boundary=periodic", "convolve valid stride=2 dilation=2"]
)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16"])
def test_whole_weights_are_the_reference(line, dtype):
    problem = parse(f"{dtype}[9,40] * int64[3,4] {line}")
    x, k = samples(dtype, (9, 40)), RNG.integers(-9, 10, (3, 4))
    want = reference(problem, x.astype(object), k.astype(object)).astype("int64")
    assert np.array_equal(ft.run(problem.spec, x, k), want)
    assert np.array_equal(ft.run(problem.spec, np.tile(x, (1, 1)), k, workers=1), want)


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32"])
def test_float_weights_have_the_same_bits(dtype, rounding, wide):
    x = samples(dtype)
    for k, results in product((np.full((3, 3), 1 / 9), np.array([[0.5, -1.25, 0.75]], "float32")), ("uint8", "int16", None, "float64")):

        def call(x=x, k=k, results=results):
            return ft.correlate(x, k, mode="same", boundary="edge", dtype=results, overflow="saturate", rounding=rounding)

        assert np.array_equal(call(), wide(call)), (k, results)


@pytest.mark.parametrize("scale", [2, -3, 0.5, Fraction(1, 16), Fraction(3, 7), "1/sum", "1/abs_sum"])
@pytest.mark.parametrize("rounding", ["half_even", "half_away", "floor"])
def test_fixed_point(scale, rounding, wide):
    x, k = samples("uint8"), np.array([[1, 2, 1], [2, 4, 2], [1, 2, 2]])
    for results, offset in product(("uint8", "int16", "float32", None), (0, 128, 0.5)):
        spec = ft.Spec(
            operation="correlate", mode="same", scale=scale, offset=offset, dtype=results, rounding=rounding, overflow="saturate"
        )
        assert np.array_equal(ft.run(spec, x, k), wide(lambda spec=spec: ft.run(spec, x, k))), spec


@pytest.mark.compiled
def test_the_narrow_way_is_taken(narrowed):
    x, k = samples("uint8", (200, 200)), np.ones((3, 3), int)
    ft.correlate(x, k, dtype="uint8", overflow="saturate")
    ft.correlate(x, k)
    ft.correlate(x, k / 9, dtype="uint8", overflow="saturate")
    assert [way.case.stored.results for way in narrowed] == ["uint8", "int64", "uint8"]
    assert "sums in int32" in str(ft.plan(x, k))


@pytest.mark.compiled
def test_what_needs_the_whole_array_is_left_to_it(narrowed):
    x, k = samples("uint8", (60, 70)), np.ones((3, 3), int)
    ft.run("correlate same:high frame=copied", x, k)
    ft.run("correlate product=or_and", x, k)
    ft.run("correlate scale=1/9 dtype=uint8", x, k)
    assert narrowed == [None] * 3
    ft.correlate(x, k / 9, dtype="uint8")  # read as it is; whether all fits is known behind the sums
    assert narrowed[3].case.stored.results == "float64"
    assert not narrowed[3].plain


@pytest.mark.compiled
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16"])
@pytest.mark.parametrize("tier", [0, 1 << 60])
def test_sums_that_do_not_fit_raise(dtype, tier, narrowed, monkeypatch):
    monkeypatch.setattr("faltung.methods.direct.bound.REPAID", tier)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    k = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 3]])
    for place in ((0, 0), (31, 77), (59, 399), (17, 1)):
        x = np.zeros((60, 400), dtype)
        x[place] = high
        assert ft.correlate(x, k[:2], dtype=dtype, mode="same").max() == high
        top = ft.correlate(x, k, dtype="int64", mode="same").max()
        if top > high:
            with pytest.raises(OverflowError, match=rf"is {top}, but {dtype} holds {low} to {high} \(1 of 24000"):
                ft.correlate(x, k, dtype=dtype, mode="same")
    assert any(way is not None and way.case.stored.overflow == "raise" for way in narrowed)


def test_fill_values_beyond_the_samples(wide):
    x, k = samples("uint8"), np.array([[1, -2], [3, 1]])
    for fill in (-1, 300, 2**20, 2**40, 7):

        def call(fill=fill):
            return ft.correlate(x, k, boundary="constant", fill=fill)

        assert np.array_equal(call(), wide(call)), fill
        assert call()[0, 0] == -2 * 0 * fill + fill * (1 - 2 + 3) + int(x[0, 0])


def test_infinite_weights(wide):
    x = samples("uint8", (20, 90))
    for k in (np.array([[np.inf, 1]], "float32"), np.array([[np.nan, 1]], "float32"), np.array([[np.inf, -np.inf]], "float32")):
        for dtype in ("uint8", "int8"):

            def call(k=k, dtype=dtype):
                return ft.correlate(x, k, dtype=dtype, overflow="saturate")

            assert np.array_equal(call(), wide(call)), (k, dtype)


@pytest.mark.compiled
def test_axes_batches_regions_and_plans():
    x, k = samples("uint8", (4, 60, 70)), np.array([[1, 2, 1], [0, 1, 0]])
    want = ft.correlate(x.astype("int64"), k, axes=(1, 2), mode="same", boundary="edge", method="shift")
    assert np.array_equal(ft.correlate(x, k, axes=(1, 2), mode="same", boundary="edge", method="direct"), want)
    turned = ft.correlate(x.transpose(1, 2, 0), k, axes=(0, 1), mode="same", boundary="edge", method="direct")
    assert np.array_equal(turned.transpose(2, 0, 1), want)
    part = ft.correlate(x, k, axes=(1, 2), mode="same", boundary="edge", region=(slice(1, 3), slice(5, 50, 2), slice(3, 60)))
    assert np.array_equal(part, want[1:3, 5:50:2, 3:60])
    plan = ft.plan(x[0], k / 8, operation="correlate", mode="same", dtype="uint8", overflow="saturate")
    other = ft.plan(x[0], k / 3, operation="correlate", mode="same", dtype="uint8", overflow="saturate")
    assert np.array_equal(plan.with_kernel(k / 3)(x[1]), other(x[1]))


@pytest.mark.compiled
@pytest.mark.parametrize("divisor", [6, 7, 10, 14, 22, 25, 28, 41, 44, 49, 55, 82, 121, 225, 256])
def test_quotients_round_as_fractions_do(divisor):
    """Every sum up to 255·61 over a divisor, ties among them: one factor in float32 serves only where it comes to the same."""
    x, k = np.tile(np.arange(256, dtype="uint8"), 2)[None], np.array([[61, 0], [0, 0]])[:1]
    exact = [61 * int(v) for v in x[0, :-1]]
    for rounding, rule in (("half_even", round), ("floor", lambda f: f.numerator // f.denominator), ("truncate", int)):
        spec = ft.Spec(
            operation="correlate", mode="valid", scale=Fraction(1, divisor), dtype="uint16", rounding=rounding, overflow="saturate"
        )
        want = [rule(Fraction(v, divisor)) for v in exact]
        assert ft.run(spec, x, k, method="direct")[0].tolist() == want, rounding
