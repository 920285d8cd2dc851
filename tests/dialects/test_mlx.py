"""MLX's convolutions mean what MLX computes: values, shapes, dtypes and refusals."""

from itertools import product

import pytest
from dialects.tensor_cases import PLANES, SIZES, SOLIDS, Beside, grid, whole
from peers import peer

pytestmark = pytest.mark.heavy
DTYPES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64", "complex64")


@pytest.fixture(scope="module")
def mx():
    return peer("mlx.core")


def beside(mx, name):
    call = getattr(mx, name)
    return Beside(f"mlx.core.{name}", lambda x, k, **kw: call(mx.array(x), mx.array(k), **kw))


def reads_outside(n, size, stride=1, padding=0, dilation=1):
    """Say whether MLX would read behind the input (a bug of its, named in the dialect)."""
    return stride > 1 and -stride <= n + 2 * padding - dilation * (size - 1) - 1 < 0


def test_forward(mx):
    check = beside(mx, "conv1d")
    for n, size in SIZES:
        for arguments in grid(stride=(1, 2), padding=(0, 1, 4, -1), dilation=(1, 2), groups=(1, 2)):
            if not reads_outside(n, size, *list(arguments.values())[:3]):
                check(whole((2, n, 4)), whole((6, size, 4 // arguments["groups"]), seed=2), **arguments)
    check.enough(values=250, refusals=50)
    check = beside(mx, "conv2d")
    for n, size in PLANES:
        for arguments in grid(stride=(1, (2, 3)), padding=(0, (2, 1)), dilation=(1, (1, 2)), groups=(1, 2)):
            lists = [value if isinstance(value, tuple) else (value, value) for value in list(arguments.values())[:3]]
            if any(reads_outside(*axis) for axis in zip(n, size, *lists, strict=True)):
                continue
            check(whole((2, *n, 4)), whole((6, *size, 4 // arguments["groups"]), seed=2), **arguments)
    check.enough(values=45, refusals=20)


def test_forward_solids(mx):
    check = beside(mx, "conv3d")
    for n, size in SOLIDS:
        for arguments in grid(stride=(1, (1, 2, 3)), padding=(0, (2, 0, 1)), dilation=(1, (1, 2, 1)), groups=(1, 2)):
            lists = [value if isinstance(value, tuple) else (value,) * 3 for value in list(arguments.values())[:3]]
            if not any(reads_outside(*axis) for axis in zip(n, size, *lists, strict=True)):
                check(whole((1, *n, 2)), whole((2, *size, 2 // arguments["groups"]), seed=2), **arguments)
    check.enough(values=20, refusals=20)


def test_general(mx):
    check = beside(mx, "conv_general")
    for n, size in SIZES:
        for arguments in grid(
            stride=(1, 2), padding=(0, 2, ([2], [1]), ([-1], [3])), kernel_dilation=(1, 2), input_dilation=(1, 2), flip=(False, True)
        ):
            if arguments["stride"] == 1 or size < n // 2:
                check(whole((1, n, 2)), whole((3, size, 2), seed=2), **arguments)
    for n, size in PLANES:
        for arguments in grid(stride=(1, [2, 1]), padding=([2, 1], ([0, 2], [3, 1])), flip=(False, True), input_dilation=(1, (1, 3))):
            check(whole((1, *n, 2)), whole((3, *size, 2), seed=2), **arguments)
    check.enough(values=300, refusals=30)


def test_transposed(mx):
    check = beside(mx, "conv_transpose1d")
    for size in range(1, 8):
        for arguments in grid(stride=(1, 2, 3), padding=(0, 1, 2), dilation=(1, 2), output_padding=(0, 1, 2), groups=(1, 2)):
            check(whole((1, 4, 4)), whole((6, size, 4 // arguments["groups"]), seed=2), **arguments)
    check.enough(values=600, refusals=10)
    check = beside(mx, "conv_transpose2d")
    for n, size in PLANES:
        for arguments in grid(stride=(1, (2, 3)), padding=(0, (1, 0)), output_padding=(0, (0, 1))):
            check(whole((1, *n, 2)), whole((3, *size, 2), seed=2), **arguments)
    check.enough(values=35)
    check = beside(mx, "conv_transpose3d")
    for n, size in SOLIDS:
        for arguments in grid(stride=(1, (2, 1, 3)), padding=(0, (1, 0, 1)), output_padding=(0, (1, 0, 2)), dilation=(1, (1, 2, 1))):
            check(whole((1, *n, 2)), whole((3, *size, 2), seed=2), **arguments)
    check.enough(values=40)


def test_convolve(mx):
    check = beside(mx, "convolve")
    for (n, size), mode in product(SIZES, ("full", "same", "valid", "all")):
        check(whole((n,)), whole((size,), seed=2), mode=mode)
    check.enough(values=36, refusals=12)


@pytest.mark.parametrize("name", ["conv1d", "conv_transpose1d", "conv_general"])
def test_dtypes(mx, name):
    check = beside(mx, name)
    for a, b in product(DTYPES, DTYPES[:-1]):  # a complex kernel is taken, and zeros come back
        check(whole((1, 6, 2), a), whole((2, 3, 2), b, seed=2))
    for groups in (2, 3):  # 0 ends the process
        check(whole((1, 6, 4)), whole((6, 3, 2), seed=2), groups=groups)
    check.enough(values=20, refusals=30)
