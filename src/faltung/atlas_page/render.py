"""A table as Markdown, and as reStructuredText."""

from faltung.atlas_page.views import Table


def markdown(table: Table) -> str:
    r"""Return the table in Markdown, under its title.

    Examples
    --------
    >>> from faltung.atlas_page import Table, markdown
    >>> print(markdown(Table(title="T", columns=("a", "b"), cells=(("1", "x|y"),))))
    ## T
    <BLANKLINE>
    | a | b |
    |---|---|
    | 1 | x\|y |
    """
    lines = [_line(table.columns), "|" + "---|" * len(table.columns), *(_line(row) for row in table.cells)]
    return "\n".join([f"## {table.title}", "", *lines])


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def restructured(table: Table) -> str:
    """Return the table as a list-table of reStructuredText, every cell literal in its first column."""
    lines = [f".. list-table:: {table.title}", "   :header-rows: 1", "   :align: left", ""]
    for place, row in enumerate((table.columns, *table.cells)):
        for column, cell in enumerate(row):
            lines.append(f"   {'*' if column == 0 else ' '} - {_cell(cell, literal=place > 0 and column == 0)}")
    return "\n".join(lines) + "\n"


def _cell(text: str, *, literal: bool) -> str:
    if not text:
        return ""
    return f"``{text}``" if literal else "".join("\\" + c if c in "\\*`|_" else c for c in text)
