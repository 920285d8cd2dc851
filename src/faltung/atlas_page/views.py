"""The tables of the atlas: all functions, their boundary words, even kernels, layouts, dtypes, what was compared."""

from collections.abc import Callable
from typing import Any

import numpy as np

from faltung.api.calls import correlate
from faltung.atlas_page.even import even_answers
from faltung.atlas_page.figures import figures
from faltung.atlas_page.libraries import library_of
from faltung.atlas_page.proof import proof
from faltung.atlas_page.rows import default_spec, offered, rows
from faltung.atlas_page.table import Table
from faltung.dialects import DIALECTS, Dialect
from faltung.dialects.record import Arguments
from faltung.dialects.rows import Row
from faltung.spec import BOUNDARIES, Boundary, Spec

NOT_BOUNDARY = ("origin", "anchor", "ddepth", "output", "operation", "size", "delta", "stride", "dilation", "groups")
CODE = frozenset({"function", "functions"})
# Columns of the table of what was compared, and the cells that they count.
COMPARED: dict[str, tuple[str, ...]] = {
    "even kernel": ("even kernel",), "longer than x": ("longer kernel",), "stride": ("stride",), "dilation": ("dilation", "input dilation"),
    "groups": ("groups",), "complex": ("complex",), "integers": ("integer",), "NaN": ("nan",),
}  # fmt: skip


def view(name: str, functions: str = "") -> Table:
    """Return one of `VIEWS`, of the functions whose names begin with `functions`."""
    return VIEWS[name](functions)


def functions_table(functions: str = "") -> Table:
    """Return the main table."""
    found = rows(functions)
    cells = tuple((r.function, r.reversed, r.conjugated, r.centre, r.boundary, evidence_word(r)) for r in found)
    counts = {(i, "known by"): proof().evidence(row.function).comparisons for i, row in enumerate(found)}
    columns = ("function", "reversed", "conjugated", "centre for same", "outside, by default", "known by")
    return Table(title="What each function does", columns=columns, cells=cells, code=CODE, counts=counts)


def evidence_word(row: Row) -> str:
    """Return how a row is known: what ran it, or what was read."""
    return proof().runner(row.function) if row.evidence == "executed" else f"its {row.evidence}"


def laws_table(functions: str = "") -> Table:
    """Return how each law continues four samples, read by a kernel of one tap."""
    found = []
    for law in BOUNDARIES:
        read = correlate(np.arange(1, 5), [1], mode=((5, 5),), boundary=law, fill=5 if law == "constant" else 0)
        letters = ["0abcd7"[value] for value in read]
        found.append((law, " | ".join(" ".join(part) for part in (letters[:5], letters[5:9], letters[9:]))))
    columns = ("law", "a b c d, continued")
    return Table(
        title="Laws for what lies outside", columns=columns, cells=tuple(found), code=frozenset(columns), unbroken=frozenset(columns)
    )


def boundaries_table(functions: str = "") -> Table:
    """Return which argument says each law in each library."""
    cells: list[tuple[str, ...]] = []
    counts: dict[tuple[int, str], int] = {}
    for dialect in _chosen(functions):
        words = boundary_words(dialect)
        if any(words.values()):
            compared = proof().evidence(dialect.function).cells
            counts.update({(len(cells), law): compared.get(law, 0) for law in BOUNDARIES if words[law]})
            cells.append((dialect.function, *(words[law] or "–" for law in BOUNDARIES)))
    columns = ("function", *BOUNDARIES)
    return Table(title="Words for what lies outside", columns=columns, cells=tuple(cells), code=frozenset(columns), counts=counts)


def boundary_words(dialect: Dialect) -> dict[Boundary, str]:
    """Return, for every law, the arguments that ask for it; nothing where the function has no such law, or only one."""
    found: dict[Boundary, dict[str, Any]] = {}
    default = default_spec(dialect)
    operation = "correlate" if default is None or default.operation == "convolve_transpose" else default.operation
    for law in BOUNDARIES:
        fill = ((7, 7),) if law == "constant" else ((0, 0),)
        for mode in ("same", "full", "causal"):
            wanted = Spec(operation=operation, mode=mode, anchor=("low",), boundary=((law, law),), fill=fill)
            said = next((a for a, spec in offered(dialect, wanted) if _has(spec, law)), None)
            if said is not None:
                found.setdefault(law, _plain(dialect, said))
    names = {name for arguments in found.values() for name in arguments}
    telling = [name for name in names if len({repr(arguments.get(name)) for arguments in found.values()}) > 1]
    return {law: _said({name: found[law][name] for name in sorted(telling)}) if law in found else "" for law in BOUNDARIES}


def _said(arguments: dict[str, Any]) -> str:
    """Return arguments as text, a fill of 0 beside a word left out."""
    said = {name: value for name, value in arguments.items() if isinstance(value, str | bool) or value != 0} or arguments
    return ", ".join(f"{name}={value!r}" for name, value in said.items())


def _has(spec: Spec, law: Boundary) -> bool:
    return spec.mode != "valid" and spec.boundary[0] == (law, law)


def _plain(dialect: Dialect, arguments: Arguments) -> dict[str, Any]:
    return {name: arguments[name] for name in dialect.defaults if name not in NOT_BOUNDARY}


def even_table(functions: str = "") -> Table:
    """Return where an impulse at index 4 of 9 lands under the kernel 1 2 3 4, in every function that has `same`."""
    found = [(dialect.function, call, answer) for dialect in _chosen(functions) for call, answer in even_answers(dialect.function)]
    cells = tuple((call, answer) for _, call, answer in found)
    counts = {(i, "answer"): proof().evidence(function).cells.get("even kernel", 0) for i, (function, _, _) in enumerate(found)}
    columns = ("call", "answer")
    return Table(title=EVEN, columns=columns, cells=cells, code=frozenset(columns), counts=counts, unbroken=frozenset({"answer"}))


EVEN = "An even kernel: 1 2 3 4 on an impulse at index 4 of 9"


def centres_table(functions: str = "") -> Table:
    """Return the same by answer: which functions share it. A function with several words for `same` stands with each answer."""
    groups: dict[str, list[str]] = {}
    for dialect in _chosen(functions):
        for _, answer in even_answers(dialect.function):
            groups.setdefault(answer, []).append(dialect.function)
    ranked = sorted(groups.items(), key=lambda group: -len(group[1]))
    cells = tuple((answer, "\n".join(dict.fromkeys(names))) for answer, names in ranked)
    columns = ("answer", "functions")
    return Table(title=EVEN, columns=columns, cells=cells, code=frozenset(columns), unbroken=frozenset({"answer"}))


def layouts_table(functions: str = "") -> Table:
    """Return the axes of input, kernel and output, where a function has channels."""
    cells = tuple((row.function, row.layout, row.reversed) for row in rows(functions) if row.layout)
    columns = ("function", "input,kernel->output", "reversed")
    return Table(title="Where batch and channels lie", columns=columns, cells=cells, code=frozenset(columns[:2]))


def dtypes_table(functions: str = "") -> Table:
    """Return the dtypes of results."""
    cells = tuple((row.function, row.dtype) for row in rows(functions) if row.dtype)
    columns = ("function", "both operands → result")
    return Table(title="Dtypes of results, by the dtype of both operands", columns=columns, cells=cells, code=CODE)


def references_table(functions: str = "") -> Table:
    """Return where each row was read, or what is worth knowing of one that is executed."""
    cells = tuple((row.function, evidence_word(row), row.reference) for row in rows(functions) if row.reference)
    return Table(title="References", columns=("function", "known by", "reference"), cells=cells, code=CODE)


def bugs_table(functions: str = "") -> Table:
    """Return each known bug once, with the functions that have it."""
    found: dict[str, list[str]] = {}
    for row in rows(functions):
        for bug in row.bugs:
            found.setdefault(bug, []).append(row.function)
    cells = tuple((bug, "\n".join(names)) for bug, names in found.items())
    return Table(title="Known bugs", columns=("version and bug", "functions"), cells=cells, code=CODE)


def proof_table(functions: str = "") -> Table:
    """Return how many answers of each function were compared, and how many of them had an even kernel, a stride and so on."""
    names = [row.function for row in rows(functions) if row.evidence == "executed"]
    columns = ("function", "comparisons", *COMPARED, "refused", "probed")
    return Table(
        title="What was compared",
        columns=columns,
        cells=tuple(_compared(name) for name in names),
        code=CODE,
        numbers=frozenset(columns[1:]),
    )


def _compared(name: str) -> tuple[str, ...]:
    found = proof().evidence(name)
    cells = [sum(found.cells.get(cell, 0) for cell in group) for group in COMPARED.values()]
    return name, *(f"{count:,}" if count else "–" for count in (found.comparisons, *cells, found.refused, found.probed))


def libraries_table(functions: str = "") -> Table:
    """Return the libraries: how many functions of each are here, how they are known, and how often answers were compared."""
    groups: dict[str, list[Row]] = {}
    for row in rows(functions):
        groups.setdefault(library_of(row.function).name, []).append(row)
    cells = []
    for name, found in groups.items():
        compared = sum(proof().evidence(row.function).comparisons for row in found)
        known = dict.fromkeys(evidence_word(row) for row in found)
        cells.append((name, str(len(found)), "\n".join(known), f"{compared:,}" if compared else "–"))
    columns = ("library", "functions", "known by", "comparisons")
    return Table(title="The libraries", columns=columns, cells=tuple(cells), numbers=frozenset({"functions", "comparisons"}))


def figures_table(functions: str = "") -> Table:
    """Return the figures of the whole."""
    cells = tuple((name, f"{value:,}" if isinstance(value, int) else value) for name, value in figures(functions).items())
    return Table(title="In all", columns=("figure", "value"), cells=cells, numbers=frozenset({"value"}))


def _chosen(functions: str) -> list[Dialect]:
    names = {row.function for row in rows(functions)}
    return [dialect for name, dialect in DIALECTS.items() if name in names]


VIEWS: dict[str, Callable[[str], Table]] = {
    "functions": functions_table, "even": even_table, "centres": centres_table, "laws": laws_table, "boundaries": boundaries_table,
    "layouts": layouts_table, "dtypes": dtypes_table, "bugs": bugs_table, "libraries": libraries_table, "proof": proof_table,
    "references": references_table, "figures": figures_table,
}  # fmt: skip
