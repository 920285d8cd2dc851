"""numpy.convolve and numpy.correlate mean what the dialect says: every size, mode and kind."""

from itertools import product

import numpy as np
import pytest
from dialects.operands import KINDS, SIZES, agrees, expected, pair

from faltung.dialects import read
from faltung.errors import DialectError

MODES = ("full", "same", "valid", 2, 1, 0)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_size(name, kind):
    for n, k, mode in product(SIZES, SIZES, MODES):
        x, w = pair(n, k, kind)
        agrees(f"numpy.{name}", getattr(np, name)(x, w, mode), x, w, mode=mode)


def test_defaults():
    x, w = pair(5, 3, "gaussian")
    agrees("numpy.convolve", np.convolve(x, w), x, w)
    agrees("numpy.correlate", np.correlate(x, w), x, w)


def test_objects_are_not_conjugated():
    x, w = (array.astype(object) for array in pair(4, 2, "gaussian"))
    spec = read("numpy.correlate", x_dtype="object", k_dtype="object")
    np.testing.assert_array_equal(expected(spec, x, w), np.correlate(x, w))


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("numpy.convolve", {"mode": "Same"}, "has no mode 'Same'; it has 'full', 'same', 'valid'"),
        ("numpy.convolve", {"mode": ["same"]}, "has no mode"),
        ("numpy.convolve", {"boundary": "fill"}, "has no argument 'boundary'; behind its two operands it has mode"),
        ("numpy.corelate", {}, "there is no dialect 'numpy.corelate'; nearest: numpy.correlate"),
    ],
)
def test_what_the_library_does_not_have(function, arguments, message):
    with pytest.raises(DialectError, match=message.replace("(", r"\(")):
        read(function, **arguments)
