"""tinygrad's convolutions mean what tinygrad computes: values, shapes, dtypes and refusals."""

import os
from itertools import product

import pytest
from dialects.tensor_cases import Beside, grid, large, refused, whole
from peers import peer

os.environ.setdefault("DEV", "PYTHON")  # it needs no compiler, and is slow: small arrays, few calls
pytestmark = pytest.mark.heavy
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64")


@pytest.fixture(scope="module")
def tensor():
    return peer("tinygrad").Tensor


def beside(tensor, name):
    call = getattr(tensor, name)
    return Beside(f"tinygrad.Tensor.{name}", lambda x, k, **kw: call(tensor(x), tensor(k), **kw).numpy())


def test_conv(tensor):
    check = beside(tensor, "conv2d")
    for n, size in ((4, 1), (5, 2), (2, 5), (6, 4)):
        for stride, dilation, padding in ((1, 1, 0), (2, 1, 1), (1, 2, (3, 1)), (3, 1, (2, 0)), (2, 2, 4), (1, 1, (-1, 2))):
            check(whole((1, 2, n)), whole((2, 2, size), seed=2), stride=stride, dilation=dilation, padding=padding)
    for arguments in grid(padding=((1, 2), (1, 0, 2, 3)), stride=((2, 1),), groups=(1, 2)):
        check(whole((1, 2, 5, 4)), whole((2, 2 // arguments["groups"], 2, 3), seed=2), **arguments)
    check(whole((1, 1, 3, 2, 4)), whole((1, 1, 2, 2, 3), seed=2), padding=(1, 0, 2))
    check.enough(values=22, refusals=4)


def test_transposed(tensor):
    check = beside(tensor, "conv_transpose2d")
    for size in (1, 2, 3, 6):
        for arguments in (
            {}, {"stride": 2}, {"stride": 3, "padding": 1, "output_padding": 1}, {"stride": 2, "padding": (1, 0)},
            {"dilation": 2, "padding": (0, 2)},
        ):  # fmt: skip
            check(whole((1, 2, 3)), whole((2, 1, size), seed=2), **arguments)
    for arguments in grid(padding=((1, 0), (1, 0, 0, 1)), stride=((2, 1),), groups=(1, 2), output_padding=(0, (1, 0))):
        check(whole((1, 2, 2, 3)), whole((2, 1, 2, 2), seed=2), **arguments)
    check.enough(values=26)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_dtypes(tensor, name):
    check = beside(tensor, name)
    for a, b in [*zip(DTYPES, DTYPES, strict=True), *product(("int8", "int64", "float16", "bool"), ("uint8", "uint64", "float32"))]:
        check(whole((1, 1, 3), a), whole((1, 1, 2), b, seed=2), stride=2)
    for dtype in ("int32", "uint32"):
        check(large((1, 1, 4), dtype), large((1, 1, 2), dtype, seed=2))
    check.enough(values=22, refusals=1)


def test_products_of_small_integers_wrap(tensor):
    """Should this fail, tinygrad widens products too: the refusal in the dialect can go."""
    x, k = whole((1, 1, 3), "uint8") + 100, whole((1, 1, 2), "uint8") + 100
    assert int(beside(tensor, "conv2d").run(x, k).max()) < 2 * 255
    assert refused("tinygrad.Tensor.conv2d", {}, x, k)
