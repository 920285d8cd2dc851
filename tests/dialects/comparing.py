"""A library's answer beside ours, and a count that keeps a loop from passing without a comparison."""

from itertools import product

import numpy as np

import faltung as ft
from faltung.dialects import DIALECTS, Call, read, write

KERNELS = list(product(range(1, 8), repeat=2))
IMAGES = [(7, 9), (4, 5), (2, 3), (1, 4), (3, 1), (1, 1)]


class Tally:
    """How many answers of one function agreed."""

    def __init__(self, function, **arguments):
        self.function, self.arguments, self.count = function, arguments, 0

    def same(self, found, x, k, *, bound=0.0, **arguments):
        """Check an answer of the library against ours: shape, dtype and values; up to `bound` for floats."""
        answer = ft.like(self.function, **{**self.arguments, **arguments})(x, k)
        where = f"{self.function} {arguments} {x.shape} {x.dtype} * {np.shape(k)} {k.dtype}"
        assert (answer.shape, answer.dtype) == (found.shape, found.dtype), where
        if bound:
            np.testing.assert_allclose(answer, found, rtol=0, atol=bound, err_msg=where)
        else:
            np.testing.assert_array_equal(answer, found, where)
        self.count += 1

    def refused(self, x, k, message, **arguments):
        """Check that we refuse too, with a sentence that holds `message`."""
        try:
            ft.like(self.function, **{**self.arguments, **arguments})(x, k)
        except (ft.DialectError, ft.SpecError) as error:
            assert message in str(error), str(error)
            self.count += 1
        else:
            raise AssertionError(f"{self.function} {arguments} takes {x.dtype} {x.shape} and {k.dtype} {np.shape(k)}")

    def enough(self, least):
        print(f"{self.function}: {self.count} comparisons")
        assert self.count >= least


def image(shape, dtype, seed=1):
    """Return whole numbers without pattern, in the range of the dtype, small enough that no float rounds a sum of them."""
    draw = np.random.default_rng([seed, *shape])
    if np.dtype(dtype) == bool:
        return draw.integers(0, 2, shape).astype(bool)
    low, high = (0, 256) if np.dtype(dtype).kind == "u" else (-100, 101)
    return draw.integers(low, high, shape).astype(dtype)


def weights(shape, dtype="float64", seed=2, low=-4, high=5):
    return np.random.default_rng([seed, *shape]).integers(low, high, shape).astype(dtype)


def positive(shape, dtype="float64", seed=3):
    """Return weights from 1 to 5, no two neighbours the same in general; their sum is not 0."""
    return weights(shape, dtype, seed, 1, 6)


def round_trip(function, cases):
    """Check that what is read is written again: the same core, operands as they are."""
    for arguments in cases:
        spec = read(function, **arguments)
        call = write(spec, function)
        assert isinstance(call, Call), call
        assert (call.input, call.kernel) == ("x", "k"), call
        assert read(function, **dict(call.arguments)) == spec, call
    assert function in DIALECTS
    return len(cases)
