"""Integer sums are exact: where 64 bits could overflow, the sums run over Python integers."""

from typing import Any

import numpy as np

from faltung.spec.numbers import integer_range
from faltung.spec.problem import Problem

Array = np.ndarray[Any, Any]
LIMIT = 2**63 - 1


def exact_sum_dtype(problem: Problem, x: Array, k: Array) -> str:
    """Return "int64" where no sum of products can leave its range, else "object"; with overflow="wrap" int64 always serves (modulo 2^64).

    Decided from the dtype and Σ|w| if that suffices, else from max|x|·Σ|w|, one pass over the input.
    """
    if problem.spec.overflow == "wrap" and problem.spec.scale == 1 and problem.spec.offset == 0:
        return "int64"
    total = _absolute_sum(k)
    if total * max(abs(bound) for bound in integer_range(_name(x))) <= LIMIT:
        return "int64"
    return "int64" if total * _absolute_max(x) <= LIMIT else "object"


def _name(x: Array) -> str:
    return "bool" if x.dtype.kind == "b" else x.dtype.name


def _absolute_max(x: Array) -> int:
    return max(abs(int(x.max())), abs(int(x.min()))) if x.size else 0


def _absolute_sum(k: Array) -> int:
    largest = _absolute_max(k)
    if largest * k.size <= LIMIT:
        return int(np.abs(k.astype("int64")).sum())
    return sum(abs(int(weight)) for weight in k.flat)
