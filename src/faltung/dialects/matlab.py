"""MATLAB's convolutions and, by the same rules, Octave's (`faltung.dialects.octave`).

========  =========  ==========  =========================================================================================
function  reversed   ``same``    outside, answer
========  =========  ==========  =========================================================================================
conv      yes        low         zero; ``full``, ``same``, ``valid``
conv2     yes        low         the same on two axes
convn     yes        low         the same on any number of axes
filter    yes        (causal)    zero; an FIR filter ``filter(b, a, x)`` with one number a, by which it divides
filter2   no         low         ``filter2(b, x)`` is ``conv2(x, rot90(b, 2), 'same')``: nothing is conjugated
imfilter  no         low         'corr' or 'conv'; a number (0), 'replicate', 'symmetric' or 'circular'; 'same' or 'full'
xcorr     no         (lags)      zero; lags −m … m, where m is the longer length − 1; the second operand is conjugated
xcorr2    no         (full)      zero; the second operand is conjugated
cconv     yes        (circular)  periodic, n outputs
========  =========  ==========  =========================================================================================

``same`` starts at sample ⌊K/2⌋ of the full answer, the size is that of the first operand, and nothing is ever exchanged: where a ``valid``
kernel does not fit, the answer there is empty, and here an error. Integers are computed in double (single if an operand is single), and
stay so; imfilter computes in double and returns the class of the image, rounded half away from zero and saturated.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal

from faltung.dialects.raster import planes
from faltung.dialects.record import Arguments, Call, Dialect, Language, ShapesNeededError, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import COMPLEX, INTEGERS

SHAPES = {"full": "full", "same": "same", "valid": "valid"}
SIZES = {"full": "full", "same": "same"}
OPERATIONS = {"corr": "correlate", "conv": "convolve"}
LAWS: dict[Any, Boundary] = {"replicate": "edge", "symmetric": "half_sample", "circular": "periodic"}
WORDS = {law: word for word, law in LAWS.items()}
CLASSES = ("bool", "float32", "float64", *INTEGERS)

Reads = Callable[[str, Arguments], Spec]
Offers = Callable[[Spec], Iterable[Arguments]]
Order = Literal["x, k", "k, x", "k, 1, x"]


def _floating(function: str, arguments: Arguments) -> str | None:
    """Return single where an operand is, else double; complex where an operand is."""
    given = [arguments["x_dtype"], arguments["k_dtype"]]
    for name in given:
        if name is not None and name not in (*CLASSES, "complex64", "complex128"):
            raise DialectError(f"{function} does not take {name}; it takes logical, integers, single and double")
    if None in given:
        return None
    single = any(name in ("float32", "complex64") for name in given)
    if any(name in COMPLEX for name in given):
        return "complex64" if single else "complex128"
    return "float32" if single else "float64"


def _convolution(function: str, arguments: Arguments) -> Spec:
    mode = choice(function, "shape", arguments["shape"], SHAPES)
    return Spec(operation="convolve", mode=mode, anchor=("low",), dtype=_floating(function, arguments))


def _filter(function: str, arguments: Arguments) -> Spec:
    a = arguments["a"]
    divisor = a[0] if isinstance(a, tuple | list) and len(a) == 1 else a
    if isinstance(divisor, bool) or not isinstance(divisor, int | float) or divisor == 0:
        raise DialectError(f"{function} has a = {a!r}; only FIR filters, of one number other than 0, are convolutions")
    scale = 1 if divisor == 1 else 1 / divisor
    return Spec(operation="convolve", mode="causal", scale=scale, dtype=_floating(function, arguments))


def _filter2(function: str, arguments: Arguments) -> Spec:
    mode = choice(function, "shape", arguments["shape"], SHAPES)
    return Spec(operation="correlate", mode=mode, anchor=("low",), conj="none", dtype=_floating(function, arguments))


def _imfilter(function: str, arguments: Arguments) -> Spec:
    boundary = arguments["boundary"]
    number = isinstance(boundary, int | float) and not isinstance(boundary, bool)
    law: Boundary = "constant" if number else choice(function, "boundary", boundary, {"a number": "constant", **LAWS})
    for name in ("x_dtype", "k_dtype"):
        if arguments[name] is not None and arguments[name] not in CLASSES:
            raise DialectError(f"{function} does not take {arguments[name]}; it takes integers, single and double")
    if arguments["x_dtype"] == "bool" or arguments["k_dtype"] == "bool":
        raise DialectError(f"{function} of logical images says whether a sum is not 0, which a Spec does not; convert them to double")
    fill = boundary if number else 0
    return Spec(
        operation=choice(function, "operation", arguments["operation"], OPERATIONS), anchor=("low",),
        mode=choice(function, "size", arguments["size"], SIZES), boundary=(("zero", "zero") if number and fill == 0 else (law, law),),
        fill=((fill, fill),), dtype=arguments["x_dtype"], rounding="half_away", overflow="saturate",
    )  # fmt: skip


def _lengths(function: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[int, int]:
    if {len(shape) for shape in shapes} != {1}:
        raise DialectError(f"{function} takes two vectors; these have shapes {shapes[0]} and {shapes[1]}")
    return shapes[0][0], shapes[1][0]


def _xcorr(function: str, arguments: Arguments) -> Spec:
    choice(function, "scaleopt", arguments["scaleopt"], {"none": None})
    lag, x_shape, k_shape = (arguments[name] for name in ("maxlag", "x_shape", "k_shape"))
    if lag is not None and (isinstance(lag, bool) or not isinstance(lag, int) or lag < 0):
        raise DialectError(f"{function} has maxlag {lag!r}; it must be a whole number of at least 0")
    if x_shape is None or k_shape is None:
        raise ShapesNeededError(f"{function}: its lags depend on the lengths of both operands; give x_shape and k_shape")
    n, k = _lengths(function, (x_shape, k_shape))
    lag = max(n, k) - 1 if lag is None else lag
    pads = ((lag, lag + k - n),)
    return Spec(operation="correlate", mode="pads", pads=pads, conj="kernel", dtype=_floating(function, arguments))


def _xcorr2(function: str, arguments: Arguments) -> Spec:
    return Spec(operation="correlate", conj="kernel", dtype=_floating(function, arguments))


def _cconv(function: str, arguments: Arguments) -> Spec:
    n, x_shape, k_shape = (arguments[name] for name in ("n", "x_shape", "k_shape"))
    dtype = _floating(function, arguments)
    if n is None:
        return Spec(operation="convolve", dtype=dtype)
    if x_shape is None or k_shape is None:
        raise ShapesNeededError(f"{function}: what n = {n} outputs are depends on the lengths of both operands; give x_shape and k_shape")
    size, taps = _lengths(function, (x_shape, k_shape))
    if n >= size + taps - 1:
        return Spec(operation="convolve", mode="pads", pads=((taps - 1, n - size),), dtype=dtype)
    if n == size >= taps:
        return Spec(operation="convolve", mode="causal", boundary=(("periodic", "periodic"),), dtype=dtype)
    raise DialectError(f"{function} with n = {n} wraps operands of {size} and {taps} samples as no boundary does; fold the full answer")


# What a Spec asks of each function


def _shaped(spec: Spec) -> Iterable[Arguments]:
    return ({"shape": shape} for shape in SHAPES)


def _fir(spec: Spec) -> Iterable[Arguments]:
    return ({},)


def _image(spec: Spec) -> Iterable[Arguments]:
    (low, _), (fill, _) = spec.boundary[0], spec.fill[0]
    boundary = WORDS.get(low, fill if low == "constant" else 0)
    for operation in ("corr", "conv") if spec.operation != "convolve" else ("conv", "corr"):
        for size in ("same", "full"):
            yield {"operation": operation, "size": size, "boundary": boundary}


def _nothing(spec: Spec) -> Iterable[Arguments]:
    return ()


# How the calls are typed: without the library's name, options by position


def _typed(name: str, order: Order, call: Call) -> str:
    operands = order.replace("x", "{x}").replace("k", "{k}").format(x=call.input, k=call.kernel)
    options = [repr(value) for _, value in call.arguments]
    return f"{name}({', '.join([operands, *options])})"


FUNCTIONS: tuple[tuple[str, Arguments, int | None, Reads, Offers, Order], ...] = (
    ("conv", {"shape": "full"}, 1, _convolution, _shaped, "x, k"),
    ("conv2", {"shape": "full"}, 2, _convolution, _shaped, "x, k"),
    ("convn", {"shape": "full"}, None, _convolution, _shaped, "x, k"),
    ("filter", {"a": 1}, 1, _filter, _fir, "k, 1, x"),
    ("filter2", {"shape": "same"}, 2, _filter2, _shaped, "k, x"),
    ("imfilter", {"operation": "corr", "size": "same", "boundary": 0}, 2, _imfilter, _image, "x, k"),
    ("xcorr", {"maxlag": None, "scaleopt": "none"}, 1, _xcorr, _nothing, "x, k"),
    ("xcorr2", {}, 2, _xcorr2, _fir, "x, k"),
    ("cconv", {"n": None}, 1, _cconv, _fir, "x, k"),
)
PAGES = {
    "conv": "mathworks.com/help/matlab/ref/conv.html; published numbers: its examples, and MATLAB Answers 430785",
    "conv2": "mathworks.com/help/matlab/ref/conv2.html; Stack Overflow 3731093 for the centre of even kernels",
    "convn": "mathworks.com/help/matlab/ref/convn.html",
    "filter": "mathworks.com/help/matlab/ref/filter.html",
    "filter2": "mathworks.com/help/matlab/ref/filter2.html; published numbers: MATLAB Answers on filter2 and conv2",
    "imfilter": "mathworks.com/help/images/ref/imfilter.html",
    "xcorr": "mathworks.com/help/signal/ref/xcorr.html",
    "xcorr2": "mathworks.com/help/signal/ref/xcorr2.html: the bar over H denotes complex conjugation",
    "cconv": "mathworks.com/help/signal/ref/cconv.html",
}


def family(home: Literal["matlab", "octave"]) -> dict[str, Dialect]:
    """Return the functions of one of the two; for Octave without evidence of its own."""
    language: Language = "octave"
    return {
        f"{home}.{name}": Dialect(
            function=f"{home}.{name}", defaults=defaults, reads=partial(reads, f"{home}.{name}"), offers=offers, axes=axes,
            sliding=planes if name == "imfilter" else None, types=partial(_typed, name, order), language=language,
            evidence="documentation", reference=PAGES[name],
        )
        for name, defaults, axes, reads, offers, order in FUNCTIONS
    }  # fmt: skip


MATLAB = family("matlab")
