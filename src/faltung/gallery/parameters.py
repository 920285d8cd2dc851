"""Parameters brought to their one form: sizes and sigmas as pairs (down, right), numbers as finite floats."""

import math
import operator
from typing import Any

import numpy as np

from faltung.errors import SpecError

# 2**20 float64 weights are 8 MiB: beyond that it is a picture, and only sizes typed by mistake come here.
MOST_WEIGHTS = 2**20


def pair_of_sizes(name: str, value: object, *, odd: bool = False) -> tuple[int, int]:
    """(rows, columns) from one integer or two, each at least 1, odd where the kernel needs a centre.

    Examples
    --------
    >>> pair_of_sizes("box", 3), pair_of_sizes("box", (1, 5))
    ((3, 3), (1, 5))
    """
    items = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(items) != 2:
        raise SpecError(f"{name}: size {value!r} has {len(items)} entries; give one integer or a pair (rows, columns)")
    rows, columns = (whole(name, "size", item) for item in items)
    if rows * columns > MOST_WEIGHTS:
        raise SpecError(
            f"{name}: size {rows} x {columns} exceeds {MOST_WEIGHTS} weights; give a smaller size, or a smaller sigma or length"
        )
    if odd and not (rows % 2 and columns % 2):
        raise SpecError(f"{name}: size {rows} x {columns} has no centre sample, which this kernel needs; give odd sizes")
    return rows, columns


def whole(name: str, parameter: str, value: Any, *, least: int = 1, most: int = MOST_WEIGHTS) -> int:
    """An integer between `least` and `most`; True and 3.0 are none."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)):
        raise SpecError(f"{name}: {parameter} {value!r} is no integer; give one from {least} to {most}")
    if not least <= number <= most:
        raise SpecError(f"{name}: {parameter} {number} lies outside {least} to {most}; give an integer in that range")
    return number


def real(name: str, parameter: str, value: Any, *, above: float = -math.inf, least: float = -math.inf) -> float:
    """A finite real number, greater than `above` and not less than `least`."""
    try:
        number = math.nan if isinstance(value, (str, bytes, bool, np.bool_)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise SpecError(f"{name}: {parameter} {value!r} is no finite real number; give one such as 1.5")
    if not number > above:
        raise SpecError(f"{name}: {parameter} {number:g} must be greater than {above:g}; raise it")
    if number < least:
        raise SpecError(f"{name}: {parameter} {number:g} must be at least {least:g}; raise it")
    return number


def pair_of_sigmas(name: str, value: object) -> tuple[float, float]:
    """(sigma down, sigma right) in samples from one positive number or two."""
    items = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(items) != 2:
        raise SpecError(f"{name}: sigma {value!r} has {len(items)} entries; give one number or a pair (down, right)")
    down, right = (real(name, "sigma", item, above=0) for item in items)
    return down, right


def size_for(name: str, size: object, sigmas: tuple[float, float], *, odd: bool = False) -> tuple[int, int]:
    """The size given, or per axis 2 ceil(3 sigma) + 1: three standard deviations to each side."""
    if size is None:
        if 3 * max(sigmas) > MOST_WEIGHTS:
            raise SpecError(
                f"{name}: without a size the window reaches three times {max(sigmas):g} samples to each side; give a size, or lower it"
            )
        size = tuple(2 * math.ceil(3 * sigma) + 1 for sigma in sigmas)
    return pair_of_sizes(name, size, odd=odd)
