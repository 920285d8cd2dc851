"""Tables on the terminal: laid out in columns where they fit, row by row where they do not; tab-separated elsewhere."""

import re
import sys
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

from faltung.atlas_page.table import Table

if TYPE_CHECKING:
    from rich.console import Console

GAPS = (2, 1)  # between columns: the first with which they fit
# What a name of a function and a word of prose may be broken to, so that the main table fits into 80 columns.
NAME, WORD = 22, 12


def print_table(table: Table) -> None:
    """Print a table for the output that there is."""
    if not sys.stdout.isatty():
        lines = (table.columns, *([cell.replace("\n", ", ") for cell in cells] for cells in table.cells))
        print("\n".join("\t".join(cells) for cells in lines))
        return
    from rich.console import Console

    console = Console(highlight=False)
    console.print(table.title, style="bold")
    shown = _grouped(table)
    for gap in GAPS:
        widths = _widths(shown, console.width - gap * (len(table.columns) - 1))
        if widths:
            _print_columns(shown, widths, gap, console)
            break
    else:
        _print_rows(table, console)
    if any(table.counts.values()):
        console.print("In brackets: answers of the library itself that were compared.", style="dim")
    print()


def _text(table: Table, row: int, place: int) -> str:
    count = table.count(row, table.columns[place])
    return table.cells[row][place] + (f" ({count:,})" if count else "")


def _grouped(table: Table) -> Table:
    """Return the table with each function's name under the name of its module, which saves width, and with counts in the cells."""
    cells, home = [], ""
    for row, names in enumerate(table.cells):
        line = [_text(table, row, place) for place in range(len(names))]
        module, dot, last = line[0].rpartition(".")
        if table.columns[0] == "function" and dot:
            if module != home:
                cells.append((module, *[""] * (len(line) - 1)))
            line[0], home = f"  {last}", module
        cells.append(tuple(line))
    return Table(title=table.title, columns=table.columns, cells=tuple(cells), code=table.code, numbers=table.numbers)


def _widths(table: Table, room: int) -> list[int]:
    """Return the columns' widths: the least that each needs, and what is left over to those that would take more; none if too wide."""
    widths = [_least(table, place) for place in range(len(table.columns))]
    lengths = [[max(map(len, text.split("\n"))) for text in _column(table, place)] for place in range(len(widths))]
    left = room - sum(widths)
    if left < 0:
        return []
    for _ in range(left):  # to the column in which most cells are broken
        broken = [sum(length > width for length in column) for column, width in zip(lengths, widths, strict=True)]
        widths[broken.index(max(broken))] += 1 if any(broken) else 0
    return widths


def _column(table: Table, place: int) -> list[str]:
    return [table.columns[place], *(cells[place] for cells in table.cells)]


def _least(table: Table, place: int) -> int:
    """Return the width that a column needs: of its longest entry where that is code, of the longest word elsewhere."""
    column = table.columns[place]
    split = r"\n" if column in table.code | table.numbers else r"\s+"
    widest = max((len(word) for cells in table.cells for word in re.split(split, cells[place])), default=0)
    cap = NAME if column == "function" else widest if column in table.code | table.numbers else WORD
    return max(min(widest, cap), *(len(word) for word in column.split(" ")))


def _print_columns(table: Table, widths: list[int], gap: int, console: "Console") -> None:
    for place, cells in enumerate((table.columns, *table.cells)):
        wrapped = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for line in zip_longest(*wrapped, fillvalue=""):
            parts = (
                f"{part:>{width}}" if column in table.numbers else f"{part:{width}}"
                for part, width, column in zip(line, widths, table.columns, strict=True)
            )
            console.print((" " * gap).join(parts).rstrip(), markup=False, soft_wrap=True, style="italic" if place == 0 else None)


def _wrapped(cell: str, width: int) -> list[str]:
    indent = " " * (len(cell) - len(cell.lstrip()))
    entries = cell.strip().split("\n")
    return [line for entry in entries for line in textwrap.wrap(entry, width, initial_indent=indent, subsequent_indent=indent)]


def _print_rows(table: Table, console: "Console") -> None:
    """Print each row as its first cell, and what the other columns say below it."""
    width = max(len(column) for column in table.columns[1:])
    for row, cells in enumerate(table.cells):
        console.print(_text(table, row, 0), markup=False, style="cyan", soft_wrap=True)
        for place, column in enumerate(table.columns[1:], 1):
            if cells[place] not in ("", "–"):
                lines = _text(table, row, place).split("\n")
                console.print(f"  {column:{width}}  " + ("\n" + " " * (width + 4)).join(lines), markup=False, soft_wrap=True)
