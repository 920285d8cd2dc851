"""A library's answer beside ours, and a count that keeps a loop from passing without a comparison."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from proof import counting

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
        self.counted(x, k, **arguments)

    def same_but_ties(self, found, x, k, **arguments):
        """Check a library that rounds sums of floats: equal, but for values within 1/1000 of a tie, which may fall to either side."""
        ours = ft.like(self.function, **{**self.arguments, **arguments})
        answer, spec = ours(x, k), replace(ours.spec(x, k), dtype="float64", overflow="raise", frame="computed")
        inner, inner_weights = ours._prepared(x, k)
        values = ft.run(spec, inner.astype("float64"), inner_weights, axes=(0, 1))
        tie = np.abs(values - np.floor(values) - 0.5) < 1e-3
        where = f"{self.function} {arguments} {x.shape} {x.dtype} * {np.shape(k)} {k.dtype}"
        assert (answer.shape, answer.dtype) == (found.shape, found.dtype), where
        np.testing.assert_array_equal(answer[~tie], found[~tie], where)
        assert np.abs(answer.astype(int) - found).max(initial=0) <= 1, where
        self.counted(x, k, **arguments)

    def counted(self, x, k, **arguments):
        """Count an answer that agreed, here and for the atlas."""
        counting.compared(self.function, {**self.arguments, **arguments}, x, k)
        self.count += 1

    def refused(self, x, k, message, **arguments):
        """Check that we refuse too, with a sentence that holds `message`."""
        with pytest.raises((ft.DialectError, ft.SpecError), match=re.escape(message)):
            ft.like(self.function, **{**self.arguments, **arguments})(x, k)
        counting.refused(self.function)
        self.count += 1

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
