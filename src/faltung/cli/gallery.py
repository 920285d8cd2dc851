"""``faltung kernels``: the list, and one kernel with its effect under both operations."""

import sys
from textwrap import shorten
from typing import Any

import numpy as np

from faltung.api import convolve, correlate
from faltung.cli.operands import parse_parameters
from faltung.cli.output import emit_json
from faltung.gallery import Kernel, kernel, kernels
from faltung.gallery.text import total_text
from faltung.trace.numbers import aligned
from faltung.trace.numbers import text as number_text

Array = np.ndarray[Any, Any]
# A step edge that goes down and to the right: every kernel answers to it, and no flip leaves it as it is.
EXAMPLE = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 9], [0, 0, 0, 9, 9], [0, 0, 9, 9, 9], [0, 0, 9, 9, 9]])


def list_kernels(as_json: bool) -> None:
    """Print a table of the gallery: for people on a terminal, tab-separated elsewhere."""
    entries = [kernel(name) for name in kernels()]
    if as_json:
        emit_json("kernels", kernels=[_summary(entry) for entry in entries])
    elif sys.stdout.isatty():
        _print_table(entries)
    else:
        for entry in entries:
            print("\t".join(_row(entry)))


def _row(entry: Kernel) -> tuple[str, ...]:
    return entry.name, "x".join(str(n) for n in entry.weights.shape), total_text(entry.total, entry.weights), entry.reversal, entry.uses


def _print_table(entries: list[Kernel]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    rows = [_row(entry) for entry in entries]
    room = console.width - sum(max(len(cell) for cell in column) + 2 for column in list(zip(*rows, strict=True))[:-1]) - 2
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("name", "size", "sum", "reversed", "used for"):
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*row[:-1], shorten(row[-1], max(room, 20), placeholder=" …"))
    console.print(table)
    console.print("Weights are stated for correlation. faltung kernels NAME tells all about one.")


def _summary(entry: Kernel) -> dict[str, Any]:
    return {
        "name": entry.name, "parameters": dict(entry.parameters), "shape": list(entry.weights.shape), "total": float(entry.total),
        "reversal": entry.reversal, "uses": entry.uses,
    }  # fmt: skip


def show_kernel(text: str, as_json: bool) -> None:
    """Print one kernel, and what it makes of a small picture as correlation and as convolution."""
    name, _, parameters = text.strip().partition(":")
    entry = kernel(name, **parse_parameters(name, parameters))
    results = {f.__name__: f(EXAMPLE, entry.weights, mode="same", boundary="half_sample") for f in (correlate, convolve)}
    if as_json:
        words = {key: getattr(entry, key) for key in ("formula", "latex", "why", "deep_learning", "reversal_sentence")}
        shown = {operation: answer.tolist() for operation, answer in results.items()}
        emit_json("kernel", **_summary(entry), **words, weights=entry.weights.tolist(), example=EXAMPLE.tolist(), results=shown)
        return
    print(entry)
    print()
    print("on a small picture, mode same:high, boundary half_sample")
    print()
    print("\n".join(_beside({"picture": EXAMPLE} | results)))


def _beside(tables: dict[str, Array]) -> list[str]:
    """Return tables beside each other under their titles."""
    drawn = []
    for title, table in tables.items():
        cells = aligned([number_text(round(value, 2)) for value in table.ravel().tolist()])
        rows = ["  ".join(cells[start : start + table.shape[1]]) for start in range(0, table.size, table.shape[1])]
        width = max(len(title), len(rows[0]))
        drawn.append([title.ljust(width), *(row.ljust(width) for row in rows)])
    return ["    ".join(row).rstrip() for row in zip(*drawn, strict=True)]
