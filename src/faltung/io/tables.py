"""Files of numbers as text: .csv, .txt, .tsv, .json, of any length. Nothing is evaluated."""

import io
import re
import warnings
from typing import Any

import numpy as np

from faltung.io.record import Array, InputError
from faltung.io.text import LIMIT, from_json, number, numbers_of, words_of

NAMED = ("nan", "inf")  # numbers that are words
SHOWN = 40  # characters of a line that a message shows
COMMENTS = ("#", "%")  # of NumPy's savetxt, and of MATLAB


def read_table(text: str, name: str) -> Array:
    """Return the array of a text file: a row a line, columns parted by commas, semicolons, tabs or spaces; or a JSON array.

    A file of one line is an array of one axis; there, semicolons part rows, as in `parse_array`. Lines that begin with # or % are left
    out.

    Raises
    ------
    InputError
        For what is no number, for rows of different lengths and for missing cells; the message names the line.
    """
    stripped = text.strip()
    if stripped.startswith("["):
        return numbers_of(from_json(stripped, name), name)
    lines = [(place, line.strip()) for place, line in enumerate(text.splitlines(), start=1)]
    lines = [(place, line) for place, line in lines if line and not line.startswith(COMMENTS)]
    if not lines:
        raise InputError(f"{name} is empty; it must hold rows of numbers")
    _check_begins_with_numbers(lines[0], name)
    flat = len(lines) == 1 and ";" not in lines[0][1]
    rows = _with_commas(lines, name)
    fast = _fast([row for _, row in rows]) if len(text) > LIMIT else None
    table = fast if fast is not None else _slow(rows, name)
    return table[0] if flat else table


def _check_begins_with_numbers(line: tuple[int, str], name: str) -> None:
    """Refuse a text whose first line holds no number at all: it is a program or prose, and of that no single word needs to be named."""
    place, row = line
    if any(character.isdigit() for character in row) or any(word in NAMED for word in re.split(r"[\s,;()+-]+", row.lower())):
        return
    shown = row if len(row) <= SHOWN else row[: SHOWN - 1] + "…"
    raise InputError(
        f"{name} is text, and no rows of numbers: line {place} is {shown!r}; it must be a picture (PNG, JPEG, TIFF), arrays (npy, npz, "
        "mat, HDF5, safetensors), or text such as '1, 2.5, 3' line by line, without a heading"
    )


def _with_commas(lines: list[tuple[int, str]], name: str) -> list[tuple[int, str]]:
    """Return the rows, with commas where semicolons part columns."""
    if len(lines) == 1:
        place, line = lines[0]
        return [(place, row) for row in line.split(";") if row.strip()]
    ended = [(place, line.removesuffix(";")) for place, line in lines]
    if not any(";" in line for _, line in ended):
        return ended
    if any("," in line for _, line in ended):
        raise InputError(f"{name} has both commas and semicolons; write decimals with a point, and part the columns by one of the two")
    return [(place, line.replace(";", ",")) for place, line in ended]


def _fast(rows: list[str]) -> Array | None:
    """Return a plain table of integers or decimals, read by NumPy; None for everything else, mistakes included."""
    text = "\n".join(rows)
    decimals = re.search(r"[.eEnN]", text) is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            kind = np.float64 if decimals else np.int64
            return np.loadtxt(io.StringIO(text), dtype=kind, delimiter="," if "," in text else None, comments=None, ndmin=2)
    except (ValueError, OverflowError, Warning):
        return None


def _slow(rows: list[tuple[int, str]], name: str) -> Array:
    table: list[list[Any]] = []
    for place, row in rows:
        where = f"line {place} of {name}"
        table.append([number(word, where) for word in words_of(row, where)])
        if len(table[-1]) != len(table[0]):
            raise InputError(f"{where} has {len(table[-1])} numbers and the first row {len(table[0])}; each must have as many")
    return numbers_of(table, name)
