"""faltung.drop_in.scipy_signal does what scipy.signal does: sizes, dtypes, boundaries, axes, errors."""

from itertools import product

import numpy as np
import pytest
from drop_in.agreement import assert_agree, numbers
from scipy import signal

import faltung as ft
from faltung.drop_in import scipy_signal as ours
from faltung.spec.numbers import DTYPES

MODES = ("full", "same", "valid")
ANY_AXES, TWO_AXES, TRANSFORMS = ("convolve", "correlate"), ("convolve2d", "correlate2d"), ("fftconvolve", "oaconvolve")
SHAPES = ((1, 4), (2, 3), (3, 2), (4, 5), (5, 1), (1, 1))


def agree(name, *args, **kwargs):
    assert_agree(getattr(ours, name), getattr(signal, name), *args, **kwargs)


@pytest.mark.parametrize("method", ["auto", "direct"])
@pytest.mark.parametrize("name", ANY_AXES)
def test_every_size(name, method):
    for n, k, mode in product(range(1, 7), range(1, 7), MODES):
        agree(name, numbers(n, "complex128"), numbers(k, "complex128", 1), mode, method)


@pytest.mark.parametrize("name", ANY_AXES + TWO_AXES)
def test_two_axes(name):
    for x, k, mode in product(SHAPES, SHAPES, MODES):
        agree(name, numbers(x, "complex128"), numbers(k, "complex128", 1), mode)


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble", "complex64", "complex128", "clongdouble"])
def test_method_fft(dtype):
    for name, x, k, mode in product(ANY_AXES, SHAPES, SHAPES, MODES):
        a, b = numbers(x, dtype), numbers(k, dtype, 1)
        agree(name, a, b, mode, "fft", tolerance=2 * rounding(a, b))  # ours, and theirs by a transform that is no larger


def rounding(a, b):
    """Return the bound of an output's error through a transform; wider dtypes are not rounded more than complex128."""
    dtype = "complex64" if a.dtype.name in ("float32", "complex64") else "complex128"
    bound = ft.plan(a.astype(dtype), b.astype(dtype), method="fourier").error_bound
    return bound * float(np.abs(a).max() * np.abs(b).sum())


@pytest.mark.parametrize("name", ANY_AXES)
def test_every_pair_of_dtypes(name):
    for a, b in product(DTYPES, DTYPES):
        agree(name, numbers(7, a), numbers(4, b, 1))


@pytest.mark.parametrize("name", TWO_AXES)
def test_every_pair_of_dtypes_2d(name):
    for a, b in product(DTYPES, DTYPES):
        agree(name, numbers((4, 5), a), numbers((2, 3), b, 1), "same", "symm")


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_pair_of_dtypes_by_transform(name):
    for a, b in product(DTYPES, DTYPES):
        agree(name, numbers(7, a), numbers(4, b, 1), tolerance=1e-6)
        agree(name, numbers(1, a), numbers(1, b, 1))


@pytest.mark.parametrize("name", ANY_AXES)
def test_more_dtypes_than_scipy_for_several_axes(name):
    """Differs on purpose: SciPy's direct method refuses these for two axes, its other method takes them."""
    for dtype in ("bool", "float16", "object"):
        x, k = numbers((4, 5), dtype), numbers((2, 3), dtype, 1)
        with pytest.raises(ValueError, match="Unsupported type"):
            getattr(signal, name)(x, k, method="direct")
        found = getattr(ours, name)(x, k, method="direct")
        exact = getattr(signal, name)(x.astype(int), k.astype(int))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, exact.astype(bool) if dtype == "bool" else exact)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_axes(name):
    shapes = [(4, 5), (1, 5), (4, 1), (3, 5), (4, 2), (1, 2), (6, 7), (1, 1)]
    for x, k, mode, axes in product(shapes, shapes, MODES, (None, 0, 1, -1, [0], (1, 0), [0, -1], np.int64(1))):
        agree(name, numbers(x, "float64"), numbers(k, "float64", 1), mode, axes, tolerance=1e-12)
    for axes in ([], [0, 0], [0, -2], 2, -3, [0, 5], 0.5, "a", [0.5]):
        agree(name, numbers((2, 3), "float64"), numbers((2, 3), "float64"), "full", axes, same_message=not isinstance(axes, str))


@pytest.mark.parametrize("name", TRANSFORMS)
def test_three_axes(name):
    for mode, axes in product(MODES, (None, 1, (0, 2), (2, 0), [1, 2])):
        agree(name, numbers((4, 5, 6), "complex128"), numbers((4, 1, 3), "complex128", 1), mode, axes, tolerance=1e-12)


@pytest.mark.parametrize("name", TWO_AXES)
def test_fill_values(name):
    values = (0, 3, -1, 300, 1.75, -0.5, 2 + 3j, np.float32(2), [5], True, [1, 2], [], np.nan, np.inf)
    for dtype, value, mode in product(("uint8", "int16", "float32", "complex64"), values, ("full", "valid")):
        agree(name, numbers((3, 4), dtype), numbers((2, 3), dtype, 1), mode, "fill", value)


@pytest.mark.parametrize("name", TWO_AXES)
@pytest.mark.parametrize("boundary", ["fill", "pad", "wrap", "circular", "symm", "symmetric", "bad", 1, None], ids=repr)
def test_boundaries(name, boundary):
    for x, k, mode in product(SHAPES, SHAPES, MODES):
        agree(name, numbers(x, "int64"), numbers(k, "int64", 1), mode, boundary)


@pytest.mark.parametrize("name", ANY_AXES + TWO_AXES + TRANSFORMS)
@pytest.mark.parametrize("operands", [(2, 3), (2, 3j), (2j, 3j), (2, [3]), ([1, 2], [[1]]), ([[1]], [1]), ([1, 2], [1])], ids=str)
def test_ranks(name, operands):
    agree(name, *operands, tolerance=1e-12)


@pytest.mark.parametrize("name", ANY_AXES + TWO_AXES + TRANSFORMS)
@pytest.mark.parametrize("mode", ["bad", None, 1, 2], ids=repr)
def test_modes_refused(name, mode):
    x = numbers((3, 3), "float64")
    for method in ({"method": "auto"}, {"method": "direct"}, {"method": "fft"}) if name in ANY_AXES else ({},):
        agree(name, x, x, mode, **method, same_message=name not in ANY_AXES or method == {"method": "direct"})


@pytest.mark.parametrize("name", ANY_AXES)
@pytest.mark.parametrize("method", ["bad", None, "FFT"], ids=repr)
def test_methods_refused(name, method):
    agree(name, [1, 2], [1], "full", method)


@pytest.mark.parametrize("name", ANY_AXES + TWO_AXES)
def test_empty_operands_are_refused(name):
    for x, k in (((0, 3), (2, 2)), ((2, 2), (2, 0))):
        with pytest.raises(ValueError, match="cannot be empty"):
            getattr(ours, name)(np.zeros(x), np.zeros(k))


@pytest.mark.parametrize("name", TRANSFORMS)
def test_empty_operands_give_an_empty_array(name):
    agree(name, np.zeros((0, 3)), np.zeros((2, 2)))


def test_one_nan_stays_where_it_is():
    """Differs on purpose: SciPy's transforms make every output NaN, and warn."""
    x, k = np.arange(200.0), np.ones(5)
    x[100] = np.nan
    for found in (ours.convolve(x, k, "same", "fft"), ours.fftconvolve(x, k, "same"), ours.oaconvolve(x, k, "same")):
        assert np.flatnonzero(np.isnan(found)).tolist() == [98, 99, 100, 101, 102]


@pytest.mark.parametrize("mode", [*MODES, "bad"])
def test_correlation_lags(mode):
    for n, k in product(range(1, 9), range(1, 9)):
        agree("correlation_lags", n, k, mode)
