"""The convolutions of ``scipy.signal``: the first operand is the input and gives the size of ``same``; only ``valid`` exchanges.

=====================  =========  ==========  ============================================================
function               reversed   ``same``    outside
=====================  =========  ==========  ============================================================
convolve               yes        high        zero
fftconvolve            yes        high        zero
oaconvolve             yes        high        zero
convolve2d             yes        high        ``fill`` (a value), ``wrap`` periodic, ``symm`` half_sample
correlate              no         high        zero
correlate2d            no         **low**     as convolve2d
=====================  =========  ==========  ============================================================

Correlations conjugate the second operand (unless it holds objects). Where ``valid`` exchanged them, the answer is reversed and
conjugated; but `correlate2d` (SciPy 1.17) forgets to conjugate it: for complex operands of which the second is larger, its answer is
the conjugate of what its documentation defines and of what the Spec says.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from faltung.dialects.promotion import numbers, promoted
from faltung.dialects.record import Arguments, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Problem, Spec
from faltung.spec.boundary import LIBRARY_WORDS
from faltung.spec.numbers import is_exact

MODES = {mode: mode for mode in ("full", "same", "valid")}
METHODS = {method: method for method in ("auto", "direct", "fft")}
BOUNDARIES = {**LIBRARY_WORDS["scipy.signal"], "pad": "constant", "circular": "periodic", "symmetric": "half_sample"}
WORD = {"zero": "fill", "constant": "fill", "periodic": "wrap", "half_sample": "symm"}
NOT_2D = ("bool", "float16", "object")

Operation = Literal["convolve", "correlate"]


def _core(function: str, operation: Operation, arguments: Arguments) -> dict[str, Any]:
    mode = choice(function, "mode", arguments["mode"], MODES)
    conj = "kernel" if operation == "correlate" and arguments["k_dtype"] != "object" else "none"
    return {"operation": operation, "mode": mode, "conj": conj, "operands": "dominant_first" if mode == "valid" else "as_given"}


def _any_axes(operation: Operation, arguments: Arguments) -> Spec:
    function = f"scipy.signal.{operation}"
    choice(function, "method", arguments["method"], METHODS)
    return Spec(**_core(function, operation, arguments), **numbers(arguments["x_dtype"], arguments["k_dtype"]))


def _two_axes(operation: Operation, arguments: Arguments) -> Spec:
    function = f"scipy.signal.{operation}2d"
    law = choice(function, "boundary", arguments["boundary"], BOUNDARIES)
    steps = numbers(arguments["x_dtype"], arguments["k_dtype"])
    if steps.get("dtype") in NOT_2D:
        raise DialectError(f"{function} does not compute in {steps['dtype']}; it does in integers, floats but float16, and complex")
    fill = arguments["fillvalue"]
    if law == "constant" and fill == 0:
        law = "zero"
    return Spec(
        anchor=("low",) if operation == "correlate" else ("high",),
        boundary=((law, law),), fill=((fill, fill),) if law == "constant" else ((0, 0),),
        **_core(function, operation, arguments), **steps,
    )  # fmt: skip


def _by_transform(function: str, arguments: Arguments) -> Spec:
    dtypes = [arguments["x_dtype"], arguments["k_dtype"]]
    dtype = promoted(*map(transform_dtype, dtypes)) if None not in dtypes else None
    return Spec(**_core(function, "convolve", arguments), dtype=dtype)


def transform_dtype(dtype: str) -> str:
    """Return the dtype in which a Fourier transform of real arrays of `dtype` runs: whole numbers in float64, float16 in float32."""
    if dtype == "float16":
        return "float32"
    return "float64" if dtype == "object" or is_exact(dtype) else dtype


def lags(input_size: int, kernel_size: int, mode: str = "full") -> range:
    """Return the lag of every output of ``scipy.signal.correlate`` along one axis.

    Output o is Σ input[l + n]·conj(kernel[l]) over l, at lag n = lags[o].

    Parameters
    ----------
    input_size, kernel_size : int
        Samples of the two operands.
    mode : {"full", "same", "valid"}
        As given to the correlation.

    Returns
    -------
    range
        One lag per output, ascending.

    Raises
    ------
    DialectError
        For another mode.

    Notes
    -----
    For an odd input and an even kernel, ``scipy.signal.correlation_lags(…, "same")`` names lags that are one greater than those at which
    ``scipy.signal.correlate`` computes; this function names the latter.

    Examples
    --------
    >>> list(lags(3, 2)), list(lags(7, 4, "same"))
    ([-1, 0, 1, 2], [-2, -1, 0, 1, 2, 3, 4])
    """
    choice("scipy.signal.correlation_lags", "mode", mode, MODES)
    spec = _any_axes("correlate", {"mode": mode, "method": "auto", "x_dtype": None, "k_dtype": None})
    problem = Problem(spec=spec, input_shape=(input_size,), kernel_shape=(kernel_size,))
    (outputs,), (window,) = problem.output_sizes, problem.windows
    first = -window.pad_low
    return range(-(first + outputs - 1), -first + 1) if problem.answer_reversed else range(first, first + outputs)


def _offers(_: Spec) -> Iterable[Arguments]:
    return ({"mode": mode} for mode in MODES)


def _offers_2d(spec: Spec) -> Iterable[Arguments]:
    (low, _), (fill, _) = spec.boundary[0], spec.fill[0]
    word = WORD.get(low, "fill")
    return ({"mode": mode, "boundary": word, "fillvalue": fill if word == "fill" else 0} for mode in MODES)


ANY_AXES = {"mode": "full", "method": "auto"}
TWO_AXES = {"mode": "full", "boundary": "fill", "fillvalue": 0}
TRANSFORM = {"mode": "full", "axes": None}

SCIPY_SIGNAL = {
    "scipy.signal.convolve": Dialect(
        function="scipy.signal.convolve", defaults=ANY_AXES, reads=partial(_any_axes, "convolve"), offers=_offers
    ),
    "scipy.signal.correlate": Dialect(
        function="scipy.signal.correlate", defaults=ANY_AXES, reads=partial(_any_axes, "correlate"), offers=_offers
    ),
    "scipy.signal.convolve2d": Dialect(
        function="scipy.signal.convolve2d", defaults=TWO_AXES, reads=partial(_two_axes, "convolve"), offers=_offers_2d, axes=2
    ),
    "scipy.signal.correlate2d": Dialect(
        function="scipy.signal.correlate2d", defaults=TWO_AXES, reads=partial(_two_axes, "correlate"), offers=_offers_2d, axes=2
    ),
    "scipy.signal.fftconvolve": Dialect(
        function="scipy.signal.fftconvolve", defaults=TRANSFORM, reads=partial(_by_transform, "scipy.signal.fftconvolve"), offers=_offers
    ),
    "scipy.signal.oaconvolve": Dialect(
        function="scipy.signal.oaconvolve", defaults=TRANSFORM, reads=partial(_by_transform, "scipy.signal.oaconvolve"), offers=_offers
    ),
}
