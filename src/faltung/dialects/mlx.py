"""MLX: channels behind, kernels (O, …, I/g), numbers of any sign as pads, and `convolve` after NumPy's.

=====================  ===================  ================================================================================
function               reversed             outputs
=====================  ===================  ================================================================================
conv1d, conv2d, 3d     no                   ``padding`` on both ends, negative ones crop
conv_general           if ``flip``          ``padding`` a number, one for each axis, or (lows, highs); ``input_dilation``
conv_transpose1d …     (adjoint)            ``padding`` crops, ``output_padding`` extends the end by any number
convolve               yes                  as numpy.convolve: the longer operand is the input
=====================  ===================  ================================================================================

A negative pad crops that many samples, before the input is spread; a transposed convolution that crops more than the kernel's reach does
so too. The input must be real and inexact; a kernel of integers takes its dtype. NumPy's float64 becomes float32 on the way into an
``mx.array``. Groups exist on one and two axes.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    check_kernel_rank,
    check_ranks,
    crops_of,
    each,
    last,
    layer,
    pads_of,
    positive,
    promoted_inexact,
    rank_of,
    squeezed,
    wanted,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups

KERNEL = "O{}I"
HALVES = {"float64": "float32"}
REFUSED = ("complex64", "complex128", "longdouble", "clongdouble", "object")
MODES = {mode: mode for mode in ("full", "same", "valid")}
GROUPED = 2  # axes


def _numbers(function: str, arguments: Arguments) -> dict[str, Any]:
    x, k = (HALVES.get(arguments[fact], arguments[fact]) for fact in ("x_dtype", "k_dtype"))
    for name in (x, k):
        if name in REFUSED:
            raise DialectError(f"{function} does not take {name}; it takes real numbers")
    if x is not None and x not in ("float16", "float32"):
        raise DialectError(f"{function} does not take an input of {x}; it takes float16 and float32")
    return {"dtype": promoted_inexact(x, k) if x is not None and k is not None else None}


def _groups(function: str, arguments: Arguments, rank: int) -> Groups:
    count = positive(function, "groups", arguments["groups"])
    if count > 1 and rank > GROUPED:
        raise DialectError(f"{function} has no groups on {rank} axes; it has them on one and two")
    return Groups(count=count)


def _conv(function: str, rank: int, arguments: Arguments) -> Spec:
    pads = each(function, "padding", arguments["padding"], rank, least=None)
    return layer(
        operation="correlate", conj="none", layout=last(rank, KERNEL), groups=_groups(function, arguments, rank),
        stride=each(function, "stride", arguments["stride"], rank), dilation=each(function, "dilation", arguments["dilation"], rank),
        **pads_of((pad, pad) for pad in pads), **_numbers(function, arguments),
    )  # fmt: skip


def _general(arguments: Arguments) -> Spec:
    function = "mlx.core.conv_general"
    rank = rank_of(function, arguments, "stride", "kernel_dilation", "input_dilation")
    padding = arguments["padding"]
    if isinstance(padding, tuple) and len(padding) == 2 and all(isinstance(end, tuple | list) for end in padding):
        lows, highs = (each(function, "padding", end, rank, least=None) for end in padding)
    else:
        lows = highs = each(function, "padding", padding, rank, least=None)
    steps = {
        name: each(function, argument, arguments[argument], rank)
        for name, argument in (("stride", "stride"), ("dilation", "kernel_dilation"), ("input_dilation", "input_dilation"))
    }
    return layer(
        operation="correlate", conj="none", reversal=(True,) if arguments["flip"] else None, layout=last(rank, KERNEL),
        groups=_groups(function, arguments, rank), **steps, **_numbers(function, arguments),
        **pads_of((_spread(low, i), _spread(high, i)) for low, high, i in zip(lows, highs, steps["input_dilation"], strict=True)),
    )  # fmt: skip


def _spread(pad: int, spread: int) -> int:
    """Return a pad in positions: a negative one removes samples, and their positions with them."""
    return pad * spread if pad < 0 else pad


def _transpose(function: str, rank: int, arguments: Arguments) -> Spec:
    check_kernel_rank(function, arguments, rank)
    crops = each(function, "padding", arguments["padding"], rank, least=None)
    more = each(function, "output_padding", arguments["output_padding"], rank, least=None)
    stride, dilation = (each(function, name, arguments[name], rank) for name in ("stride", "dilation"))
    sizes = arguments["k_shape"][1:-1] if arguments["k_shape"] is not None else (None,) * rank
    pads = [(_crop(c, s, d, k), _crop(c - m, s, d, k)) for c, m, s, d, k in zip(crops, more, stride, dilation, sizes, strict=True)]
    return layer(
        operation="convolve_transpose", layout=last(rank, KERNEL), groups=_groups(function, arguments, rank), stride=stride,
        dilation=dilation, **crops_of(pads), **_numbers(function, arguments),
    )  # fmt: skip


def _crop(crop: int, stride: int, dilation: int, taps: int | None) -> int:
    """Return a crop in positions; beyond the kernel's reach it is of whole samples."""
    reach = dilation * (taps - 1) if taps is not None else crop
    return reach - _spread(reach - crop, stride) if crop > reach else crop


def _convolve(arguments: Arguments) -> Spec:
    function = "mlx.core.convolve"
    mode = choice(function, "mode", arguments["mode"], MODES)
    return Spec(operation="convolve", mode=mode, operands="longer_first", **_numbers(function, arguments))


def _as_mlx(function: str, rank: int | None, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    if rank is not None:
        check_ranks(function, x, k, rank or x.ndim - 2)
    dtype = _numbers(function, arguments)["dtype"]
    return x.astype(dtype), k.astype(dtype)


def _offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        pads = tuple(low for low, _ in wanted_pads(spec, rank))
        steps = {name: wanted(spec, name, rank) for name in ("stride", "dilation")}
        yield {**steps, "padding": squeezed(pads), "groups": spec.groups.count}


def _general_offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    rank = wanted_rank(spec, None)
    lows, highs = ([pair[end] for pair in wanted_pads(spec, rank)] for end in (0, 1))
    yield {
        "stride": wanted(spec, "stride", rank), "kernel_dilation": wanted(spec, "dilation", rank),
        "input_dilation": wanted(spec, "input_dilation", rank), "groups": spec.groups.count,
        "padding": (lows, highs) if any(lows) or any(highs) else 0,
    }  # fmt: skip


def _transpose_offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        return
    crops = wanted_pads(spec, rank)
    steps = {name: wanted(spec, name, rank) for name in ("stride", "dilation")}
    more = squeezed(tuple(low - high for low, high in crops))
    yield {**steps, "padding": squeezed(tuple(low for low, _ in crops)), "output_padding": more, "groups": spec.groups.count}


def _convolve_offers(_: Spec) -> Iterable[Arguments]:
    return ({"mode": mode} for mode in MODES)


STEPS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
TRANSPOSE = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "groups": 1}
GENERAL = {"stride": 1, "padding": 0, "kernel_dilation": 1, "input_dilation": 1, "groups": 1, "flip": False}
OUTSIDE = (
    "mlx 0.32.4: with a stride, a kernel that is a few samples too long is not refused, and what lies behind the input is read (the number"
    " of outputs is rounded towards zero); not imitated; https://github.com/ml-explore/mlx mlx/ops.cpp, the output shape of conv",
)
VERSION = "mlx 0.32.4 on the CPU"


def _forward(rank: int) -> Dialect:
    function = f"mlx.core.conv{rank}d"
    return Dialect(
        function=function, defaults=STEPS, reads=partial(_conv, function, rank), offers=partial(_offers, rank), axes=rank,
        prepares=partial(_as_mlx, function, rank), says=says, reference=VERSION, bugs=OUTSIDE,
    )  # fmt: skip


def _backward(rank: int) -> Dialect:
    function = f"mlx.core.conv_transpose{rank}d"
    return Dialect(
        function=function, defaults=TRANSPOSE, reads=partial(_transpose, function, rank), offers=partial(_transpose_offers, rank),
        axes=rank, prepares=partial(_as_mlx, function, rank), says=says, reference=VERSION, bugs=OUTSIDE,
    )  # fmt: skip


MLX = {
    **{f"mlx.core.conv{rank}d": _forward(rank) for rank in (1, 2, 3)},
    **{f"mlx.core.conv_transpose{rank}d": _backward(rank) for rank in (1, 2, 3)},
    "mlx.core.conv_general": Dialect(
        function="mlx.core.conv_general", defaults=GENERAL, reads=_general, offers=_general_offers,
        prepares=partial(_as_mlx, "mlx.core.conv_general", 0), says=says, reference=VERSION, bugs=OUTSIDE,
    ),
    "mlx.core.convolve": Dialect(
        function="mlx.core.convolve", defaults={"mode": "full"}, reads=_convolve, offers=_convolve_offers, axes=1,
        prepares=partial(_as_mlx, "mlx.core.convolve", None), reference=VERSION,
    ),
}  # fmt: skip
