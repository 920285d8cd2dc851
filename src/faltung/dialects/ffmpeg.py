"""FFmpeg's video filter ``convolution``: correlations of one plane with whole weights, Σ k·x·rdiv + bias, half up and saturated.

The edge is mirrored on the end samples, except that 3 x 3 kernels mirror between the samples at the right and the bottom (5.1.9).
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.dialects.raster import dtype_accepted, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Spec

FUNCTION = "ffmpeg.convolution"
MODES = {mode: mode for mode in ("square", "row", "column")}
MOST, SQUARES = 49, (3, 5, 7)
IGNORED = "FFmpeg 5.1.9 (Debian): rdiv is ignored, the sum always divided by the sum of the weights; https://github.com/FFmpeg/FFmpeg "\
    "libavfilter/vf_convolution.c"  # fmt: skip


def _read(arguments: Arguments) -> Spec:
    mode, k_shape, rdiv = choice(FUNCTION, "mode", arguments["mode"], MODES), arguments["k_shape"], arguments["rdiv"]
    if arguments["x_dtype"] is not None:
        dtype_accepted(FUNCTION, arguments["x_dtype"], ("uint8", "uint16"))
    high: Any = "half_sample" if mode == "square" and k_shape == (3, 3) else "whole_sample"
    normal = rdiv == 0 or arguments["bugs"]
    return Spec(
        operation="correlate", mode="same", boundary=(("whole_sample", high),), dtype=arguments["x_dtype"], rounding="half_up",
        overflow="saturate", scale="1/sum" if normal else 1 if rdiv == 1 else Fraction(rdiv), offset=arguments["bias"],
    )  # fmt: skip


def _prepare(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    mode, x = arguments["mode"], sampled(FUNCTION, x, 0)
    shapes = {"square": [(n, n) for n in SQUARES], "row": [(1, n) for n in range(1, MOST + 1, 2)]}
    shapes["column"] = [shape[::-1] for shape in shapes["row"]]
    if k.shape not in shapes[mode]:
        sizes = "3, 5 or 7 rows and columns" if mode == "square" else f"an odd number of weights up to {MOST} in one {mode}"
        raise DialectError(f"{FUNCTION} has a kernel of shape {k.shape}; mode {mode!r} takes {sizes}")
    whole = np.trunc(k).astype("int64")  # read as %d: 1.9 is 1
    if (arguments["rdiv"] == 0 or arguments["bugs"]) and whole.sum() == 0:
        raise DialectError(f"{FUNCTION} does not divide where the sum of the weights is 0; a Spec says that as rdiv=1")
    return x, whole


def _offers(spec: Spec) -> Iterable[Arguments]:
    rdiv = 0 if spec.scale == "1/sum" else spec.scale if isinstance(spec.scale, int) else float(Fraction(spec.scale))
    yield {"rdiv": rdiv, "bias": spec.offset}


def _types(call: Call) -> str:
    words = dict(call.arguments)
    mode = words.pop("mode", None)
    options = [f"0{name}={value}" for name, value in words.items()] + ([f"0mode={mode}"] if mode else [])
    return f"ffmpeg -i {call.input} -vf \"convolution=0m='{call.kernel}'{''.join(f':{option}' for option in options)}\" out.png"


FFMPEG = {
    FUNCTION: Dialect(
        function=FUNCTION, defaults={"mode": "square", "rdiv": 0, "bias": 0}, axes=2, reads=_read, offers=_offers, prepares=_prepare,
        types=_types, bugs=(IGNORED,),
        reference="the first plane's options 0m, 0rdiv, 0bias, 0mode; the image of another kernel size is mirrored differently (see above)",
    ),
}  # fmt: skip
