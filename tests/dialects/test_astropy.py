"""The dialects of astropy.convolution against Astropy: boundaries, normalisation, NaN."""

import warnings
from itertools import product

import numpy as np
import pytest
from dialects.comparing import IMAGES, KERNELS, Tally, image, positive, round_trip, weights
from peers import peer

import faltung as ft

astropy = peer("astropy.convolution")
DIRECT, FFT = "astropy.convolution.convolve", "astropy.convolution.convolve_fft"
BOUNDARIES = [{"boundary": "fill"}, {"boundary": "fill", "fill_value": 3.0}]
BOUNDARIES += [{"boundary": word} for word in ("wrap", "extend", None)]
ODD = [shape for shape in KERNELS if shape[0] % 2 and shape[1] % 2]
BOUND = 1e-9


def call(name, x, k, **words):
    with warnings.catch_warnings(action="ignore"):
        return getattr(astropy, name.rpartition(".")[2])(x, k, **words)


def agree(tally, x, k, refused=None, **words):
    """Compare, or check that both refuse."""
    try:
        found = call(tally.function, x, k, **words)
    except Exception:  # Astropy raises the base class itself
        tally.refused(x, k, refused or "longer than the array", **words)
        return
    tally.same(found, x, k, bound=BOUND, **words)


def with_nan(x, part):
    x = x.astype("float64")
    x[np.random.default_rng([4, *x.shape]).random(x.shape) < part] = np.nan
    return x


@pytest.mark.parametrize("words", BOUNDARIES, ids=str)
def test_convolve(words):
    tally = Tally(DIRECT)
    for x_shape, k_shape in product(IMAGES, ODD):
        x = image(x_shape, "float64")
        agree(tally, x, weights(k_shape), normalize_kernel=False, **words)
        for part, normalize in product((0, 0.3, 0.9), (True, False)):
            agree(tally, with_nan(x, part), positive(k_shape), normalize_kernel=normalize, **words)
            agree(tally, with_nan(x, part), positive(k_shape), nan_treatment="fill", normalize_kernel=normalize, **words)
    agree(tally, with_nan(image((9,), "float64"), 0.3), positive((3,)), preserve_nan=True, **words)
    agree(tally, image((4, 5, 6), "float64"), positive((3, 1, 3)), mask=image((4, 5, 6), "bool"), **words)
    tally.enough(1200)


@pytest.mark.parametrize("words", BOUNDARIES[:3], ids=str)
def test_convolve_fft(words):
    tally = Tally(FFT)
    for x_shape, k_shape in product(IMAGES[:3], KERNELS):
        if words["boundary"] == "wrap" and any(n < k for n, k in zip(x_shape, k_shape, strict=True)):
            continue  # the known bug: test_wrap_around_a_longer_kernel
        x = image(x_shape, "float64")
        agree(tally, x, weights(k_shape), normalize_kernel=False, nan_treatment="fill", **words)
        for part, normalize in product((0, 0.3), (True, False)):
            agree(tally, with_nan(x, part), positive(k_shape), normalize_kernel=normalize, **words)
            agree(tally, with_nan(x, part), positive(k_shape), nan_treatment="fill", normalize_kernel=normalize, **words)
    x, k = with_nan(image((20,), "float64"), 0.5), positive((3,))
    agree(tally, x, k, preserve_nan=True, **words)
    agree(tally, x, k, min_wt=0.45, **words)
    x[3], k[1] = np.inf, np.inf
    agree(tally, x, k, **words)
    tally.enough(670)


@pytest.mark.parametrize("name", [DIRECT, FFT])
def test_dtypes(name):
    tally = Tally(name)
    for dtype in ("bool", "uint8", "int16", "int64", "float16", "float32", "float64", "longdouble"):
        x, k = image((6, 7), dtype), positive((3, 5))
        found = call(name, x, k)
        step = np.abs(np.spacing(found)).max() if found.dtype.kind == "f" else 0  # results are rounded to narrow dtypes
        tally.same(found, x, k, bound=max(float(step), BOUND))
    tally.refused(x.astype("complex128"), k, "does not take complex128")
    tally.enough(9)


def test_ones_are_less_at_the_ends():
    assert np.allclose(ft.like(DIRECT)(np.ones(4), np.ones(3)), [2 / 3, 1, 1, 2 / 3])
    assert ft.like(DIRECT)([1, np.nan, 3], [1, 1, 1]).tolist() == [0.5, 2, 1.5]


def test_no_weight_left():
    """NaN in the one function, 0 in the other."""
    x, k = np.array([1.0, np.nan, np.nan, np.nan, 1.0, 1.0]), np.ones(3)
    assert np.isnan(ft.like(DIRECT)(x, k)).tolist() == [False, False, True, False, False, False]
    assert ft.like(FFT)(x, k)[2] == 0 == call(FFT, x, k)[2]


def test_wrap_around_a_longer_kernel():
    """The known bug: around the kernel's length."""
    x, k = np.array([1.0, 2.0]), np.ones(5)
    ours = ft.like(FFT, boundary="wrap", normalize_kernel=False)(x, k)
    assert ours.tolist() == [7.0, 8.0]
    assert not np.allclose(ours, call(FFT, x, k, boundary="wrap", normalize_kernel=False))


def test_refusals():
    x = image((6, 7), "float64")
    tally = Tally(DIRECT)
    agree(tally, x, positive((2, 3)), "its sizes must be odd")
    agree(tally, x, np.array([[1.0, 0, -1]]), "divides by the sum")
    agree(tally, x, -positive((3, 3)), "divides by the sum")
    agree(tally, with_nan(x, 0.5), np.array([[1.0, 0, -1]]), "divides by the sum", normalize_kernel=False)
    agree(tally, x, positive((7, 3)), "longer than the array", boundary=None)
    agree(tally, x, positive((3,)), "same 1 to 3 axes")
    tally.refused(x, positive((3, 3)), "has no boundary 'reflect'", boundary="reflect")
    tally.refused(x, positive((3, 3)), "has no nan_treatment", nan_treatment="drop")
    tally.refused(x, positive((3, 3)), "leaves the outside out", fill_value=np.nan)
    tally.refused(x, positive((3, 3)), "for an array of", mask=np.zeros(3))
    tally.refused(x, positive((3, 3)), "a Spec knows True and False", normalize_kernel=np.sum)
    tally = Tally(FFT)
    agree(tally, x, np.array([[1.0, 0, -1]]), "divides by the sum")
    agree(tally, x, np.array([[1.0, 0, -1]]), "divides by the sum", normalize_kernel=False)
    agree(tally, x, np.array([[1.0, 0, -1]]), normalize_kernel=False, nan_treatment="fill")
    agree(tally, x, -positive((3, 3)), normalize_kernel=False)
    tally.refused(x, positive((3, 3)), "has no boundary 'extend'", boundary="extend")


def test_written():
    normal = [{**words, "normalize_kernel": normalize} for words in BOUNDARIES for normalize in (True, False)]
    assert round_trip(DIRECT, normal) == 10
    assert round_trip(FFT, normal[:6]) == 6
