"""Draws of (explanation, x, k): a plain convention with one or two deviations from the list of hypotheses, and operands that show them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.predict import predict
from faltung.errors import SpecError
from faltung.spec import Spec
from faltung.spec.notation import default_conj

Array = np.ndarray[Any, Any]
LAWS = ("zero", "edge", "periodic", "half_sample", "whole_sample")
DTYPES = (("int64", "int64"), ("uint8", "int64"), ("float64", "float64"), ("float32", "float32"), ("complex128", "complex128"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What was done, to what, and the names of the deviations."""

    truth: Explanation
    x: Array
    k: Array
    y: Array
    names: tuple[str, ...]


def draw(rng: np.random.Generator) -> Drawn:
    """Return a draw that can be computed."""
    while True:
        rank = int(rng.choice([1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]))
        x, k = operands(rng, rank)
        spec = plain_spec(rng, rank)
        names = tuple(str(n) for n in rng.choice(list(DEVIATIONS), size=int(rng.integers(0, 3)), replace=False))
        truth = Explanation(spec=spec)
        try:
            for name in names:
                truth = DEVIATIONS[name](rng, truth, x, k)
            with np.errstate(all="ignore"):
                y = predict(truth, x, k)
        except (SpecError, OverflowError, ValueError, SkipError):
            continue
        if y.size >= 12 and np.ptp(np.abs(y)) > 0:
            return Drawn(truth=truth, x=x, k=k, y=y, names=names)


class SkipError(Exception):
    """A deviation that does not go with what was drawn before it."""


def operands(rng: np.random.Generator, rank: int) -> tuple[Array, Array]:
    """Return an input and a kernel, not square, of one of the pairs of dtypes."""
    sizes = {1: (20, 40), 2: (9, 16), 3: (7, 9)}[rank]
    taps = {1: (2, 6), 2: (2, 5), 3: (2, 4)}[rank]
    shape = tuple(int(n) for n in rng.integers(*sizes, rank))
    kernel = tuple(int(n) for n in rng.integers(*taps, rank))
    first, second = DTYPES[int(rng.integers(len(DTYPES)))]
    return _numbers(rng, shape, first), _numbers(rng, kernel, second)


def _numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Array:
    kind = np.dtype(dtype).kind
    if kind == "u":
        return rng.integers(0, 200, shape).astype(dtype)
    if kind == "i":
        return rng.integers(-9, 10, shape).astype(dtype)
    if kind == "c":
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def plain_spec(rng: np.random.Generator, rank: int) -> Spec:
    """Return a convention that many libraries have."""
    operation = str(rng.choice(["convolve", "correlate"]))
    mode = str(rng.choice(["full", "same", "valid"]))
    anchor = (str(rng.choice(["high", "low"])),)
    return Spec(operation=operation, mode=mode, anchor=anchor, conj=default_conj(operation))  # type: ignore[arg-type]


def _spec(truth: Explanation, **fields: Any) -> Explanation:
    return replace(truth, spec=replace(truth.spec, **fields))


def _law(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    law = str(rng.choice(LAWS))
    return _spec(truth, boundary=((law, law),))


def _laws(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, boundary=tuple(tuple(str(w) for w in rng.choice(LAWS, 2)) for _ in range(x.ndim)))


def _fill(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    value = int(rng.integers(1, 30))
    return _spec(truth, boundary=(("constant", "constant"),), fill=((value, value),))


def _reversal(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, reversal=tuple(bool(f) for f in rng.integers(0, 2, x.ndim)))


def _permute(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, permute=tuple(int(a) for a in rng.permutation(x.ndim)))


def _stride(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, stride=(int(rng.integers(2, 4)),))


def _strides(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, stride=tuple(int(s) for s in rng.integers(1, 4, x.ndim)))


def _dilation(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, dilation=(int(rng.integers(2, 4)),))


def _anchor(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.spec.mode != "same":
        raise SkipError
    return _spec(truth, anchor=tuple(f"high{int(s):+d}" for s in rng.integers(-1, 2, x.ndim)))


def _causal(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, mode="causal")


def _upper(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, mode=str(rng.choice(["same_upper", "same_lower"])))


def _pads(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    pads = tuple((int(rng.integers(0, n + 1)), int(rng.integers(0, n + 1))) for n in k.shape)
    return _spec(truth, mode="pads", pads=pads)


def _transposed(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    crops = tuple((int(rng.integers(0, 2)), int(rng.integers(-1, 2))) for _ in k.shape)
    own = Spec(operation="convolve_transpose", mode="pads", pads=crops, stride=(int(rng.integers(2, 4)),))
    if truth.spec.boundary != (("zero", "zero"),):
        raise SkipError
    return replace(truth, spec=own)


def _conj(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, conj=str(rng.choice(["none", "input", "kernel"])))


def _scale(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, scale=[0.5, 0.1, -1, "1/abs_sum", float(rng.standard_normal())][int(rng.integers(5))])


def _offset(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, offset=[128, 0.5, -3][int(rng.integers(3))])


def _range(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if "c" in (x.dtype.kind, k.dtype.kind):
        raise SkipError
    rounding = str(rng.choice(["half_even", "truncate", "floor"]))
    if "f" in (x.dtype.kind, k.dtype.kind) and x.dtype.kind != "u":
        raise SkipError
    return _spec(
        truth, dtype=str(rng.choice(["uint8", "int8", "int16"])), overflow=str(rng.choice(["saturate", "wrap"])), rounding=rounding
    )


def _frame(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.spec.mode != "same" or truth.spec.stride != (1,) or x.dtype.kind == "c":
        raise SkipError
    return _spec(truth, frame=["copied", 0, 7][int(rng.integers(3))])


def _output_reversal(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, output_reversal=tuple(bool(f) for f in rng.integers(0, 2, x.ndim)))


def _exchanged(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    return _spec(truth, operands="exchanged")


def _change(truth: Explanation, place: Any, name: str, *values: Any, first: bool = False) -> Explanation:
    change = Change(place=place, name=name, values=values)
    return replace(truth, changes=(change, *truth.changes) if first else (*truth.changes, change))


def _roll(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.changes:
        raise SkipError
    return _change(truth, "result", "roll", tuple(int(s) for s in rng.integers(1, 3, x.ndim)), tuple(range(x.ndim)))


def _shift(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.changes:
        raise SkipError
    return _change(truth, "result", "shift", tuple(int(s) for s in rng.integers(-1, 2, x.ndim)))


def _pad(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.changes or x.dtype.kind == "c":
        raise SkipError
    return _change(truth, "result", "pad", tuple((int(a), int(b)) for a, b in rng.integers(0, 3, (x.ndim, 2))), 0)


def _crop(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.changes:
        raise SkipError
    return _change(truth, "result", "crop", tuple((int(a), int(b)) for a, b in rng.integers(0, 2, (x.ndim, 2))))


def _transposed_input(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if truth.changes:
        raise SkipError
    order = tuple(reversed(range(x.ndim)))
    return _change(truth, str(rng.choice(["input", "result"])), "transpose", order)


def _tf32(rng: np.random.Generator, truth: Explanation, x: Array, k: Array) -> Explanation:
    if x.dtype != np.float32 or truth.changes:
        raise SkipError
    return _change(truth, "both", str(rng.choice(["tf32", "bfloat16"])), first=True)


DEVIATIONS: dict[str, Any] = {
    "law": _law, "laws": _laws, "fill": _fill, "reversal": _reversal, "permute": _permute, "stride": _stride, "strides": _strides,
    "dilation": _dilation, "anchor": _anchor, "causal": _causal, "upper": _upper, "pads": _pads, "transposed": _transposed, "conj": _conj,
    "scale": _scale, "offset": _offset, "range": _range, "frame": _frame, "output_reversal": _output_reversal, "exchanged": _exchanged,
    "roll": _roll, "shift": _shift, "pad": _pad, "crop": _crop, "transposed_input": _transposed_input, "precision": _tf32,
}  # fmt: skip
