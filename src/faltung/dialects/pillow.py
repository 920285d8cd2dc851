"""Pillow: ``ImageFilter.Kernel``, 3 x 3 or 5 x 5, reversed from top to bottom only; the frame is copied from the image.

y[r, c] = Σ k[j, i] · x[r + 1 − j, c + i − 1] / scale + offset for 3 x 3: the kernel's first row weighs the row *below*. Sums run in
float32 on weights already divided by the scale (the sum of the weights unless given), then half up and saturated; in 32-bit images (mode I)
what is negative becomes 0. Every band is filtered, alpha too. An image smaller than the kernel comes back as it is.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.dialects.raster import dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect
from faltung.errors import DialectError
from faltung.spec import Spec

FUNCTION = "PIL.ImageFilter.Kernel"
ACCEPTED = ("bool", "uint8", "uint16", "int16", "int32")
SIZES = ((3, 3), (5, 5))


def _read(arguments: Arguments) -> Spec:
    scale, offset, dtype = arguments["scale"], arguments["offset"], arguments["x_dtype"]
    for name, value in (("scale", scale), ("offset", offset)):
        if not isinstance(value, int | float | Fraction | None):
            raise DialectError(f"{FUNCTION} has {name} {value!r}; it must be a real number")
    if dtype is not None:
        dtype = {"int16": "int32", "bool": "uint8"}.get(dtype_accepted(FUNCTION, dtype, ACCEPTED), dtype)
    return Spec(
        operation="correlate", mode="same", reversal=(True, False), scale="1/sum" if scale is None else _one_over(scale),
        offset=offset, dtype=dtype, rounding="half_up", overflow="saturate", frame="copied",
    )  # fmt: skip


def _one_over(scale: Any) -> Any:
    return 1 if scale == 1 else 1 / Fraction(scale) if scale else float("inf")


def _prepare(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    x = sampled(FUNCTION, x)
    if x.ndim == 3 and (x.shape[2] not in (2, 3, 4) or x.dtype != np.uint8):
        raise DialectError(f"{FUNCTION} has an image of {x.dtype} {x.shape}; with bands it must be uint8 with 2, 3 or 4 of them")
    fits = k.ndim == 2 and all(n >= m for n, m in zip(x.shape, k.shape, strict=False))
    if k.ndim != 2 or (fits and k.shape not in SIZES):
        raise DialectError(f"{FUNCTION} has a kernel of shape {k.shape}; it must be 3 x 3 or 5 x 5")
    if arguments["scale"] == 0 or (arguments["scale"] is None and fits and np.sum(k) == 0):
        raise DialectError(f"{FUNCTION} divides by a scale of 0 (the sum of the weights, unless given); give scale=1")
    if not fits:  # all of it is frame
        k = np.pad(np.zeros((1, 1), k.dtype), 0) + 1
    return (x.astype("uint8") * np.uint8(255) if x.dtype == bool else x), k.astype("float64")


def _finish(y: Any, x: Any, k: Any, _: Arguments) -> Any:
    if any(n < m for n, m in zip(x.shape, k.shape, strict=False)):
        return x.astype("int32") if x.dtype == np.int16 else x.copy()
    edge = k.shape[0] // 2
    inner = y[edge:-edge, edge:-edge]
    np.maximum(inner, 0, out=inner)  # the frame of a mode I image may be negative
    return y != 0 if x.dtype == bool else y


def _offers(spec: Spec) -> Iterable[Arguments]:
    scale: Any = None
    if not isinstance(spec.scale, str):
        scale = 1 / Fraction(spec.scale)
        scale = int(scale) if scale.denominator == 1 else float(scale)
    yield {"scale": scale, "offset": spec.offset}


def _types(call: Call) -> str:
    weights = f"{call.kernel}.shape[::-1], {call.kernel}.ravel().tolist()"
    named = "".join(f", {name}={value!r}" for name, value in call.arguments)
    return f"numpy.asarray(PIL.Image.fromarray({call.input}).filter({FUNCTION}({weights}{named})))"


PILLOW = {
    FUNCTION: Dialect(
        function=FUNCTION, defaults={"scale": None, "offset": 0}, axes=2, reads=_read, offers=_offers, prepares=_prepare, finishes=_finish,
        sliding=planes, types=_types,
        reference="float32 weights k/scale: where the exact value is a half, a scale that is no power of two may round it the other way",
    ),
}  # fmt: skip
