"""Arrays of the window's shape as blocks of text: one block for each slice along the last two axes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.trace.numbers import aligned

SHOWN, ENDS = 15, 5  # longer axes show both ends only: 15 integers still fit a line beside nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A titled table of texts."""

    title: str
    cells: list[list[str]]


def blocks(values: Any, title: str, write: Callable[[Any], str]) -> list[Block]:
    """Return a block for every slice, aligned over all of them."""
    table = values if values.ndim > 1 else values[None]
    rows, columns = ends(table.shape[-2]), ends(table.shape[-1])
    leads = list(np.ndindex(*table.shape[:-2]))
    shown = [[[write(table[(*lead, i, j)]) if None not in (i, j) else "…" for j in columns] for i in rows] for lead in leads]
    flat = _aligned([cell for block in shown for row in block for cell in row])
    size = len(rows) * len(columns)
    out = []
    for n, lead in enumerate(leads):
        part = flat[n * size : (n + 1) * size]
        where = f" [{','.join(str(i) for i in lead)},:,:]" if lead else ""
        out.append(Block(title=title + where, cells=[part[i : i + len(columns)] for i in range(0, size, len(columns))]))
    return out


def ends(n: int) -> list[int | None]:
    """Return the indices of an axis to show, with None for those left out between."""
    return list(range(n)) if n <= SHOWN else [*range(ENDS), None, *range(n - ENDS, n)]


def _aligned(cells: list[str]) -> list[str]:
    """Return the cells aligned; brackets stand outside of the columns of digits."""
    marked = [cell.startswith("[") for cell in cells]
    plain = aligned([cell.strip("[]") for cell in cells])
    if not any(marked):
        return plain
    out = []
    for cell, mark in zip(plain, marked, strict=True):
        bare = cell.strip()
        left, right = cell[: len(cell) - len(cell.lstrip())], cell[len(cell.rstrip()) :]
        out.append(f"{left}[{bare}]{right}" if mark else f"{left} {bare} {right}")
    return out


def side_by_side(given: list[Block], width: int) -> list[str]:
    """Return the blocks beside each other under their titles, or below each other where they are wider than `width` together."""
    drawn = [_drawn(block) for block in given]
    if sum(len(lines[0]) for lines in drawn) + 3 * (len(drawn) - 1) > width and len(drawn) > 1:
        return [line.rstrip() for n, lines in enumerate(drawn) for line in ([""] * bool(n) + lines)]
    height = max(len(lines) for lines in drawn)
    padded = [lines + [" " * len(lines[0])] * (height - len(lines)) for lines in drawn]
    return ["   ".join(row).rstrip() for row in zip(*padded, strict=True)]


def _drawn(block: Block) -> list[str]:
    rows = ["  ".join(row) for row in block.cells]
    inner = max(len(row) for row in rows)
    width = max(len(block.title), inner)
    return [block.title.ljust(width), *(row.ljust(inner).center(width) for row in rows)]
