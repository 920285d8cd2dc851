"""Integer sums are exact, in the fastest arithmetic that is.

No output, and no partial sum of one, is larger than B = max|x|·Σ|w|, x with its fill values. Floats hold every integer up to 2^24 (float32)
or 2^53 (float64), so that sums in them are exact while B stays below; a transform is exact once its error bound is below a quarter and it
is rounded. Beyond, the sums run in int64, and beyond 2^63 − 1 over Python integers. B is decided from the dtype of x where that
suffices, else from one pass over x. Narrow samples can be summed in 32 bits too: see `faltung.engine.narrow`.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from faltung.spec.numbers import integer_range
from faltung.spec.problem import Problem
from faltung.spec.window import fill_value

Array = np.ndarray[Any, Any]
LIMITS = (("float32", 2**24), ("float64", 2**53))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of integer operands: largest and least weight, Σ|w|, and B from the dtype of x."""

    largest: int
    least: int
    total: int
    bound: int


def facts(problem: Problem, x_dtype: str, k: Array) -> Facts:
    """Return the facts of a kernel and of inputs of a dtype."""
    largest, least = (int(k.max()), int(k.min())) if k.size else (0, 0)
    total = int(k.sum()) if 0 <= largest * k.size < 2**53 and least >= 0 else _absolute_sum(k, max(abs(largest), abs(least)))
    most = max(*(abs(limit) for limit in integer_range(x_dtype)), fill_bound(problem))
    return Facts(largest=largest, least=least, total=total, bound=total * most)


def exact_sums(problem: Problem, x: Array, known: Facts) -> tuple[tuple[str, float | None], ...]:
    """Return the dtypes that hold the sums exactly, each for floats with the bound on the outputs, rounded up to a power of two."""
    bound = known.bound
    if bound > LIMITS[0][1]:
        bound = known.total * max(_absolute_max(x), fill_bound(problem))
    floats = tuple((dtype, float(1 << bound.bit_length())) for dtype, limit in LIMITS if bound <= limit)
    if floats:
        return floats
    wraps = problem.spec.overflow == "wrap" and problem.spec.scale == 1 and problem.spec.offset == 0
    return (("int64" if bound < 2**63 or wraps else "object", None),)  # modulo 2^64 is what wrapping asks for


def fill_bound(problem: Problem) -> int:
    """Return the largest |fill|, rounded up."""
    values = [abs(fill_value(window, end)) for window in problem.windows for end in ("low", "high")]
    finite = [value for value in values if value < 2.0**63]
    return max((ceil(value) for value in finite), default=0)


def _absolute_max(x: Array) -> int:
    return max(abs(int(x.max())), abs(int(x.min()))) if x.size else 0


def _absolute_sum(k: Array, largest: int) -> int:
    if largest * k.size < 2**53:
        return int(np.abs(k.astype("float64")).sum())
    return sum(abs(int(weight)) for weight in k.flat)
