"""libvips through pyvips: correlations with the edge repeated, Σ k·x / scale + offset; every band alike.

===============  ===========================================================  ==============================================
precision        answer                                                       weights
===============  ===========================================================  ==============================================
float            float32 (float64 for float64)                                as they are
integer          the image's format, half up, saturated                       rounded half to even to whole numbers
===============  ===========================================================  ==============================================

The third precision, ``approximate``, sums boxes in place of the weights: no Spec says it.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.raster import dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Spec

ACCEPTED = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
PRECISIONS = {"float": "float", "integer": "integer"}
COMPLEX_BUG = "libvips 8.18.7: a complex image is read with the stride of real samples; https://github.com/libvips/libvips"
NEGATIVE_BUG = "libvips 8.18.7, precision='integer', scale other than 1: (Σ k·x + scale/2) / scale is cut towards zero, so that negative " \
    "sums come out up to 1 too high; https://github.com/libvips/libvips libvips/convolution/convi.c"  # fmt: skip


def _read(function: str, fixed: str | None, arguments: Arguments) -> Spec:
    precision = fixed or choice(function, "precision", arguments["precision"], PRECISIONS)
    scale, dtype = arguments["scale"], arguments["x_dtype"]
    if not scale:
        raise DialectError(f"{function} divides by scale, which is {scale!r}")
    if precision == "integer" and (scale != int(scale) or arguments["offset"] != int(arguments["offset"])):
        raise DialectError(f"{function} has scale {scale} and offset {arguments['offset']}; with integer precision both are whole numbers")
    if dtype is not None:
        dtype_accepted(function, dtype, ACCEPTED)
        dtype = dtype if precision == "integer" or dtype == "float64" else "float32"
    return Spec(
        operation="correlate", mode="same", anchor=("high",), boundary=(("edge", "edge"),), dtype=dtype, rounding="half_up",
        overflow="wrap" if dtype in ("uint32", "int32") else "saturate",
        scale=1 if scale == 1 else 1 / Fraction(scale), offset=arguments["offset"], missing="skip_zero_weights",
    )  # fmt: skip


def _prepare(function: str, fixed: str | None, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    x, precision = sampled(function, x), fixed or arguments["precision"]
    if k.ndim != 2 or np.iscomplexobj(k):
        raise DialectError(f"{function} has a mask of {k.dtype} {k.shape}; it must be real and have rows and columns")
    whole = np.rint(k)
    scale = int(arguments["scale"])
    if precision == "integer" and x.dtype == np.uint8 and not (np.array_equal(whole, k) and scale & (scale - 1) == 0):
        raise DialectError(f"{function} approximates weights that are not whole numbers on bytes, and scales that are not a power of two")
    return x, (whole if precision == "integer" else k).astype("float64")


def _offers(fixed: str | None, spec: Spec) -> Iterable[Arguments]:
    if fixed == "integer" and isinstance(spec.scale, str):
        return  # weights divided by their sum are no whole numbers
    scale = 1 / Fraction(spec.scale) if not isinstance(spec.scale, str) else Fraction(1)
    words = {"scale": int(scale) if scale.denominator == 1 else float(scale), "offset": spec.offset}
    yield words if fixed else {"precision": "float" if spec.dtype in (None, "float32", "float64") else "integer", **words}


def _types(call: Call) -> str:
    words = dict(call.arguments)
    mask = "".join(f", {name}={words.pop(name)!r}" for name in ("scale", "offset") if name in words)
    named = "".join(f", {name}={value!r}" for name, value in words.items())
    method = call.function.rpartition(".")[2]
    new = "pyvips.Image.new_from_array"
    return f"{new}({call.input}).{method}({new}(({call.kernel}).tolist(){mask}){named}).numpy()"


def _dialect(function: str, fixed: str | None, reference: str = "") -> Dialect:
    words = {"scale": 1, "offset": 0}
    return Dialect(
        function=function, defaults=words if fixed else {"precision": "float", **words}, axes=2, sliding=planes, types=_types,
        reads=partial(_read, function, fixed), offers=partial(_offers, fixed), prepares=partial(_prepare, function, fixed),
        reference=reference, bugs=(COMPLEX_BUG,) if fixed == "float" else (COMPLEX_BUG, NEGATIVE_BUG),
    )  # fmt: skip


PYVIPS = {
    "pyvips.Image.conv": _dialect("pyvips.Image.conv", None, "scale and offset belong to the mask: new_from_array(k, scale, offset)"),
    "pyvips.Image.convf": _dialect("pyvips.Image.convf", "float", "conv with precision='float'"),
    "pyvips.Image.convi": _dialect("pyvips.Image.convi", "integer", "conv with precision='integer'"),
}
