"""Numbers as text: six digits, brackets where a product would be misread, columns aligned at the decimal point."""

from fractions import Fraction
from typing import Any

import numpy as np


def text(value: Any) -> str:
    """Return a number as text: integers and fractions exactly, others with six significant digits.

    Examples
    --------
    >>> text(14), text(1 / 3), text(1 - 2j)
    ('14', '0.333333', '1-2j')
    """
    if value is None:
        return "·"
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if is_complex(value):
        value = complex(value)
        return f"{_unsigned_zero(value.real):.6g}{_unsigned_zero(value.imag):+.6g}j"
    if isinstance(value, float | np.floating):
        return f"{_unsigned_zero(float(value)):.6g}"
    return str(value)


def _unsigned_zero(value: float) -> float:
    return 0.0 if value == 0 else value


def is_complex(value: Any) -> bool:
    """Return whether a number is of a complex type."""
    return isinstance(value, complex | np.complexfloating)


def compound(value: Any) -> bool:
    """Return whether a number needs brackets inside a product or a sum."""
    return is_complex(value) or (isinstance(value, Fraction) and value.denominator != 1)


def factor(value: Any) -> str:
    """Return a number as a factor that is not the first: in brackets if it has a sign or parts."""
    written = text(value)
    return f"({written})" if compound(value) or written.startswith("-") else written


def signed(value: Any) -> tuple[str, str]:
    """Return the sign and the rest of a term, as ("-", "40")."""
    if compound(value) and not isinstance(value, Fraction):
        return "+", f"({text(value)})"
    written = text(value)
    sign, rest = ("-", written[1:]) if written.startswith("-") else ("+", written)
    return sign, f"({rest})" if compound(value) else rest


def joined(terms: list[tuple[str, str]]) -> list[str]:
    """Return the words of a sum: the first with its own sign, the others with theirs in front, as ["-10", "+ 0", "- 40"]."""
    if not terms:
        return ["0"]
    first = ("-" if terms[0][0] == "-" else "") + terms[0][1]
    return [first, *(f"{sign} {rest}" for sign, rest in terms[1:])]


def aligned(values: list[str]) -> list[str]:
    """Return the texts of one column, right-aligned, decimal numbers at the point.

    Examples
    --------
    >>> aligned(["1", "0.25", "-3.5"])
    [' 1   ', ' 0.25', '-3.5 ']
    """
    if any("j" in v or "/" in v or "e" in v for v in values):
        return _right(values)
    tails = [len(v) - v.index(".") if "." in v else 0 for v in values]
    longest = max(tails, default=0)
    return _right([v + " " * (longest - tail) for v, tail in zip(values, tails, strict=True)])


def _right(values: list[str]) -> list[str]:
    width = max((len(v) for v in values), default=0)
    return [v.rjust(width) for v in values]
