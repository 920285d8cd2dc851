"""The implementations that the laws are checked with: ours, and beside it SciPy's, each on complex numbers and on complex integers."""

from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np

from faltung import api
from faltung.laws.record import Engine
from faltung.methods import NAMES

Array: TypeAlias = np.ndarray[Any, Any]
How: TypeAlias = Literal["auto", "direct", "fft"]


def _scipy_convolve(x: Array, k: Array, method: How) -> Array:
    from scipy import signal  # imported when used: it is slow to load

    return np.asarray(signal.convolve(x, k, mode="full", method=method))


def _scipy_correlate(x: Array, k: Array, method: How) -> Array:
    from scipy import signal

    return np.asarray(signal.correlate(x, k, mode="full", method=method))


def _ours(name: str, method: str, exact: bool = False, methods: tuple[Engine, ...] = ()) -> Engine:
    convolve, correlate = (partial(function, method=method) for function in (api.convolve, api.correlate))
    return Engine(name=name, convolve=convolve, correlate=correlate, exact=exact, methods=methods)


def _scipys(name: str, method: How, exact: bool = False, methods: tuple[Engine, ...] = ()) -> Engine:
    convolve, correlate = (partial(function, method=method) for function in (_scipy_convolve, _scipy_correlate))
    return Engine(name=name, convolve=convolve, correlate=correlate, exact=exact, methods=methods)


# Transforms round even integers; the plain sums of `shift` and of SciPy's `direct` do not.
ENGINES: tuple[Engine, ...] = (
    _ours("faltung", "auto", methods=tuple(_ours(name, name) for name in NAMES)),
    _ours("faltung, shift", "shift", exact=True),
    _scipys("scipy.signal", "auto", methods=(_scipys("direct", "direct"), _scipys("fft", "fft"))),
    _scipys("scipy.signal, direct", "direct", exact=True),
)
