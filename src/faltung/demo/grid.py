"""Blocks of numbers side by side, and paragraphs, as text for a terminal."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

WIDTH = 92  # columns; a terminal has 80 to 120


def paragraph(*sentences: str) -> str:
    """Return sentences as one wrapped paragraph."""
    return textwrap.fill(" ".join(sentences), width=WIDTH, break_on_hyphens=False)


def block(title: str, numbers: Any) -> list[str]:
    """Return a title and the rows of a table of numbers below it, all of one width.

    Examples
    --------
    >>> block("k", [[4, 1], [0, -3]])
    ['k    ', '4   1', '0  -3']
    """
    table = np.atleast_2d(np.asarray(numbers))
    columns = [[str(value) for value in column] for column in table.T.tolist()]
    widths = [max(len(cell) for cell in column) for column in columns]
    rows = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in zip(*columns, strict=True)]
    width = max(len(line) for line in (title, *rows))
    return [line.ljust(width) for line in (title, *rows)]


def beside(*blocks: Sequence[str], gap: int = 5) -> str:
    """Return blocks of lines side by side, indented by two.

    Examples
    --------
    >>> print(beside(block("x", [[1], [2]]), block("y", [[3], [4]]), gap=2))
      x  y
      1  3
      2  4
    """
    height = max(len(lines) for lines in blocks)
    padded = [[*lines, *[" " * len(lines[0])] * (height - len(lines))] for lines in blocks]
    return "\n".join(("  " + (" " * gap).join(row)).rstrip() for row in zip(*padded, strict=True))
