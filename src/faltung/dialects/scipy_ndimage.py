"""The convolutions of ``scipy.ndimage``: always the input's size, any boundary, an origin that moves the centre.

=======================  =========  ==========================  =====================================
function                 reversed   centre for origin o         boundary of ``mode="reflect"``
=======================  =========  ==========================  =====================================
convolve, convolve1d     yes        low − o                     half_sample
correlate, correlate1d   no         high + o                    half_sample
=======================  =========  ==========================  =====================================

The sign of the origin is opposite in the two families. Correlations conjugate the weights. Sums run in float64; the result has the
input's dtype (or that of ``output=``), is truncated towards zero and wraps around. The functions for any number of axes skip weights that
are zero, so that NaN under them does not spread; those for one axis do not.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from faltung.dialects.promotion import complex_partner
from faltung.dialects.record import Arguments, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.boundary import LIBRARY_WORDS
from faltung.spec.numbers import COMPLEX, check_dtype
from faltung.spec.spec import split_anchor

BOUNDARIES = LIBRARY_WORDS["ndimage"]
WORD = {
    "zero": "constant", "constant": "constant", "edge": "nearest", "periodic": "wrap", "half_sample": "reflect", "whole_sample": "mirror",
}  # fmt: skip
REFUSED = ("float16", "longdouble", "clongdouble", "object")

Operation = Literal["convolve", "correlate"]


def _read(function: str, operation: Operation, arguments: Arguments) -> Spec:
    law = choice(function, "mode", arguments["mode"], BOUNDARIES)
    fill = arguments["cval"]
    if law == "constant" and fill == 0:
        law = "zero"
    return Spec(
        operation=operation, mode="same", anchor=_anchors(function, operation, arguments["origin"]),
        boundary=((law, law),), fill=((fill, fill),) if law == "constant" else ((0, 0),),
        conj="kernel" if operation == "correlate" else "none", missing="propagate" if function.endswith("1d") else "skip_zero_weights",
        dtype=_dtype(function, arguments), rounding="truncate", overflow="wrap",
    )  # fmt: skip


def _anchors(function: str, operation: Operation, origin: Any) -> tuple[str, ...]:
    origins = tuple(origin) if isinstance(origin, tuple | list) else (origin,)
    if function.endswith("1d") and origins != (origin,):
        raise DialectError(f"{function} has one axis; its origin is one whole number, not {origin!r}")
    if not origins or not all(isinstance(o, int) for o in origins):
        raise DialectError(f"{function} has origin {origin!r}; it must be a whole number, or one for each axis")
    base, sign = ("high", 1) if operation == "correlate" else ("low", -1)
    return tuple(f"{base}{sign * o:+d}" if o else base for o in origins)


def _dtype(function: str, arguments: Arguments) -> str | None:
    output, x_dtype, k_dtype = arguments["output"], arguments["x_dtype"], arguments["k_dtype"]
    if output is not None and not isinstance(output, str):
        raise DialectError(f"{function} has output {output!r}; a Spec knows dtypes only, by name")
    for name in (output, x_dtype):
        if name in REFUSED:
            raise DialectError(f"{function} does not take {name}; it takes bool, integers, float32, float64, complex64 and complex128")
    answer = x_dtype
    if k_dtype in COMPLEX and x_dtype is not None:
        answer = complex_partner(x_dtype)
    if output is not None and answer is not None and (answer in COMPLEX) != (output in COMPLEX):
        raise DialectError(f"{function} writes {answer} results; output {output} cannot hold them, or is complex for real ones")
    return check_dtype(output) if output is not None else answer


def _offers(operation: Operation, spec: Spec) -> Iterable[Arguments]:
    (low, _), (fill, _) = spec.boundary[0], spec.fill[0]
    origins = tuple(_origin(operation, anchor) for anchor in spec.anchor) if spec.mode == "same" else (0,)
    origin = origins[0] if len(set(origins)) == 1 else origins
    yield {"mode": WORD[low], "cval": fill, "origin": origin, "output": None if spec.dtype in REFUSED else spec.dtype}


def _origin(operation: Operation, anchor: Any) -> int:
    """Return the origin that puts the centre at `anchor`, or 0 where none does for every size of kernel."""
    base, taps = split_anchor(anchor)
    if operation == "correlate":
        return taps if base == "high" else 0
    return -taps if base == "low" else 0


SEVERAL = {"output": None, "mode": "reflect", "cval": 0.0, "origin": 0, "axes": None}
ONE = {"axis": -1, "output": None, "mode": "reflect", "cval": 0.0, "origin": 0}


def _dialect(function: str, operation: Operation, defaults: Arguments, axes: int | None) -> Dialect:
    return Dialect(
        function=function, defaults=defaults, reads=partial(_read, function, operation), offers=partial(_offers, operation), axes=axes
    )


SCIPY_NDIMAGE = {
    "scipy.ndimage.convolve": _dialect("scipy.ndimage.convolve", "convolve", SEVERAL, None),
    "scipy.ndimage.correlate": _dialect("scipy.ndimage.correlate", "correlate", SEVERAL, None),
    "scipy.ndimage.convolve1d": _dialect("scipy.ndimage.convolve1d", "convolve", ONE, 1),
    "scipy.ndimage.correlate1d": _dialect("scipy.ndimage.correlate1d", "correlate", ONE, 1),
}
