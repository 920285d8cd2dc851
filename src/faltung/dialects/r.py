"""R's ``stats::filter`` and ``stats::convolve``, run against R 4.2.

===========================  =========  ==================  ====================================================================
function                     reversed   centre              outside
===========================  =========  ==================  ====================================================================
filter, sides=2              yes        low                 NA where the window leaves the series; circular=TRUE: periodic
filter, sides=1              yes        (causal)            the same
convolve, type="open"        **no**     (full)              zero; the second operand is conjugated
convolve, type="filter"      **no**     (valid)             nothing is read outside
convolve, type="circular"    **no**     tap 0               periodic; both operands have one length; conj=FALSE: reversed, causal
===========================  =========  ==================  ====================================================================

``convolve(x, y)`` is a cross-correlation: its help says to use ``rev(y)``. With ``conj=FALSE`` its open and filter answers are convolutions
rotated around the end, which are refused here. A filter longer than the series is refused by `filter`.
"""

from collections.abc import Iterable
from math import nan
from typing import Any

from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import COMPLEX

TYPES = {"circular": "circular", "open": "full", "filter": "valid"}
VERSION = "R 4.2.2"


def _filter(arguments: Arguments) -> Spec:
    function = "r.stats.filter"
    choice(function, "method", arguments["method"], {"convolution": None})
    sides = choice(function, "sides", arguments["sides"], {1: 1, 2: 2})
    circular = choice(function, "circular", arguments["circular"], {False: False, True: True})
    if {arguments["x_dtype"], arguments["k_dtype"]} & set(COMPLEX):
        raise DialectError(f"{function} drops imaginary parts; filter real and imaginary part")
    n, k = arguments["x_shape"], arguments["k_shape"]
    if n and k and k[0] > n[0]:
        raise DialectError(f"{function}: the filter of {k[0]} is longer than the series of {n[0]}")
    law: Boundary = "periodic" if circular else "zero"
    dtype = None if arguments["x_dtype"] is None else "float64"
    return Spec(
        operation="convolve", mode="same" if sides == 2 else "causal", anchor=("low",), boundary=((law, law),), dtype=dtype,
        frame="computed" if circular else nan,
    )  # fmt: skip


def _convolve(arguments: Arguments) -> Spec:
    function = "r.stats.convolve"
    kind = choice(function, "type", arguments["type"], TYPES)
    conj = choice(function, "conj", arguments["conj"], {True: True, False: False})
    dtypes = arguments["x_dtype"], arguments["k_dtype"]
    dtype = None if None in dtypes else "complex128" if set(dtypes) & set(COMPLEX) else "float64"
    if kind == "circular":
        n, k = arguments["x_shape"], arguments["k_shape"]
        if n is not None and k is not None and n != k:
            raise DialectError(f"{function}: circular operands have one length; these have {n[0]} and {k[0]}")
        around: dict[str, Any] = {"boundary": (("periodic", "periodic"),), "dtype": dtype}
        if conj:
            return Spec(operation="correlate", mode="same", anchor=(0,), conj="kernel", **around)
        return Spec(operation="convolve", mode="causal", **around)
    if not conj:
        raise DialectError(f"{function} with conj=False and type {arguments['type']!r} rotates its answer; reverse the kernel instead")
    if arguments["bugs"] and kind == "valid" and arguments["k_shape"] == (1,):
        return Spec(operation="correlate", mode="pads", pads=((-1, -1),), conj="kernel", dtype=dtype)
    return Spec(operation="correlate", mode=kind, conj="kernel", dtype=dtype)


def _filter_offers(spec: Spec) -> Iterable[Arguments]:
    for sides in (2, 1):
        yield {"sides": sides, "circular": spec.boundary[0][0] == "periodic"}


def _convolve_offers(spec: Spec) -> Iterable[Arguments]:
    return ({"type": kind, "conj": True} for kind in ("open", "filter", "circular"))


def _typed(call: Call) -> str:
    words = [f"{name}={_word(value)}" for name, value in call.arguments]
    return f"{call.function.removeprefix('r.').replace('.', '::')}({', '.join([call.input, call.kernel, *words])})"


def _word(value: Any) -> str:
    return str(value).upper() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else repr(value)


R = {
    "r.stats.filter": Dialect(
        function="r.stats.filter", defaults={"method": "convolution", "sides": 2, "circular": False}, axes=1, reads=_filter,
        offers=_filter_offers, types=_typed, language="r", reference=VERSION,
    ),
    "r.stats.convolve": Dialect(
        function="r.stats.convolve", defaults={"conj": True, "type": "circular"}, axes=1, reads=_convolve,
        offers=_convolve_offers, types=_typed, language="r", reference=f"{VERSION}; the answer is computed by Fourier transforms",
        bugs=(
            "R 4.2.2: type='filter' with a kernel of one number loses the first and the last output (1:0 counts down); "
            "https://github.com/wch/r-source src/library/stats/R/fft.R",
        ),
    ),
}  # fmt: skip
