"""Random operands: complex numbers uniform on the unit disc, or complex integers that exact engines do not round."""

from typing import Any, TypeAlias

import numpy as np

from faltung.laws.record import Draw
from faltung.laws.rounding import UNIT, Tracked

Shape: TypeAlias = tuple[int, ...]
Array: TypeAlias = np.ndarray[Any, Any]
Shapes: TypeAlias = tuple[Shape, Shape, Shape]

# Signal, kernel, second kernel by rank. Integers meet small kernels of even, odd and unequal sizes, where plain sums are quick.
SHAPES: dict[bool, dict[int, Shapes]] = {
    False: {1: ((128,), (128,), (64,)), 2: ((32, 32), (32, 32), (16, 12)), 3: ((8, 8, 8), (8, 8, 8), (4, 3, 5))},
    True: {1: ((128,), (12,), (5,)), 2: ((32, 32), (4, 3), (2, 5)), 3: ((8, 8, 8), (2, 3, 2), (3, 2, 1))},
}
LARGEST = 9  # of the parts of an integer: three of them and 128 products stay far below 2^53


def draw(rank: int, exact: bool, seed: int) -> Draw:
    """Return the operands for one number of axes; the same for every engine.

    Examples
    --------
    >>> d = draw(2, exact=True, seed=0)
    >>> d.x.values.shape, d.w.values.shape, d.g.values.shape, d.x.roundoff
    ((32, 32), (4, 3), (35, 34), 0.0)
    """
    random = np.random.default_rng([seed, rank, int(exact)])
    signal, kernel, second = SHAPES[exact][rank]
    full = tuple(n + k - 1 for n, k in zip(signal, kernel, strict=True))
    sample = _integers if exact else _on_the_disc
    x, y, w, v, g = (Tracked(sample(random, shape), 0.0, 0.0 if exact else UNIT) for shape in (signal, signal, kernel, second, full))
    for operand in (x, y, w, v, g):
        operand.values.setflags(write=False)  # an engine that writes into its operands is stopped
    return Draw(x=x, y=y, w=w, v=v, g=g, scalar=complex(sample(random, ())) or 1j)


def _on_the_disc(random: np.random.Generator, shape: Shape) -> Array:
    return np.asarray(np.sqrt(random.random(shape)) * np.exp(2j * np.pi * random.random(shape)))


def _integers(random: np.random.Generator, shape: Shape) -> Array:
    parts = random.integers(-LARGEST, LARGEST, (2, *shape), endpoint=True)
    return np.asarray(parts[0] + 1j * parts[1])
