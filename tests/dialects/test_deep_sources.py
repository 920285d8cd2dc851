"""Frameworks known from their sources say what those that are run say: PyTorch's dialect is the measure. TensorFlow's is Keras's."""

import numpy as np
import pytest
from dialects.tensor_cases import whole

import faltung as ft
from faltung.dialects import DIALECTS, Call, read, write
from faltung.dialects.deep_sources import DEEP_SOURCES
from faltung.dialects.tensorflow import TENSORFLOW
from faltung.spec import parse

X, K = whole((2, 4, 9, 8)), whole((6, 2, 3, 4), seed=2)
BACK = whole((4, 3, 3, 4), seed=2)

# function, arguments, PyTorch's function and arguments, whether the kernel is reversed
SAME = [
    ("caffe.Convolution", {"stride": 2, "pad": (1, 2), "group": 2}, {"stride": 2, "padding": (1, 2), "groups": 2}, False),
    ("mxnet.Convolution", {"pad": 1, "dilate": 2, "num_group": 2}, {"padding": 1, "dilation": 2, "groups": 2}, False),
    ("darknet.convolutional", {"pad": 1, "groups": 2}, {"padding": (1, 2), "groups": 2}, False),
    ("darknet.convolutional", {"padding": 1, "groups": 2}, {"padding": 1, "groups": 2}, False),
    ("theano.conv2d", {"border_mode": "half", "num_groups": 2}, {"padding": (1, 2), "groups": 2}, True),
    ("theano.conv2d", {"border_mode": "full", "num_groups": 2}, {"padding": (2, 3), "groups": 2}, True),
    ("theano.conv2d", {"subsample": 2, "filter_flip": False, "num_groups": 2}, {"stride": 2, "groups": 2}, False),
    ("cudnn.convolutionForward", {"mode": "CUDNN_CONVOLUTION", "pad": 1, "groups": 2}, {"padding": 1, "groups": 2}, True),
    ("cudnn.convolutionForward", {"pad": 1, "groups": 2}, {"padding": 1, "groups": 2}, False),
    ("onednn.convolution_forward", {"dilates": 1, "padding_l": 1, "padding_r": 1, "groups": 2},
     {"dilation": 2, "padding": 1, "groups": 2}, False),
    ("coremltools.conv", {"pad_type": "custom", "pad": (1, 1, 2, 2), "groups": 2}, {"padding": (1, 2), "groups": 2}, False),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "torch", "reverses"), SAME, ids=[f"{e[0]}-{i}" for i, e in enumerate(SAME)])
def test_forward(function, arguments, torch, reverses):
    kernel = K[:, :, ::-1, ::-1] if reverses else K
    found = ft.like(function, **arguments)(X, K)
    np.testing.assert_array_equal(found, ft.like("torch.nn.functional.conv2d", **torch)(X, kernel))


def test_transposed():
    torch = ft.like("torch.nn.functional.conv_transpose2d", stride=2, padding=1, output_padding=1)(X, BACK)
    np.testing.assert_array_equal(ft.like("mxnet.Deconvolution", stride=2, pad=1, adj=1)(X, BACK), torch)
    torch = ft.like("torch.nn.functional.conv_transpose2d", stride=2, padding=1, groups=2)(X, BACK)
    np.testing.assert_array_equal(ft.like("caffe.Deconvolution", stride=2, pad=1, group=2)(X, BACK), torch)


@pytest.mark.parametrize("stride", [1, 2])
def test_same_pad_of_flux_is_high_where_torch_is_low(stride):
    x, k = whole((9, 2, 1)), whole((4, 2, 3), seed=2)  # W C N, W I O
    found = ft.like("flux.CrossCor", pad="SamePad()", stride=stride)(x, k)
    padded = np.pad(x.transpose(2, 1, 0), ((0, 0), (0, 0), (2, 1)))
    right = ft.like("torch.nn.functional.conv1d", stride=stride)(padded, np.ascontiguousarray(k.transpose(2, 1, 0)))
    np.testing.assert_array_equal(found, right.transpose(2, 1, 0))
    np.testing.assert_array_equal(ft.like("flux.Conv", pad="SamePad()", stride=stride)(x, k[::-1]), found)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2])
def test_tensorflow_is_keras(padding, stride):
    x, k = whole((2, 9, 8, 4)), whole((3, 4, 2, 6), seed=2)
    keras = ft.like("keras.ops.conv", padding=padding, strides=stride)(x, k)
    np.testing.assert_array_equal(ft.like("tensorflow.nn.conv2d", padding=padding, strides=(1, stride, stride, 1))(x, k), keras)
    keras = ft.like("keras.ops.conv_transpose", padding=padding, strides=stride)(x, k.swapaxes(2, 3)[..., :4, :4].repeat(2, 3))
    shape = keras.shape
    found = ft.like("tensorflow.nn.conv2d_transpose", padding=padding, strides=stride, output_shape=shape)
    np.testing.assert_array_equal(found(x, k.swapaxes(2, 3)[..., :4, :4].repeat(2, 3)), keras)
    depthwise = ft.like("tensorflow.nn.depthwise_conv2d", padding=padding, strides=[1, stride, stride, 1])(x[..., :2], k)
    np.testing.assert_array_equal(depthwise, ft.like("keras.ops.depthwise_conv", padding=padding, strides=stride)(x[..., :2], k))


def test_evidence_and_reference():
    assert all(dialect.evidence == "source" and dialect.reference for dialect in DEEP_SOURCES.values())
    assert all(dialect.evidence == "executed" and dialect.reference for dialect in TENSORFLOW.values())
    assert DEEP_SOURCES.keys() | TENSORFLOW.keys() <= DIALECTS.keys()


@pytest.mark.parametrize(
    ("text", "function", "line"),
    [
        ("convolve pads=1:1 stride=2 layout=NCHW,OIHW->NCHW", "caffe.Convolution",
         "caffe.Convolution(x, numpy.flip(k, (2, 3)), stride=2, pad=1)"),
        ("correlate pads=1:2 dilation=2 conj=none layout=NHWC,HWIO->NHWC", "onednn.convolution_forward",
         "numpy.transpose(onednn.convolution_forward(numpy.transpose(x, (0, 3, 1, 2)), numpy.transpose(k, (3, 2, 0, 1)), dilates=1, "
         "padding_l=1, padding_r=2), (0, 2, 3, 1))"),
        ("correlate pads=1:2 conj=none layout=NHWC,HWIO->NHWC", "tensorflow.nn.conv2d",
         "tensorflow.nn.conv2d(x, k, strides=1, padding=[[0, 0], [1, 2], [1, 2], [0, 0]])"),
    ],
)  # fmt: skip
def test_lines(text, function, line):
    call = write(parse(text), function)
    assert isinstance(call, Call), call
    assert call.code == line


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("coremltools.conv", {"pad_type": "same"}, "contradicts itself"),
        ("darknet.convolutional", {"pad": 1}, "give k_shape"),
        ("theano.conv2d", {"border_mode": "same"}, "it has 'valid', 'full', 'half'"),
        ("tensorflow.nn.conv2d", {"padding": "same", "strides": 1}, "it has 'VALID', 'SAME'"),
        ("tensorflow.nn.conv2d", {"padding": "SAME"}, "needs strides"),
    ],
)
def test_refusals_say_why(function, arguments, message):
    with pytest.raises(ft.DialectError, match=message):
        read(function, **arguments)
