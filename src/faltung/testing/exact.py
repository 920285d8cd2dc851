"""Equal means equal: shape, dtype and every value."""

from typing import Any

import numpy as np


def assert_exact(found: Any, expected: Any, *, dtype: bool = True, what: str = "the result") -> None:
    """Raise AssertionError unless two arrays have the same shape, dtype and values; the message names the first difference.

    Parameters
    ----------
    found, expected : array_like
        The arrays. NaN equals NaN, and 0 equals -0.
    dtype : bool
        Whether their dtypes must be the same.
    what : str
        What the message calls the first array.

    Examples
    --------
    >>> ft.testing.assert_exact(ft.convolve([1, 2], [1, 1]), [1, 3, 2])
    >>> ft.testing.assert_exact([1, 2, 4], [1, 2, 3])
    Traceback (most recent call last):
    AssertionError: the result at (2,) is 4, expected 3 (1 of 3 values differ)
    """
    __tracebackhide__ = True
    said = difference(np.asarray(found), np.asarray(expected), dtype)
    if said:
        raise AssertionError(f"{what} {said}")


def difference(found: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], dtype: bool) -> str:
    """Return how the first array differs from the second; empty where it does not."""
    if found.shape != expected.shape:
        return f"has shape {found.shape}, expected {expected.shape}"
    if dtype and found.dtype != expected.dtype:
        return f"has dtype {found.dtype}, expected {expected.dtype}"
    wrong = ~np.asarray((found == expected) | ((found != found) & (expected != expected)), dtype=bool)
    if not wrong.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"at {at} is {found[at]}, expected {expected[at]} ({int(wrong.sum())} of {wrong.size} values differ)"
