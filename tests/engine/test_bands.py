"""Steps that are done band by band give what they give for whole arrays, and name the first output that does not fit."""

import numpy as np
import pytest

import faltung as ft
from faltung.engine.bands import BAND, in_bands
from faltung.reference import reference
from faltung.spec.arguments import make_spec

WIDE = {"uint8": 2**8, "int16": 2**16}


@pytest.mark.parametrize("shape", [(), (0,), (5,), (BAND,), (BAND + 1,), (3, BAND), (BAND // 2, 1, 7), (4, 0)])
@pytest.mark.parametrize("workers", [1, 3])
def test_bands_cover_an_array_once(shape, workers):
    seen = np.zeros(shape, int)

    def once(place):
        seen[place] += 1

    in_bands(shape, workers, once)
    assert (seen == 1).all()


@pytest.mark.parametrize("target", ["uint8", "int16"])
@pytest.mark.parametrize("samples", ["uint8", "float32"])
@pytest.mark.parametrize("workers", [1, 2])
def test_results_that_fit_or_wrap(target, samples, workers):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (400, 410)).astype(samples)
    k = rng.integers(0, 9, (3, 4)).astype("float32") / 64
    given = {"mode": "same", "boundary": "edge", "dtype": target, "workers": workers}
    sums = ft.correlate(x.astype("float32"), k, mode="same", boundary="edge")
    assert np.array_equal(ft.correlate(x, k, **given), np.rint(sums))
    large = np.rint(ft.correlate(x.astype("float32"), 640 * k, mode="same", boundary="edge"))
    assert large.max() > WIDE[target] / 2
    assert np.array_equal(ft.correlate(x, 640 * k, overflow="wrap", **given), large.astype("int64").astype(target))


@pytest.mark.parametrize("samples", ["uint8", "float32", "float64"])
def test_the_first_output_that_does_not_fit_is_named(samples):
    x = np.zeros((300, 500), samples)
    x[250, 20] = x[251, 3] = 200
    k = np.full((1, 1), 1.5, "float32")
    for workers in (1, 3):
        with pytest.raises(OverflowError, match=r"output \(250, 20\) is 300, but uint8 holds 0 to 255 \(2 of 150000 outputs"):
            ft.correlate(x, k, mode="same", dtype="uint8", workers=workers)
    assert ft.correlate(x, k, mode="same", dtype="uint8", overflow="wrap")[250, 20] == 300 - 256


def test_wrapping_what_no_int64_holds():
    x = np.array([1.0, 2.0**63, -(2.0**63), 2.0**64 + 2.0**40, np.inf, np.nan, -1.0])
    got = ft.correlate(x, [1.0], mode="same", dtype="int32", overflow="wrap")
    assert got.tolist() == [1, 0, 0, 0, 0, 0, -1]
    assert ft.correlate(x[:1] * 2.0**33 + 5, [1.0], mode="same", dtype="int32", overflow="wrap").tolist() == [5]


@pytest.mark.parametrize("method", ["direct", "separable", "shift"])
@pytest.mark.parametrize("overflow", ["raise", "wrap"])
@pytest.mark.compiled
def test_narrow_samples_by_any_method(method, overflow):
    rng = np.random.default_rng(1)
    x, k = rng.integers(0, 256, (31, 47)).astype("uint8"), np.outer([1, 2, 1], [1, 3, 1]).astype("float32") / 32
    spec = make_spec("correlate", mode="same", boundary="half_sample", dtype="uint8", overflow=overflow)
    want = np.rint(reference(ft.problem(spec, x.shape, k.shape, "uint8", "float32"), x, k).astype(float))  # exact: 32nds
    assert np.array_equal(ft.run(spec, x, k, method=method), want)
    assert np.array_equal(ft.run(spec, x, k, method=method, region=(slice(5, 20), slice(3, 40, 2))), want[5:20, 3:40:2])
