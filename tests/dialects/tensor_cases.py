"""Deep-learning calls beside ours: the same values, shape and dtype, and refusals where the library refuses; with a count of both."""

from itertools import product

import numpy as np
from proof import counting

import faltung as ft

REFUSALS = (ft.DialectError, ft.SpecError)
# (N, K) along one axis: odd and even kernels from 1 to 7, inputs shorter than the kernel
SIZES = [(9, k) for k in range(1, 8)] + [(6, 4), (3, 5), (2, 7), (1, 3), (1, 1)]
PLANES = [((6, 5), (3, 2)), ((5, 8), (2, 5)), ((2, 7), (4, 3)), ((7, 6), (1, 4)), ((8, 3), (7, 6))]
SOLIDS = [((5, 4, 6), (3, 2, 4)), ((4, 3, 5), (1, 2, 3)), ((3, 6, 4), (2, 5, 1)), ((2, 3, 7), (3, 4, 6)), ((8, 3, 2), (7, 1, 2))]


class Beside:
    """A library's function beside ours."""

    def __init__(self, function, run):
        self.function, self.run, self.values, self.refusals = function, run, 0, 0

    def __call__(self, x, k, **arguments):
        where = f"{self.function} {arguments} {x.shape} {x.dtype} * {k.shape} {k.dtype}"
        found = self.answer(x, k, arguments)
        if found is None:
            self.refusals += 1
            assert refused(self.function, arguments, x, k), f"the library refuses {where}"
            counting.refused(self.function)
            return
        answer = ft.like(self.function, **arguments)(x, k)
        assert (answer.shape, answer.dtype) == (found.shape, found.dtype), where
        if answer.dtype.kind in "fc":  # the planner may choose a Fourier transform, which rounds; the results are whole numbers
            assert np.abs(answer - found).max() < 1e-3, where
        else:
            np.testing.assert_array_equal(answer, found, where)
        counting.compared(self.function, arguments, x, k)
        self.values += 1

    def answer(self, x, k, arguments):
        """Return the library's answer, or None where it refuses, or says with an empty array that the kernel does not fit."""
        try:
            found = np.asarray(self.run(x, k, **arguments))
        except Exception:  # whatever a library raises
            return None
        return found if found.size else None

    def enough(self, values, refusals=0):
        print(f"{self.function}: {self.values} answers and {self.refusals} refusals agree")
        assert self.values >= values, self.values
        assert self.refusals >= refusals, self.refusals


def refused(function, arguments, x, k):
    try:
        ft.like(function, **arguments)(x, k)
    except REFUSALS:
        return True
    return False


def whole(shape, dtype="float32", seed=1):
    """Return small whole numbers without pattern: every sum of products is exact in every dtype from float16 on."""
    draw = np.random.default_rng([seed, *shape])
    name = np.dtype(dtype)
    if name.kind == "b":
        return draw.integers(0, 2, shape).astype(bool)
    low = 0 if name.kind == "u" else -4
    real = draw.integers(low, 5, shape)
    return (real + 1j * draw.integers(-4, 5, shape)).astype(name) if name.kind == "c" else real.astype(name)


def large(shape, dtype, seed=1):
    """Return whole numbers over the dtype's whole range: sums wrap around."""
    limits = np.iinfo(dtype)
    return np.random.default_rng([seed, *shape]).integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def grid(**choices):
    """Yield every combination of keyword values."""
    for values in product(*choices.values()):
        yield dict(zip(choices, values, strict=True))
