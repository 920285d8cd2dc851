"""OpenCV: correlations on the first two axes of an image, every channel alike; saturating, rounded half to even.

=====================  =========================================  ==============================================================
function               kernel                                     answer
=====================  =========================================  ==============================================================
filter2D               k                                          the image's size; depth by ``ddepth``
sepFilter2D            outer product of ``kernelY`` and k         the same; k is ``kernelX``, both one-dimensional
boxFilter, blur        ones of k's shape                          the same; divided by their number
matchTemplate          k, with the channels of the image          ``valid``, float32, summed over the channels (``TM_CCORR`` only)
=====================  =========================================  ==============================================================

Anchors are (x, y), -1 the centre (high). Sums run in float32, in float64 where image or answer is float64, in whole numbers for boxes.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

import numpy as np

from faltung.dialects.raster import ArrayLike, dtype_accepted, planes, sampled
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import INTEGERS

BORDERS: dict[int, Boundary] = {0: "zero", 1: "edge", 2: "half_sample", 4: "whole_sample"}
BORDERS |= {16 | number: law for number, law in BORDERS.items()}  # BORDER_ISOLATED: an array has nothing around it
NUMBER = {"zero": 0, "edge": 1, "half_sample": 2, "whole_sample": 4}
BORDER_NAMES = {0: "CONSTANT", 1: "REPLICATE", 2: "REFLECT", 4: "REFLECT_101"}
DEPTHS = {0: "uint8", 1: "int8", 2: "uint16", 3: "int16", 4: "int32", 5: "float32", 6: "float64"}
DEPTH_NAMES = {0: "8U", 1: "8S", 2: "16U", 3: "16S", 4: "32S", 5: "32F", 6: "64F"}
DEPTH_OF = {dtype: number for number, dtype in DEPTHS.items()}

Combinations = dict[str, tuple[str, ...]]
_ALL = ("uint8", "uint16", "int16", "float32", "float64")
FILTER: Combinations = {
    "uint8": _ALL, "uint16": ("uint16", "float32", "float64"), "int16": ("int16", "float32", "float64"), "float32": ("float32",),
    "float64": ("float64",),
}  # fmt: skip
SEPARABLE: Combinations = {
    **dict.fromkeys(("uint8", "uint16", "int16", "float32"), _ALL), "float64": ("uint8", "uint16", "int16", "float64"),
}  # fmt: skip
BOX: Combinations = {
    **dict.fromkeys(("uint8", "uint16", "int16", "int32"), (*_ALL, "int32")), **dict.fromkeys(("float32", "float64"), _ALL),
}  # fmt: skip


def _dtype(function: str, combinations: Combinations, arguments: Arguments) -> str | None:
    number, given = arguments.get("ddepth", -1), arguments["x_dtype"]
    wanted = None if number == -1 else choice(function, "ddepth", number, DEPTHS)
    if given is None:
        return wanted
    dtype_accepted(function, given, tuple(combinations))
    answer = wanted or given
    if answer not in combinations[given]:
        raise DialectError(f"{function} has no {answer} answer for {given}; it has {', '.join(combinations[given])}")
    return str(answer)


def _anchor(function: str, arguments: Arguments) -> tuple[int | str, int | str]:
    anchor = arguments["anchor"]
    if not (isinstance(anchor, tuple | list) and len(anchor) == 2 and all(type(a) is int and a >= -1 for a in anchor)):
        raise DialectError(f"{function} has anchor {anchor!r}; it must be (x, y), whole numbers from 0, or -1 for the centre")
    across, down = anchor
    return (down if down >= 0 else "high", across if across >= 0 else "high")


def _core(function: str, combinations: Combinations, arguments: Arguments) -> dict[str, Any]:
    law = choice(function, "borderType", arguments["borderType"], BORDERS)
    return {
        "operation": "correlate", "mode": "same", "anchor": _anchor(function, arguments), "boundary": ((law, law),),
        "dtype": _dtype(function, combinations, arguments), "overflow": "saturate",
    }  # fmt: skip


def _filter(function: str, combinations: Combinations, arguments: Arguments) -> Spec:
    missing: Any = "skip_zero_weights" if function == "cv2.filter2D" else "propagate"
    return Spec(**_core(function, combinations, arguments), offset=arguments["delta"], rounding="half_even", missing=missing)


def _box(function: str, arguments: Arguments) -> Spec:
    core, k_shape = _core(function, BOX, arguments), arguments["k_shape"]
    if not arguments.get("normalize", True):
        return Spec(**core)
    if k_shape is None:
        return Spec(**core, scale="1/sum")
    size = prod(k_shape)
    if not core["dtype"] == arguments["x_dtype"] == "uint8" or size > 256:
        return Spec(**core, scale=1 / size)
    return Spec(**core, **_fixed_point(size)) if arguments["bugs"] else Spec(**core, scale=1 / size, rounding="half_up")


def _fixed_point(size: int) -> dict[str, Any]:
    """Return scale, offset and rounding of OpenCV's division of a sum s of bytes: ((s + delta)·factor) >> 23.

    It is s/size rounded half up, except for powers of two: 2^23/size is then exact, and the 1 that makes up for cutting it off is too much.
    """
    factor, delta = 2**23 // size, size // 2
    cut_off = 2**23 / size - factor < 0.5
    factor, delta = (factor, delta + 1) if cut_off else (factor + 1, delta)
    if size == 1:
        return {"scale": 1}
    return {"scale": Fraction(factor, 2**23), "offset": delta * factor / 2**23, "rounding": "floor"}


def _match(arguments: Arguments) -> Spec:
    choice("cv2.matchTemplate", "method", arguments["method"], {2: "TM_CCORR"})
    for name in ("x_dtype", "k_dtype"):
        if arguments[name] is not None:
            dtype_accepted("cv2.matchTemplate", arguments[name], ("uint8", "float32"))
    return Spec(operation="correlate", mode="valid", dtype="float32", rounding="half_even", overflow="saturate")


def _prepare_filter(x: ArrayLike, k: ArrayLike, arguments: Arguments) -> tuple[Any, Any]:
    return _as_computed(sampled("cv2.filter2D", x), k, arguments, "cv2.filter2D")


def _prepare_separable(x: ArrayLike, k: ArrayLike, arguments: Arguments) -> tuple[Any, Any]:
    function, x = "cv2.sepFilter2D", sampled("cv2.sepFilter2D", x)
    if arguments["kernelY"] is None:
        raise DialectError(f"{function} has two kernels: k is kernelX, and kernelY must be given")
    row, column = np.ravel(k), np.ravel(arguments["kernelY"])
    if max(np.ndim(k), np.ndim(arguments["kernelY"])) > 1 and not (row.size == max(np.shape(k)) and column.size):
        raise DialectError(f"{function} has kernels of shapes {np.shape(k)} and {np.shape(arguments['kernelY'])}; both must be lists")
    bytes_only = x.dtype == np.uint8 and DEPTHS.get(arguments["ddepth"], "uint8") == "uint8"
    if bytes_only and _smooth(row) and _smooth(column):
        raise DialectError(f"{function} rounds symmetric weights of sum 1 to 1/256 for uint8, which a Spec does not say; use ddepth=5")
    return _as_computed(x, np.outer(column, row), arguments, function)


def _smooth(weights: ArrayLike) -> bool:
    """Return whether OpenCV computes such weights on bytes in fixed point: symmetric about an odd centre, not negative, of sum 1."""
    symmetric = weights.size % 2 == 1 and np.array_equal(weights, weights[::-1])
    return bool(symmetric and np.all(weights >= 0) and abs(np.sum(weights.astype("float64")) - 1) < 1e-6)


def _as_computed(x: ArrayLike, k: ArrayLike, arguments: Arguments, function: str) -> tuple[Any, Any]:
    if k.ndim != 2 or np.iscomplexobj(k):
        rule = "it must have two axes (a list is a column before OpenCV 5, a row since) and be real"
        raise DialectError(f"{function} has a kernel of shape {k.shape} and dtype {k.dtype}; {rule}")
    double = x.dtype == np.float64 or arguments["ddepth"] == 6
    return x, k.astype("float64" if double else "float32")


def _prepare_box(function: str, x: ArrayLike, k: ArrayLike, _: Arguments) -> tuple[Any, Any]:
    if k.ndim != 2 or not np.all(k == 1):
        raise DialectError(f"{function} has no weights: k must be ones of shape (height, width), which says its ksize")
    x = sampled(function, x)
    return x, k.astype("int64" if x.dtype.name in INTEGERS else "float64")


def _prepare_match(x: ArrayLike, k: ArrayLike, arguments: Arguments) -> tuple[Any, Any]:
    function, given = "cv2.matchTemplate", arguments["mask"]
    if given is not None:
        raise DialectError(f"{function} with a mask weighs the template; multiply it yourself")
    if x.dtype != k.dtype or x.ndim != k.ndim or x.ndim not in (2, 3) or x.shape[2:] != k.shape[2:]:
        raise DialectError(f"{function} has {x.dtype} {x.shape} and {k.dtype} {k.shape}; both need one dtype and the same channels")
    if all(a >= b for a, b in zip(x.shape, k.shape, strict=True)):
        return x, k
    if all(a <= b for a, b in zip(x.shape, k.shape, strict=True)):
        return k, x  # the larger plays the image
    raise DialectError(f"{function} has neither of {x.shape} and {k.shape} inside the other")


def _finish_match(y: ArrayLike, *_: Any) -> ArrayLike:
    return y[:, :, 0] if y.ndim == 3 else y


def _offers(spec: Spec) -> Iterable[Arguments]:
    (low, _), anchor = spec.boundary[0], spec.anchor if spec.mode == "same" else ("high",)
    down, across = (entry if type(entry) is int else -1 for entry in (anchor[0], anchor[-1]))
    depth = DEPTH_OF.get(spec.dtype or "", -1)
    yield {"ddepth": depth, "anchor": (across, down), "delta": spec.offset, "borderType": NUMBER.get(low, 4)}


def _offers_match(_: Spec) -> Iterable[Arguments]:
    yield {"method": 2}


def _nothing(_: Spec) -> Iterable[Arguments]:
    return ()


def _types_filter(call: Call) -> str:
    words = dict(call.arguments)
    depth = words.pop("ddepth", -1)
    named = [f"{name}={value!r}" for name, value in words.items() if name != "borderType"]
    if "borderType" in words:
        named.append(f"borderType=cv2.BORDER_{BORDER_NAMES[words['borderType'] & 15]}")
    return f"cv2.filter2D({', '.join([call.input, f'cv2.CV_{DEPTH_NAMES[depth]}' if depth >= 0 else '-1', call.kernel, *named])})"


def _types_match(call: Call) -> str:
    return f"cv2.matchTemplate({call.input}, {call.kernel}, cv2.TM_CCORR)"


_BIAS = (
    "OpenCV 4.x and 5.0.0: uint8 means over 2, 4, 8, … 256 samples come out 1/n too high before they are rounded (means of 2: 3.0 is 4); "
    "so that white means of 2 are 256, stored as 0 (black) in the last 15 or fewer samples of a row: not imitated; "
    "https://github.com/opencv/opencv modules/imgproc/src/box_filter.simd.hpp, ColumnSum<ushort, uchar>"
)
_POISON = (
    "OpenCV 5.0.0: filter2D with a large kernel goes through a Fourier transform, and one NaN or infinity spreads over whole tiles; not "
    "imitated; https://github.com/opencv/opencv modules/imgproc/src/filter.dispatch.cpp"
)
_STAYS = (
    "OpenCV 5.0.0: a NaN or an infinity stays in the running sums of boxFilter and blur, down to the last row; not imitated; "
    "https://github.com/opencv/opencv modules/imgproc/src/box_filter.simd.hpp"
)
_PLACE = {"anchor": (-1, -1), "borderType": 4}

OPENCV = {
    "cv2.filter2D": Dialect(
        function="cv2.filter2D", defaults={"ddepth": -1, "anchor": (-1, -1), "delta": 0, "borderType": 4}, axes=2, sliding=planes,
        reads=partial(_filter, "cv2.filter2D", FILTER), offers=_offers, prepares=_prepare_filter, types=_types_filter,
        signature=("x", "ddepth", "k", "dst", "anchor", "delta", "borderType"),
        bugs=(_POISON,),
        reference="large kernels (130 weights; 50 unless uint8 or float32 stays so) go through a Fourier transform: other last bits",
    ),
    "cv2.sepFilter2D": Dialect(
        function="cv2.sepFilter2D", defaults={"ddepth": -1, "kernelY": None, "anchor": (-1, -1), "delta": 0, "borderType": 4}, axes=2,
        reads=partial(_filter, "cv2.sepFilter2D", SEPARABLE), offers=_nothing, sliding=planes, prepares=_prepare_separable,
        signature=("x", "ddepth", "k", "kernelY", "dst", "anchor", "delta", "borderType"),
        reference="symmetric weights of sum 1 on uint8 run in 8-bit fixed point, rounded half up: refused here",
    ),
    "cv2.boxFilter": Dialect(
        function="cv2.boxFilter", defaults={"ddepth": -1, "normalize": True, **_PLACE}, axes=2, sliding=planes,
        reads=partial(_box, "cv2.boxFilter"), offers=_nothing, prepares=partial(_prepare_box, "cv2.boxFilter"),
        reference="uint8 to uint8 with at most 256 weights is rounded half up; 16-bit sums are scaled in float32", bugs=(_BIAS, _STAYS),
    ),
    "cv2.blur": Dialect(
        function="cv2.blur", defaults=_PLACE, axes=2, sliding=planes,
        reads=partial(_box, "cv2.blur"), offers=_nothing, prepares=partial(_prepare_box, "cv2.blur"),
        reference="boxFilter with ddepth=-1", bugs=(_BIAS, _STAYS),
    ),
    "cv2.matchTemplate": Dialect(
        function="cv2.matchTemplate", defaults={"method": 2, "mask": None}, reads=_match, offers=_offers_match, axes=2,
        prepares=_prepare_match, finishes=_finish_match, types=_types_match,
        signature=("x", "k", "method", "result", "mask"),
        reference="computed by Fourier transforms; a larger template exchanges the operands",
    ),
}  # fmt: skip
