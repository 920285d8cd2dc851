"""PyTorch: ``torch.nn.functional.conv1d`` … ``conv_transpose3d``, the layers with their ``padding_mode``, and Kornia, which builds on it.

====================  ========  ===============================  ===============================================
function              reversed  kernel                           outputs
====================  ========  ===============================  ===============================================
conv1d, 2d, 3d        no        (O, I/g, …)                      ``padding`` on both ends; ``same`` is low, stride 1
conv_transpose1d …    (adjoint) (I, O/g, …)                      ``padding`` crops, ``output_padding`` extends the end
nn.Conv1d, 2d, 3d     no        (O, I/g, …)                      as conv; outside: ``padding_mode``
nn.ConvTranspose1d …  (adjoint) (I, O/g, …)                      as conv_transpose; ``padding_mode`` is zeros alone
kornia filter2d       no        (1, H, W), for every channel     same: low; ``reflect`` is whole_sample
====================  ========  ===============================  ===============================================

Complex numbers are not conjugated. On the CPU, integers wrap around in their own dtype; transposed ones exist for int64 only, and so do
dilated ones.
"""

from collections.abc import Iterable
from functools import partial
from itertools import product
from typing import Any

from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.dialects.tensor_writing import says
from faltung.dialects.tensors import (
    INEXACT,
    TRANSPOSED,
    crops_of,
    each,
    first,
    layer,
    one_dtype,
    pads_of,
    positive,
    squeezed,
    wanted,
    wanted_pads,
)  # fmt: skip
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.layout import Groups
from faltung.spec.numbers import is_exact
from faltung.spec.resolve import windows

NARROW = ("uint8", "int8", "int16", "int32")
LAWS = {"zeros": "zero", "reflect": "whole_sample", "replicate": "edge", "circular": "periodic"}
BORDERS = {"constant": "zero", "reflect": "whole_sample", "replicate": "edge", "circular": "periodic"}
WORD = {law: word for word, law in LAWS.items()}


def _conv(function: str, rank: int, dtypes: tuple[str, ...], arguments: Arguments) -> Spec:
    dilation = each(function, "dilation", arguments["dilation"], rank)
    if arguments["x_dtype"] in NARROW and max(dilation) > 1:
        raise DialectError(f"{function} does not dilate {arguments['x_dtype']}; of the integers it dilates int64 only")
    stride = each(function, "stride", arguments["stride"], rank)
    law = choice(function, "padding_mode", arguments.get("padding_mode", "zeros"), LAWS)
    spec = layer(
        operation="correlate", stride=stride, dilation=dilation, boundary=((law, law),), layout=first(rank),
        groups=Groups(count=positive(function, "groups", arguments["groups"])),
        **_outputs(function, arguments["padding"], stride, rank), **one_dtype(function, arguments, dtypes),
    )  # fmt: skip
    _check_reach(function, spec, arguments)
    return spec


def _outputs(function: str, padding: Any, stride: tuple[int, ...], rank: int) -> dict[str, Any]:
    if isinstance(padding, str):
        choice(function, "padding", padding, {"same": 0, "valid": 0})
        if padding == "same" and max(stride) > 1:
            raise DialectError(f"{function} has padding 'same' for stride 1 only, not {stride}; give numbers")
        return {"mode": "same", "anchor": ("low",)} if padding == "same" else {"mode": "valid"}
    return pads_of((pad, pad) for pad in each(function, "padding", padding, rank, least=0))


def _check_reach(function: str, spec: Spec, arguments: Arguments) -> None:
    """Refuse pads that wrap or mirror further than the library does."""
    law, x, k = spec.boundary[0][0], arguments["x_shape"], arguments["k_shape"]
    if law not in ("whole_sample", "periodic") or x is None or k is None:
        return
    rank = len(k) - 2
    for n, window in zip(x[-rank:], windows(spec, x[-rank:], k[-rank:]), strict=True):
        reach = max(window.pad_low, window.pad_high)
        if reach > (n if law == "periodic" else n - 1):
            rule = "no more than the samples there are" if law == "periodic" else "fewer than the samples there are"
            raise DialectError(f"{function} pads {law} by {rule}: {reach} is too many for {n}")


def _transpose(function: str, rank: int, dtypes: tuple[str, ...], arguments: Arguments) -> Spec:
    choice(function, "padding_mode", arguments.get("padding_mode", "zeros"), {"zeros": "zero"})
    stride, dilation = (each(function, name, arguments[name], rank) for name in ("stride", "dilation"))
    padding, extra = (each(function, name, arguments[name], rank, least=0) for name in ("padding", "output_padding"))
    for more, *steps in zip(extra, stride, dilation, strict=True):
        if more >= max(steps):
            raise DialectError(
                f"{function} has output_padding {more}; it must be less than stride or dilation, here {steps[0]}, {steps[1]}"
            )
    return layer(
        operation="convolve_transpose", stride=stride, dilation=dilation, layout=first(rank, "IO"),
        groups=Groups(count=positive(function, "groups", arguments["groups"]), kernel=TRANSPOSED.kernel),
        **crops_of((crop, crop - more) for crop, more in zip(padding, extra, strict=True)),
        **one_dtype(function, arguments, dtypes),
    )  # fmt: skip


def _with_batch(function: str, rank: int, x: Any, k: Any, _: Arguments) -> tuple[Any, Any]:
    if x.ndim not in (rank + 1, rank + 2) or k.ndim != rank + 2:
        raise DialectError(
            f"{function} takes a kernel with {rank + 2} axes and an input with {rank + 2}, or {rank + 1}: {x.shape}, {k.shape}"
        )
    return (x if x.ndim == rank + 2 else x[None]), k


def _without_batch(rank: int, y: Any, x: Any, k: Any, _: Arguments) -> Any:
    return y if x.ndim == rank + 2 else y[0]


def _filter2d(arguments: Arguments) -> Spec:
    function = "kornia.filters.filter2d"
    law = choice(function, "border_type", str(arguments["border_type"]).lower(), BORDERS)
    padding = choice(function, "padding", str(arguments["padding"]).lower(), {"same": "same", "valid": "valid"})
    operation = choice(function, "behaviour", str(arguments["behaviour"]).lower(), {"corr": "correlate", "conv": "convolve"})
    spec = Spec(
        operation=operation, mode=padding, anchor=("low",), boundary=((law, law),), conj="none",
        scale="1/abs_sum" if arguments["normalized"] else 1, dtype=_floating(function, arguments["x_dtype"]),
    )  # fmt: skip
    if padding == "same" and arguments["x_shape"] is not None:
        _check_reach(function, spec, {**arguments, "k_shape": (1, 1, *arguments["k_shape"][-2:])})
    return spec


def _floating(function: str, dtype: str | None) -> str | None:
    if dtype is None or dtype in INEXACT:
        return dtype
    if not is_exact(dtype):
        raise DialectError(f"{function} does not take {dtype}")
    return "float32"


def _one_kernel(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    if x.ndim != 4 or k.ndim != 3 or k.shape[0] != 1:
        raise DialectError(
            f"kornia.filters.filter2d is imitated for an input (B, C, H, W) and one kernel (1, H, W), not {x.shape}, {k.shape}"
        )
    name = _floating("kornia.filters.filter2d", arguments["x_dtype"])
    return x.astype(name), k[0].astype(name)


def _offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    if spec.operation == "convolve_transpose":
        return
    steps = {name: wanted(spec, name, rank) for name in ("stride", "dilation")} | {"groups": spec.groups.count}
    yield {**steps, "padding": "same"}
    yield {**steps, "padding": squeezed(tuple(max(pad, 0) for pad, _ in wanted_pads(spec, rank)))}


def _layer_offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    for arguments in _offers(rank, spec):
        yield {**arguments, "padding_mode": WORD.get(spec.boundary[0][0], "zeros")}


def _transpose_offers(rank: int, spec: Spec) -> Iterable[Arguments]:
    crops = wanted_pads(spec, rank)
    more = tuple(max(low - high, 0) for low, high in crops)
    steps = {name: wanted(spec, name, rank) for name in ("stride", "dilation")} | {"groups": spec.groups.count}
    if spec.operation == "convolve_transpose":
        yield {**steps, "padding": squeezed(tuple(max(low, 0) for low, _ in crops)), "output_padding": squeezed(more)}


def _filter2d_offers(spec: Spec) -> Iterable[Arguments]:
    word = {law: name for name, law in BORDERS.items()}.get(spec.boundary[0][0], "constant")
    behaviours = ("conv", "corr") if spec.operation == "convolve" else ("corr", "conv")
    for padding, behaviour in product(("same", "valid"), behaviours):
        yield {"padding": padding, "border_type": word, "behaviour": behaviour, "normalized": spec.scale == "1/abs_sum"}


def _typed_layer(call: Call) -> str:
    """Return a line that makes the layer, gives it its weight, and calls it."""
    groups = dict(call.arguments).get("groups", 1)
    k = call.kernel
    counts = f"{k}.shape[0]", f"{k}.shape[1] * {groups}" if groups != 1 else f"{k}.shape[1]"
    inputs, outputs = counts if "Transpose" in call.function else counts[::-1]
    rest = "".join(f", {name}={value!r}" for name, value in call.arguments)
    made = f"{call.function}({inputs}, {outputs}, {k}.shape[2:], bias=False{rest})"
    return f"torch.func.functional_call({made}, {{'weight': {call.kernel}}}, ({call.input},))"


STEPS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
TRANSPOSE = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1}
SIGNATURE = ("x", "k", "bias", "stride", "padding", "dilation", "groups")
SIGNATURE_TRANSPOSE = ("x", "k", "bias", "stride", "padding", "output_padding", "groups", "dilation")


def _conv_dialect(rank: int) -> Dialect:
    function = f"torch.nn.functional.conv{rank}d"
    return Dialect(
        function=function, defaults=STEPS, reads=partial(_conv, function, rank, (*NARROW, "int64", *INEXACT)),
        offers=partial(_offers, rank), axes=rank, prepares=partial(_with_batch, function, rank),
        finishes=partial(_without_batch, rank), says=says, signature=SIGNATURE,
        reference="torch 2.13.0 on the CPU; without bias",
    )  # fmt: skip


def _transpose_dialect(rank: int) -> Dialect:
    function = f"torch.nn.functional.conv_transpose{rank}d"
    return Dialect(
        function=function, defaults=TRANSPOSE, reads=partial(_transpose, function, rank, ("int64", *INEXACT)),
        offers=partial(_transpose_offers, rank), axes=rank, prepares=partial(_with_batch, function, rank),
        finishes=partial(_without_batch, rank), says=says, signature=SIGNATURE_TRANSPOSE,
        reference="torch 2.13.0 on the CPU; without bias",
    )  # fmt: skip


def _layer_dialect(rank: int) -> Dialect:
    function = f"torch.nn.Conv{rank}d"
    return Dialect(
        function=function, defaults={**STEPS, "padding_mode": "zeros"}, reads=partial(_conv, function, rank, INEXACT),
        offers=partial(_layer_offers, rank), axes=rank, prepares=partial(_with_batch, function, rank),
        finishes=partial(_without_batch, rank), says=says, types=_typed_layer,
        reference="torch 2.13.0 on the CPU; the layer with weight k and without bias, called on x",
    )  # fmt: skip


def _transpose_layer_dialect(rank: int) -> Dialect:
    function = f"torch.nn.ConvTranspose{rank}d"
    return Dialect(
        function=function, defaults={**TRANSPOSE, "padding_mode": "zeros"}, reads=partial(_transpose, function, rank, INEXACT),
        offers=partial(_transpose_offers, rank), axes=rank, prepares=partial(_with_batch, function, rank),
        finishes=partial(_without_batch, rank), says=says, types=_typed_layer,
        reference="torch 2.13.0 on the CPU; the layer with weight k and without bias, called on x",
    )  # fmt: skip


FILTER2D = {"border_type": "reflect", "normalized": False, "padding": "same", "behaviour": "corr"}

TORCH = {
    **{f"torch.nn.functional.conv{rank}d": _conv_dialect(rank) for rank in (1, 2, 3)},
    **{f"torch.nn.functional.conv_transpose{rank}d": _transpose_dialect(rank) for rank in (1, 2, 3)},
    **{f"torch.nn.Conv{rank}d": _layer_dialect(rank) for rank in (1, 2, 3)},
    **{f"torch.nn.ConvTranspose{rank}d": _transpose_layer_dialect(rank) for rank in (1, 2, 3)},
    "kornia.filters.filter2d": Dialect(
        function="kornia.filters.filter2d", defaults=FILTER2D, reads=_filter2d, offers=_filter2d_offers, axes=2,
        sliding=lambda _: (2, 3), prepares=_one_kernel, batched=True,
        reference="kornia 0.9.0 on torch 2.13.0; its docstring; one kernel for the whole batch",
    ),
}  # fmt: skip
