"""Julia: ``DSP.conv``, ``DSP.xcorr``, ``ImageFiltering.imfilter`` and ``NNlib.conv``, from their sources.

======================  =========  ================================  ==========================================================
function                reversed   outputs                           outside
======================  =========  ================================  ==========================================================
DSP.conv                yes        full                              zero
DSP.xcorr               no         full                              zero; the second operand is conjugated
ImageFiltering.imfilter no         the image's size                  "replicate"; "symmetric" is half_sample, "reflect" whole
NNlib.conv              **yes**    stride, pad, dilation             zero; ``flipped=true``: a correlation
======================  =========  ================================  ==========================================================

The docstring of imfilter's borders shows the pictures of "symmetric" and "reflect" exchanged; the code is as above. Where it centres a
plain kernel of even size, and whether it conjugates, is not established, and refused. Julia's arrays are column-major: a WHCN array has
the bytes of an NCHW one.
"""

from collections.abc import Iterable
from typing import Any

from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.dialects.tensors import each, pads_of, positive, squeezed, wanted, wanted_pads
from faltung.errors import DialectError
from faltung.spec import Boundary, Layout, Spec
from faltung.spec.layout import Groups
from faltung.spec.numbers import COMPLEX

BORDERS: dict[Any, Boundary] = {"replicate": "edge", "circular": "periodic", "symmetric": "half_sample", "reflect": "whole_sample"}
WORDS = {law: word for word, law in BORDERS.items()}
LAYOUT = Layout(input="WHCN", kernel="WHIO", output="WHCN")


def _conv(arguments: Arguments) -> Spec:
    return Spec(operation="convolve")


def _xcorr(arguments: Arguments) -> Spec:
    choice("julia.DSP.xcorr", "padmode", arguments["padmode"], {"none": None})
    return Spec(operation="correlate", conj="kernel")


def _imfilter(arguments: Arguments) -> Spec:
    function, border = "julia.ImageFiltering.imfilter", arguments["border"]
    if {arguments["x_dtype"], arguments["k_dtype"]} & set(COMPLEX):
        raise DialectError(f"{function}: whether it conjugates complex kernels is not established here")
    if arguments["k_shape"] is not None and any(size % 2 == 0 for size in arguments["k_shape"]):
        shape = arguments["k_shape"]
        raise DialectError(f"{function}: where it centres a plain kernel of even size is not established; the shape is {shape}")
    number = isinstance(border, int | float) and not isinstance(border, bool)
    law: Boundary = "constant" if number else choice(function, "border", border, {"a number, for Fill": "constant", **BORDERS})
    fill = border if number else 0
    law = "zero" if law == "constant" and fill == 0 else law
    return Spec(operation="correlate", mode="same", anchor=("low",), boundary=((law, law),), fill=((fill, fill),), conj="none")


def _nnlib(arguments: Arguments) -> Spec:
    function = "julia.NNlib.conv"
    flipped = choice(function, "flipped", arguments["flipped"], {False: False, True: True})
    stride, dilation = (each(function, name, arguments[name], 2) for name in ("stride", "dilation"))
    pad = arguments["pad"]
    if isinstance(pad, tuple | list) and len(pad) == 4:
        a, b, c, d = each(function, "pad", pad, 4, 0)
    else:
        a, c = b, d = each(function, "pad", pad, 2, 0)
    return Spec(
        operation="correlate" if flipped else "convolve", stride=stride, dilation=dilation, layout=LAYOUT,
        groups=Groups(count=positive(function, "groups", arguments["groups"])), **pads_of(((a, b), (c, d))),
    )  # fmt: skip


def _full(spec: Spec) -> Iterable[Arguments]:
    return ({},)


def _image_offers(spec: Spec) -> Iterable[Arguments]:
    (low, _), (fill, _) = spec.boundary[0], spec.fill[0]
    yield {"border": WORDS.get(low, fill if low == "constant" else 0)}


def _nnlib_offers(spec: Spec) -> Iterable[Arguments]:
    pads = tuple(pad for pair in wanted_pads(spec, 2) for pad in pair)
    flipped = spec.operation == "correlate"
    steps = {name: wanted(spec, name, 2) for name in ("stride", "dilation")}
    yield {**steps, "pad": squeezed(pads), "groups": spec.groups.count, "flipped": flipped}


def _typed(call: Call) -> str:
    """Return the call as Julia writes it: a border is the third operand, the others are keywords."""
    words = dict(call.arguments)
    operands = [call.input, call.kernel]
    if "border" in words:
        border = words.pop("border")
        operands.append(f'"{border}"' if isinstance(border, str) else f"Fill({border})")
    shown = {name: str(value).lower() if isinstance(value, bool) else repr(value) for name, value in words.items()}
    keywords = ", ".join(f"{name}={value}" for name, value in shown.items())
    return f"{call.function.removeprefix('julia.')}({', '.join(operands)}{'; ' + keywords if keywords else ''})"


JULIA = {
    "julia.DSP.conv": Dialect(
        function="julia.DSP.conv", defaults={}, reads=_conv, offers=_full, types=_typed, language="julia", evidence="source",
        reference="DSP.jl at 2d57c27f; published numbers: its tests",
    ),
    "julia.DSP.xcorr": Dialect(
        function="julia.DSP.xcorr", defaults={"padmode": "none"}, reads=_xcorr, offers=_full, axes=1, types=_typed, language="julia",
        evidence="source", reference="DSP.jl at 2d57c27f; published numbers: its tests",
    ),
    "julia.ImageFiltering.imfilter": Dialect(
        function="julia.ImageFiltering.imfilter", defaults={"border": "replicate"}, reads=_imfilter, offers=_image_offers, types=_typed,
        language="julia", evidence="source", reference="ImageFiltering.jl at d3c2202, src/border.jl",
        bugs=("ImageFiltering.jl: the docstring of Pad shows :symmetric and :reflect exchanged: JuliaImages/ImageFiltering.jl issue 84",),
    ),
    "julia.NNlib.conv": Dialect(
        function="julia.NNlib.conv", defaults={"stride": 1, "pad": 0, "dilation": 1, "flipped": False, "groups": 1}, axes=2,
        reads=_nnlib, offers=_nnlib_offers, types=_typed, language="julia", evidence="source",
        reference="NNlib.jl at f71b71c; until August 2026 its docstring said the reverse of its code (issue 755)",
    ),
}  # fmt: skip
