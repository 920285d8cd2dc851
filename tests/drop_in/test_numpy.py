"""faltung.drop_in.numpy does what NumPy does: sizes, dtypes, errors."""

from itertools import product

import numpy as np
import pytest
from drop_in.agreement import assert_agree, numbers

from faltung.drop_in import numpy as ours
from faltung.spec.numbers import DTYPES

FUNCTIONS = ("convolve", "correlate")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_size(name):
    for n, k, mode in product(range(1, 7), range(1, 7), ("full", "same", "valid", 0, 1, 2)):
        assert_agree(getattr(ours, name), getattr(np, name), numbers(n, "complex128"), numbers(k, "complex128", 1), mode)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_pair_of_dtypes(name):
    for a, b, mode in product(DTYPES, DTYPES, ("full", "same")):
        assert_agree(getattr(ours, name), getattr(np, name), numbers(7, a), numbers(4, b, 1), mode)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers_wrap(name, dtype):
    info = np.iinfo(dtype)
    x = np.random.default_rng(1).integers(info.min, info.max, 20, dtype=dtype, endpoint=True)
    assert_agree(getattr(ours, name), getattr(np, name), x, x[:5], "full")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "operands",
    [
        ([], [1]), ([1], []), ([], []), (np.ones((1, 2)), [1]), ([1], np.ones((1, 1))), (2, 3), (2, [1, 2]), ([1, 2], 3),
        ([True, False], [2.5]),
        (np.arange(9)[::-2], np.arange(8)[::3]), (np.arange(4, dtype=">i2"), np.arange(3, dtype=">f4")),
        (np.array([1, 2], np.float32), [3.5]), (np.arange(5.0).astype(np.float16), np.arange(3, dtype=np.uint8)),
    ],
    ids=str,
)  # fmt: skip
def test_operands(name, operands):
    assert_agree(getattr(ours, name), getattr(np, name), *operands)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("mode", ["bad", None, 3, -1, 1.5, b"same", ("full",)], ids=repr)
def test_modes_refused(name, mode):
    assert_agree(getattr(ours, name), getattr(np, name), [1, 2], [1], mode)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["S1", "U2", "M8[s]"])
def test_what_cannot_be_multiplied(name, dtype):
    with pytest.raises(ValueError, match="cannot be multiplied and added"):
        getattr(ours, name)(np.array([1, 2]).astype(dtype), np.array([1]).astype(dtype))


def test_inputs_stay_as_they_are():
    x, k = np.arange(5.0), np.arange(3.0)
    ours.convolve(x, k)
    ours.correlate(k, x, "same")
    assert (x.tolist(), k.tolist()) == ([0, 1, 2, 3, 4], [0, 1, 2])
