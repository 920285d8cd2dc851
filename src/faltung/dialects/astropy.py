"""Astropy: true convolutions that divide by the sum of the weights and, unless told otherwise, interpolate over NaN.

=====================  =======================  ==========================================  ===========================================
function               even kernels             ``boundary``                                NaN, interpolated
=====================  =======================  ==========================================  ===========================================
convolve               refused                  None, fill, wrap, extend                    NaN where no weight meets a sample
convolve_fft           low                      fill, wrap                                  0 there; infinities count as NaN
=====================  =======================  ==========================================  ===========================================

y = Σ w·x over the samples present / Σ w over those present, times Σ w unless ``normalize_kernel``. What stands outside counts as present
with ``boundary="fill"`` (ones become 0.67 at the ends), which no Spec says: input and presence are then convolved together, as the real
and the imaginary part of one array, by `prepares` and `finishes`, and the Spec says the sums alone.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from faltung.dialects.record import Arguments, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Spec
from faltung.spec.numbers import COMPLEX

DIRECT, FFT = "astropy.convolution.convolve", "astropy.convolution.convolve_fft"
BOUNDARIES: dict[str, dict[Any, Any]] = {
    DIRECT: {"fill": "zero", "wrap": "periodic", "extend": "edge", None: "zero"},
    FFT: {"fill": "zero", "wrap": "periodic"},
}
WORD = {"zero": "fill", "constant": "fill", "periodic": "wrap", "edge": "extend"}
TREATMENTS = {word: word for word in ("interpolate", "fill")}
LEAST_SUM = 1 / 100  # astropy's 1 / MAX_NORMALIZATION
LONG_WRAP = "astropy 8.0.2: boundary='wrap' with a kernel longer than the array wraps around the kernel's length, zeros between; " \
    "https://github.com/astropy/astropy astropy/convolution/convolve.py, convolve_fft"  # fmt: skip


def _read(function: str, arguments: Arguments) -> Spec:
    law = choice(function, "boundary", arguments["boundary"], BOUNDARIES[function])
    choice(function, "nan_treatment", arguments["nan_treatment"], TREATMENTS)
    fill = arguments["fill_value"] if law == "zero" and arguments["boundary"] == "fill" else 0
    if not np.isfinite(fill):
        raise DialectError(f"{function} with fill_value {fill} leaves the outside out, which a Spec does not say")
    return Spec(
        operation="convolve", mode="same", anchor=("low",) if function == FFT else ("high",), **_outside(law, fill, arguments),
        scale="1/sum" if arguments["normalize_kernel"] else 1, frame=0 if arguments["boundary"] is None else "computed",
        dtype=_dtype(function, arguments["x_dtype"]),
    )  # fmt: skip


def _outside(law: str, fill: float, arguments: Arguments) -> dict[str, Any]:
    """Return boundary and fill; where presence is the imaginary part, the outside of ``fill`` is present."""
    present = 1j if arguments["x_dtype"] == "complex128" and law == "zero" else 0
    value = fill + present
    return {"boundary": ((law, law),)} if value == 0 else {"boundary": (("constant", "constant"),), "fill": ((value, value),)}


def _dtype(function: str, given: str | None) -> str | None:
    if given is None or given == "complex128":  # the latter: with presence; `prepares` refuses complex images
        return given
    if given in (*COMPLEX, "object"):
        raise DialectError(f"{function} does not take {given}; it takes booleans, integers and real floats")
    return given if function == DIRECT and given in ("float16", "float32", "longdouble") else "float64"


def _prepare(function: str, x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    _check(function, x, k, arguments)
    k = k.astype("float64")
    if function == FFT:
        k = np.where(np.isfinite(k), k, 0)
    missing = _missing(function, x, arguments)
    _check_sum(function, float(k.sum()), bool(missing.any()), arguments)
    if not missing.any():
        return x, k
    if arguments["nan_treatment"] == "fill":
        return np.where(missing, arguments["fill_value"], x).astype("float64"), k
    return np.where(missing, 0, x) + 1j * ~missing, k


def _missing(function: str, x: Any, arguments: Arguments) -> Any:
    given = np.zeros(x.shape, bool) if arguments["mask"] is None else np.asarray(arguments["mask"]).astype(bool)
    if given.shape != x.shape:
        raise DialectError(f"{function} has a mask of shape {given.shape} for an array of {x.shape}")
    return given | (~np.isfinite(x) if function == FFT else np.isnan(x))


def _check(function: str, x: Any, k: Any, arguments: Arguments) -> None:
    if x.ndim != k.ndim or x.ndim == 0 or (function == DIRECT and x.ndim > 3):
        raise DialectError(f"{function} has an array of shape {x.shape} and a kernel of {k.shape}; both need the same 1 to 3 axes")
    if any(array.dtype.kind not in "biuf" for array in (x, k)):
        raise DialectError(f"{function} does not take {x.dtype} with {k.dtype}; it takes booleans, integers and real floats")
    if function == DIRECT and any(size % 2 == 0 for size in k.shape):
        raise DialectError(f"{function} has a kernel of shape {k.shape}; its sizes must be odd")
    if arguments["boundary"] is None and not all(n > m // 2 * 2 for n, m in zip(x.shape, k.shape, strict=True)):
        raise DialectError(f"{function} with boundary=None has a kernel of shape {k.shape} longer than the array's {x.shape}")


def _check_sum(function: str, total: float, missing: bool, arguments: Arguments) -> None:
    interpolates = arguments["nan_treatment"] == "interpolate" and (missing or function == FFT)
    zero = abs(total) < arguments["normalization_zero_tol"]
    if arguments["normalize_kernel"] not in (True, False):
        raise DialectError(f"{function} has normalize_kernel {arguments['normalize_kernel']!r}; a Spec knows True and False")
    refused = total < LEAST_SUM or zero if arguments["normalize_kernel"] or (interpolates and function == DIRECT) else False
    if refused or (interpolates and zero):
        raise DialectError(f"{function} divides by the sum of the weights, {total}, which must be at least {LEAST_SUM}")


def _finish(function: str, y: Any, x: Any, k: Any, arguments: Arguments) -> Any:
    missing = _missing(function, x, arguments)
    if y.dtype.kind == "c":
        total = np.where(np.isfinite(k), k, 0).astype("float64").sum()
        present = y.imag if arguments["normalize_kernel"] else y.imag / total  # as a share of all weight
        with np.errstate(all="ignore"):
            y = y.real / present
        if function == DIRECT:
            y = np.where(_meets_a_sample(~missing, k, arguments["boundary"]), y, np.nan)
        else:
            least = arguments["min_wt"]
            y = np.where(present < least, np.nan, y) if least > 0 else np.where(present < 10 * np.finfo(float).eps, 0, y)
        if arguments["boundary"] is None:
            y = np.where(_inside(y.shape, k.shape), y, 0)
    if arguments["preserve_nan"]:
        y = np.where(missing, np.nan, y)
    return y.astype(x.dtype if function == DIRECT and x.dtype.kind == "f" else "float64")


def _meets_a_sample(present: Any, k: Any, boundary: Any) -> Any:
    """Return where a weight that is not zero meets a sample; not asked of the sums, in which a transform leaves its rounding errors."""
    width = [(m // 2, m // 2) for m in k.shape]
    mode: Any = {"wrap": "wrap", "extend": "edge"}.get(boundary)
    around = np.pad(present, width, constant_values=True) if mode is None else np.pad(present, width, mode=mode)
    met = np.zeros(present.shape, bool)
    for taps in np.argwhere(np.flip(k)):
        met |= around[tuple(slice(t, t + n) for t, n in zip(taps, present.shape, strict=True))]
    return met


def _inside(shape: tuple[int, ...], kernel: tuple[int, ...]) -> Any:
    inside = np.zeros(shape, bool)
    inside[tuple(slice(m // 2, n - m // 2) for n, m in zip(shape, kernel, strict=True))] = True
    return inside


def _offers(function: str, spec: Spec) -> Iterable[Arguments]:
    (low, _), (fill, _) = spec.boundary[0], spec.fill[0]
    boundary = None if spec.frame == 0 and function == DIRECT else WORD.get(low, "fill")
    normal = spec.scale == "1/sum"
    words = {"boundary": boundary, "fill_value": fill if low == "constant" else 0.0, "normalize_kernel": normal}
    yield words if normal or function == DIRECT else {**words, "nan_treatment": "fill"}  # interpolating refuses weights of sum 0


_BOTH = {"boundary": "fill", "fill_value": 0.0, "nan_treatment": "interpolate", "normalize_kernel": True}
_DIRECT = {**_BOTH, "mask": None, "preserve_nan": False, "normalization_zero_tol": 1e-8}
_FFT = {**_BOTH, "normalization_zero_tol": 1e-8, "preserve_nan": False, "mask": None, "min_wt": 0.0}


def _dialect(function: str, defaults: Arguments, reference: str, *bugs: str) -> Dialect:
    return Dialect(
        function=function, defaults=defaults, reads=partial(_read, function), offers=partial(_offers, function), reference=reference,
        prepares=partial(_prepare, function), finishes=partial(_finish, function), bugs=bugs,
    )  # fmt: skip


ASTROPY = {
    DIRECT: _dialect(DIRECT, _DIRECT, "sums of less than 0.01 are refused where they are divided by, negative ones too"),
    FFT: _dialect(FFT, _FFT, "by transforms, in float64; boundary=None is 'fill' there, with a warning, and is not taken here", LONG_WRAP),
}
