"""keras.ops and Keras's layers, on PyTorch, mean what they compute: values, shapes, dtypes and refusals."""

from functools import partial

import numpy as np
import pytest
from dialects.tensor_cases import PLANES, SIZES, SOLIDS, Beside, grid, large, whole
from peers import peer

import faltung as ft

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")]
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64")


@pytest.fixture(scope="module")
def keras():
    peer("torch").set_num_threads(1)
    library = peer("keras")
    assert library.config.backend() == "torch"
    return library


def op(keras, name):
    call = getattr(keras.ops, name)
    return Beside(f"keras.ops.{name}", lambda x, k, **kw: keras.ops.convert_to_numpy(call(x, k, **kw)))


def layer(keras, name):
    return Beside(f"keras.layers.{name}", partial(run_layer, keras, getattr(keras.layers, name)))


def run_layer(keras, cls, x, k, **arguments):
    """Return what the layer with kernel k gives; the dtype is the layer's own."""
    size = k.shape[:-2]
    if "Depthwise" in cls.__name__:
        made = cls(size, depth_multiplier=k.shape[-1], use_bias=False, **arguments)
    else:
        made = cls(k.shape[-2 if "Transpose" in cls.__name__ else -1], size, use_bias=False, **arguments)
    made.build(x.shape)
    made.set_weights([k])
    return keras.ops.convert_to_numpy(made(x))


def test_conv(keras):
    check = op(keras, "conv")
    for n, size in SIZES:
        x, k = whole((2, n, 2)), whole((size, 2, 3), seed=2)
        for arguments in grid(strides=(1, 2, (3,)), padding=("same", "valid", "SAME"), dilation_rate=(1, 2)):
            check(x, k, **arguments)
    for n, size in PLANES:
        x, k = whole((1, *n, 4)), whole((*size, 2, 6), seed=2)
        for arguments in grid(strides=(1, (2, 3)), padding=("same", "valid"), dilation_rate=(1, (1, 2))):
            check(x, k, **arguments)
            check(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), k, data_format="channels_first", **arguments)
    check(whole((1, 5, 4, 6, 2)), whole((2, 3, 2, 2, 3), seed=2), strides=(1, 2, 1), padding="same")
    for channels, k_shape in ((4, (3, 3, 2)), (4, (3, 4, 2)), (4, (3, 1, 8)), (4, (3, 2, 5)), (4, (3, 8, 2))):
        check(whole((1, 6, channels)), whole(k_shape, seed=2))
    check.enough(values=200, refusals=30)


def test_depthwise_and_separable(keras):
    check = op(keras, "depthwise_conv")
    for n, size in PLANES:
        x, k = whole((2, *n, 3)), whole((*size, 3, 2), seed=2)
        for arguments in grid(strides=(1, 2), padding=("same", "valid"), dilation_rate=(1, 2)):
            check(x, k, **arguments)
        check(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), k, padding="same", data_format="channels_first")
    check.enough(values=25, refusals=10)
    check = op(keras, "separable_conv")
    for n, size in PLANES:
        x, k, pointwise = whole((2, *n, 3)), whole((*size, 3, 2), seed=2), whole((1, 1, 6, 4), seed=3)
        for arguments in grid(strides=(1, 2), padding=("same", "valid"), dilation_rate=(1, 2)):
            check(x, k, pointwise_kernel=pointwise, **arguments)
    check(x, k, pointwise_kernel=whole((1, 1, 5, 4)), padding="same")
    check(x, k, pointwise_kernel=None, padding="same")
    check.enough(values=25, refusals=10)


def test_conv_transpose(keras):
    check = op(keras, "conv_transpose")
    for size in range(1, 8):
        x, k = whole((1, 4, 2)), whole((size, 3, 2), seed=2)
        for arguments in grid(strides=(1, 2, 3, 4), padding=("same", "valid"), output_padding=(None, 0, 1), dilation_rate=(1, 2)):
            check(x, k, **arguments)
    for n, size in PLANES:
        x, k = whole((1, *n, 2)), whole((*size, 3, 2), seed=2)
        for arguments in grid(strides=(1, (2, 3)), padding=("same", "valid"), dilation_rate=(1, (1, 2))):
            check(x, k, **arguments)
            check(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), k, data_format="channels_first", **arguments)
    check.enough(values=300)


@pytest.mark.parametrize("name", ["conv", "conv_transpose", "depthwise_conv"])
def test_dtypes(keras, name):
    check = op(keras, name)
    for dtype in DTYPES:
        for rate in (1, 2):
            check(whole((1, 6, 2), dtype), whole((2, 2, 2), dtype, seed=2), padding="same", dilation_rate=rate)
            if np.dtype(dtype).kind in "iu":
                check(large((1, 6, 2), dtype), large((2, 2, 2), dtype, seed=2), dilation_rate=rate)
    check(whole((1, 6, 2), "float64"), whole((2, 2, 2), "float32"))
    check.enough(values=12, refusals=8)


def test_layers(keras):
    check = layer(keras, "Conv1D")
    for n, size in SIZES:
        for arguments in grid(strides=(1, 2), padding=("same", "valid", "causal"), dilation_rate=(1, 2), groups=(1, 2)):
            check(whole((1, n, 4)), whole((size, 4 // arguments["groups"], 2), seed=2), **arguments)
    for dtype in DTYPES:
        check(whole((1, 6, 2), dtype), whole((2, 2, 2), seed=2))
    check(whole((1, 2, 6)), whole((2, 2, 2), seed=2), data_format="channels_first", padding="same")
    check.enough(values=160, refusals=80)
    for name, sizes in (("Conv2D", PLANES), ("Conv3D", SOLIDS)):
        check = layer(keras, name)
        for n, size in sizes:
            for arguments in grid(strides=(1, 2), padding=("same", "valid", "causal"), dilation_rate=(1, 2), groups=(1, 2)):
                check(whole((1, *n, 2)), whole((*size, 2 // arguments["groups"], 2), seed=2), **arguments)
        check.enough(values=40, refusals=20)


def test_other_layers(keras):
    for name, sizes in (("DepthwiseConv1D", [((n,), (size,)) for n, size in SIZES]), ("DepthwiseConv2D", PLANES)):
        check = layer(keras, name)
        for n, size in sizes:
            for arguments in grid(strides=(1, 2), padding=("same", "valid", "causal"), dilation_rate=(1, 2)):
                check(whole((1, *n, 3)), whole((*size, 3, 2), seed=2), **arguments)
        check.enough(values=25, refusals=20)
    for rank in (1, 2, 3):
        check = layer(keras, f"Conv{rank}DTranspose")
        for arguments in grid(strides=(1, 2, 3), padding=("same", "valid", "causal"), output_padding=(None, 0, 1), dilation_rate=(1, 2)):
            check(whole((1, *(4, 3, 2)[:rank], 2)), whole((*(3, 2, 4)[:rank], 3, 2), seed=2), **arguments)
        check.enough(values=20, refusals=20)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("keras.ops.conv", {"padding": "causal"}, "has no padding 'causal'; it has 'valid', 'same'"),
        ("keras.ops.conv", {"padding": 1}, "has no padding 1"),
        ("keras.layers.Conv1D", {"strides": 2, "dilation_rate": 2}, "not both"),
        ("keras.layers.Conv2D", {"data_format": "NHWC"}, "data_format 'NHWC'; it has None, 'channels_last', 'channels_first'"),
        ("keras.ops.depthwise_conv", {"x_shape": (1, 5, 2)}, "give k_shape"),
    ],
)
def test_refusals_say_why(function, arguments, message):
    with pytest.raises(ft.DialectError, match=message):
        ft.read(function, **arguments)
