"""The filters of ``scipy.signal`` that are convolutions along one axis: kernel first, input second, one state or one pair of rates.

==========  ==============================================  ==============================================================
function    outputs                                         outside
==========  ==============================================  ==============================================================
lfilter     N, causal; divided by a[0]                      zero (a state, ``zi``, is no convention: `faltung.Stream`)
upfirdn     full; input spread by ``up``, stride ``down``   a value, edge, periodic, half_sample (``symmetric``), whole_sample
==========  ==============================================  ==============================================================

A recursion (`a` with more than one coefficient) is not a convolution. Four modes of upfirdn continue the signal by differences of its
samples, which no boundary here does: antisymmetric, antireflect, smooth, line.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from faltung.dialects.promotion import promoted
from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.boundary import LIBRARY_WORDS
from faltung.spec.spec import at

FILTERED = ("float32", "float64", "longdouble", "complex64", "complex128", "clongdouble", "object")
RESAMPLED = ("float32", "float64", "complex64", "complex128")
MODES = {mode: LIBRARY_WORDS["numpy"][mode] for mode in ("constant", "wrap", "edge", "symmetric", "reflect")}
BY_DIFFERENCES = ("antisymmetric", "antireflect", "smooth", "line")
WORD = {"zero": "constant", **{law: mode for mode, law in MODES.items()}}
FIR_ONLY = (
    "{function} is a convolution only where a is one number; this one has {count} coefficients: a recursion, whose impulse response has "
    "no end. Use SciPy's, or convolve with a part of that impulse response"
)


def _lfilter(arguments: Arguments) -> Spec:
    function, a = "scipy.signal.lfilter", arguments["a"]
    if arguments["zi"] is not None:
        raise DialectError(f"{function}'s zi is added to the first outputs, and no Spec says that; faltung.Stream.from_zi takes it")
    coefficients = a.tolist() if hasattr(a, "tolist") else a
    coefficients = list(coefficients) if isinstance(coefficients, list | tuple) else [coefficients]
    if len(coefficients) != 1:
        raise DialectError(FIR_ONLY.format(function=function, count=len(coefficients)))
    first = coefficients[0]
    if not isinstance(first, int | float) or first == 0:
        raise DialectError(f"{function} divides by a, which is {first!r} here; it must be a real number other than 0")
    return Spec(operation="convolve", mode="causal", scale=1 if first == 1 else 1 / first, dtype=_filtered(arguments, a, first))


def _filtered(arguments: Arguments, a: Any, first: float) -> str | None:
    dtypes = arguments["x_dtype"], arguments["k_dtype"]
    if None in dtypes:
        return None
    own = str(a.dtype) if hasattr(a, "dtype") else "int64" if isinstance(first, int) else "float64"
    dtype = promoted(promoted(*dtypes), own)
    if dtype not in FILTERED:
        raise DialectError(f"scipy.signal.lfilter does not compute in {dtype}; it does in {', '.join(FILTERED)}")
    return dtype


def _upfirdn(arguments: Arguments) -> Spec:
    function, mode = "scipy.signal.upfirdn", arguments["mode"]
    if mode in BY_DIFFERENCES:
        raise DialectError(
            f"{function}'s mode {mode!r} continues by differences of samples, which no boundary does; pad the input with it first"
        )
    law = choice(function, "mode", mode, MODES)
    rates = int(arguments["up"]), int(arguments["down"])
    if min(rates) < 1:
        raise DialectError(f"{function}'s up and down are {rates[0]} and {rates[1]}; both must be at least 1")
    cval = arguments["cval"]
    if law == "constant" and cval == 0:
        law = "zero"
    return Spec(
        operation="convolve", input_dilation=(rates[0],), stride=(rates[1],), boundary=((law, law),),
        fill=((cval, cval),) if law == "constant" else ((0, 0),), dtype=_resampled(arguments),
    )  # fmt: skip


def _resampled(arguments: Arguments) -> str | None:
    dtypes = arguments["x_dtype"], arguments["k_dtype"]
    if None in dtypes:
        return None
    dtype = promoted(promoted(*dtypes), "float32")
    if dtype not in RESAMPLED:
        raise DialectError(f"scipy.signal.upfirdn does not compute in {dtype}; it does in {', '.join(RESAMPLED)}")
    return dtype


def _sliding(arguments: Arguments) -> tuple[int, ...] | None:
    return None if arguments["x_shape"] is None else (arguments["axis"] % max(len(arguments["x_shape"]), 1),)


def _offers_lfilter(_: Spec) -> Iterable[Arguments]:
    return ({"a": 1.0},)


def _offers_upfirdn(spec: Spec) -> Iterable[Arguments]:
    rates = {"up": at(spec.input_dilation, 0), "down": at(spec.stride, 0)}
    (low, _), (fill, _) = at(spec.boundary, 0), at(spec.fill, 0)
    return ({**rates, "mode": WORD[low], "cval": fill if low == "constant" else 0},)


def _typed(call: Call) -> str:
    """Return the line: the kernel comes first, and lfilter's `a` behind it."""
    given: Mapping[str, Any] = dict(call.arguments)
    lead = [call.kernel, repr(given.get("a", 1.0)), call.input] if call.function.endswith("lfilter") else [call.kernel, call.input]
    return f"{call.function}({', '.join([*lead, *(f'{name}={value!r}' for name, value in given.items() if name != 'a')])})"


SCIPY_FILTERS = {
    "scipy.signal.lfilter": Dialect(
        function="scipy.signal.lfilter", defaults={"a": 1.0, "axis": -1, "zi": None}, reads=_lfilter, offers=_offers_lfilter, axes=1,
        sliding=_sliding, types=_typed, signature=("k", "a", "x", "axis", "zi"),
    ),
    "scipy.signal.upfirdn": Dialect(
        function="scipy.signal.upfirdn", defaults={"up": 1, "down": 1, "axis": -1, "mode": "constant", "cval": 0}, reads=_upfirdn,
        offers=_offers_upfirdn, axes=1, sliding=_sliding, types=_typed, signature=("k", "x", "up", "down", "axis", "mode", "cval"),
    ),
}  # fmt: skip
