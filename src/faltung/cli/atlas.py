"""``faltung atlas``: the conventions of other libraries, in tables."""

import shutil
import textwrap
from typing import Any

from faltung.atlas_page import Table, markdown, rows, view
from faltung.atlas_page.proof import proof
from faltung.cli.output import emit_json
from faltung.cli.tables import print_table
from faltung.dialects import DIALECTS
from faltung.dialects.names import full_name, nearest
from faltung.dialects.record import Dialect
from faltung.dialects.rows import Row
from faltung.errors import DialectError

LISTED = ("arguments", "of these")  # entries that stand side by side


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
            print_table(table)


def _known(name: str) -> str:
    """Return the beginning of function names that is meant; an error names the nearest."""
    functions = [row.function for row in rows()]
    for candidate in (name, full_name(name)):
        if rows(candidate):
            return candidate
    ends = [function for function in functions if function.rpartition(".")[2] == name]
    if len(ends) == 1:
        return ends[0]
    raise DialectError(f"the atlas has no {name!r}{nearest(full_name(name), functions)}; `faltung atlas` lists {_listed(functions)}")


def _listed(functions: list[str]) -> str:
    """Return how many functions there are, and how many of them are rows alone: `faltung.like` and its kind know the others."""
    known = sum(function in DIALECTS for function in functions)
    return f"all {len(functions)}: {known} that can be called by name here, and {len(functions) - known} that are only described"


def _as_dict(table: Table) -> dict[str, object]:
    entries: list[dict[str, Any]] = [dict(zip(table.columns, cells, strict=True)) for cells in table.cells]
    for (place, column), count in table.counts.items():
        if count:
            entries[place].setdefault("comparisons", {})[column] = count
    return {"title": table.title, "rows": entries}


def _show_one(row: Row, as_json: bool) -> None:
    dialect = DIALECTS.get(row.function)
    facts = _facts(row, dialect)
    if as_json:
        emit_json("atlas-entry", **facts)
        return
    indent = max(len(name) for name in facts) + 2
    room = max(shutil.get_terminal_size().columns, 60) - indent
    for name, value in facts.items():
        lines = [
            line for entry in _entries(name, value) for line in textwrap.wrap(entry, room, break_long_words=False, break_on_hyphens=False)
        ]
        for place, line in enumerate(lines):
            print(f"{name if place == 0 else '':{indent}}{line}")


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
    return facts | _proved(row)


def _proved(row: Row) -> dict[str, object]:
    """Return what ran the function, when, and what was compared."""
    found, record = proof().evidence(row.function), proof()
    if not found.comparisons:
        return {}
    return {
        "run by": f"{record.runner(row.function)}, {record.date}",
        "comparisons": found.comparisons, "refusals": found.refused, "probes": found.probed,
        "of these": dict(sorted(found.cells.items(), key=lambda entry: -entry[1])),
    }  # fmt: skip


def _entries(name: str, value: object) -> list[str]:
    """Return what stands beside a name, entry by entry."""
    if isinstance(value, dict):
        value = [f"{count:,} {cell}" for cell, count in value.items()]
    if isinstance(value, list):
        return [", ".join(value)] if name in LISTED else value
    return [f"{value:,}" if isinstance(value, int) else str(value)]
