"""One report of a user: the arrays, what was expected, and what it was in truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.diagnose.explain.explanation import Change, Explanation
from faltung.diagnose.explain.judge import slack_of
from faltung.diagnose.explain.predict import predict
from faltung.errors import SpecError
from faltung.spec.parse import parse

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Case:
    """`cause` is one way to say the truth: others that are the same operation at these sizes are as good."""

    x: Array
    k: Array
    y: Any
    expected: Any = None
    cause: Explanation
    as_expected: bool = False


def cause(notation: str, *changes: Change, axes: tuple[int, ...] | None = None) -> Explanation:
    return Explanation(spec=parse(notation), changes=changes, axes=axes)


def same_operation(a: Explanation, b: Explanation, x: Array, k: Array) -> bool:
    """Return whether two explanations agree on three draws of numbers of these shapes and dtypes."""
    for draw in drawn(x, k):
        try:
            found, meant = predict(a, *draw), predict(b, *draw)
        except (SpecError, OverflowError):
            return False
        if found.shape != meant.shape or not meets(b, *draw, found, meant):
            return False
    return True


def meets(explanation: Explanation, x: Array, k: Array, found: Array, meant: Array) -> bool:
    """Return whether numbers are those that an explanation gives: equal where all is whole, else up to the rounding of its sums."""
    distance = 2 * slack_of(explanation, x, k, meant).transform  # each of the two may be off by this
    if distance == 0 or not {"f", "c"} & {found.dtype.kind, meant.dtype.kind}:
        return np.array_equal(found, meant)
    return bool((np.abs(found.astype(complex) - meant.astype(complex)) <= distance).all())


def drawn(x: Array, k: Array) -> Iterator[tuple[Array, Array]]:
    for seed in range(3):
        random = np.random.default_rng(seed)
        yield tuple(_like(random, array) for array in (x, k))


def _like(random: np.random.Generator, array: Array) -> Array:
    low = 0 if array.dtype.kind == "u" else -9
    values = random.integers(low, 10, array.shape)
    return (values + 1j * random.integers(-9, 10, array.shape) if array.dtype.kind == "c" else values).astype(array.dtype)


Report = Callable[[], Case]
