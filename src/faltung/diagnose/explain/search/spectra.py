"""A transform back that is not told its length: numpy.fft.irfft takes it to be even, and loses the last frequency of an odd one."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.search.rounds import Operands
from faltung.engine.operands import dtype_name
from faltung.errors import SpecError
from faltung.spec import Problem, Spec
from faltung.spec.notation import default_conj

CIRCULAR = {"boundary": (("periodic", "periodic"),)}


def cut_short(of: Operands) -> Iterator[Explanation]:
    """Yield the real results of an odd length that one sample is missing of: padded to the full length, or circular; not judged here."""
    if of.x.ndim != of.k.ndim or not of.x.ndim or "c" in of.x.dtype.kind + of.k.dtype.kind + of.y.dtype.kind:
        return
    for operation, fields in product(("convolve", "correlate"), _extents(of)):
        spec = Spec(operation=operation, conj=default_conj(operation), **fields)
        try:
            dtypes = {"input_dtype": dtype_name(of.x), "kernel_dtype": dtype_name(of.k)}
            shape = Problem(spec=spec, input_shape=of.x.shape, kernel_shape=of.k.shape, **dtypes).output_shape
        except SpecError:
            continue
        if shape[-1] % 2 and of.y.shape == (*shape[:-1], shape[-1] - 1):
            yield Explanation(spec=spec, changes=(Change(place="result", name="irfft", values=()),))


def _extents(of: Operands) -> Iterator[dict[str, Any]]:
    yield {"mode": "full"}
    for mode, anchor in (("causal", "high"), ("same", "high"), ("same", "low")):
        yield {"mode": mode, "anchor": (anchor,), **CIRCULAR}
    yield {"mode": "pads", "pads": tuple((0, size - 1) for size in of.k.shape), **CIRCULAR}
