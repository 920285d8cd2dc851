"""tinygrad: ``Tensor.conv2d`` and ``Tensor.conv_transpose2d``, which serve any number of axes; layouts are PyTorch's.

=================  ===============  =====================================================================================
method             kernel           outputs
=================  ===============  =====================================================================================
conv2d             (O, I/g, …)      ``padding``: one number, one for each axis, or (low, high) pairs *from the last axis on*
conv_transpose2d   (I, O/g, …)      the same numbers crop; ``output_padding`` extends the end by any number
=================  ===============  =====================================================================================

Sums of integers are widened to 32 bits. But products of small integers wrap around in their own dtype before that, which no Spec says: they
are computed here only where none does.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.promotion import promoted
from faltung.dialects.record import Arguments, Dialect, ShapesNeededError
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    TRANSPOSED,
    check_ranks,
    crops_of,
    each,
    first,
    layer,
    pads_of,
    positive,
    promoted_inexact,
    rank_of,
    wanted,
    wanted_pads,
    wanted_rank,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups
from faltung.spec.numbers import COMPLEX, INTEGERS, integer_range, is_exact

SUMS = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32", "float64": "float32"}
REFUSED = (*COMPLEX, "longdouble", "object")


def _product(function: str, x: str, k: str) -> str:
    """Return the dtype of a product; signed and unsigned 64 bits meet in float32."""
    if x in REFUSED or k in REFUSED:
        raise DialectError(f"{function} does not take {x} and {k}; it takes real numbers of up to 64 bits")
    if not (is_exact(x) and is_exact(k)):
        return promoted_inexact(x, k)
    dtype = promoted(x, k)
    return "float32" if dtype == "float64" else dtype


def _numbers(function: str, arguments: Arguments) -> dict[str, Any]:
    x, k = arguments["x_dtype"], arguments["k_dtype"]
    if x is None or k is None:
        return {"overflow": "wrap"}
    product = _product(function, x, k)
    return {"dtype": SUMS.get(product, product) if is_exact(product) else product, "overflow": "wrap"}


def _rank(function: str, arguments: Arguments) -> int:
    if arguments["x_shape"] is None and arguments["k_shape"] is None and isinstance(arguments["padding"], tuple | list):
        raise ShapesNeededError(f"{function}: what padding {arguments['padding']} means depends on how many axes there are; give k_shape")
    return rank_of(function, arguments, "stride", "dilation", "output_padding")


def _pairs(function: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """Return (low, high) for each axis, first to last."""
    if isinstance(value, tuple | list) and len(value) == 2 * rank:
        flat = each(function, "padding", value, 2 * rank, least=None)
        return tuple(zip(flat[::2], flat[1::2], strict=True))[::-1]
    return tuple((pad, pad) for pad in each(function, "padding", value, rank, least=None))


def _conv(arguments: Arguments) -> Spec:
    function = "tinygrad.Tensor.conv2d"
    rank = _rank(function, arguments)
    return layer(
        operation="correlate", conj="none", layout=first(rank), groups=Groups(count=positive(function, "groups", arguments["groups"])),
        stride=each(function, "stride", arguments["stride"], rank), dilation=each(function, "dilation", arguments["dilation"], rank),
        **pads_of(_pairs(function, arguments["padding"], rank)), **_numbers(function, arguments),
    )  # fmt: skip


def _transpose(arguments: Arguments) -> Spec:
    function = "tinygrad.Tensor.conv_transpose2d"
    rank = _rank(function, arguments)
    more = each(function, "output_padding", arguments["output_padding"], rank, least=None)
    crops = _pairs(function, arguments["padding"], rank)
    return layer(
        operation="convolve_transpose", layout=first(rank, "IO"), stride=each(function, "stride", arguments["stride"], rank),
        dilation=each(function, "dilation", arguments["dilation"], rank),
        groups=Groups(count=positive(function, "groups", arguments["groups"]), kernel=TRANSPOSED.kernel),
        **crops_of((low, high - extra) for (low, high), extra in zip(crops, more, strict=True)), **_numbers(function, arguments),
    )  # fmt: skip


def _checked(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    check_ranks(function, x, k, x.ndim - 2)
    product = _product(function, arguments["x_dtype"], arguments["k_dtype"])
    if product in INTEGERS and INTEGERS[product] < 32 and x.size and k.size:
        low, high = integer_range(product)
        ends = [int(a) * int(b) for a in (x.min(), x.max()) for b in (k.min(), k.max())]
        if min(ends) < low or max(ends) > high:
            raise DialectError(
                f"{function} wraps products around in {product} before it sums them, which is not imitated; convert to int32"
            )
    if product not in INTEGERS and product != "bool":
        return x.astype(product), k.astype(product)
    return np.asarray(x), np.asarray(k)


def _offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation != "convolve_transpose":
        yield _wanted(spec, wanted_pads(spec, wanted_rank(spec, None)))


def _transpose_offers(spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        yield _wanted(spec, wanted_pads(spec, wanted_rank(spec, None)))


def _wanted(spec: Spec, pads: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    rank = len(pads)
    steps = {name: wanted(spec, name, rank) for name in ("stride", "dilation")}
    flat = tuple(pad for pair in reversed(pads) for pad in pair)
    return {"groups": spec.groups.count, **steps, "padding": flat if len(set(flat)) > 1 else flat[0]}


STEPS = {"groups": 1, "stride": 1, "dilation": 1, "padding": 0}
VERSION = "tinygrad 0.14.0 (DEV=PYTHON); without bias"

TINYGRAD = {
    "tinygrad.Tensor.conv2d": Dialect(
        function="tinygrad.Tensor.conv2d", defaults=STEPS, reads=_conv, offers=_offers,
        prepares=partial(_checked, "tinygrad.Tensor.conv2d"), says=says, reference=VERSION,
    ),
    "tinygrad.Tensor.conv_transpose2d": Dialect(
        function="tinygrad.Tensor.conv_transpose2d", defaults={**STEPS, "output_padding": 0}, reads=_transpose, offers=_transpose_offers,
        prepares=partial(_checked, "tinygrad.Tensor.conv_transpose2d"), says=says, reference=VERSION,
    ),
}  # fmt: skip
