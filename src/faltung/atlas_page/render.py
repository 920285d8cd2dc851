"""A table as Markdown, and as reStructuredText."""

import re
from collections.abc import Callable

from faltung.atlas_page.table import Table

# What the dialects' texts name: an address, or an issue of a project on GitHub.
LINK = re.compile(r"(?P<url>https?://[^\s;,)]+)|(?P<project>[\w.-]+/[\w.-]+) issue (?P<issue>\d+)")
NOTHING, NO_BREAK = "–", "\N{NO-BREAK SPACE}"


def markdown(table: Table) -> str:
    r"""Return the table in Markdown, under its title.

    Examples
    --------
    >>> from faltung.atlas_page import Table, markdown
    >>> print(markdown(Table(title="T", columns=("a", "b"), cells=(("1", "x|y"),), code=frozenset({"b"}))))
    ## T
    <BLANKLINE>
    | a | b |
    |---|---|
    | 1 | `x\|y` |
    """
    return "\n".join([f"## {table.title}", "", markdown_table(table)])


def markdown_table(table: Table) -> str:
    """Return the table in Markdown, without its title."""
    rule = "|" + "".join("---:|" if column in table.numbers else "---|" for column in table.columns)
    rows = (_line(rendered(table, row, _markdown_code, markdown_text)) for row in range(len(table.cells)))
    return "\n".join([_line([markdown_text(column) for column in table.columns]), rule, *rows])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def rendered(table: Table, row: int, code: Callable[[str], str], text: Callable[[str], str]) -> list[str]:
    """Return a row's cells, each entry by one of two functions, with the count of comparisons behind it."""
    found = []
    for column, cell in zip(table.columns, table.cells[row], strict=True):
        words = cell.replace(" ", NO_BREAK) if column in table.unbroken else cell
        entries = [entry if entry == NOTHING else (code if column in table.code else text)(entry) for entry in words.split("\n") if entry]
        count = table.count(row, column)
        found.append(", ".join(entries) + (f" ({count:,})" if count else ""))
    return found


def _markdown_code(text: str) -> str:
    return f"`{text}`"


def markdown_text(text: str) -> str:
    """Return prose with what Markdown would read as markup escaped, and with links; code between backticks stays."""

    def plain(part: str) -> str:
        return re.sub(r"([\\*<>\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", part)  # an underscore inside of a word is none

    return "".join(part if i % 2 else linked(part, plain, "[{}]({})".format) for i, part in enumerate(re.split(r"(`[^`]*`)", text)))


def linked(text: str, plain: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    """Return a text with `link(words, address)` for every address and issue in it, and `plain` of what stands between."""
    found, place = [], 0
    for match in LINK.finditer(text):
        url = match["url"] or f"https://github.com/{match['project']}/issues/{match['issue']}"
        words = re.sub(r"https?://(github\.com/)?", "", url) if match["url"] else match[0]
        found += [plain(text[place : match.start()]), link(words.rstrip("/"), url)]
        place = match.end()
    return "".join([*found, plain(text[place:])])


def restructured(table: Table) -> str:
    """Return the table as a list-table of reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :align: left", ""]
    rows = [[restructured_text(column) for column in table.columns]]
    rows += [rendered(table, row, _literal, restructured_text) for row in range(len(table.cells))]
    lines += [f"   {'*' if place == 0 else ' '} - {cell}".rstrip() for row in rows for place, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def _literal(text: str) -> str:
    return f"``{text}``"


def restructured_text(text: str) -> str:
    """Return prose with what reStructuredText would read as markup escaped, and with links; code between backticks stays."""

    def plain(part: str) -> str:
        return "".join("\\" + c if c in "\\*`|_" else c for c in part)

    def link(words: str, url: str) -> str:
        return f"`{words} <{url}>`__"

    return "".join(_literal(part[1:-1]) if i % 2 else linked(part, plain, link) for i, part in enumerate(re.split(r"(`[^`]*`)", text)))
