"""Libraries that work on NumPy arrays: each is asked in the very line that `faltung.write` gives for the convention."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from faltung.bench.contender import Contender, Maker, Work
from faltung.dialects import DIALECTS, Refusal, write
from faltung.spec import Spec

# How a function is told where to write.
OUT = {
    "cv2.filter2D": "dst", "cv2.blur": "dst", "scipy.ndimage.convolve": "output", "scipy.ndimage.correlate": "output",
    "scipy.ndimage.convolve1d": "output", "scipy.ndimage.correlate1d": "output",
}  # fmt: skip
FUNCTIONS = (
    "numpy.convolve", "numpy.correlate", "scipy.signal.convolve2d", "scipy.signal.correlate2d", "scipy.signal.fftconvolve",
    "scipy.signal.oaconvolve", "scipy.ndimage.convolve", "scipy.ndimage.correlate", "cv2.filter2D", "skimage.filters.correlate_sparse",
)  # fmt: skip


def makers() -> Iterator[tuple[str, Maker]]:
    """Yield every function with its maker."""
    for function in FUNCTIONS:
        yield function, partial(_said, function)


def _said(function: str, work: Work) -> Contender | str:
    """Return a library's call as its dialect writes it; kernels are turned beforehand, and pads are part of the call."""
    dialect = DIALECTS[function]
    if dialect.axes not in (None, work.x.ndim) or work.x.ndim != work.k.ndim:
        return f"has {dialect.axes} axes" if dialect.axes else "has no batches"
    call = write(_sums(work), function)
    if isinstance(call, Refusal):
        return call.reason.removeprefix(f"{function} ")
    root = function.partition(".")[0]
    if root == "cv2":
        import_module("cv2").setNumThreads(work.workers)
    import_module(function.rpartition(".")[0])
    names: dict[str, Any] = {"numpy": np, root: import_module(root), "x": work.x}
    names["k"] = eval(call.kernel, {"numpy": np, "k": work.k})
    line = call.code.replace(call.kernel, "k", 1)
    told = work.given and function in OUT and call.answer == "{}" and f"{OUT[function]}=" not in line
    if told:
        names["out"] = np.empty(work.problem.output_shape, work.problem.dtype)
        line = f"{line[:-1]}, {OUT[function]}=out)"
    code = compile(line, function, "eval")
    note = call.code if call.input != "x" or call.answer != "{}" else ""
    return Contender(name=function, call=lambda: eval(code, names), allocates=not told, note=note)


def _sums(work: Work) -> Spec:
    """Return the convention of the sums alone: real numbers show no conjugation, and dtypes are those of the arrays."""
    return work.problem.spec if work.x.dtype.kind == "c" else replace(work.problem.spec, conj="none")
