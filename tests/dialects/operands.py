"""Operands that tell conventions apart: whole numbers without pattern, so that every sum is exact and no two taps can be exchanged."""

import numpy as np
from proof import counting

from faltung.dialects import read
from faltung.reference import reference
from faltung.spec import Problem

SIZES = range(1, 8)
KINDS = ("integer", "gaussian")
# Not square, of both parities on both axes, and some of which neither fits into the other.
SHAPES_2D = ((1, 4), (2, 3), (3, 2), (4, 5), (5, 1), (3, 4), (2, 6))


def operand(shape, kind, seed):
    """Return an int64 array, or a complex128 one with whole real and imaginary parts."""
    draw = np.random.default_rng([seed, *np.atleast_1d(shape)])
    if kind == "integer":
        return draw.integers(-99, 100, shape)
    return draw.integers(-99, 100, shape) + 1j * draw.integers(-99, 100, shape)


def pair(x_shape, k_shape, kind):
    return operand(x_shape, kind, 1), operand(k_shape, kind, 2)


def expected(spec, x, k):
    """Return what the definition says, as an array of the operands' kind."""
    return reference(Problem(spec=spec, input_shape=x.shape, kernel_shape=k.shape), x, k).astype(np.result_type(x, k))


def agrees(function, found, x, w, **arguments):
    """Check a library's answer against the definition of what the dialect reads in its call."""
    answer = expected(read(function, **arguments), x, w)
    np.testing.assert_array_equal(answer, found, f"{function} {arguments} {np.shape(x)} {np.shape(w)}")
    counting.compared(function, arguments, x, w)


def whole(answer):
    """Return an answer that a Fourier transform computed, on the whole numbers it stands for."""
    nearest = np.rint(answer)
    assert np.abs(answer - nearest).max(initial=0) < 1e-6
    return nearest
