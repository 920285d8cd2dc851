"""Keras 3: ``keras.ops`` and the layers. Channels stand behind unless ``data_format`` says otherwise; SAME depends on stride and size.

============================  =====================  ==================================================================
function                      kernel                 outputs
============================  =====================  ==================================================================
ops.conv, layers.Conv1D …     (…, I/g, O)            valid, same (upper); the 1-D layer also causal
ops.depthwise_conv, layers    (…, I, M)              the same; output channel c·M + m
ops.separable_conv            and pointwise (1, J, O)  the same
ops.conv_transpose, layers    (…, O, I)              same: stride outputs for each sample; valid: at least as many
============================  =====================  ==================================================================

Run with the PyTorch backend, whose dtypes are described (`faltung.dialects.torch`); the layers compute in float32. The groups of
`ops.conv` follow from the channels; those of a depthwise kernel from its shape.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.record import Arguments, Call, Dialect, ShapesNeededError, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    INEXACT,
    check_kernel_rank,
    check_ranks,
    crops_of,
    each,
    first,
    groups_by_channels,
    kernel_sizes,
    last,
    layer,
    one_dtype,
    positive,
    rank_of,
    wanted,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups, Layout

NARROW = ("uint8", "int8", "int16", "int32")
INTEGERS = (*NARROW, "int64")
WORDS: dict[str, dict[str, Any]] = {"valid": {"mode": "valid"}, "same": {"mode": "same_upper"}}
CAUSAL = WORDS | {"causal": {"mode": "causal"}}
FORMATS = {None: False, "channels_last": False, "channels_first": True}


def _layout(function: str, arguments: Arguments, rank: int, kernel: str = "{}IO") -> Layout:
    in_front = choice(function, "data_format", arguments["data_format"], FORMATS)
    behind = last(rank, kernel)
    return Layout(input=first(rank).input, kernel=behind.kernel, output=first(rank).output) if in_front else behind


def _conv(function: str, rank: int | None, arguments: Arguments) -> Spec:
    axes = rank or rank_of(function, arguments, "strides", "dilation_rate")
    layout = _layout(function, arguments, axes)
    groups = positive(function, "groups", arguments["groups"]) if "groups" in arguments else groups_by_channels(function, arguments, layout)
    return layer(
        operation="correlate", conj="none", layout=layout, groups=Groups(count=groups), **_steps(function, arguments, axes),
        **_padding(function, arguments), **_numbers(function, arguments),
    )  # fmt: skip


def _depthwise(function: str, rank: int | None, arguments: Arguments) -> Spec:
    axes = rank or rank_of(function, arguments, "strides", "dilation_rate")
    if arguments["k_shape"] is None:
        raise ShapesNeededError(f"{function}: the number of groups is the number of input channels in the kernel; give k_shape")
    check_kernel_rank(function, arguments, axes)
    return layer(
        operation="correlate", conj="none", layout=_layout(function, arguments, axes),
        groups=Groups(count=arguments["k_shape"][-2], kernel="I"), **_steps(function, arguments, axes),
        **_padding(function, arguments), **_numbers(function, arguments),
    )  # fmt: skip


def _steps(function: str, arguments: Arguments, rank: int) -> dict[str, tuple[int, ...]]:
    strides, rates = (each(function, name, arguments[name], rank) for name in ("strides", "dilation_rate"))
    if ".layers.Conv" in function and max(strides) > 1 and max(rates) > 1:
        raise DialectError(f"{function} takes strides {strides} or dilation_rate {rates} above 1, not both")
    if arguments["x_dtype"] in NARROW and max(rates) > 1:
        raise DialectError(f"{function} on PyTorch does not dilate {arguments['x_dtype']}; of the integers it dilates int64 only")
    return {"stride": strides, "dilation": rates}


def _padding(function: str, arguments: Arguments) -> dict[str, Any]:
    padding = arguments["padding"]
    return dict(choice(function, "padding", padding.lower() if isinstance(padding, str) else padding, _words(function)))


def _words(function: str) -> dict[str, dict[str, Any]]:
    return CAUSAL if function.endswith(".Conv1D") else WORDS


def _numbers(function: str, arguments: Arguments) -> dict[str, Any]:
    if ".layers." in function:
        for fact in ("x_dtype", "k_dtype"):
            if arguments[fact] not in (None, "float16", "float32", "float64"):
                raise DialectError(f"{function} does not take {arguments[fact]}; it takes floats, and computes in float32")
        return {"dtype": "float32"}
    transposed = function.endswith("transpose")
    return one_dtype(function, arguments, (("int64",) if transposed else INTEGERS) + INEXACT)


def _transpose(function: str, rank: int | None, arguments: Arguments) -> Spec:
    axes = rank or rank_of(function, arguments, "strides", "dilation_rate")
    layout = _layout(function, arguments, axes, "{}OI")
    steps = _steps(function, arguments, axes)
    padding = choice(function, "padding", str(arguments["padding"]).lower(), {"valid": "valid", "same": "same"})
    return layer(
        operation="convolve_transpose", layout=layout, **steps, **_crops(function, padding, arguments, layout, steps),
        **_numbers(function, arguments),
    )  # fmt: skip


def _crops(function: str, padding: str, arguments: Arguments, layout: Layout, steps: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    extra, strides = arguments["output_padding"], steps["stride"]
    if extra is None and padding == "same":
        return {"mode": "same_upper"}
    if extra is None and set(strides) == {1}:
        return {"mode": "full"}
    more = (None,) * len(strides) if extra is None else each(function, "output_padding", extra, len(strides), least=0)
    if ".layers." in function and any(m is not None and m >= s for m, s in zip(more, strides, strict=True)):
        raise DialectError(f"{function} has output_padding {extra}; it must be less than strides {strides}")
    if extra is not None and padding == "valid":
        return crops_of((0, -(m or 0)) for m in more)
    sizes = kernel_sizes(function, arguments, layout, "what is cropped depends")
    spans = [d * (k - 1) + 1 for d, k in zip(steps["dilation"], sizes, strict=True)]
    return crops_of(_crop(span, stride, m) for span, stride, m in zip(spans, strides, more, strict=True))


def _crop(span: int, stride: int, more: int | None) -> tuple[int, int]:
    """Return what is cropped below and above: valid extends; same keeps (N−1)·stride + span mod 2 + output_padding samples."""
    if more is None:
        return 0, -max(stride - span, 0)
    pads = span + span % 2 - 2 + more  # of the spread input, the larger half in front
    low = span - 1 - min((pads + 1) // 2, span - 1)
    return low, 2 * (span - 1) - pads - low


def _checked(function: str, rank: int | None, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    check_ranks(function, x, k, rank or x.ndim - 2)
    if ".layers." in function:
        _numbers(function, arguments)
        return x.astype("float32"), k.astype("float32")
    return x, k


def _separable(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    """Return one kernel for both steps: K[…, c, o] = Σ over m of depthwise[…, c, m] · pointwise[c·M + m, o]."""
    function, pointwise = "keras.ops.separable_conv", arguments["pointwise_kernel"]
    check_ranks(function, x, k, x.ndim - 2)
    matrix = np.asarray(pointwise) if pointwise is not None else None
    if matrix is None or matrix.shape[:-1] != (1,) * (x.ndim - 2) + (k.shape[-2] * k.shape[-1],):
        raise DialectError(f"{function} needs a pointwise_kernel of shape {(1,) * (x.ndim - 2) + (k.shape[-2] * k.shape[-1], 'O')}")
    if matrix.dtype != k.dtype:
        raise DialectError(f"{function} takes kernels of one dtype, not {k.dtype} and {matrix.dtype}")
    return x, np.einsum("...cm,cmo->...co", k, matrix.reshape(*k.shape[-2:], -1))


def _separable_spec(arguments: Arguments) -> Spec:
    """Return the Spec of the one kernel that both steps are; it mixes all channels, so that there are no groups."""
    return replace(_conv("keras.ops.separable_conv", None, arguments), groups=Groups())


def _offers(rank: int | None, spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    axes = wanted_rank(spec, rank)
    steps = {"strides": wanted(spec, "stride", axes), "dilation_rate": wanted(spec, "dilation", axes)}
    steps |= _shown_groups(spec, axes) if rank is None else {"groups": spec.groups.count}
    padding = "same" if spec.mode in ("same", "same_upper") else "causal" if spec.mode == "causal" and rank == 1 else "valid"
    yield {**steps, "padding": padding, "data_format": _format(spec)}


def _shown_groups(spec: Spec, rank: int) -> dict[str, Any]:
    """Return shapes whose channels say how many groups there are, as `ops.conv` reads it from them."""
    channels, ones = (spec.groups.count,), (1,) * rank
    x_shape = (1, *channels, *ones) if _format(spec) else (1, *ones, *channels)
    return {"x_shape": x_shape, "k_shape": (*ones, 1, spec.groups.count)}


def _format(spec: Spec) -> str | None:
    return "channels_first" if spec.layout is not None and spec.layout.input[1] == "C" else None


def _depthwise_offers(spec: Spec) -> Iterable[Arguments]:
    return ()


def _transpose_offers(rank: int | None, spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        return
    axes = wanted_rank(spec, rank)
    steps = {"strides": wanted(spec, "stride", axes), "dilation_rate": wanted(spec, "dilation", axes), "data_format": _format(spec)}
    more = tuple(max(-high, 0) for _, high in wanted_pads(spec, axes))
    if spec.mode == "same_upper":
        yield {**steps, "padding": "same"}
    else:
        yield {**steps, "padding": "valid", "output_padding": more if any(more) else 0}


def _typed_layer(call: Call) -> str:
    """Return a line that makes the layer with its kernel, and calls it."""
    rest = "".join(f", {name}={value!r}" for name, value in call.arguments)
    sizes = f"{call.kernel}.shape[-1], {call.kernel}.shape[:-2]"
    return f"{call.function}({sizes}, use_bias=False, kernel_initializer=lambda *_, **__: {call.kernel}{rest})({call.input})"


OPS = {"strides": 1, "padding": "valid", "data_format": None, "dilation_rate": 1}
LAYER = OPS
TRANSPOSE = {"strides": 1, "padding": "valid", "output_padding": None, "data_format": None, "dilation_rate": 1}
VERSION = "keras 3.15.1 with PyTorch 2.13.0; without bias"
A_LAYER = "keras 3.15.1 with PyTorch 2.13.0; the layer with kernel k and without bias, called on x"


def _op(name: str, defaults: Arguments, reads: Callable[[str, int | None, Arguments], Spec], offers: Any) -> Dialect:
    function = f"keras.ops.{name}"
    return Dialect(
        function=function, defaults=defaults, reads=partial(reads, function, None), offers=offers,
        prepares=partial(_checked, function, None), says=says, reference=VERSION,
    )  # fmt: skip


def _layer(name: str, rank: int, defaults: Arguments, reads: Callable[[str, int | None, Arguments], Spec], offers: Any) -> Dialect:
    function = f"keras.layers.{name}"
    return Dialect(
        function=function, defaults=defaults, reads=partial(reads, function, rank), offers=offers, axes=rank,
        prepares=partial(_checked, function, rank), says=says, types=_typed_layer, reference=A_LAYER,
    )  # fmt: skip


KERAS = {
    "keras.ops.conv": _op("conv", OPS, _conv, partial(_offers, None)),
    "keras.ops.depthwise_conv": _op("depthwise_conv", OPS, _depthwise, _depthwise_offers),
    "keras.ops.separable_conv": Dialect(
        function="keras.ops.separable_conv", defaults={"pointwise_kernel": None, **OPS}, reads=_separable_spec, offers=_depthwise_offers,
        prepares=_separable, says=says, reference=VERSION,
    ),
    "keras.ops.conv_transpose": _op("conv_transpose", TRANSPOSE, _transpose, partial(_transpose_offers, None)),
    **{f"keras.layers.Conv{n}D": _layer(f"Conv{n}D", n, {**LAYER, "groups": 1}, _conv, partial(_offers, n)) for n in (1, 2, 3)},
    **{f"keras.layers.DepthwiseConv{n}D": _layer(f"DepthwiseConv{n}D", n, LAYER, _depthwise, _depthwise_offers) for n in (1, 2)},
    **{
        f"keras.layers.Conv{n}DTranspose": _layer(f"Conv{n}DTranspose", n, TRANSPOSE, _transpose, partial(_transpose_offers, n))
        for n in (1, 2, 3)
    },
}  # fmt: skip
