"""ImageMagick 6 (Q16): ``-morphology`` Convolve and Correlate, and ``-convolve``, which correlates and divides by the sum of the weights.

=====================  =========  =======================================  ==================
command                reversed   centre (origin X counts from the left)   scale
=====================  =========  =======================================  ==================
-morphology Convolve   yes        K − 1 − X; high for the default X        as ``scale`` says
-morphology Correlate  no         X; low for the default X                 as ``scale`` says
-convolve              no         low                                      1/sum
=====================  =========  =======================================  ==================

The default X is (K − 1)//2. Values are 16-bit quanta, half up and saturated; bytes are computed as 257 times themselves, and cut when they
come back.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

import numpy as np

from faltung.dialects.raster import dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec

MORPHOLOGY, CONVOLVE = "imagemagick.morphology", "imagemagick.convolve"
OUTSIDE: dict[str, Boundary] = {"edge": "edge", "mirror": "half_sample", "tile": "periodic", "black": "zero", "white": "constant"}
WORD = {"edge": "edge", "half_sample": "mirror", "periodic": "tile", "zero": "black", "constant": "white"}
METHODS: dict[str, Literal["convolve", "correlate"]] = {"Convolve": "convolve", "Correlate": "correlate"}
SCALES: dict[Any, Any] = {None: 1, "!": "1/sum"}
WHITE = {"uint8": 255, "uint16": 65535, None: 65535}


def _read(function: str, arguments: Arguments) -> Spec:
    law = choice(function, "virtual_pixel", arguments["virtual_pixel"], OUTSIDE)
    dtype = arguments["x_dtype"]
    if dtype is not None:
        dtype_accepted(function, dtype, ("uint8", "uint16"))
    fill = WHITE[dtype] if law == "constant" else 0
    method: Any = choice(function, "method", arguments["method"], METHODS) if function == MORPHOLOGY else "correlate"
    scale: Any = choice(function, "scale", arguments["scale"], SCALES) if function == MORPHOLOGY else "1/sum"
    return Spec(
        operation=method, mode="same", anchor=_anchor(function, method, arguments), boundary=((law, law),), fill=((fill, fill),),
        scale=scale, dtype=dtype, rounding="half_up", overflow="saturate",
    )  # fmt: skip


def _anchor(function: str, method: str, arguments: Arguments) -> tuple[int | str, ...]:
    origin, k_shape = arguments.get("origin"), arguments["k_shape"]
    if origin is None:
        return ("high",) if method == "convolve" else ("low",)
    if not (isinstance(origin, tuple | list) and len(origin) == 2 and all(type(o) is int and o >= 0 for o in origin)):
        raise DialectError(f"{function} has origin {origin!r}; it must be (X, Y), whole numbers from 0")
    down, across = origin[1], origin[0]
    if method == "correlate":
        return (down, across)
    if k_shape is None:
        raise DialectError(f"{function} with method Convolve counts its origin from the other end; give k_shape")
    return (k_shape[0] - 1 - down, k_shape[1] - 1 - across)


def _prepare(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    x = sampled(function, x, 3)
    if k.ndim != 2 or np.iscomplexobj(k):
        raise DialectError(f"{function} has a kernel of {k.dtype} {k.shape}; it must be real and have rows and columns")
    normalized = function == CONVOLVE or arguments["scale"] == "!"
    if normalized and np.sum(k) == 0:
        raise DialectError(f"{function} does not divide where the sum of the weights is 0; a Spec says that as scale=1")
    k = k.astype("float64")
    return (x.astype("uint16") * np.uint16(257) if x.dtype == np.uint8 else x), k


def _finish(y: Any, x: Any, *_: Any) -> Any:
    return (y // np.uint16(257)).astype("uint8") if x.dtype == np.uint8 else y


def _offers(function: str, spec: Spec) -> Iterable[Arguments]:
    words: dict[str, Any] = {"virtual_pixel": WORD.get(spec.boundary[0][0], "edge")}
    if function == CONVOLVE:
        yield words
        return
    words["scale"] = "!" if spec.scale == "1/sum" else None
    down, across = spec.anchor[0], spec.anchor[-1]
    if isinstance(down, int) and isinstance(across, int):
        yield {"method": "Correlate", "origin": (across, down), **words}
    for method in METHODS:
        yield {"method": method, **words}


def _types(call: Call) -> str:
    words = dict(call.arguments)
    outside = f" -virtual-pixel {words['virtual_pixel']}" if "virtual_pixel" in words else ""
    if call.function == CONVOLVE:
        return f"convert {call.input}{outside} -convolve '{call.kernel}' out.png"
    scale = " -define convolve:scale='!'" if words.get("scale") else ""
    return f"convert {call.input}{outside}{scale} -morphology {words.get('method', 'Convolve')} '{_kernel(call.kernel, words)}' out.png"


def _kernel(kernel: str, words: dict[str, Any]) -> str:
    return kernel + ("+{}+{}".format(*words["origin"]) if words.get("origin") else "")


def _dialect(function: str, defaults: Arguments, reference: str) -> Dialect:
    return Dialect(
        function=function, defaults=defaults, axes=2, sliding=planes, reads=partial(_read, function), offers=partial(_offers, function),
        prepares=partial(_prepare, function), finishes=_finish, types=_types, reference=reference,
    )  # fmt: skip


IMAGEMAGICK = {
    MORPHOLOGY: _dialect(
        MORPHOLOGY, {"method": "Convolve", "origin": None, "scale": None, "virtual_pixel": "edge"}, "scale is -define convolve:scale"
    ),
    CONVOLVE: _dialect(CONVOLVE, {"virtual_pixel": "edge"}, "its library function ConvolveImage is a true convolution; the command is not"),
}
