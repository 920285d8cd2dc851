"""Which method ``scipy.signal.convolve`` would do best with."""

from time import perf_counter
from typing import Any

import numpy as np

from faltung.drop_in.arrays import Array, common_dtype, in_common_dtype, specs
from faltung.drop_in.scipy_signal.convolutions import convolve
from faltung.engine.execute import settled
from faltung.engine.route import choice
from faltung.errors import SpecError

REPEATS = 3


def choose_conv_method(in1: Any, in2: Any, mode: str = "full", measure: bool = False) -> Any:
    """Return which method of `convolve` is expected to be the faster one, "direct" or "fft", as ``scipy.signal.choose_conv_method`` does.

    Differs: the choice is that of faltung's planner for faltung's methods, so that it is another at many sizes; operands that `convolve`
    would refuse are "direct" only.

    Parameters
    ----------
    in1, in2 : array_like
        The operands.
    mode : {"full", "same", "valid"}
        Which outputs.
    measure : bool
        Whether both are timed.

    Returns
    -------
    method : str
        "fft" or "direct".
    times : dict
        Seconds of each; only if measured.

    Examples
    --------
    >>> choose_conv_method(np.ones(8), np.ones(6))
    'direct'
    """
    x, k = np.asarray(in1), np.asarray(in2)
    if measure:
        times = {method: min(_seconds(x, k, mode, method) for _ in range(REPEATS)) for method in ("fft", "direct")}
        return min(times, key=times.__getitem__), times
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"Acceptable mode flags are 'valid', 'same', or 'full', not mode={mode}")
    if x.ndim != k.ndim or not x.ndim or not x.size or not k.size or common_dtype(x, k).char not in "fdFD":
        return "direct"
    x, k, _ = in_common_dtype(x, k)
    try:
        way = settled(specs("scipy.signal.convolve", x, k, mode=mode), x, k, None, "auto", None)
    except SpecError:
        return "direct"
    return "fft" if choice(way.case, "auto", None).method.name == "fourier" else "direct"


def _seconds(x: Array, k: Array, mode: str, method: str) -> float:
    start = perf_counter()
    convolve(x, k, mode=mode, method=method)
    return perf_counter() - start
