"""TensorFlow's convolutions mean what it computes: values, shapes, dtypes and refusals.

Left out are calls that end the process (operands without a batch axis) or read memory that is not the operands' (a kernel that does not
fit with padding VALID): both are named in the dialect.
"""

import os

import numpy as np
import pytest
from dialects.tensor_cases import PLANES, SIZES, SOLIDS, Beside, grid, whole
from peers import peer

import faltung as ft

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:.*dilation rate.*:UserWarning")]
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64")


@pytest.fixture(scope="module")
def nn():
    tensorflow = peer("tensorflow")
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    return tensorflow.nn


def beside(nn, name):
    call = getattr(nn, name)
    return Beside(f"tensorflow.nn.{name}", lambda x, k, **kw: call(x, k, **kw).numpy())


def fits(n, size, dilation=1):
    return dilation * (size - 1) < n


def swapped(x):
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))


def test_one_axis(nn):
    check = beside(nn, "conv1d")
    for n, size in SIZES:
        x, k = whole((2, n, 4)), whole((size, 2, 6), seed=2)
        for arguments in grid(stride=(1, 2, [3], [1, 2, 1]), padding=("SAME", "VALID"), dilations=(None, 2, [2])):
            if arguments["padding"] == "SAME" or fits(n, size, 2 if arguments["dilations"] else 1):
                check(x, k, **arguments)
    for arguments in ({"padding": [[0, 0], [1, 1], [0, 0]]}, {"padding": "same"}, {"stride": 0}, {"stride": [1, 1]}):
        check(whole((1, 9, 2)), whole((3, 2, 4), seed=2), **{"stride": 1, "padding": "SAME", **arguments})
    check(swapped(whole((2, 9, 2))), whole((3, 2, 4), seed=2), stride=1, padding="SAME", data_format="NCW")
    check.enough(values=200, refusals=4)


def test_two_axes(nn):
    check = beside(nn, "conv2d")
    for n, size in PLANES:
        x, k = whole((1, *n, 4)), whole((*size, 2, 6), seed=2)
        for arguments in grid(strides=(1, (2, 3), [1, 3, 1, 1]), padding=("SAME", "VALID", [[0, 0], [2, 1], [0, 3], [0, 0]]),
                              dilations=(None, 2, (1, 2))):  # fmt: skip
            steps = arguments["dilations"] or (1, 1)
            steps = (steps, steps) if isinstance(steps, int) else steps
            if arguments["padding"] == "SAME" or all(map(fits, n, size, steps)):
                check(x, k, **arguments)
    x, k = whole((1, 6, 5, 2)), whole((3, 2, 2, 4), seed=2)
    for padding in ("SAME", "VALID", [[0, 0], [0, 0], [2, 1], [0, 3]]):
        check(swapped(x), k, strides=1, padding=padding, data_format="NCHW")
    for channels, taken in ((4, 3), (4, 1), (3, 2)):
        check(whole((1, 6, 5, channels)), whole((3, 2, taken, 4), seed=2), strides=1, padding="SAME")
    for arguments in ({"strides": [1, 1, 2]}, {"padding": [[0, 0], [1, 1]]}, {"data_format": "NWC"}, {"padding": "EXPLICIT"}):
        check(x, k, **{"strides": 1, "padding": "SAME", **arguments})
    check.enough(values=75, refusals=5)


def test_three_axes(nn):
    check = beside(nn, "conv3d")
    for n, size in SOLIDS:
        x, k = whole((1, *n, 2)), whole((*size, 2, 3), seed=2)
        for arguments in grid(strides=([1] * 5, [1, 2, 1, 3, 1]), padding=("SAME", "VALID"), dilations=(None, [1, 2, 1, 1, 1])):
            steps = (arguments["dilations"] or [1] * 5)[1:4]
            if arguments["padding"] == "SAME" or all(map(fits, n, size, steps)):
                check(x, k, **arguments)
    x, k = whole((1, 5, 4, 6, 2)), whole((3, 2, 4, 2, 3), seed=2)
    for strides in (1, [1], [1, 1, 1], [2, 1, 1, 1, 1]):
        check(x, k, strides=strides, padding="SAME")
    check(x, k, strides=[1] * 5, padding="SAME", dilations=2)
    check(x, k, strides=[1] * 5, padding=[[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]])
    check(whole((1, 5, 4, 6, 4)), k, strides=[1] * 5, padding="SAME")
    check.enough(values=25, refusals=7)


def test_depthwise(nn):
    check = beside(nn, "depthwise_conv2d")
    for n, size in PLANES:
        x, k = whole((2, *n, 3)), whole((*size, 3, 2), seed=2)
        for arguments in grid(strides=([1] * 4, [1, 2, 2, 1]), padding=("SAME", "VALID", [[0, 0], [2, 1], [0, 3], [0, 0]])):
            if arguments["padding"] == "SAME" or all(map(fits, n, size)):
                check(x, k, **arguments)
        check(x, k, strides=[1] * 4, padding="SAME", dilations=[1, 2])
        check(x, k, strides=[1] * 4, padding="SAME", dilations=[2, 2])
        check(swapped(x), k, strides=[1] * 4, padding="SAME", data_format="NCHW")
    for arguments in ({"strides": 1}, {"strides": [1, 1]}, {"dilations": 2}, {"dilations": [1, 2, 2, 1]}):
        check(x, k, **{"strides": [1] * 4, "padding": "SAME", **arguments})
    check.enough(values=30, refusals=4)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed(nn, rank):
    check = beside(nn, f"conv{rank}d_transpose")
    sizes = (4, 3, 5)[:rank]
    for size in range(1, 8 if rank == 1 else 5):
        x, k = whole((1, *sizes, 4)), whole((size, *(2, 3)[: rank - 1], 3, 4), seed=2)
        for stride, padding, more in ((s, p, m) for s in (1, 2, 3) for p in ("SAME", "VALID") for m in (-1, 0, 1)):
            spans = (k.shape[axis] for axis in range(rank))
            shape = [
                n * stride + more if padding == "SAME" else (n - 1) * stride + span + more for n, span in zip(sizes, spans, strict=True)
            ]
            check(x, k, strides=stride, padding=padding, output_shape=[1, *shape, 3])
    check.enough(values=70 if rank == 1 else 30, refusals=20)


@pytest.mark.parametrize(
    "name", ["conv1d", "conv2d", "conv3d", "depthwise_conv2d", "conv1d_transpose", "conv2d_transpose", "conv3d_transpose"]
)
def test_dtypes(nn, name):
    check, rank = beside(nn, name), int(next(c for c in name if c in "123"))
    channels = (3, 2) if "transpose" in name else (2, 3)
    for dtype in DTYPES:
        x, k = whole((1, *(6, 5, 4)[:rank], 2), dtype), whole((*(2, 3, 1)[:rank], *channels), dtype, seed=2)
        strides = {"stride" if name == "conv1d" else "strides": [1] * (rank + 2)}
        more = {"output_shape": [1, *(6, 5, 4)[:rank], 3]} if "transpose" in name else {}
        check(x, k, padding="SAME", **strides, **more)
    check.enough(values=3, refusals=5)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("tensorflow.nn.conv1d", {"stride": 1, "padding": [[0, 0], [1, 1], [0, 0]]}, "it takes 'SAME' or 'VALID'"),
        ("tensorflow.nn.conv3d", {"strides": 1, "padding": "SAME"}, "it takes a list of 5 whole numbers"),
        ("tensorflow.nn.depthwise_conv2d", {"strides": [1] * 4, "padding": "SAME"}, "give k_shape"),
        ("tensorflow.nn.conv2d", {"strides": [2, 1, 1, 1], "padding": "SAME"}, "those of batch and channels must be 1"),
        ("tensorflow.nn.conv2d", {"padding": "SAME"}, "needs strides"),
    ],
)
def test_refusals_say_why(function, arguments, message):
    with pytest.raises(ft.DialectError, match=message.replace("[", "\\[")):
        ft.read(function, **arguments)
