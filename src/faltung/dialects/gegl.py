"""GEGL (GIMP): ``gegl:convolution-matrix``, a 5 x 5 correlation in linear light, on the colours of an opaque image.

Letters are columns and digits rows: k[j, i] is the property ``"abcde"[i]`` + ``"12345"[j]``. With ``normalize``, the default, sums are
divided by the sum of the weights; for a negative sum by its absolute value, and 1 is added; for a sum of 0, 1/2 is added: these two are
refused here. Bytes become linear light before and come back behind, which no Spec says.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.dialects.raster import dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec

FUNCTION = "gegl.convolution_matrix"
BORDERS: dict[str, Boundary] = {"clamp": "edge", "loop": "periodic", "black": "zero", "white": "constant"}
WORD = {"edge": "clamp", "periodic": "loop", "zero": "black", "constant": "white"}


def _read(arguments: Arguments) -> Spec:
    law, divisor = choice(FUNCTION, "border", arguments["border"], BORDERS), arguments["divisor"]
    scale: Any = "1/sum" if arguments["normalize"] else 1 if divisor == 1 else 1 / Fraction(divisor)
    offset = 0 if arguments["normalize"] else arguments["offset"]
    fill = 1 if law == "constant" else 0
    return Spec(
        operation="correlate", mode="same", boundary=((law, law),), fill=((fill, fill),), scale=scale, offset=offset, overflow="saturate"
    )


def _prepare(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    x = sampled(FUNCTION, x, 3)
    dtype_accepted(FUNCTION, x.dtype.name, ("uint8",))
    if k.shape != (5, 5) or np.iscomplexobj(k):
        raise DialectError(f"{FUNCTION} has a kernel of {k.dtype} {k.shape}; it must be real and 5 x 5: put zeros around a smaller one")
    if arguments["normalize"] and np.sum(k) <= 0:
        raise DialectError(f"{FUNCTION} adds 1/2, or 1, where the sum of the weights is 0 or less; use normalize=False, offset=")
    light = x / 255
    return np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4), k.astype("float64")


def _finish(y: Any, *_: Any) -> Any:
    light = np.clip(y, 0, 1)
    bent = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * bent).astype("uint8")


def _offers(spec: Spec) -> Iterable[Arguments]:
    border = WORD.get(spec.boundary[0][0], "clamp")
    if spec.scale == "1/sum":
        yield {"border": border}
    elif not isinstance(spec.scale, str):
        divisor = 1 / Fraction(spec.scale)
        yield {"normalize": False, "divisor": float(divisor), "offset": spec.offset, "border": border}


def _types(call: Call) -> str:
    words = "".join(f" {name}={str(value).lower() if value in (True, False) else value}" for name, value in call.arguments)
    return f"gegl {call.input} -o out.png -- gegl:convolution-matrix {call.kernel}{words}"


GEGL = {
    FUNCTION: Dialect(
        function=FUNCTION, defaults={"divisor": 1.0, "offset": 0.0, "normalize": True, "border": "clamp"}, axes=2, sliding=planes,
        reads=_read, offers=_offers, prepares=_prepare, finishes=_finish, types=_types,
        reference="GEGL's own conversions between bytes and light are approximate: 1 of 255; alpha is filtered too",
    ),
}  # fmt: skip
