"""The dialects of scipy.signal mean what SciPy computes: every size, mode, boundary and kind; one axis and two."""

from itertools import product

import numpy as np
import pytest
from dialects.operands import KINDS, SHAPES_2D, SIZES, agrees, expected, operand, pair, whole
from proof import counting
from scipy import signal

from faltung.dialects import lags, read
from faltung.errors import DialectError, SpecError

MODES = ("full", "same", "valid")
BOUNDARIES = ({"boundary": "fill"}, {"boundary": "fill", "fillvalue": 7}, {"boundary": "pad", "fillvalue": 7}, {"boundary": "wrap"},
              {"boundary": "circular"}, {"boundary": "symm"}, {"boundary": "symmetric"})  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["auto", "direct", "fft"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_one_axis(name, method, kind):
    for n, k, mode in product(SIZES, SIZES, MODES):
        x, w = pair(n, k, kind)
        found = getattr(signal, name)(x, w, mode=mode, method=method)
        agrees(f"scipy.signal.{name}", whole(found), x, w, mode=mode, method=method)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["fftconvolve", "oaconvolve"])
def test_one_axis_by_transform(name, kind):
    for n, k, mode in product((*SIZES, 60, 61), SIZES, MODES):
        x, w = pair(n, k, kind)
        found = getattr(signal, name)(x, w, mode=mode)
        agrees(f"scipy.signal.{name}", whole(found), x, w, mode=mode)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["convolve", "correlate", "fftconvolve", "oaconvolve"])
def test_two_axes(name, kind):
    for x_shape, k_shape, mode in product(SHAPES_2D, SHAPES_2D, MODES):
        x, w = pair(x_shape, k_shape, kind)
        if name in ("fftconvolve", "oaconvolve") and mode == "valid" and 1 in (*x_shape, *k_shape):
            continue  # they broadcast along axes of one sample, where a convolution could not exchange operands: tests/drop_in
        check(f"scipy.signal.{name}", {"mode": mode}, x, w)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outside", BOUNDARIES, ids=str)
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_every_boundary(name, outside, kind):
    shapes = [(n, m) for n in (1, 2, 3) for m in (1, 4)]
    for x_shape, k_shape, mode in product((*SHAPES_2D, *shapes), SHAPES_2D, MODES):
        x, w = pair(x_shape, k_shape, kind)
        check(f"scipy.signal.{name}", {"mode": mode, **outside}, x, w)


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_every_size_along_one_of_two_axes(name):
    for n, k, mode in product(SIZES, SIZES, MODES):
        x, w = pair((1, n), (1, k), "gaussian")
        check(f"scipy.signal.{name}", {"mode": mode, "boundary": "symm"}, x, w)


def check(function, arguments, x, w):
    """Assert that the dialect and SciPy agree, also in refusing."""
    call = getattr(signal, function.rpartition(".")[2])
    spec = read(function, **arguments)
    try:
        found = whole(call(x, w, **arguments))
    except ValueError:
        with pytest.raises(SpecError, match="neither operand"):
            expected(spec, x, w)
        counting.refused(function)
        return
    answer = expected(spec, x, w)
    if function.endswith("correlate2d") and spec.mode == "valid" and any(k > n for n, k in zip(x.shape, w.shape, strict=True)):
        answer = answer.conj()  # SciPy forgets to conjugate the answer of exchanged operands; see the dialect's docstring
    np.testing.assert_array_equal(answer, found, f"{function} {arguments} {x.shape} {w.shape}")
    counting.compared(function, arguments, x, w)


def test_correlate2d_contradicts_correlate_on_exchanged_complex_operands():
    """Should this fail, SciPy has mended it: the exception in the dialect, in the drop-in and in `check` can go."""
    x, w = pair((1, 2), (1, 4), "gaussian")
    one, other = signal.correlate2d(x, w, "valid"), signal.correlate(x, w, "valid")
    np.testing.assert_array_equal(one, whole(other).conj())


def test_defaults():
    x, w = pair((4, 3), (2, 3), "gaussian")
    for name in ("convolve", "correlate", "convolve2d", "correlate2d", "fftconvolve", "oaconvolve"):
        agrees(f"scipy.signal.{name}", whole(getattr(signal, name)(x, w)), x, w)


def test_lags_are_those_at_which_correlate_computes():
    for n, k, mode in product(range(1, 10), range(1, 10), MODES):
        for i, j in product(range(n), range(k)):
            found = np.rint(signal.correlate(np.eye(n)[i], np.eye(k)[j], mode))
            assert found.tolist() == [float(lag == i - j) for lag in lags(n, k, mode)], (n, k, mode, i, j)


def test_correlation_lags_contradicts_correlate_on_an_odd_input_and_an_even_kernel():
    """Should this fail, SciPy has mended it, and the drop-in must follow."""
    for n, k, mode in product(range(1, 10), range(1, 10), MODES):
        late = int(mode == "same" and n % 2 == 1 and k % 2 == 0)
        assert signal.correlation_lags(n, k, mode).tolist() == [lag + late for lag in lags(n, k, mode)]


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("convolve", {"method": "fourier"}, "has no method 'fourier'; it has 'auto', 'direct', 'fft'"),
        ("convolve2d", {"boundary": "reflect"}, "has no boundary 'reflect'; it has 'fill', 'wrap', 'symm'"),
        ("correlate2d", {"x_dtype": "float16", "k_dtype": "bool"}, "does not compute in float16"),
        ("fftconvolve", {"method": "fft"}, "has no argument 'method'; behind its two operands it has mode, axes"),
    ],
)
def test_what_scipy_does_not_have(function, arguments, message):
    with pytest.raises(DialectError, match=message):
        read(f"scipy.signal.{function}", **arguments)


def test_boundary_does_not_matter_to_valid():
    x, w = operand((5, 4), "integer", 1), operand((2, 3), "integer", 2)
    for outside in BOUNDARIES:
        check("scipy.signal.convolve2d", {"mode": "valid", **outside}, x, w)
