"""Arrays and kernels as they are named on the command line: a gallery name, numbers, or a file."""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from faltung.cli.output import say
from faltung.gallery import kernel as gallery_kernel
from faltung.gallery import kernels
from faltung.io import MOST_PIXELS, InputError, names_a_file, parse_array, read_numbers, split_member

Array = np.ndarray[Any, Any]
_LONGEST_NAME = 4096  # of a path; what is longer is a text


def read_operand(text: str, name: str, max_pixels: int = MOST_PIXELS) -> Array:
    """Return the array that an argument names: a file if there is one, else the numbers it spells."""
    if text.strip() == "-":
        return read_numbers("-", max_pixels=max_pixels)
    if is_file(text):
        return read_numbers(text, max_pixels=max_pixels)
    if names_a_file(text):
        raise InputError(f"there is no file {text}")
    return parse_array(text, name)


def read_kernel(text: str, max_pixels: int = MOST_PIXELS) -> tuple[str, Array]:
    """Return a kernel's name and weights: from the gallery, with parameters behind a colon, or as `read_operand` reads it."""
    name, colon, parameters = text.strip().partition(":")
    if name in kernels():
        found = gallery_kernel(name, **parse_parameters(name, parameters if colon else ""))
        return repr(found), found.weights
    looks_like_numbers = re.match(r"[\s\[(]*[+-]?[.\d]", text) or re.match(r"[\s+-]*(inf|nan)", text)
    if not (looks_like_numbers or is_file(text) or text.strip() == "-" or re.search(r"[/\\.]", text)):
        gallery_kernel(name)  # raises, with the nearest names
    weights = read_operand(text, "kernel", max_pixels)
    return "kernel", as_numbers(weights)


def as_numbers(array: Array) -> Array:
    """Return fractions as float64; other objects as they are."""
    if array.dtype == object and any(isinstance(value, Fraction) for value in array.flat):
        return array.astype(np.float64)
    return array


def parse_parameters(name: str, text: str) -> dict[str, object]:
    """Return the parameters of a gallery kernel: ``sigma=2,size=5``; a pair is written with x, as in ``size=3x5``."""
    found: dict[str, object] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not value:
            raise InputError(f"{part!r} is no parameter of {name}; write {name}:key=value, as in gaussian:sigma=2,size=5")
        if key.strip() in found:
            raise InputError(f"parameter {key.strip()} of {name} is given twice")
        numbers = [_parameter(word, part) for word in value.split("x")]
        found[key.strip()] = numbers[0] if len(numbers) == 1 else tuple(numbers)
    return found


def _parameter(word: str, part: str) -> int | float:
    try:
        return int(word) if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", word) else float(word)
    except ValueError:
        raise InputError(f"{word!r} in {part!r} is no number; a pair is written with x, as in size=3x5") from None


def is_file(text: str) -> bool:
    """Return whether a text names a file or folder that exists, an array within it aside."""
    try:
        return len(text) <= _LONGEST_NAME and Path(split_member(text)[0]).exists()
    except (OSError, ValueError):  # too long a name, or a null character
        return False


def as_row(kernel: Array, axes: int) -> Array:
    """Return numbers of one row as a table of one row, where the other operand has more axes."""
    return kernel[None] if kernel.ndim == 1 and axes > 1 else kernel


def without_shared_axis(arrays: Mapping[str, Array]) -> tuple[Array, ...]:
    """Return tables without an axis of one entry that all of them have: columns of a text and rows of MATLAB are signals."""
    if {array.ndim for array in arrays.values()} == {2}:
        for axis in range(2):
            if all(array.shape[axis] == 1 for array in arrays.values()):
                *others, last = arrays
                say(f"note: axis {axis} has one entry in {', '.join(others)} and {last}: they are taken as signals")
                return tuple(np.squeeze(array, axis) for array in arrays.values())
    return tuple(arrays.values())
