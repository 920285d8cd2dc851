"""ONNX operators as onnxruntime runs them: Conv, ConvTranspose, ConvInteger, QLinearConv. Inputs first, then attributes.

=============  ===============  ===========================================================================================
operator       kernel           outputs
=============  ===============  ===========================================================================================
Conv           (O, I/g, …)      pads (all begins, then all ends), or auto_pad: SAME_UPPER, SAME_LOWER depend on stride and size
ConvTranspose  (I, O/g, …)      pads crop, output_padding extends the end; output_shape: the larger crop at the start,
                                at the end with SAME_UPPER
ConvInteger    (O, I/g, …)      of x − x_zero_point and w − w_zero_point, in int32
QLinearConv    (O, I/g, …)      rounded half to even, *then* y_zero_point added, then saturated
=============  ===============  ===========================================================================================

A Spec of QLinearConv is that of its sums; scales and zero points stand around it. The operators have no complex numbers and no negative
pads, and onnxruntime computes Conv in float16 and float32 only.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    TRANSPOSED,
    check_ranks,
    crops_of,
    each,
    first,
    kernel_sizes,
    layer,
    one_dtype,
    pads_of,
    positive,
    rank_of,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups
from faltung.spec.spec import at

DTYPES = ("float16", "float32")
BYTES = ("uint8", "int8")
AUTO = {"NOTSET": "", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower", "VALID": "valid"}
Pairs = tuple[tuple[int, int], ...]


def _conv(function: str, arguments: Arguments) -> Spec:
    rank = _rank(function, arguments)
    _check_kernel_shape(function, arguments, rank)
    dilation = _steps(function, "dilations", arguments, rank)
    mode = _auto(function, arguments)
    if mode.startswith("same") and max(dilation) > 1:
        raise DialectError(f"{function} (onnxruntime) has no auto_pad {arguments['auto_pad']} with dilations {dilation}; give pads")
    return layer(
        operation="correlate", conj="none", layout=first(rank), stride=_steps(function, "strides", arguments, rank), dilation=dilation,
        groups=Groups(count=positive(function, "group", arguments["group"])),
        **({"mode": mode} if mode else pads_of(_pads(function, arguments, rank))), **_numbers(function, arguments),
    )  # fmt: skip


def _rank(function: str, arguments: Arguments) -> int:
    half = {"half": tuple(arguments["pads"] or ())[::2] or None}
    return rank_of(function, {**arguments, **half}, "strides", "dilations", "kernel_shape", "output_padding", "output_shape", "half")


def _numbers(function: str, arguments: Arguments) -> dict[str, Any]:
    if function in ("onnx.Conv", "onnx.ConvTranspose"):
        return one_dtype(function, arguments, DTYPES)
    return {"dtype": "int32", "overflow": "wrap"}


def _steps(function: str, name: str, arguments: Arguments, rank: int) -> tuple[int, ...]:
    value = arguments[name]
    if value is None:
        return (1,) * rank
    if not isinstance(value, tuple | list) or len(value) != rank:
        raise DialectError(f"{function} has {name} {value!r}; it takes a list of {rank} whole numbers")
    return each(function, name, value, rank)


def _check_kernel_shape(function: str, arguments: Arguments, rank: int) -> None:
    stated, shape = arguments["kernel_shape"], arguments["k_shape"]
    if stated is not None and shape is not None and tuple(stated) != tuple(shape[-rank:]):
        raise DialectError(f"{function} has kernel_shape {stated}, but the kernel is {tuple(shape[-rank:])}")


def _auto(function: str, arguments: Arguments) -> str:
    word = choice(function, "auto_pad", arguments["auto_pad"], AUTO)
    if word and arguments["pads"] is not None:
        raise DialectError(f"{function} has both auto_pad {arguments['auto_pad']} and pads {arguments['pads']}; give one")
    return str(word)


def _pads(function: str, arguments: Arguments, rank: int) -> Pairs:
    pads = arguments["pads"]
    if pads is None:
        return ((0, 0),) * rank
    if not isinstance(pads, tuple | list) or len(pads) != 2 * rank:
        raise DialectError(f"{function} has pads {pads!r}; it takes a list of {2 * rank} whole numbers: all begins, then all ends")
    entries = each(function, "pads", pads, 2 * rank, least=0)
    return tuple((entries[axis], entries[axis + rank]) for axis in range(rank))


def _transpose(arguments: Arguments) -> Spec:
    function = "onnx.ConvTranspose"
    rank = _rank(function, arguments)
    _check_kernel_shape(function, arguments, rank)
    stride, dilation = (_steps(function, name, arguments, rank) for name in ("strides", "dilations"))
    more = each(function, "output_padding", arguments["output_padding"] or 0, rank, least=0)
    if any(extra >= step for extra, step in zip(more, stride, strict=True)):
        raise DialectError(f"{function} (onnxruntime) has output_padding {more}; it must be less than strides {stride}")
    mode, wanted = _auto(function, arguments), arguments["output_shape"]
    fields = {
        "operation": "convolve_transpose", "layout": first(rank, "IO"), "stride": stride, "dilation": dilation,
        "groups": Groups(count=positive(function, "group", arguments["group"]), kernel=TRANSPOSED.kernel), **_numbers(function, arguments),
    }  # fmt: skip
    if wanted is None and not mode.startswith("same"):
        pairs = zip(_pads(function, arguments, rank), more, strict=True)
        return layer(**fields, **crops_of((low, high - extra) for (low, high), extra in pairs))
    if wanted is None and not any(more) and arguments["k_shape"] is None:
        return layer(**fields, mode=mode)
    return layer(**fields, **crops_of(_sized(function, arguments, mode, stride, dilation, more)))


def _sized(
    function: str, arguments: Arguments, mode: str, strides: tuple[int, ...], dilations: tuple[int, ...], more: tuple[int, ...]
) -> Pairs:
    """Return the crops that leave output_shape, or stride outputs for each sample: the odd one at the start, with SAME_UPPER at the end."""
    kernels = kernel_sizes(function, arguments, first(len(strides), "IO"), "what is cropped depends")
    sizes = arguments["x_shape"][2:] if arguments["x_shape"] is not None else (2,) * len(strides)
    stated = arguments["output_shape"]
    if stated is not None and (arguments["x_shape"] is None or len(stated) != len(strides)):
        raise DialectError(f"{function} has output_shape {stated}; it takes {len(strides)} sizes, and what is cropped depends on x_shape")
    crops = []
    for axis, (n, k, s, d, extra) in enumerate(zip(sizes, kernels, strides, dilations, more, strict=True)):
        natural = s * (n - 1) + d * (k - 1) + 1
        total = natural + extra - (s * n if stated is None else stated[axis])
        if total < 0 and stated is None:
            raise DialectError(f"{function}: runtimes differ on auto_pad with a stride, {s}, above the kernel's span, {d * (k - 1) + 1}")
        if total <= -s or (total < 0 and extra):
            raise DialectError(f"{function} has output_shape {stated}, {-total} more than the {natural} there are with stride {s}")
        low = 0 if total < 0 else total // 2 if mode == "same_upper" else total - total // 2
        crops.append((low, total - low - extra))
    return tuple(crops)


def _checked(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    check_ranks(function, x, k, x.ndim - 2)
    return x, k


def _from_zero(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    """Return both operands less their zero points, in int32; a list of them has one for each output channel."""
    check_ranks(function, x, k, x.ndim - 2)
    for name, operand in (("input", x), ("kernel", k)):
        if operand.dtype.name not in BYTES:
            raise DialectError(f"{function} does not take {operand.dtype} as {name}; it takes uint8 and int8")
    w_zero = np.asarray(arguments["w_zero_point"], "int32")
    w_zero = w_zero.reshape((-1,) + (1,) * (k.ndim - 1)) if w_zero.ndim else w_zero
    return x.astype("int32") - int(arguments["x_zero_point"]), k.astype("int32") - w_zero


def _quantised(y: Any, x: Any, k: Any, arguments: Arguments) -> Any:
    """Return round(y·x_scale·w_scale/y_scale) + y_zero_point in the input's dtype: float32, half to even, saturated."""
    ratio = np.float32(arguments["x_scale"]) * np.asarray(arguments["w_scale"], "float32") / np.float32(arguments["y_scale"])
    ratio = ratio.reshape((-1,) + (1,) * (y.ndim - 2)) if ratio.ndim else ratio
    limits = np.iinfo(x.dtype)
    whole = np.rint(y.astype("float32") * ratio) + arguments["y_zero_point"]
    return np.clip(whole, limits.min, limits.max).astype(x.dtype)


def _offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    rank = wanted_rank(spec, None)
    words = {"same_upper": "SAME_UPPER", "same_lower": "SAME_LOWER", "same": "SAME_UPPER" if spec.anchor[0] == "low" else "SAME_LOWER"}
    pads = _flat(tuple((max(low, 0), max(high, 0)) for low, high in wanted_pads(spec, rank)))
    yield {**_wanted_steps(spec, rank), "auto_pad": words.get(spec.mode, "NOTSET"), "pads": None if spec.mode in words else pads}


def _transpose_offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        return
    rank = wanted_rank(spec, None)
    words = {"same_upper": "SAME_UPPER", "same_lower": "SAME_LOWER"}
    crops = wanted_pads(spec, rank)
    yield {
        **_wanted_steps(spec, rank), "auto_pad": words.get(spec.mode, "NOTSET"),
        "pads": None if spec.mode in words else _flat(tuple((max(low, 0), max(high, 0)) for low, high in crops)),
        "output_padding": [max(-high, 0) for _, high in crops] if any(high < 0 for _, high in crops) else None,
    }  # fmt: skip


def _flat(pairs: Pairs) -> list[int] | None:
    return [low for low, _ in pairs] + [high for _, high in pairs] if any(any(pair) for pair in pairs) else None


def _wanted_steps(spec: Spec, rank: int) -> dict[str, Any]:
    names = (("strides", spec.stride), ("dilations", spec.dilation))
    lists = {name: None if set(entries) == {1} else [at(entries, axis) for axis in range(rank)] for name, entries in names}
    return {**lists, "group": spec.groups.count}


def _none(_: Spec) -> Iterable[Arguments]:
    return ()


CONV = {"auto_pad": "NOTSET", "dilations": None, "group": 1, "kernel_shape": None, "pads": None, "strides": None}
TRANSPOSE = {**CONV, "output_padding": None, "output_shape": None}
ZEROS = {"x_zero_point": 0, "w_zero_point": 0}
SCALES = {"x_scale": 1.0, **ZEROS, "w_scale": 1.0, "y_scale": 1.0, "y_zero_point": 0}
VERSION = "onnxruntime 1.31.1 on the CPU, opset 21; without bias; a line is a node: inputs, then attributes"
ROUNDING = "onnx.reference 1.23.2 adds y_zero_point before it rounds: half to even then ends elsewhere where it is odd"

ONNX = {
    "onnx.Conv": Dialect(
        function="onnx.Conv", defaults=CONV, reads=partial(_conv, "onnx.Conv"), offers=_offers, prepares=partial(_checked, "onnx.Conv"),
        says=says, reference=VERSION,
    ),
    "onnx.ConvTranspose": Dialect(
        function="onnx.ConvTranspose", defaults=TRANSPOSE, reads=_transpose, offers=_transpose_offers,
        prepares=partial(_checked, "onnx.ConvTranspose"), says=says, reference=VERSION,
    ),
    "onnx.ConvInteger": Dialect(
        function="onnx.ConvInteger", defaults={**ZEROS, **CONV}, reads=partial(_conv, "onnx.ConvInteger"), offers=_none,
        prepares=partial(_from_zero, "onnx.ConvInteger"), says=says, reference=VERSION,
    ),
    "onnx.QLinearConv": Dialect(
        function="onnx.QLinearConv", defaults={**SCALES, **CONV}, reads=partial(_conv, "onnx.QLinearConv"), offers=_none,
        prepares=partial(_from_zero, "onnx.QLinearConv"), finishes=_quantised, says=says, reference=f"{VERSION}; {ROUNDING}",
    ),
}  # fmt: skip
