"""Rows of the atlas for libraries that cannot be run here: what their sources and documentation say, with the place.

A row says what a dialect would: it is data for the page, and nothing is computed from it.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One function of a library, in the words of the atlas.

    Parameters
    ----------
    function : str
        Its name.
    reversed : str
        Whether the kernel is reversed.
    conjugated : str
        Which operand is conjugated; ``unknown`` where that was not established.
    centre : str
        Centre of an even kernel in ``same``, or how its pads are chosen.
    boundary : str
        What lies outside when nothing is said.
    layout : str
        Axes of input, kernel and output.
    dtype : str
        The dtype of the result.
    evidence : {"executed", "source", "documentation"}
        How it is known.
    reference : str
        Where it was read.
    bugs : tuple of str
        What is known to be wrong, or contradicts itself.
    """

    function: str
    reversed: str
    conjugated: str = "none"
    centre: str
    boundary: str = "zero"
    layout: str = ""
    dtype: str = ""
    evidence: Literal["executed", "source", "documentation"] = "source"
    reference: str
    bugs: tuple[str, ...] = ()


_EXPLICIT = "explicit pads"
_TORCH = "NC…,OI…->NC…"

ROWS: tuple[Row, ...] = (
    Row(
        function="cupyx.scipy.ndimage.convolve", reversed="yes", centre="low − origin", boundary="half_sample", dtype="the input's",
        reference="cupy at 6b6d9563c, cupyx/scipy/ndimage/_filters.py",
    ),
    Row(
        function="cupyx.scipy.ndimage.correlate", reversed="no", conjugated="kernel", centre="high + origin", boundary="half_sample",
        dtype="the input's", reference="cupy at 6b6d9563c, cupyx/scipy/ndimage/_filters.py",
    ),
    Row(
        function="cupyx.scipy.signal.correlate2d", reversed="no", conjugated="unknown", centre="low",
        reference="cupy at 6b6d9563c: documents SciPy's discrepancy for even lengths",
    ),
    Row(
        function="Flux.Conv", reversed="yes", centre="SamePad(): high", layout="WHCN,WHIO->WHCN",
        reference="Flux.jl at 3f2f828b5; SamePad pads ⌈L/2⌉ below, whatever size and stride",
    ),
    Row(
        function="Flux.CrossCor", reversed="no", centre="SamePad(): high, where torch and TensorFlow have low", layout="WHCN,WHIO->WHCN",
        reference="Flux.jl at 3f2f828b5",
    ),
    Row(
        function="theano.tensor.nnet.conv2d", reversed="yes (filter_flip=True)", layout="NCHW,OIHW->NCHW",
        centre="'half': K//2 on both sides, so an even kernel gives N + 1 outputs", reference="Theano at 7505f23ed, abstract_conv.py",
    ),
    Row(
        function="caffe Convolution", reversed="no", centre=_EXPLICIT, layout=_TORCH, reference="Caffe at 9b891540, conv_layer.cpp",
    ),
    Row(
        function="caffe Deconvolution", reversed="scatter", centre=_EXPLICIT, layout="NC…,IO…->NC…",
        reference="Caffe at 9b891540, base_conv_layer.cpp:135",
    ),
    Row(
        function="darknet convolutional", reversed="no", centre="pad=1: K//2 on both sides, so an even kernel gives N + 1 outputs",
        layout="NCHW,OIHW->NCHW", reference="Darknet at f6afaabc, parser.c, im2col.c",
    ),
    Row(
        function="mxnet Convolution", reversed="no", centre=_EXPLICIT, layout=_TORCH, reference="MXNet at b84609d3, convolution.cc",
    ),
    Row(
        function="mxnet Deconvolution", reversed="scatter", layout="NC…,IO…->NC…",
        centre="target_shape: the larger crop at the start", reference="MXNet at b84609d3, deconvolution.cc:117, deconvolution-inl.h",
    ),
    Row(
        function="oneDNN convolution", reversed="no", centre=_EXPLICIT, layout="NC…,OI…->NC… or a G axis in front of the kernel",
        reference="oneDNN at 515bfba68, convolution.md; its dilation 0 is no dilation: one less than elsewhere",
    ),
    Row(
        function="cudnn CUDNN_CONVOLUTION", reversed="yes", centre="explicit symmetric pads", layout=_TORCH,
        reference="the mode that NNlib uses for its default; Caffe and Darknet pass the other",
    ),
    Row(
        function="cudnn CUDNN_CROSS_CORRELATION", reversed="no", centre="explicit symmetric pads", layout=_TORCH,
        dtype="float32 runs in TF32 by default", reference="pytorch issues 107514 and 129649 for TF32",
    ),
    Row(
        function="CoreML conv", reversed="no", centre="'same': unknown", layout=_TORCH,
        reference="coremltools at e0e2f42b, iOS15/conv.py",
        bugs=("the documentation of 'same' contradicts itself on which end takes the odd pad",),
    ),
    Row(
        function="CoreML conv_transpose", reversed="scatter", centre="explicit crops", layout="NC…,IO…->NC…",
        reference="coremltools at e0e2f42b",
    ),
    Row(
        function="DirectML CONVOLUTION", reversed="yes", centre=_EXPLICIT, layout=_TORCH, evidence="documentation",
        reference="learn.microsoft.com, DML_CONVOLUTION_MODE; in the backward direction it is CROSS_CORRELATION that reverses",
    ),
    Row(
        function="DirectML CROSS_CORRELATION", reversed="no", centre=_EXPLICIT, layout=_TORCH, evidence="documentation",
        reference="learn.microsoft.com, DML_CONVOLUTION_MODE",
    ),
)  # fmt: skip
