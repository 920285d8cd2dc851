"""What a function is asked with: whole numbers that no two taps share, impulses, and sizes of both parities that are not square."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from faltung.diagnose.probing.calling import Answer, Interview

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
# All below 256: the weights of a probe fit uint8, and no two of them are equal.
PRIMES = tuple(n for n in range(2, 256) if all(n % d for d in range(2, n)))

# Dtypes of input and kernel, the most telling first: the first pair that is taken serves all questions about positions.
DTYPES = (
    ("float64", "float64"), ("float32", "float32"), ("int64", "int64"), ("int32", "int32"),
    ("uint8", "float64"), ("uint8", "float32"), ("uint8", "uint8"),
)  # fmt: skip
# Room for kernels of 5 taps at dilation 3 on both sides of the middle.
LONG: dict[int, Shape] = {1: (37,), 2: (31, 33), 3: (23, 22, 25)}
KERNELS: dict[int, tuple[Shape, ...]] = {
    1: ((4,), (3,), (5,), (2,), (6,), (7,), (1,)),
    2: ((4, 3), (3, 4), (2, 5), (5, 2), (3, 3), (4, 4), (5, 5), (2, 2), (1, 3)),
    3: ((2, 3, 4), (3, 2, 2), (4, 3, 3), (3, 3, 3), (2, 2, 2)),
}


ENDED = ("hung", "died")  # kinds of answers that come with the end of the process


class UnreadableError(Exception):
    """What was seen does not fit the equation; the message says what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the function takes: dtypes, the kernel shapes out of `KERNELS`, and what it said to the others."""

    ndim: int
    x_dtype: str
    k_dtype: str
    kernels: tuple[Shape, ...]
    refused: tuple[tuple[Shape, str], ...]

    @property
    def base(self) -> Shape:
        """The kernel shape that tells most: every axis has two taps or more, where there is such a one."""
        return next((shape for shape in self.kernels if min(shape) > 1), self.kernels[0])


def weights(shape: Shape, dtype: str) -> Array:
    """Return a kernel of distinct primes."""
    return np.array(PRIMES[: prod(shape)]).reshape(shape).astype(dtype)


def zeros(setting: Setting, shape: Shape) -> Array:
    """Return an input of zeros."""
    return np.zeros(shape, setting.x_dtype)


def impulse(setting: Setting, shape: Shape, position: Shape) -> Array:
    """Return an input with one 1."""
    x = zeros(setting, shape)
    x[position] = 1
    return x


def draw(setting: Setting, x_shape: Shape, k_shape: Shape, seed: int) -> tuple[Array, Array]:
    """Return random whole numbers; small ones where the dtype is small."""
    rng = np.random.default_rng([seed, *x_shape, *k_shape])
    low, high = (0, 3) if "uint8" in (setting.x_dtype, setting.k_dtype) else (-9, 10)
    x, k = rng.integers(low, high, x_shape), rng.integers(low, high, k_shape)
    if k.sum() == 0:  # a function may divide by it
        k.flat[0] += 1
    return x.astype(setting.x_dtype), k.astype(setting.k_dtype)


def settings(ask: Interview, ndim: int) -> Iterator[Setting]:
    """Yield what the function takes on `ndim` axes, a pair of dtypes each; nothing where it hangs, ends the process or takes none."""
    for x_dtype, k_dtype in DTYPES:
        taken, refused = [], []
        for shape in KERNELS[ndim]:
            answer = ask(np.ones(LONG[ndim], x_dtype), weights(shape, k_dtype))
            if answer.kind in ENDED:
                return
            if answer.value is not None and answer.value.ndim == ndim and answer.value.size:
                taken.append(shape)
            else:
                refused.append((shape, what(answer)))
        if taken:
            yield Setting(ndim=ndim, x_dtype=x_dtype, k_dtype=k_dtype, kernels=tuple(taken), refused=tuple(refused))


def what(answer: Answer) -> str:
    """Return what an answer is, in words."""
    return answer.said if answer.value is None else f"an array of shape {answer.value.shape}"


def array_of(answer: Answer) -> Array:
    """Return an answer's array as float64 or complex128, or raise with what there is instead."""
    if answer.value is None:
        raise UnreadableError(answer.said)
    return answer.value.astype("complex128" if answer.value.dtype.kind == "c" else "float64")


def tolerance(found: Array, size: float) -> float:
    """Return by how much values of about `size` may miss: 1024 units in the last place of the answer's dtype, for transforms."""
    return 1024 * float(np.finfo(found.dtype).eps) * max(size, 1.0) if found.dtype.kind in "fc" else 0.0
