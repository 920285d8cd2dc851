"""Arrays written as text: rows of numbers, or JSON. Nothing is evaluated."""

import json
import re
from fractions import Fraction
from typing import Any

import numpy as np

from faltung.io.record import Array, InputError

LIMIT = 4000  # characters of untrusted text
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
    values = _from_json(stripped, name) if stripped.startswith("[") else _from_rows(stripped, name)
    return _array(values, name)


def _from_rows(text: str, name: str) -> list[Any]:
    rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", text)]
    filled = [row for row in rows if row]
    if len({len(row) for row in filled}) > 1:
        lengths = ", ".join(str(len(row)) for row in filled[:20])
        raise InputError(f"the rows of the {name} have {lengths} numbers; each must have as many as the first")
    table = [[_number(word, name) for word in row] for row in filled]
    return table if len(filled) > 1 or ";" in text else table[0]


def _number(word: str, name: str) -> Any:
    if _FRACTION.fullmatch(word) and int(word.partition("/")[2]):
        return Fraction(word)
    if _NUMBER.fullmatch(word):
        return int(word) if re.fullmatch(r"[+-]?\d+", word) else float(word)
    if _COMPLEX.fullmatch(word):
        try:
            return complex(word)
        except ValueError:
            pass
    raise InputError(f"{word[:40]!r} in the {name} is no number; write integers, decimals, fractions such as 1/9, or 1-2j")


def _from_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"the {name} is no JSON array: {error}") from None


def _array(values: Any, name: str) -> Array:
    try:
        flat = list(_leaves(values, name))
        if any(isinstance(value, Fraction) for value in flat):
            if not all(isinstance(value, int | Fraction) for value in flat):
                raise InputError(f"the {name} mixes fractions with decimals or complex numbers; write all of them in one way")
            return np.array(values, dtype=object)
        wide = any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in flat)
        array = np.array(values, dtype=object if wide else None)
    except InputError:
        raise
    except (ValueError, RecursionError, OverflowError):
        raise InputError(f"the {name} is ragged or too deep: its rows must all have the same length") from None
    if array.size == 0:
        raise InputError(f"the {name} is empty, of shape {array.shape}; give it at least one number")
    return array


def _leaves(values: Any, name: str) -> Any:
    if isinstance(values, list):
        for value in values:
            yield from _leaves(value, name)
    elif isinstance(values, bool) or not isinstance(values, int | float | complex | Fraction):
        raise InputError(f"the {name} holds {values!r:.40}, which is no number")
    else:
        yield values
