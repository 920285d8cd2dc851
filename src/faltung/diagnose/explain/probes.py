"""The smallest experiment that tells two explanations apart: an input and a kernel of few samples to which they give two answers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Array, Explanation
from faltung.diagnose.explain.predict import predict
from faltung.diagnose.explain.ranking import Facts, Shape

# Largest size of an axis that is tried, by the number of axes; of the shapes within, so many, the fewest samples first.
LARGEST = {1: 9, 2: 5, 3: 3}
TRIED = 120
# Batch and channel axes are small where operands have four axes and more.
MANY_AXES = 2
COMPLEX = {"float32": "complex64", "float64": "complex128", "int64": "complex128", "int32": "complex128"}
# Fields that say how numbers are rounded, wrapped and converted, not where samples go.
NUMBERS = ("dtype", "rounding", "overflow", "scale", "product", "missing", "offset")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """Operands, and what two explanations say of them: a result, or the sentence with which the convention refuses them."""

    x: Array
    k: Array
    first: Array | str
    second: Array | str

    def __str__(self) -> str:
        one, other = literal(self.first), literal(self.second)
        return f"x = {literal(self.x)}, k = {literal(self.k)}: the first gives {one}, the other {other}"


def literal(values: Array | str) -> str:
    """Return an array as nested lists, numbers in the digits that tell them apart; its dtype where the numbers alone do not say it.

    Examples
    --------
    >>> literal(np.array([[1.0, 2.5]])), literal(np.array([1, 2], np.uint8))
    ('[[1.0, 2.5]]', "np.array([1, 2], 'uint8')")
    """
    if isinstance(values, str):
        return f"an error ({values})"
    text = repr(values.tolist())
    return text if values.dtype.name in ("float64", "int64", "complex128", "bool") else f"np.array({text}, '{values.dtype.name}')"


def smallest_probe(first: Explanation, second: Explanation, facts: Facts) -> Probe | None:
    """Return the operands with the fewest samples in all to which the two give different results.

    Parameters
    ----------
    first, second : Explanation
    facts : Facts
        Of the user's operands: the probe has their dtypes and as many axes.

    Returns
    -------
    Probe or None
        None where none of the experiments that are tried tells them apart. Of operands that one of the two refuses, the first is kept
        for the case that nothing else tells them apart.
    """
    first, second = _whole_result(first), _whole_result(second)
    if first.changes == second.changes and replace(first.spec, conj=second.spec.conj) == second.spec:
        return _smallest(first, second, facts, ("complex",))
    return _smallest(first, second, facts, tuple(_fills(facts, first, second)))


def _whole_result(explanation: Explanation) -> Explanation:
    """Return the explanation without the choice of one output: its place need not exist in a smaller result."""
    return replace(explanation, changes=tuple(change for change in explanation.changes if change.name != "pick"))


def _smallest(first: Explanation, second: Explanation, facts: Facts, fills: tuple[str, ...]) -> Probe | None:
    refused: Probe | None = None
    for x_shape, k_shape in shapes(len(facts.x_shape), len(facts.k_shape)):
        for fill in fills:
            x, k = operands(fill, x_shape, k_shape, facts)
            one, other = answer(first, x, k), answer(second, x, k)
            if isinstance(one, str) and isinstance(other, str):
                break
            probe = Probe(x=x, k=k, first=one, second=other)
            if isinstance(one, str) or isinstance(other, str):
                refused = refused or probe
                break
            if differ(one, other):
                return probe
    return refused


def answer(explanation: Explanation, x: Array, k: Array) -> Array | str:
    """Return what an explanation gives, or how it refuses."""
    try:
        with np.errstate(all="ignore"):
            return predict(explanation, x, k)
    except (ValueError, OverflowError, IndexError) as error:
        return str(error)


def differ(one: Array, other: Array) -> bool:
    """Return whether two results differ by more than 64 units in the last place of the largest value."""
    if one.shape != other.shape:
        return True
    if one.dtype.kind in "biu" and other.dtype.kind in "biu":
        return bool((one != other).any())
    both = [each.astype("complex128" if each.dtype.kind == "c" else "float64") for each in (one, other)]
    if not all(np.isfinite(each).all() for each in both):
        return not np.array_equal(both[0], both[1], equal_nan=True)
    size = max((float(np.abs(each).max(initial=0)) for each in both), default=0.0)
    units = [float(np.finfo(each.dtype).eps) for each in (one, other) if each.dtype.kind in "fc"]
    return bool((np.abs(both[0] - both[1]) > 64 * max(units) * size).any())


@lru_cache(maxsize=32)
def shapes(x_axes: int, k_axes: int) -> tuple[tuple[Shape, Shape], ...]:
    """Return shapes of input and kernel, the fewest samples first; of equally many, the smaller kernel, then the more even sides."""
    sides = range(1, LARGEST.get(max(x_axes, k_axes), MANY_AXES) + 1)
    both = [(x, k) for x in product(sides, repeat=x_axes) for k in _kernels(sides, k_axes)]

    def key(pair: tuple[Shape, Shape]) -> tuple[Any, ...]:
        x, k = pair
        return prod(x) + prod(k), prod(k), x, k

    return tuple(sorted(both, key=key)[: TRIED * (4 if x_axes > 2 else 1)])


def _kernels(sides: range, axes: int) -> Iterator[Shape]:
    yield from product(range(1, min(len(sides), 4) + 1), repeat=axes)


def _fills(facts: Facts, first: Explanation, second: Explanation) -> Iterator[str]:
    """Yield the families of values that may tell two explanations apart: those about numbers only where numbers are what differs."""
    one, other = first.spec, second.spec
    if any(change.name in ("conj", "real") for each in (first, second) for change in each.changes):
        yield "complex"
    yield from ("ramp", "primes")
    if first.changes != second.changes or any(getattr(one, name) != getattr(other, name) for name in NUMBERS):
        yield "signed"
        if not (facts.exact and _whole(facts)):
            yield from ("fraction", "fine")
        yield "large"
    if not facts.finite:
        yield "missing"


def _whole(facts: Facts) -> bool:
    return all(np.dtype(name).kind in "biu" for name in (facts.x_dtype, facts.k_dtype) if name != "object")


def operands(fill: str, x_shape: Shape, k_shape: Shape, facts: Facts) -> tuple[Array, Array]:
    """Return operands of these shapes and the user's dtypes, their values out of one of a few families."""
    x_dtype, k_dtype = (COMPLEX.get(name, name) if fill == "complex" else name for name in (facts.x_dtype, facts.k_dtype))
    x = _values(fill, prod(x_shape), x_dtype, 0).reshape(x_shape)
    k = _values("ramp" if fill in ("large", "missing") else fill, prod(k_shape), k_dtype, 1).reshape(k_shape)
    if fill == "missing" and x.dtype.kind in "fc":
        x.flat[-1] = np.nan
        k.flat[0] = 0
    return x, k


def _values(fill: str, count: int, dtype: str, role: int) -> Array:
    kind = np.dtype(dtype).kind
    ramp = np.arange(1, count + 1)
    if kind == "b":
        return np.asarray(ramp % (2 + role) == 1)
    if fill == "large":
        top = np.iinfo(dtype).max if kind in "iu" else 70_000  # beyond float16
        values: Array = (top - (ramp - 1)).astype(dtype)
        return values
    plain: Array = {
        "ramp": ramp, "missing": ramp, "primes": np.array([2, 3, 5, 7, 11, 13, 17, 19, 23])[(ramp - 1 + 3 * role) % 9] + ramp // 9,
        "signed": np.where(ramp % 2, ramp, -ramp) if kind != "u" else ramp[::-1],
        "complex": ramp, "fraction": ramp + 0.5, "fine": ramp + 1 / 3,
    }[fill]  # fmt: skip
    if kind == "c":
        plain = plain + 1j * (count + 1 - ramp + role)
    return plain.astype(dtype)
