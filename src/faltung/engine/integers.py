"""Integer sums are exact, in the fastest arithmetic that is.

No output, and no partial sum of one, is larger than B = max|x|·Σ|w|. Floats hold every integer up to 2^24 (float32) or 2^53 (float64), so
that sums in them are exact while B stays below; a transform is exact once its error bound is below a quarter and it is rounded. Beyond,
the sums run in int64, and beyond 2^63 − 1 over Python integers. B is decided from the dtype of x where that suffices, else from one pass
over x.
"""

from typing import Any

import numpy as np

from faltung.spec.numbers import integer_range
from faltung.spec.problem import Problem

Array = np.ndarray[Any, Any]
LIMITS = (("float32", 2**24), ("float64", 2**53))


def exact_sums(problem: Problem, x: Array, k: Array) -> tuple[tuple[str, float | None], ...]:
    """Return the dtypes that hold the sums exactly, each for floats with the bound on the outputs, rounded up to a power of two."""
    total = _absolute_sum(k)
    bound = total * max(abs(limit) for limit in integer_range("bool" if x.dtype.kind == "b" else x.dtype.name))
    if bound > LIMITS[0][1]:
        bound = total * _absolute_max(x)
    floats = tuple((dtype, float(1 << bound.bit_length())) for dtype, limit in LIMITS if bound <= limit)
    if floats:
        return floats
    wraps = problem.spec.overflow == "wrap" and problem.spec.scale == 1 and problem.spec.offset == 0
    return (("int64" if bound < 2**63 or wraps else "object", None),)  # modulo 2^64 is what wrapping asks for


def _absolute_max(x: Array) -> int:
    return max(abs(int(x.max())), abs(int(x.min()))) if x.size else 0


def _absolute_sum(k: Array) -> int:
    largest = _absolute_max(k)
    if largest * k.size < 2**53:
        return int(np.abs(k.astype("float64")).sum())
    return sum(abs(int(weight)) for weight in k.flat)
