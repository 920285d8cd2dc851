"""TensorFlow: ``tf.nn.conv1d``, ``conv2d``, ``conv3d``, ``depthwise_conv2d`` and the transposed ones; SAME depends on stride and size.

=====================  ==========  ==========================================================================================
function               kernel      outputs
=====================  ==========  ==========================================================================================
nn.conv1d, 2d, 3d      (…, I/g, O)  VALID, SAME (upper), or a pair of pads for each of the input's axes
nn.depthwise_conv2d    (…, I, M)   the same; output channel c·M + m
nn.conv2d_transpose …  (…, O, I)   of output_shape: SAME crops (reach + 1 − stride) // 2 in front, VALID nothing
=====================  ==========  ==========================================================================================

Strides and dilations are one number, one for each sliding axis, or one for each axis of the input; conv3d takes the last only, and
depthwise_conv2d strides for the four axes and dilations for two. Pads are taken by conv2d and depthwise_conv2d, groups not by conv3d.
Complex numbers are refused, and so are most integers.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from faltung.dialects.record import Arguments, Dialect, ShapesNeededError, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
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
    pads_of,
    wanted,
    wanted_pads,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups, Layout
from faltung.spec.spec import at

DTYPES = ("float16", "float32", "float64")
WHOLE = ("tensorflow.nn.conv1d", "tensorflow.nn.conv2d", "tensorflow.nn.conv1d_transpose", "tensorflow.nn.conv2d_transpose")  # int32 too
# How many numbers a list must have, where it may not be one for each sliding axis or a number alone.
LISTS = {
    ("tensorflow.nn.conv3d", "strides"): 5, ("tensorflow.nn.conv3d", "dilations"): 5, ("tensorflow.nn.depthwise_conv2d", "strides"): 4,
    ("tensorflow.nn.depthwise_conv2d", "dilations"): 2,
}  # fmt: skip
PADDED = ("tensorflow.nn.conv2d", "tensorflow.nn.depthwise_conv2d")
BEHIND = {None: True, "NWC": True, "NHWC": True, "NDHWC": True, "NCW": False, "NCHW": False, "NCDHW": False}


def _layout(function: str, arguments: Arguments, rank: int, kernel: str = "{}IO") -> Layout:
    word = arguments["data_format"]
    behind = choice(function, "data_format", word, {w: b for w, b in BEHIND.items() if w is None or len(w) == rank + 2})
    layout = last(rank, kernel)
    return layout if behind else Layout(input=first(rank).input, kernel=layout.kernel, output=first(rank).output)


def _steps(function: str, name: str, arguments: Arguments, rank: int, layout: Layout) -> tuple[int, ...]:
    name = "stride" if name == "strides" and "stride" in arguments else name
    value = arguments[name]
    if value is None:
        if name != "dilations":
            raise DialectError(f"{function} needs {name}")
        return (1,) * rank
    count = LISTS.get((function, name))
    if count is not None and not (isinstance(value, tuple | list) and len(value) == count):
        raise DialectError(f"{function} has {name} {value!r}; it takes a list of {count} whole numbers")
    if isinstance(value, tuple | list) and len(value) == rank + 2:
        entries = dict(zip(layout.input, each(function, name, value, rank + 2), strict=True))
        if (entries["N"], entries["C"]) != (1, 1):
            raise DialectError(f"{function} has {name} {value}; those of batch and channels must be 1")
        return tuple(entries[letter] for letter in layout.spatial)
    return each(function, name, value, rank)


def _padding(function: str, arguments: Arguments, layout: Layout) -> dict[str, Any]:
    padding = arguments["padding"]
    if isinstance(padding, tuple | list):
        if function not in PADDED:
            raise DialectError(f"{function} has padding {padding!r}; it takes 'SAME' or 'VALID', and pads only after tensorflow.pad")
        if len(padding) != len(layout.input):
            raise DialectError(f"{function} has padding {padding!r}; it takes a pair for each of the input's {len(layout.input)} axes")
        pairs = dict(zip(layout.input, (each(function, "padding", pair, 2, least=0) for pair in padding), strict=True))
        return pads_of((pairs[letter][0], pairs[letter][1]) for letter in layout.spatial)
    return dict(choice(function, "padding", padding, {"VALID": {"mode": "valid"}, "SAME": {"mode": "same_upper"}}))


def _conv(function: str, rank: int, arguments: Arguments) -> Spec:
    layout = _layout(function, arguments, rank)
    return layer(
        operation="correlate", conj="none", layout=layout, stride=_steps(function, "strides", arguments, rank, layout),
        dilation=_steps(function, "dilations", arguments, rank, layout), groups=Groups(count=_groups(function, arguments, layout)),
        **_padding(function, arguments, layout), **one_dtype(function, arguments, _dtypes(function)),
    )  # fmt: skip


def _dtypes(function: str) -> tuple[str, ...]:
    return (*DTYPES, "int32") if function in WHOLE else DTYPES


def _groups(function: str, arguments: Arguments, layout: Layout) -> int:
    count = groups_by_channels(function, arguments, layout)
    if count > 1 and function == "tensorflow.nn.conv3d":
        raise DialectError(f"{function} has no groups: its kernel takes every {count}th of the input's channels")
    return count


def _depthwise(arguments: Arguments) -> Spec:
    function = "tensorflow.nn.depthwise_conv2d"
    if arguments["k_shape"] is None:
        raise ShapesNeededError(f"{function}: the number of groups is the number of input channels in the kernel; give k_shape")
    check_kernel_rank(function, arguments, 2)
    layout = _layout(function, arguments, 2)
    stride, dilation = (_steps(function, name, arguments, 2, layout) for name in ("strides", "dilations"))
    if stride[0] != stride[1] or (max(stride) > 1 and max(dilation) > 1):
        raise DialectError(f"{function} takes equal strides, and no strides with dilations: {stride}, {dilation}")
    return layer(
        operation="correlate", conj="none", layout=layout, stride=stride, dilation=dilation,
        groups=Groups(count=arguments["k_shape"][-2], kernel="I"), **_padding(function, arguments, layout),
        **one_dtype(function, arguments, DTYPES),
    )  # fmt: skip


def _transpose(function: str, rank: int, arguments: Arguments) -> Spec:
    layout = _layout(function, arguments, rank, "{}OI")
    stride = _steps(function, "strides", arguments, rank, layout)
    padding = choice(function, "padding", arguments["padding"], {"SAME": "SAME", "VALID": "VALID"})
    fields = {"operation": "convolve_transpose", "layout": layout, "stride": stride, **one_dtype(function, arguments, _dtypes(function))}
    wanted_shape = arguments["output_shape"]
    if wanted_shape is None or arguments["x_shape"] is None:
        return layer(mode="same_upper" if padding == "SAME" else "full", **fields)
    kernels = kernel_sizes(function, arguments, layout, "what is cropped depends")
    if len(arguments["x_shape"]) != rank + 2 or len(wanted_shape) != rank + 2:
        raise DialectError(f"{function} has an input of {arguments['x_shape']} and output_shape {wanted_shape}; both need {rank + 2} axes")
    crops = []
    for letter, k, s in zip(layout.spatial, kernels, stride, strict=True):
        n, m = arguments["x_shape"][layout.input.index(letter)], wanted_shape[layout.output.index(letter)]
        back = -(-m // s) if padding == "SAME" else -(-(m - k + 1) // s)
        if back != n:
            raise DialectError(f"{function} has output_shape {wanted_shape}, of which a {padding} convolution leaves {back}, not {n}")
        low = max((n - 1) * s + k - m, 0) // 2 if padding == "SAME" else 0
        crops.append((low, (n - 1) * s + k - m - low))
    return layer(**fields, **crops_of(crops))


def _checked(function: str, rank: int, x: Any, k: Any, _: Arguments) -> tuple[Any, Any]:
    check_ranks(function, x, k, rank)
    return x, k


def _offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    front = spec.layout is not None and spec.layout.input[1] == "C"
    pairs = [list(pair) for pair in wanted_pads(spec, rank)]
    listed = [[0, 0], [0, 0], *pairs] if front else [[0, 0], *pairs, [0, 0]]
    words = {"same": "SAME", "same_upper": "SAME", "valid": "VALID"}
    steps = {"stride" if rank == 1 else "strides": _listed(spec, "stride", rank, front), "dilations": None}
    if set(spec.dilation) != {1}:
        steps["dilations"] = _listed(spec, "dilation", rank, front)
    yield {**steps, "padding": words.get(spec.mode, listed), "data_format": {1: "NCW", 2: "NCHW", 3: "NCDHW"}[rank] if front else None}


def _listed(spec: Spec, name: str, rank: int, front: bool) -> Any:
    """Return a number, or one for each axis; for three axes one for each of the input's."""
    if rank < 3:
        return wanted(spec, name, rank)
    entries = [at(getattr(spec, name), axis) for axis in range(rank)]
    return [1, 1, *entries] if front else [1, *entries, 1]


def _none(_: Spec) -> Iterable[Arguments]:
    return ()


FLAT = {"stride": None, "padding": None, "data_format": None, "dilations": None}
CONV = {"strides": None, "padding": None, "data_format": None, "dilations": None}
TRANSPOSE = {"output_shape": None, "strides": None, "padding": "SAME", "data_format": None}
VERSION = "tensorflow-cpu 2.21.0"
GARBAGE = (
    "tensorflow-cpu 2.21.0: VALID with a kernel that is too long can return uninitialised memory; not imitated (that it is not refused: "
    "tensorflow/tensorflow issue 109175)",
)


def _forward(rank: int) -> Dialect:
    function = f"tensorflow.nn.conv{rank}d"
    return Dialect(
        function=function, defaults=FLAT if rank == 1 else CONV, reads=partial(_conv, function, rank),
        offers=partial(_offers, rank), axes=rank,
        prepares=partial(_checked, function, rank), says=says, reference=VERSION,
        bugs=GARBAGE,
    )  # fmt: skip


def _backward(rank: int) -> Dialect:
    function = f"tensorflow.nn.conv{rank}d_transpose"
    return Dialect(
        function=function, defaults=TRANSPOSE, reads=partial(_transpose, function, rank), offers=_none, axes=rank,
        prepares=partial(_checked, function, rank), says=says, reference=VERSION,
    )  # fmt: skip


TENSORFLOW = {
    **{f"tensorflow.nn.conv{rank}d": _forward(rank) for rank in (1, 2, 3)},
    "tensorflow.nn.depthwise_conv2d": Dialect(
        function="tensorflow.nn.depthwise_conv2d", defaults=CONV, reads=_depthwise, offers=_none, axes=2,
        prepares=partial(_checked, "tensorflow.nn.depthwise_conv2d", 2), says=says, reference=VERSION,
    ),
    **{f"tensorflow.nn.conv{rank}d_transpose": _backward(rank) for rank in (1, 2, 3)},
}  # fmt: skip
