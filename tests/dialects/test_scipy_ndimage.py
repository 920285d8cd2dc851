"""The dialects of scipy.ndimage mean what SciPy computes: every size, mode, legal origin and kind; one axis and two."""

from itertools import product

import numpy as np
import pytest
from dialects.operands import KINDS, SHAPES_2D, SIZES, agrees, operand, pair
from scipy import ndimage

from faltung.dialects import read
from faltung.errors import DialectError

FUNCTIONS = ("convolve", "correlate", "convolve1d", "correlate1d")
MODES = [{"mode": mode} for mode in ("reflect", "mirror", "nearest", "wrap", "constant", "grid-mirror", "grid-wrap")]
MODES += [{"mode": mode, "cval": 7} for mode in ("constant", "grid-constant")]


def origins(size):
    return range(-(size // 2), (size - 1) // 2 + 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_axis(name, mode, kind):
    for n, k in product(SIZES, SIZES):
        x, w = pair(n, k, kind)
        for origin in origins(k):
            found = getattr(ndimage, name)(x, w, origin=origin, **mode)
            agrees(f"scipy.ndimage.{name}", found, x, w, origin=origin, **mode)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_two_axes(name, mode, kind):
    for x_shape, k_shape in product(SHAPES_2D, SHAPES_2D):
        x, w = pair(x_shape, k_shape, kind)
        for origin in sorted(product(*map(origins, k_shape)))[::3]:
            found = getattr(ndimage, name)(x, w, origin=origin, **mode)
            agrees(f"scipy.ndimage.{name}", found, x, w, origin=origin, **mode)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_complex_value_outside(name):
    x, w = operand(5, "gaussian", 1), operand(4, "gaussian", 2)
    found = getattr(ndimage, name)(x, w, mode="constant", cval=3 - 2j)
    agrees(f"scipy.ndimage.{name}", found, x, w, mode="constant", cval=3 - 2j)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_defaults(name):
    x, w = pair(5, 4, "gaussian")
    agrees(f"scipy.ndimage.{name}", getattr(ndimage, name)(x, w), x, w)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_zero_weights_and_nan(name):
    """The Spec says whether NaN under a weight of zero spreads; the reference does not know this step, so it is checked on SciPy."""
    skipped = read(f"scipy.ndimage.{name}").missing == "skip_zero_weights"
    found = getattr(ndimage, name)(np.array([1.0, 1.0, np.nan, 1.0, 1.0]), np.array([1.0, 0.0, 1.0]))
    assert np.isnan(found).tolist() == [False, True, not skipped, True, False]


def test_integers_are_truncated_and_wrap():
    spec = read("scipy.ndimage.correlate", x_dtype="uint8")
    assert (spec.dtype, spec.rounding, spec.overflow) == ("uint8", "truncate", "wrap")
    assert ndimage.correlate(np.array([1, 200, 1], "uint8"), [1.9]).tolist() == [1, 380 % 256, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "edge"}, "has no mode 'edge'; it has 'constant'"),
        ({"origin": 0.5}, "has origin 0.5; it must be a whole number"),
        ({"x_dtype": "float16"}, "does not take float16"),
        ({"output": "longdouble"}, "does not take longdouble"),
        ({"output": "float64", "x_dtype": "complex64"}, "writes complex64 results; output float64 cannot hold them"),
        ({"output": np.zeros(3)}, "a Spec knows dtypes only"),
    ],
)
def test_what_scipy_does_not_have(arguments, message):
    with pytest.raises(DialectError, match=message):
        read("scipy.ndimage.correlate", **arguments)


def test_one_axis_has_one_origin():
    with pytest.raises(DialectError, match="its origin is one whole number"):
        read("scipy.ndimage.correlate1d", origin=(0, 0))
