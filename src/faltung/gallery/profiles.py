"""Profiles on one axis from which the kernels are built: binomial, binomial difference, Gaussian."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def binomial(n: int) -> NDArray[np.int64]:
    """Row n - 1 of Pascal's triangle: [1 1] convolved with itself n - 1 times; its sum is 2**(n - 1).

    Examples
    --------
    >>> binomial(5).tolist()
    [1, 4, 6, 4, 1]
    """
    return np.array([math.comb(n - 1, i) for i in range(n)], dtype=np.int64)


def binomial_difference(n: int) -> NDArray[np.int64]:
    """[-1 0 1] smoothed by the binomial profile of n - 2 taps.

    Examples
    --------
    >>> binomial_difference(3).tolist(), binomial_difference(5).tolist()
    ([-1, 0, 1], [-1, -2, 0, 2, 1])
    """
    b = binomial(n - 2)
    difference = np.zeros(n, dtype=np.int64)
    difference[2:] += b
    difference[:-2] -= b
    return difference


def offsets(n: int) -> NDArray[np.float64]:
    """Positions of n taps from the window's centre; multiples of a half where n is even."""
    return np.asarray(np.arange(n) - (n - 1) / 2, dtype=np.float64)


def gaussian(n: int, sigma: float) -> NDArray[np.float64]:
    """exp(-x**2 / (2 sigma**2)) at n positions centred on 0, divided by their sum.

    The smallest x**2 is taken off first, so that at least one sample is 1 before the division, for any sigma > 0.
    """
    square = offsets(n) ** 2
    with np.errstate(over="ignore", under="ignore"):
        samples = np.exp(-(square - square.min()) / sigma / sigma / 2)
    return np.asarray(samples / samples.sum(), dtype=np.float64)


def gaussian_2d(size: tuple[int, int], sigmas: tuple[float, float]) -> NDArray[np.float64]:
    """The outer product of two Gaussian profiles; the sum is 1."""
    with np.errstate(under="ignore"):
        return np.outer(gaussian(size[0], sigmas[0]), gaussian(size[1], sigmas[1]))


def impulse(size: tuple[int, int]) -> NDArray[np.int64]:
    """One at the centre of odd sizes, else zero."""
    table = np.zeros(size, dtype=np.int64)
    table[size[0] // 2, size[1] // 2] = 1
    return table


def direction(degrees: float) -> tuple[float, float]:
    """(cos, sin) of an angle, exact at multiples of 90 degrees and rounded to 15 decimals elsewhere, so that sin 30 is one half."""
    turn = math.radians(math.fmod(degrees, 360))
    return round(math.cos(turn), 15) + 0.0, round(math.sin(turn), 15) + 0.0


def symmetric(weights: NDArray[Any]) -> NDArray[Any]:
    """The mean of the weights and their reversal: removes the rounding by which a symmetric construction is not quite symmetric."""
    return np.asarray((weights + np.flip(weights)) / 2)
