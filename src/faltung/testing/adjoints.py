"""The dot test: ⟨forward(x), g⟩ = ⟨x, adjoint(g)⟩, exactly, on whole numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def assert_adjoint(
    forward: Callable[[Any], Any], adjoint: Callable[[Any], Any], x_shape: tuple[int, ...], *, dtype: Any = "float64", draws: int = 5,
    seed: int = 0,
) -> None:  # fmt: skip
    """Raise AssertionError unless one function is the adjoint of another: ⟨forward(x), g⟩ = ⟨x, adjoint(g)⟩ with ⟨a, b⟩ = Σ conj(a)·b.

    Parameters
    ----------
    forward : callable
        From an array of `x_shape` to an array.
    adjoint : callable
        Back, from an array of that shape to one of `x_shape`.
    x_shape : tuple of int
        Shape of the input.
    dtype : dtype
        In which whole numbers from −9 to 9 (complex ones in both parts) are given; both sums must be equal in Python's integers.
    draws, seed : int
        How many pairs, and of which random numbers.

    Examples
    --------
    >>> w = np.array([1.0, 2.0, 4.0])
    >>> ft.testing.assert_adjoint(lambda x: ft.convolve(x, w), lambda g: ft.correlate(g, w, mode="valid"), (6,))
    """
    __tracebackhide__ = True
    rng = np.random.default_rng(seed)
    for turn in range(draws):
        x = _whole(rng, x_shape, dtype)
        y = np.asarray(forward(x))
        g = _whole(rng, y.shape, dtype)
        back = np.asarray(adjoint(g))
        if back.shape != x.shape:
            raise AssertionError(f"adjoint(g) has shape {back.shape}; the input of forward has {x.shape}")
        left, right = dot(y, g), dot(x, back)
        if left != right:
            raise AssertionError(f"draw {turn}: ⟨forward(x), g⟩ = {left}, but ⟨x, adjoint(g)⟩ = {right}, for x {x.shape} and g {g.shape}")


def _whole(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Array:
    values = rng.integers(-9, 10, shape)
    if np.dtype(dtype).kind == "c":
        return (values + 1j * rng.integers(-9, 10, shape)).astype(dtype)
    return values.astype(dtype)


def dot(a: Array, b: Array) -> Any:
    """Return Σ conj(a)·b, in Python's exact integers where all values are whole."""
    return sum((_number(p).conjugate() * _number(q) for p, q in zip(a.flat, b.flat, strict=True)), 0)


def _number(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
