"""Arrays written as text: rows of numbers, or JSON. Nothing is evaluated."""

import json
import re
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.io.record import Array, InputError

LIMIT = 4000  # characters of untrusted text
_LONGEST = 1000  # characters of a number: Python itself stops at 4,300 digits
_FRACTION = re.compile(r"[+-]?\d{1,18}/\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+|\d+\.\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|inf|nan)")
_COMPLEX = re.compile(r"\(?[+-]?[\d.]+([eE][+-]?\d+)?([+-][\d.]+([eE][+-]?\d+)?)?j\)?")


def parse_array(text: str, name: str = "text") -> Array:
    """Return the array that a text spells.

    Parameters
    ----------
    text : str
        Rows of numbers, parted by ``;`` or line ends, numbers by spaces or commas: ``"1 0 -1; 2 0 -2"``. A text of one row is an array of
        one axis; a final ``;`` makes it one of two. Numbers are integers, decimals, fractions (``1/9``, exact) or complex (``1-2j``).
        Or a JSON array of numbers, of any depth. At most 4,000 characters.
    name : str
        What to call it in messages.

    Raises
    ------
    InputError
        When it is no such text; the message names the word or the row.

    Examples
    --------
    >>> parse_array("1 0 -1; 2 0 -2").tolist()
    [[1, 0, -1], [2, 0, -2]]
    >>> parse_array("[0.5, 1]")
    array([0.5, 1. ])
    """
    if len(text) > LIMIT:
        raise InputError(f"the {name} has {len(text):,} characters; as text it has at most {LIMIT:,}: save it as npy")
    stripped = text.strip()
    if not stripped.strip(";"):
        raise InputError(f"the {name} is empty; write rows of numbers, as in '1 0 -1; 2 0 -2; 1 0 -1'")
    what = f"the {name}"
    values = from_json(stripped, what) if stripped.startswith("[") else _from_rows(stripped, what)
    return numbers_of(values, what)


def parse_json(text: str, name: str = "text") -> Array:
    """Return the array, or the single number as an array without axes, that a JSON text of at most 4,000 characters spells.

    Raises
    ------
    InputError
        When it is no such text.

    Examples
    --------
    >>> parse_json("[[1, 2], [3, 4]]").tolist(), parse_json("10").shape
    ([[1, 2], [3, 4]], ())
    """
    if len(text) > LIMIT:
        raise InputError(f"{name} has {len(text):,} characters; as text it has at most {LIMIT:,}: save it as npy")
    if not text.strip():
        raise InputError(f"{name} is empty; write a JSON array such as [[1, 2], [3, 4]]")
    values = from_json(text, name)
    return numbers_of(values, name)


def _from_rows(text: str, name: str) -> list[Any]:
    filled = [words_of(row, name) for row in re.split(r"[;\n]", text) if row.strip()]
    if len({len(row) for row in filled}) > 1:
        lengths = ", ".join(str(len(row)) for row in filled[:20])
        raise InputError(f"the rows of {name} have {lengths} numbers; each must have as many as the first")
    table = [[number(word, name) for word in row] for row in filled]
    return table if len(filled) > 1 or ";" in text else table[0]


def words_of(row: str, where: str) -> list[str]:
    """Return the words of a row, parted by commas or white space; a comma at its end parts nothing."""
    cells = [cell.split() for cell in row.strip().removesuffix(",").split(",")]
    if not all(cells):
        raise InputError(f"{where} has no number between two commas; write 0 or nan where there is none")
    return [word for cell in cells for word in cell]


def number(word: str, where: str) -> Any:
    """Return the number that a word spells."""
    if len(word) > _LONGEST:
        raise InputError(f"{word[:40]!r}… in {where} has {len(word):,} characters; a number has at most {_LONGEST}")
    if _FRACTION.fullmatch(word) and int(word.partition("/")[2]):
        return Fraction(word)
    if _NUMBER.fullmatch(word):
        return int(word) if re.fullmatch(r"[+-]?\d+", word) else float(word)
    if _COMPLEX.fullmatch(word):
        try:
            return complex(word)
        except ValueError:
            pass
    raise InputError(f"{word[:40]!r} in {where} is no number; write integers, decimals, fractions such as 1/9, or 1-2j")


def from_json(text: str, name: str) -> Any:
    """Return what a JSON text holds."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also of integers with thousands of digits
        raise InputError(f"{name} is no JSON array: {error}") from None


def numbers_of(values: Any, name: str) -> Array:
    """Return nested lists of numbers as an array; fractions and integers beyond 64 bits as objects."""
    try:
        flat = list(_leaves(values, name))
        if any(isinstance(value, Fraction) for value in flat):
            if not all(isinstance(value, int | Fraction) for value in flat):
                raise InputError(f"{name} mixes fractions with decimals or complex numbers; write all of them in one way")
            return np.array(values, dtype=object)
        wide = any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in flat)
        array = np.array(values, dtype=object if wide else None)
    except InputError:
        raise
    except (ValueError, RecursionError, OverflowError):
        raise InputError(f"{name} is ragged or too deep: its rows must all have the same length") from None
    if array.size == 0:
        raise InputError(f"{name} is empty, of shape {array.shape}; give it at least one number")
    return array


def _leaves(values: Any, name: str) -> Any:
    if isinstance(values, list):
        for value in values:
            yield from _leaves(value, name)
    elif isinstance(values, bool) or not isinstance(values, int | float | complex | Fraction):
        raise InputError(f"{name} holds {values!r:.40}, which is no number")
    else:
        yield values
