"""``faltung trace``."""

import re
import sys
from collections.abc import Mapping

from faltung.cli.operands import Array, as_row, read_operand
from faltung.cli.options import spec_of
from faltung.cli.output import say
from faltung.io import InputError
from faltung.trace import Steps, Walk, trace
from faltung.trace.text import walk_lines


def read_operands(x: str, k: str, channel: int | None, max_pixels: int) -> tuple[Array, Array]:
    """Return input and kernel; of an input with one axis more than the kernel, one channel."""
    if x.strip() == "-" and k.strip() == "-":
        raise InputError("X and K cannot both come from standard input")
    data, weights = read_operand(x, "X", max_pixels), read_operand(k, "K", max_pixels)
    if channel is not None:
        if data.ndim < 3 or channel >= data.shape[-1]:
            raise InputError(f"X has shape {data.shape}, and so no channel {channel}")
        data = data[..., channel]
    elif data.ndim == 3 and weights.ndim < 3:
        raise InputError(f"X has {data.shape[-1]} channels, and a trace shows one: --channel 0 is the first")
    return data, as_row(weights, data.ndim)


def show_trace(
    data: Array, weights: Array, at: str | None, kind: str, convention: Mapping[str, str | None], defaults: Mapping[str, str]
) -> None:
    """Print one output term by term, or every output where `at` is None."""
    where = None if at is None else parse_index(at)
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
