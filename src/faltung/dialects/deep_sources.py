"""Deep-learning frameworks that cannot be run here, from their sources: Caffe, MXNet, Darknet, Theano, cuDNN, oneDNN, Core ML, Flux.

=========================  =========  =======  ==============================================================================
function                   reversed   kernel   outputs
=========================  =========  =======  ==============================================================================
caffe, mxnet Convolution   no         O, I/g   the same pad on both ends
… Deconvolution            (adjoint)  I, O/g   the pad crops; MXNet: adj extends the end
darknet convolutional      no         O, I/g   ``pad=1`` means K//2 on both ends, so that an even kernel gives N + 1 outputs
theano conv2d              **yes**    O, I/g   ``half`` as Darknet's pad; ``filter_flip=False``: a correlation
cudnn                      by mode    O, I/g   the same pad on both ends
oneDNN                     no         O, I/g   padding_l, padding_r; a dilation of **0** is none
coremltools conv           no         O, I/g   ``custom``: pairs; ``same`` contradicts itself in the documentation and is refused
Flux Conv, CrossCor        yes, no    I/g, O   ``SamePad()``: high, whatever the stride; arrays are WHCN
=========================  =========  =======  ==============================================================================

Without bias. All outputs are floor((N + pads − L − 1)/stride) + 1. Layers are named as functions of input and weights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    TRANSPOSED,
    crops_of,
    each,
    first,
    kernel_sizes,
    layer,
    pads_of,
    positive,
    rank_of,
    squeezed,
    wanted,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups, Layout

_FLUX = {1: Layout(input="WCN", kernel="WIO", output="WCN"), 2: Layout(input="WHCN", kernel="WHIO", output="WHCN")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a framework calls the steps; `no_dilation` is its word for a dilation of 1."""

    function: str
    stride: str
    pad: str
    dilation: str | None
    groups: str
    no_dilation: int = 1


CAFFE = Names(function="caffe.Convolution", stride="stride", pad="pad", dilation="dilation", groups="group")
DECAFFE = Names(function="caffe.Deconvolution", stride="stride", pad="pad", dilation="dilation", groups="group")
MXNET = Names(function="mxnet.Convolution", stride="stride", pad="pad", dilation="dilate", groups="num_group")
DEMXNET = Names(function="mxnet.Deconvolution", stride="stride", pad="pad", dilation="dilate", groups="num_group")
DARKNET = Names(function="darknet.convolutional", stride="stride", pad="padding", dilation=None, groups="groups")
THEANO = Names(function="theano.conv2d", stride="subsample", pad="border_mode", dilation="filter_dilation", groups="num_groups")
CUDNN = Names(function="cudnn.convolutionForward", stride="stride", pad="pad", dilation="dilation", groups="groups")
ONEDNN = Names(function="onednn.convolution_forward", stride="strides", pad="padding_l", dilation="dilates", groups="groups", no_dilation=0)
COREML = Names(function="coremltools.conv", stride="strides", pad="pad", dilation="dilations", groups="groups")
CONV = Names(function="flux.Conv", stride="stride", pad="pad", dilation="dilation", groups="groups")
CROSS = Names(function="flux.CrossCor", stride="stride", pad="pad", dilation="dilation", groups="groups")


def _steps(names: Names, arguments: Arguments, rank: int) -> dict[str, Any]:
    dilation = (1,) * rank
    if names.dilation is not None:
        least = names.no_dilation
        dilation = tuple(d + 1 - least for d in each(names.function, names.dilation, arguments[names.dilation], rank, least))
    stride = each(names.function, names.stride, arguments[names.stride], rank)
    return {"stride": stride, "dilation": dilation, "groups": Groups(count=positive(names.function, names.groups, arguments[names.groups]))}


def _rank(names: Names, arguments: Arguments) -> int:
    return rank_of(names.function, arguments, names.stride, *([names.dilation] if names.dilation else []))


def _symmetric(names: Names, arguments: Arguments) -> Spec:
    rank = _rank(names, arguments)
    pads = each(names.function, names.pad, arguments[names.pad], rank, least=0)
    return _forward(names, arguments, rank, pads_of((pad, pad) for pad in pads))


def _forward(names: Names, arguments: Arguments, rank: int, outputs: dict[str, Any], *, reverses: bool = False) -> Spec:
    operation = "convolve" if reverses else "correlate"
    return layer(operation=operation, conj="none", layout=first(rank), **outputs, **_steps(names, arguments, rank))


def _transposed(names: Names, arguments: Arguments) -> Spec:
    rank = _rank(names, arguments)
    crops = each(names.function, names.pad, arguments[names.pad], rank, least=0)
    more = each(names.function, "adj", arguments.get("adj", 0), rank, least=0)
    steps = _steps(names, arguments, rank)
    groups = Groups(count=steps.pop("groups").count, kernel=TRANSPOSED.kernel)
    pairs = crops_of((crop, crop - extra) for crop, extra in zip(crops, more, strict=True))
    return layer(operation="convolve_transpose", layout=first(rank, "IO"), groups=groups, **pairs, **steps)


def _darknet(arguments: Arguments) -> Spec:
    function, pad = DARKNET.function, choice(DARKNET.function, "pad", arguments["pad"], {0: 0, 1: 1})
    if not pad:
        return _symmetric(DARKNET, arguments)
    return _forward(DARKNET, arguments, 2, _half(function, arguments))


def _half(function: str, arguments: Arguments, dilation: tuple[int, ...] = (1, 1)) -> dict[str, Any]:
    sizes = kernel_sizes(function, arguments, first(2), "the pad depends")
    halves = [(d * (k - 1) + 1) // 2 for k, d in zip(sizes, dilation, strict=True)]
    return pads_of((half, half) for half in halves)


def _theano(arguments: Arguments) -> Spec:
    mode, reverses = arguments["border_mode"], bool(arguments["filter_flip"])
    dilation = each(THEANO.function, "filter_dilation", arguments["filter_dilation"], 2)
    if isinstance(mode, str):
        choice(THEANO.function, "border_mode", mode, {"valid": 0, "full": 0, "half": 0})
        outputs = _half(THEANO.function, arguments, dilation) if mode == "half" else {"mode": mode}
    elif isinstance(mode, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in mode):
        outputs = pads_of(mode)
    else:
        outputs = pads_of((pad, pad) for pad in each(THEANO.function, "border_mode", mode, 2, least=0))
    return _forward(THEANO, arguments, 2, outputs, reverses=reverses)


def _cudnn(arguments: Arguments) -> Spec:
    words = {"CUDNN_CONVOLUTION": True, "CUDNN_CROSS_CORRELATION": False}
    rank = _rank(CUDNN, arguments)
    pads = each(CUDNN.function, "pad", arguments["pad"], rank, least=0)
    reverses = choice(CUDNN.function, "mode", arguments["mode"], words)
    return _forward(CUDNN, arguments, rank, pads_of((pad, pad) for pad in pads), reverses=reverses)


def _onednn(arguments: Arguments) -> Spec:
    rank = _rank(ONEDNN, arguments)
    low, high = (each(ONEDNN.function, name, arguments[name], rank, least=None) for name in ("padding_l", "padding_r"))
    return _forward(ONEDNN, arguments, rank, pads_of(zip(low, high, strict=True)))


def _coreml(arguments: Arguments) -> Spec:
    rank, kind = _rank(COREML, arguments), arguments["pad_type"]
    if kind not in ("valid", "custom"):
        raise DialectError(f"{COREML.function}: the documentation contradicts itself on pad_type {kind!r}; give 'custom' and pad")
    pads = arguments["pad"] if kind == "custom" and arguments["pad"] is not None else (0,) * (2 * rank)
    flat = each(COREML.function, "pad", pads, 2 * rank, least=0)
    return _forward(COREML, arguments, rank, pads_of(zip(flat[::2], flat[1::2], strict=True)))


def _flux(reverses: bool, names: Names, arguments: Arguments) -> Spec:
    rank = _rank(names, arguments)
    if rank not in _FLUX:
        raise DialectError(f"{names.function} is described for one and two axes, not {rank}")
    pad = arguments["pad"]
    if pad == "SamePad()":
        outputs: dict[str, Any] = {"mode": "same", "anchor": ("high",)}
    else:
        outputs = pads_of((p, p) for p in each(names.function, "pad", pad, rank, least=0))
    operation = "convolve" if reverses else "correlate"
    return layer(operation=operation, conj="none", layout=_FLUX[rank], **outputs, **_steps(names, arguments, rank))


def _offers(names: Names, spec: Spec) -> Iterable[Arguments]:
    """Return the steps and the pads; where the framework has no such pads, reading them back shows it."""
    if (spec.operation == "convolve_transpose") != names.function.endswith("Deconvolution"):
        return
    rank = wanted_rank(spec, None)
    pads = tuple((max(low, 0), max(high, 0)) for low, high in wanted_pads(spec, rank))
    arguments = {names.stride: wanted(spec, "stride", rank), names.groups: spec.groups.count}
    if names.dilation is not None:
        dilation = wanted(spec, "dilation", rank)
        less = 1 - names.no_dilation
        arguments[names.dilation] = dilation - less if isinstance(dilation, int) else tuple(d - less for d in dilation)
    yield {**arguments, **_wanted_pads(names, pads)}


def _wanted_pads(names: Names, pads: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    lows, highs = (squeezed(tuple(pair[end] for pair in pads)) for end in (0, 1))
    if names is ONEDNN:
        return {"padding_l": lows, "padding_r": highs}
    if names is COREML:
        return {"pad_type": "custom", "pad": tuple(pad for pair in pads for pad in pair)} if any(map(any, pads)) else {}
    return {names.pad: lows}


def _row(names: Names, defaults: Arguments, reads: Any, reference: str) -> Dialect:
    return Dialect(
        function=names.function, defaults=defaults, reads=reads, offers=partial(_offers, names), says=says, evidence="source",
        reference=reference,
    )  # fmt: skip


_PLAIN = {"stride": 1, "pad": 0, "dilation": 1, "group": 1}
_MXNET = {"stride": 1, "pad": 0, "dilate": 1, "num_group": 1}
_THEANO = {"border_mode": "valid", "subsample": 1, "filter_flip": True, "filter_dilation": 1, "num_groups": 1}
_LAYER = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1}
_CUDNN = {"mode": "CUDNN_CROSS_CORRELATION", **_LAYER}
_ONEDNN = {"strides": 1, "padding_l": 0, "padding_r": 0, "dilates": 0, "groups": 1}
_COREML = {"strides": 1, "pad_type": "valid", "pad": None, "dilations": 1, "groups": 1}

DEEP_SOURCES = {
    "caffe.Convolution": _row(CAFFE, _PLAIN, partial(_symmetric, CAFFE), "Caffe at 9b891540, conv_layer.cpp"),
    "caffe.Deconvolution": _row(DECAFFE, _PLAIN, partial(_transposed, DECAFFE), "Caffe at 9b891540, base_conv_layer.cpp:135"),
    "mxnet.Convolution": _row(MXNET, _MXNET, partial(_symmetric, MXNET), "MXNet at b84609d3, convolution.cc"),
    "mxnet.Deconvolution": _row(
        DEMXNET, {**_MXNET, "adj": 0}, partial(_transposed, DEMXNET), "MXNet at b84609d3, deconvolution.cc:117, deconvolution-inl.h"
    ),
    "darknet.convolutional": _row(
        DARKNET, {"stride": 1, "pad": 0, "padding": 0, "groups": 1}, _darknet, "Darknet at f6afaabc, parser.c, im2col.c"
    ),
    "theano.conv2d": _row(THEANO, _THEANO, _theano, "Theano at 7505f23ed, abstract_conv.py: theano.tensor.nnet.conv2d"),
    "cudnn.convolutionForward": _row(CUDNN, _CUDNN, _cudnn, "Caffe, Darknet and NNlib at the commits named here; not run"),
    "onednn.convolution_forward": _row(ONEDNN, _ONEDNN, _onednn, "oneDNN at 515bfba68, doc/primitives/convolution.md"),
    "coremltools.conv": _row(COREML, _COREML, _coreml, "coremltools at e0e2f42b, iOS15/conv.py"),
    "flux.Conv": _row(CONV, _LAYER, partial(_flux, True, CONV), "Flux at 3f2f828b5, NNlib at f71b71c"),
    "flux.CrossCor": _row(CROSS, _LAYER, partial(_flux, False, CROSS), "Flux at 3f2f828b5, NNlib at f71b71c"),
}
