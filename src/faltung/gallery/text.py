"""Weights and facts as plain text and LaTeX; every number printed here is read from an array."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faltung.gallery.facts import factors_of, total_is_zero

# Longer vectors and larger tables show both ends only: 15 integers still fit a line of a terminal with 80 columns.
SHOWN = 15
ENDS = 3


def vector_text(vector: NDArray[Any]) -> str:
    """A vector on one line.

    Examples
    --------
    >>> vector_text(np.array([1, 2, 1]))
    '[1 2 1]'
    """
    return f"[{' '.join(_items(vector, '...'))}]"


def table_text(weights: NDArray[Any]) -> str:
    """The weights as aligned rows, without brackets; floats with four decimals, and ~0 for what they would round away.

    Examples
    --------
    >>> print(table_text(np.array([[-1, 0, 1], [-2, 0, 2]])))
    -1   0   1
    -2   0   2
    """
    cells = [_items(row, "...") for row in _ends(weights)]
    if len(weights) > SHOWN:
        cells.insert(ENDS, ["..."] * len(cells[0]))
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join("  ".join(cell.rjust(width) for cell in row).rstrip() for row in cells)


def number_text(value: Fraction | float) -> str:
    """A fraction as p/q, a float in six digits."""
    return str(value) if isinstance(value, Fraction) else f"{value:.6g}"


def total_text(value: Fraction | float, weights: NDArray[Any]) -> str:
    """The sum of the weights; a sampled kernel's rounding residue is said to be one."""
    if isinstance(value, float) and total_is_zero(value, weights):
        return "0 to rounding"
    return number_text(value)


def exact_plain(integers: NDArray[np.int64], scale: Fraction) -> str:
    """`w = scale column^T row` where the rank is 1, else `w = scale [rows]`.

    Examples
    --------
    >>> exact_plain(np.ones((3, 3), np.int64), Fraction(1, 9))
    'w = 1/9 [1 1 1]^T [1 1 1]'
    """
    lead = "" if scale == 1 else f"{scale} "
    pair = factors_of(integers)
    if pair is not None:
        return f"w = {lead}{vector_text(pair[0])}^T {vector_text(pair[1])}"
    rows = "; ".join(" ".join(_items(row, "...")) for row in _ends(integers))
    return f"w = {lead}[{rows}]"


def exact_latex(integers: NDArray[np.int64], scale: Fraction) -> str:
    """The same as LaTeX, with matrices."""
    lead = "" if scale == 1 else rf"\frac{{{scale.numerator}}}{{{scale.denominator}}}"
    pair = factors_of(integers)
    if pair is not None:
        return f"w = {lead}{_matrix(pair[0][:, None])}{_matrix(pair[1][None, :])}"
    return f"w = {lead}{_matrix(integers)}"


def _matrix(table: NDArray[Any]) -> str:
    rows = [" & ".join(_items(row, r"\cdots")) for row in _ends(table)]
    if len(table) > SHOWN:
        rows.insert(ENDS, r"\vdots")
    body = r" \\ ".join(rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _ends(table: NDArray[Any]) -> list[NDArray[Any]]:
    return list(table) if len(table) <= SHOWN else [*table[:ENDS], *table[-ENDS:]]


def _items(vector: NDArray[Any], gap: str) -> list[str]:
    whole = np.issubdtype(vector.dtype, np.integer)
    shown = [str(int(v)) if whole else _decimal(float(v)) for v in _ends(vector)]
    return shown if len(vector) <= SHOWN else [*shown[:ENDS], gap, *shown[ENDS:]]


def _decimal(value: float) -> str:
    # Four decimals, but a small weight is not shown as the zero that it is not.
    if value == 0:
        return "0"
    return f"{value:.4f}" if abs(value) >= 5e-5 else "~0"
