"""SVG: the filter primitive ``feConvolveMatrix`` on opaque images: a true convolution, Σ k·x / divisor + bias, half up and saturated.

RESULT(x, y) = Σ SOURCE(x − targetX + j, y − targetY + i) · K[orderX − j − 1, orderY − i − 1] / divisor + bias · ALPHA

The bias is a share of full light, 255. With ``color-interpolation-filters="linearRGB"``, the default of SVG, bytes are turned into bytes
of linear light before, and back behind. Alpha is filtered too unless ``preserveAlpha``: taken here only where it stays opaque.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.raster import dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec

EDGES: dict[str, Boundary] = {"duplicate": "edge", "wrap": "periodic", "none": "zero"}
WORD = {"edge": "duplicate", "periodic": "wrap", "zero": "none"}
SPACES = {"linearRGB": True, "sRGB": False}
RESVG, LIBRSVG = "svg.feConvolveMatrix", "librsvg.feConvolveMatrix"
TRANSPOSED = (
    "librsvg 2.54.7: kernelMatrix is read by columns, so that the kernel is transposed; filters/convolve_matrix.rs, still so "
    "at 3da74df8c (https://gitlab.gnome.org/GNOME/librsvg)"
)

_LIGHT = np.arange(256) / 255
_TO_LINEAR = np.rint(255 * np.where(_LIGHT <= 0.04045, _LIGHT / 12.92, ((_LIGHT + 0.055) / 1.055) ** 2.4)).astype("uint8")
_TO_SRGB = np.rint(255 * np.where(_LIGHT <= 0.0031308, _LIGHT * 12.92, 1.055 * _LIGHT ** (1 / 2.4) - 0.055)).astype("uint8")


def _read(function: str, arguments: Arguments) -> Spec:
    law = choice(function, "edgeMode", arguments["edgeMode"], EDGES)
    choice(function, "color_interpolation_filters", arguments["color_interpolation_filters"], SPACES)
    divisor, bias, dtype = arguments["divisor"], arguments["bias"], arguments["x_dtype"]
    if dtype is not None:
        dtype_accepted(function, dtype, ("uint8",))
    opaque = arguments["preserveAlpha"] or (divisor is None and law != "zero" and not bias)
    if not opaque:
        raise DialectError(f"{function} filters alpha too, unless preserveAlpha; a Spec does not say what becomes of the colours then")
    return Spec(
        operation="convolve", mode="same", anchor=_anchor(function, arguments), boundary=((law, law),), dtype=dtype, rounding="half_up",
        overflow="saturate", scale="1/sum" if divisor is None else 1 if divisor == 1 else 1 / Fraction(divisor), offset=255 * bias,
        permute=(1, 0) if arguments["bugs"] and function == LIBRSVG else None,
    )  # fmt: skip


def _anchor(function: str, arguments: Arguments) -> tuple[int | str, ...]:
    targets = arguments["targetY"], arguments["targetX"]
    if not all(target is None or (type(target) is int and target >= 0) for target in targets):
        raise DialectError(f"{function} has targetX {targets[1]!r} and targetY {targets[0]!r}; they must be whole numbers from 0")
    return tuple("high" if target is None else target for target in targets)


def _prepare(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    x = sampled(function, x, 3)
    if k.ndim != 2 or np.iscomplexobj(k):
        raise DialectError(f"{function} has a kernel of {k.dtype} {k.shape}; it must be real and have rows and columns")
    dtype_accepted(function, x.dtype.name, ("uint8",))
    if arguments["divisor"] == 0 or (arguments["divisor"] is None and np.sum(k) == 0):
        raise DialectError(f"{function} does not divide where the divisor or the sum of the weights is 0; a Spec says that as divisor=1")
    if arguments["bugs"] and function == LIBRSVG:
        k = np.reshape(k, k.shape[::-1])  # read by columns; the Spec transposes it
    return (_TO_LINEAR[x] if SPACES[arguments["color_interpolation_filters"]] else x), k.astype("float64")


def _finish(y: Any, x: Any, k: Any, arguments: Arguments) -> Any:
    return _TO_SRGB[y] if SPACES[arguments["color_interpolation_filters"]] else y


def _offers(spec: Spec) -> Iterable[Arguments]:
    down, across = (target if type(target) is int else None for target in (spec.anchor[0], spec.anchor[-1]))
    divisor: Any = None
    if not isinstance(spec.scale, str):
        divisor = 1 / Fraction(spec.scale)
        divisor = int(divisor) if divisor.denominator == 1 else float(divisor)
    edge = WORD.get(spec.boundary[0][0], "duplicate")
    alpha = divisor is not None or edge == "none" or spec.offset != 0
    yield {
        "divisor": divisor, "bias": spec.offset / 255, "targetX": across, "targetY": down, "edgeMode": edge, "preserveAlpha": alpha,
        "color_interpolation_filters": "sRGB",
    }  # fmt: skip


def _types(call: Call) -> str:
    words = {name.replace("_", "-"): str(value).lower() if type(value) is bool else value for name, value in call.arguments}
    attributes = "".join(f' {name}="{value}"' for name, value in words.items())
    return f'<feConvolveMatrix order="WIDTH HEIGHT" kernelMatrix="{call.kernel}"{attributes}/>'


_DEFAULTS = {
    "divisor": None, "bias": 0, "targetX": None, "targetY": None, "edgeMode": "duplicate", "preserveAlpha": False,
    "color_interpolation_filters": "linearRGB",
}  # fmt: skip


def _dialect(function: str, reference: str, *bugs: str) -> Dialect:
    return Dialect(
        function=function, defaults=_DEFAULTS, axes=2, sliding=planes, reads=partial(_read, function), offers=_offers, finishes=_finish,
        prepares=partial(_prepare, function), types=_types, reference=reference, bugs=bugs,
    )  # fmt: skip


SVG = {
    RESVG: _dialect(RESVG, "run by resvg; https://developer.mozilla.org/en-US/docs/Web/SVG/Reference/Element/feConvolveMatrix"),
    LIBRSVG: _dialect(LIBRSVG, "run by rsvg-convert", TRANSPOSED),
}
