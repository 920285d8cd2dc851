"""The table that ``make bench`` wrote, for a page: its Markdown as reStructuredText."""

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "benchmarks"
PICTURE = "Time against the kernel's side, both axes logarithmic, a line for each library, and the two limits of the machine."
NOTHING_YET = (
    "No results are kept in this checkout: ``docs/benchmarks/`` holds no ``table.md``. Run ``make bench``, then build this page again."
)


def results(folder: Path = FOLDER) -> str:
    """Return the picture and the tables as reStructuredText; a sentence where there are none."""
    table, picture = folder / "table.md", folder / "sizes.png"
    if not table.is_file():
        return NOTHING_YET
    shown = [f".. image:: /benchmarks/{picture.name}\n   :alt: {PICTURE}\n   :class: dark-light executed-picture"] * picture.is_file()
    return "\n\n".join([*shown, restructured(table.read_text(encoding="utf-8"))])


def restructured(text: str) -> str:
    """Return the Markdown that `faltung.bench` and `benchmarks` print: paragraphs, headings, code in backticks, tables."""
    blocks = []
    for kind, found in groupby(text.splitlines(), _kind):
        lines = list(found)
        if kind == "table":
            blocks.append(_table(lines))
        elif kind == "paragraph":
            blocks.append("\n".join(_inline(line) for line in lines))
        elif kind == "heading":
            blocks += [f"{title}\n{'~' * len(title)}" for line in lines if not line.startswith("# ") and (title := line.lstrip("# "))]
    return "\n\n".join(blocks)


def _kind(line: str) -> str:
    return "table" if line.startswith("|") else "heading" if line.startswith("#") else "paragraph" if line.strip() else "blank"


def _table(lines: Iterable[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if not re.fullmatch(r"[|\s:-]+", line)]
    entries = ["\n".join(f"   {'* -' if place == 0 else '  -'} {_inline(cell)}" for place, cell in enumerate(row)) for row in rows]
    return "\n".join([".. list-table::", "   :header-rows: 1", "   :align: left", "   :widths: auto", "", *entries])


def _inline(text: str) -> str:
    """Return text in which what is between backticks is code, and nothing else has a meaning."""
    return "".join(f"``{part}``" if place % 2 else re.sub(r"([*_\\]|^[-+])", r"\\\1", part) for place, part in enumerate(text.split("`")))
