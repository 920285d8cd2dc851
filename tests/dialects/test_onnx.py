"""The ONNX dialect means what onnxruntime computes: values, shapes, dtypes and refusals."""

import numpy as np
import pytest
from dialects.onnx_node import runner, single_node
from dialects.tensor_cases import PLANES, SIZES, Beside, grid, large, whole
from peers import peer

import faltung as ft

pytestmark = pytest.mark.heavy
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64")


@pytest.fixture(scope="module")
def onnx():
    peer("onnx.reference")
    return peer("onnx")


def beside(onnx, name):
    return Beside(f"onnx.{name}", runner(onnx, peer("onnxruntime"), name))


def test_conv(onnx):
    check = beside(onnx, "Conv")
    for n, size in SIZES:
        x, k = whole((2, 2, n)), whole((3, 2, size), seed=2)
        for arguments in grid(strides=(None, [2], [3]), pads=(None, [1, 0], [0, 2], [3, 3]), dilations=(None, [2])):
            check(x, k, **arguments)
        for arguments in grid(strides=(None, [2], [3]), auto_pad=("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"), dilations=([1], [2])):
            check(x, k, **arguments)
    for n, size in PLANES:
        x, k = whole((1, 4, *n)), whole((6, 2, *size), seed=2)
        for arguments in grid(strides=(None, [2, 3]), pads=(None, [2, 1, 0, 3]), dilations=(None, [1, 2])):
            check(x, k, group=2, **arguments)
        for arguments in grid(strides=(None, [2, 3]), auto_pad=("SAME_UPPER", "SAME_LOWER")):
            check(x, k, group=2, **arguments)
    check(whole((1, 2, 5, 4, 6)), whole((3, 2, 3, 2, 2), seed=2), strides=[1, 2, 1], pads=[1, 0, 2, 0, 1, 1])
    for dtype in DTYPES:
        check(whole((1, 2, 5), dtype), whole((2, 2, 3), dtype, seed=2))
    for arguments in (
        {"group": 2},
        {"kernel_shape": [3]},
        {"kernel_shape": [2]},
        {"auto_pad": "VALID", "pads": [0, 0]},
        {"strides": [0]},
        {"pads": [-1, 0]},
    ):
        check(whole((1, 2, 5)), whole((2, 2, 3)), **arguments)
    for arguments in ({"auto_pad": "same_upper"}, {"pads": [1]}, {"strides": [1, 1]}):
        check(whole((1, 2, 5)), whole((2, 2, 3)), **arguments)
    check.enough(values=400, refusals=120)


def test_conv_transpose(onnx):
    check = beside(onnx, "ConvTranspose")
    for size in range(1, 8):
        x, k = whole((1, 4, 4)), whole((4, 3, size), seed=2)
        for arguments in grid(
            strides=(None, [2], [3]), pads=(None, [1, 0], [1, 2]), output_padding=(None, [1], [2]), dilations=(None, [2]), group=(1, 2)
        ):
            check(x, k, **arguments)
        for arguments in grid(
            strides=(None, [2], [3]), auto_pad=("SAME_UPPER", "SAME_LOWER", "VALID"), dilations=(None, [2]), output_padding=(None, [1])
        ):
            if span(size, arguments) >= (arguments["strides"] or [1])[0] or arguments["auto_pad"] == "VALID":
                check(x, k, **arguments)
    for n, size in PLANES:
        x, k = whole((1, 2, *n)), whole((2, 3, *size), seed=2)
        for arguments in grid(strides=(None, [2, 3]), pads=(None, [0, 1, 1, 2]), dilations=(None, [1, 2])):
            check(x, k, **arguments)
    check.enough(values=500, refusals=100)


def span(size, arguments):
    return (arguments["dilations"] or [1])[0] * (size - 1) + 1


def test_output_shape(onnx):
    check = beside(onnx, "ConvTranspose")
    for size in (1, 2, 3, 4):
        for arguments in grid(
            strides=([1], [2], [3]), auto_pad=("NOTSET", "SAME_UPPER", "SAME_LOWER"), output_shape=([7], [8], [9], [10], [11], [12], [13])
        ):
            check(whole((1, 2, 4)), whole((2, 2, size), seed=2), **arguments)
    check.enough(values=120, refusals=80)


def test_runtimes_differ_where_the_stride_exceeds_the_kernel(onnx):
    x, k = np.ones((1, 1, 2), "float32"), np.ones((1, 1, 2), "float32")
    arguments = {"auto_pad": "SAME_UPPER", "strides": [4]}
    model = single_node(onnx, "ConvTranspose", [x, k], arguments)
    sizes = {
        beside(onnx, "ConvTranspose").run(x, k, **arguments).shape[2],
        onnx.reference.ReferenceEvaluator(model).run(None, {"a": x, "b": k})[0].shape[2],
    }
    assert sizes == {6, 8}
    with pytest.raises(ft.DialectError, match="runtimes differ"):
        ft.like("onnx.ConvTranspose", **arguments)(x, k)


@pytest.mark.parametrize("dtypes", [("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8"), ("int8", "uint8"), ("int16", "int8")], ids=str)
def test_integer(onnx, dtypes):
    check = beside(onnx, "ConvInteger")
    for n, size in PLANES:
        x, k = large((1, 2, *n), dtypes[0]), large((3, 2, *size), dtypes[1], seed=2)
        for arguments in grid(strides=(None, [2, 1]), pads=(None, [0, 1, 2, 1]), x_zero_point=(0, 3), w_zero_point=(0, 5)):
            check(x, k, **arguments)
    check(large((1, 4, 7), dtypes[0]), large((4, 2, 3), dtypes[1]), group=2, auto_pad="SAME_LOWER", strides=[2])
    check.enough(*((0, 60) if dtypes[0] == "int16" else (50, 15)))


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_quantised(onnx, dtype):
    check = beside(onnx, "QLinearConv")
    for n, size in PLANES[:2]:
        x, k = large((1, 2, *n), dtype), large((3, 2, *size), dtype, seed=2)
        for zero in (0, 1, 4):
            for arguments in grid(x_scale=(1.0, 0.5), w_scale=(0.25, 0.01), y_scale=(2.0, 16.0), pads=(None, [0, 1, 2, 1])):
                check(x, k, y_zero_point=zero, x_zero_point=2, w_zero_point=0 if dtype == "int8" else 3, **arguments)
    x, k = np.array([[[[1, 3, 5, 7]]]], dtype), np.ones((1, 1, 1, 1), dtype)
    for zero in (0, 1, 2, 3):
        check(x, k, w_scale=0.5, y_zero_point=zero)  # every sum ends in a half
    check.enough(values=90)


def test_reference_rounds_after_the_zero_point(onnx):
    """Should this fail, onnx.reference and onnxruntime agree: the dialect's reference can be shorter."""
    x, k = np.array([[[[1, 3, 5, 7]]]], "uint8"), np.ones((1, 1, 1, 1), "uint8")
    ours = ft.like("onnx.QLinearConv", w_scale=0.5, y_zero_point=1)(x, k)
    one, half, zero = np.float32(1), np.float32(0.5), np.uint8(0)
    arrays = [x, np.array(one), np.array(zero), k, np.array(half), np.array(zero), np.array(one), np.array(1, "uint8")]
    model = single_node(onnx, "QLinearConv", arrays, {})
    found = onnx.reference.ReferenceEvaluator(model).run(None, dict(zip("abcdefgh", arrays, strict=True)))[0]
    assert ours.ravel().tolist() == [1, 3, 3, 5]
    assert found.ravel().tolist() == [2, 2, 4, 4]
