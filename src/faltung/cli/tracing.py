"""``faltung trace``."""

import re
import sys
from collections.abc import Mapping

from faltung.cli.operands import as_row, read_operand
from faltung.cli.options import spec_of
from faltung.cli.output import say
from faltung.io import InputError
from faltung.trace import Steps, Walk, trace
from faltung.trace.text import walk_lines


def show_trace(
    x: str, k: str, at: str | None, kind: str, max_pixels: int, convention: Mapping[str, str | None], defaults: Mapping[str, str]
) -> None:
    """Print one output term by term, or every output where `at` is None."""
    if x.strip() == "-" and k.strip() == "-":
        raise InputError("X and K cannot both come from standard input")
    where = None if at is None else parse_index(at)
    data, weights = read_operand(x, "X", max_pixels), read_operand(k, "K", max_pixels)
    weights = as_row(weights, data.ndim)
    found = trace(data, weights, where, spec=spec_of(convention, defaults))
    if convention.get("boundary") and found.problem.spec.mode == "valid":
        say("note: mode valid reads nothing outside, so the boundary does not show; --mode same:high or full reads there")
    _print(found, kind)


def _print(found: Steps | Walk, kind: str) -> None:
    if kind == "json":
        print(found.to_json())
    elif kind == "html":
        print(found.to_html())
    elif kind == "latex":
        print(found.to_latex())
    elif isinstance(found, Steps):
        print(found)
    else:
        for line in walk_lines(found):
            sys.stdout.write(line + "\n")


def parse_index(text: str) -> tuple[int, ...]:
    """Return the index that ``1,2`` spells.

    Examples
    --------
    >>> parse_index("0,-1")
    (0, -1)
    """
    words = text.replace(",", " ").split()
    if not words or not all(re.fullmatch(r"[+-]?\d{1,18}", word) for word in words):
        raise InputError(f"--at is {text.strip()!r}; write an index for each axis, as in 0,0")
    return tuple(int(word) for word in words)
