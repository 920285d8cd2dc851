"""``faltung atlas``: the conventions of other libraries, in tables."""

import sys

from faltung.atlas_page import Table, markdown, rows, view
from faltung.cli.output import emit_json
from faltung.dialects import DIALECTS
from faltung.dialects.names import full_name, nearest
from faltung.dialects.record import Dialect
from faltung.dialects.rows import Row
from faltung.errors import DialectError


def show_atlas(name: str | None, views: tuple[str, ...], as_json: bool, as_markdown: bool) -> None:
    """Print tables of all functions, of a library, or everything about one function."""
    wanted = "" if name is None else _known(name)
    found = rows(wanted)
    if len(found) == 1 and not views and not as_markdown:
        _show_one(found[0], as_json)
        return
    tables = [view(each, wanted) for each in views or ("functions",)]
    if as_json:
        emit_json("atlas", tables=[_as_dict(table) for table in tables])
    elif as_markdown:
        print("\n\n".join(markdown(table) for table in tables))
    else:
        for table in tables:
            _print(table)


def _known(name: str) -> str:
    """Return the beginning of function names that is meant; an error names the nearest."""
    functions = [row.function for row in rows()]
    for candidate in (name, full_name(name)):
        if rows(candidate):
            return candidate
    ends = [function for function in functions if function.rpartition(".")[2] == name]
    if len(ends) == 1:
        return ends[0]
    raise DialectError(f"the atlas has no {name!r}{nearest(full_name(name), functions)}; faltung atlas lists all {len(functions)}")


def _as_dict(table: Table) -> dict[str, object]:
    return {"title": table.title, "rows": [dict(zip(table.columns, cells, strict=True)) for cells in table.cells]}


def _print(table: Table) -> None:
    """Print a table: laid out on a terminal, tab-separated elsewhere."""
    if not sys.stdout.isatty():
        print("\n".join("\t".join(cells) for cells in (table.columns, *table.cells)))
        return
    from rich.console import Console
    from rich.table import Table as Drawn

    drawn = Drawn(title=table.title, box=None, padding=(0, 2, 0, 0), title_justify="left")
    for column in table.columns:
        drawn.add_column(column, overflow="fold")
    for cells in table.cells:
        drawn.add_row(*cells)
    Console().print(drawn)


def _show_one(row: Row, as_json: bool) -> None:
    dialect = DIALECTS.get(row.function)
    facts = _facts(row, dialect)
    if as_json:
        emit_json("atlas-entry", **facts)
        return
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        lines = value if isinstance(value, list) else [value]
        for place, line in enumerate(line for line in lines if line):
            print(f"{name if place == 0 else '':{width}}  {line}")


def _facts(row: Row, dialect: Dialect | None) -> dict[str, object]:
    facts: dict[str, object] = {
        "function": row.function, "reversed": row.reversed, "conjugated": row.conjugated, "centre": row.centre, "outside": row.boundary,
        "layout": row.layout, "dtype": row.dtype, "evidence": row.evidence, "reference": row.reference, "bugs": list(row.bugs),
    }  # fmt: skip
    if dialect is not None:
        facts["arguments"] = [f"{name}={value!r}" for name, value in dialect.defaults.items()]
        facts["even kernel"] = [f"{call} -> {answer}" for call, answer in view("even", row.function).cells]
        facts["words"] = [f"{law}: {word}" for cells in [view("boundaries", row.function)] for line in cells.cells
                          for law, word in zip(cells.columns[1:], line[1:], strict=True) if word != "–"]  # fmt: skip
    return facts
