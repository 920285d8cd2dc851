"""What stands behind the sums: scale, offset, rounding, range, frame. Each is a step of the Spec, in this order."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.engine.bands import Place, in_bands
from faltung.engine.frame import put_frame
from faltung.errors import SpecError
from faltung.spec.numbers import INTEGERS, integer_range
from faltung.spec.problem import Problem

Array = np.ndarray[Any, Any]

_ROUND: dict[str, Callable[[Array], Array]] = {
    "half_even": np.rint,
    "half_away": lambda y: np.trunc(y + np.copysign(0.5, y)),
    "half_up": lambda y: np.floor(y + 0.5),
    "floor": np.floor,
    "truncate": np.trunc,
}


def finish(problem: Problem, sums: Array, x: Array, k: Array, out: Array, workers: int = 1, sliding: tuple[int, ...] | None = None) -> None:
    """Write the finished values into `out`, on so many threads; `sliding` are the axes of the windows, all of them unless given.

    Raises
    ------
    OverflowError
        With overflow="raise", when an output does not fit; the message names the first one.
    """
    scale = _number(problem.spec.scale, k)
    outside: list[Place] = []

    def band(place: Place) -> None:
        with np.errstate(all="ignore"):  # each thread has a state of its own
            found = _finished(problem, sums[place], scale)
            if found is None:
                outside.append(place)
            else:
                out[place] = found

    in_bands(sums.shape if sums.dtype != object else (), workers, band)
    if outside:
        values = _rounded(problem, _scaled(problem, sums, scale))
        raise OverflowError(_overflow_message(values, problem.dtype))
    if problem.spec.frame != "computed":
        put_frame(problem, x, out, sliding)


def _finished(problem: Problem, sums: Array, scale: Any) -> Array | None:
    """Return the finished values; None where some do not fit and should."""
    target = problem.dtype
    values = sums != 0 if problem.spec.product == "or_and" else _scaled(problem, sums, scale)
    if target in INTEGERS and values.dtype.kind != "b":
        return _to_integers(problem, values, target)
    if values.dtype.kind == "c" and target not in ("complex64", "complex128", "clongdouble", "object"):
        raise SpecError(f"the result is complex and dtype {target} is not; take its real part or its magnitude afterwards")
    return values


def _number(scale: Any, k: Array) -> Any:
    """Return the scale of a Spec, where it names the weights' sum as the number to divide by, in a tuple."""
    if not isinstance(scale, str):
        return scale
    total = k.sum() if scale == "1/sum" else np.abs(k).sum()
    if total == 0:
        raise SpecError(f"scale {scale}: the weights' sum is 0; give a number instead")
    return (total,)


def _scaled(problem: Problem, sums: Array, scale: Any) -> Array:
    spec = problem.spec
    if scale == 1 and spec.offset == 0:
        return sums
    if problem.sum_dtype == "int64" and sums.dtype != object:  # exact integers, perhaps held in float32
        sums = sums.astype("int64" if _whole(problem) else "float64")
    if isinstance(scale, tuple):
        sums = sums / scale[0]
    elif isinstance(scale, Fraction) and sums.dtype != object:
        sums = (sums * scale.numerator) / scale.denominator
    elif scale != 1:
        sums = sums * scale
    return sums + spec.offset if spec.offset != 0 else sums


def _whole(problem: Problem) -> bool:
    """Return whether integer sums are still integers behind scale and offset."""
    return isinstance(problem.spec.scale, int) and isinstance(problem.spec.offset, int)


def _rounded(problem: Problem, values: Array) -> Array:
    """Return whole numbers, in the dtype that they have."""
    if problem.sum_dtype == "int64" and _whole(problem):
        return values
    rounding = problem.spec.rounding
    return _objects_to_integers(values, rounding) if values.dtype == object else _ROUND[rounding](values)


def _to_integers(problem: Problem, values: Array, target: str) -> Array | None:
    """Return the values in an integer dtype; None where some do not fit and the Spec wants to know."""
    spec = problem.spec
    if values.dtype.kind == "c":
        raise SpecError(f"the result is complex and dtype {target} is not; take its real part or its magnitude afterwards")
    values = _rounded(problem, values)
    if spec.overflow == "wrap":
        return _wrapped(values, target)
    low, high = _representable(values, target)
    if spec.overflow == "saturate":
        clipped = np.clip(values, low, high)
        if values.dtype.kind == "f":
            np.nan_to_num(clipped, copy=False, nan=0)  # NaN has no nearest integer; image libraries store 0
        return clipped.astype(target)
    if values.size and not (values.min() >= low and values.max() <= high):  # NaN compares false
        return None
    return values.astype(target)


def _representable(values: Array, target: str) -> tuple[Any, Any]:
    """Return the least and largest value of `target` that the dtype of `values` can hold."""
    low, high = integer_range(target)
    if values.dtype.kind == "f":
        above = values.dtype.type(high)  # rounds up to 2^63 for int64; int() compares exactly
        return values.dtype.type(low), np.nextafter(above, values.dtype.type(0)) if int(above) > high else above
    if values.dtype.kind in "iu":
        held = np.iinfo(values.dtype)
        return max(low, int(held.min)), min(high, int(held.max))
    return low, high


def _objects_to_integers(values: Array, rounding: str) -> Array:
    def one(value: Any) -> int:
        exact = Fraction(value)
        floor, rest = exact.numerator // exact.denominator, exact - exact.numerator // exact.denominator
        if rounding == "floor" or rest == 0:
            return floor
        if rounding == "truncate":
            return floor + (exact < 0)
        half = Fraction(1, 2)
        up = rest > half or (rest == half and {"half_even": floor % 2 == 1, "half_up": True, "half_away": exact > 0}[rounding])
        return floor + up

    answer = np.empty(values.size, dtype=object)
    answer[:] = [one(value) for value in values.flat]
    return answer.reshape(values.shape)


def _wrapped(values: Array, target: str) -> Array:
    """Return the values modulo 2^bits, in the range of `target`; what is not finite becomes 0."""
    if values.dtype == object:
        modulus, low = 2 ** INTEGERS[target], integer_range(target)[0]
        wrapped: Array = (values - low) % modulus + low
        return wrapped.astype(target)
    if values.dtype.kind == "f":
        if values.size and values.min() >= -(2.0**63) and values.max() < 2.0**63:  # NaN compares false
            return values.astype("int64").astype(target)
        rest = np.fmod(np.where(np.isfinite(values), values, 0), 2.0**64)
        rest = np.where(rest >= 2.0**63, rest - 2.0**64, np.where(rest < -(2.0**63), rest + 2.0**64, rest))
        return rest.astype("int64").astype(target)
    return values.astype(target)


def _overflow_message(values: Array, target: str) -> str:
    least, most = _representable(values, target)
    fits = (values >= least) & (values <= most)
    index = tuple(int(i) for i in np.argwhere(~fits)[0])
    low, high = integer_range(target)
    value = values[index]
    if value == value and abs(value) != np.inf and value == int(value):
        value = int(value)
    return (
        f"output {index} is {value}, but {target} holds {low} to {high} ({int((~fits).sum())} of {fits.size} outputs do not fit); "
        f"ask for a wider dtype (dtype=object is exact), or overflow='saturate' or 'wrap'"
    )
