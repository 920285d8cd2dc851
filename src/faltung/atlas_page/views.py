"""The tables of the atlas: all functions, their boundary words, even kernels, layouts, dtypes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.api.like import like
from faltung.atlas_page.rows import default_spec, offered, rows
from faltung.dialects import DIALECTS, Call, Dialect
from faltung.dialects.record import Arguments
from faltung.dialects.rows import Row
from faltung.errors import DialectError, SpecError
from faltung.spec import BOUNDARIES, Boundary, Spec
from faltung.spec.layout import Layout

IMPULSE, KERNEL = np.eye(9)[4], np.array([1.0, 2.0, 3.0, 4.0])
NOT_BOUNDARY = ("origin", "anchor", "ddepth", "output", "operation", "size", "delta", "stride", "dilation", "groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, the names of the columns, and the cells."""

    title: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def view(name: str, functions: str = "") -> Table:
    """Return one of `VIEWS`, of the functions whose names begin with `functions`."""
    return VIEWS[name](functions)


def functions_table(functions: str = "") -> Table:
    """Return the main table."""
    cells = tuple((r.function, r.reversed, r.conjugated, r.centre, r.boundary, evidence_word(r)) for r in rows(functions))
    columns = ("function", "reversed", "conjugated", "centre for same", "outside, by default", "known by")
    return Table(title="What each function does", columns=columns, cells=cells)


def evidence_word(row: Row) -> str:
    """Return how a row is known."""
    return {"executed": "its tests run it", "source": "from source", "documentation": "from documentation"}[row.evidence]


def boundaries_table(functions: str = "") -> Table:
    """Return which argument says each law in each library."""
    cells = []
    for dialect in _chosen(functions):
        words = boundary_words(dialect)
        if any(words.values()):
            cells.append((dialect.function, *(words[law] or "–" for law in BOUNDARIES)))
    return Table(title="Words for what lies outside", columns=("function", *BOUNDARIES), cells=tuple(cells))


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
    cells = []
    for dialect in _chosen(functions):
        for arguments, spec in _same_arguments(dialect):
            landed = impulse(dialect, arguments, spec)
            if landed is not None:
                cells.append((_typed(dialect, arguments), landed))
    return Table(
        title="An even kernel: 1 2 3 4 on an impulse at index 4 of 9", columns=("call", "answer"), cells=tuple(dict.fromkeys(cells))
    )


def _same_arguments(dialect: Dialect) -> list[tuple[dict[str, Any], Spec]]:
    default = default_spec(dialect)
    if default is None:
        return []
    found: list[tuple[dict[str, Any], Spec]] = [({}, default)] if default.mode.startswith("same") else []
    operation = "correlate" if default.operation == "convolve_transpose" else default.operation
    for anchor in ("high", "low"):
        wanted = Spec(operation=operation, mode="same", anchor=(anchor,))
        for arguments, spec in [] if found else offered(dialect, wanted):
            if spec.mode.startswith("same") and set(spec.stride) == {1}:
                given = {n: v for n, v in arguments.items() if n in dialect.defaults and v != dialect.defaults[n]}
                found.append((given, spec))
    return found[:1]


def impulse(dialect: Dialect, arguments: dict[str, Any], spec: Spec) -> str | None:
    """Return the answer to the impulse as text; None where the function takes no such operands."""
    for dtype in ("float64", "float32"):
        try:
            x, k = _arranged(dialect, spec.layout)
            answer = like(dialect.function, **arguments)(x.astype(dtype), k.astype(dtype))
        except (DialectError, SpecError, ValueError, IndexError):
            continue
        row = np.asarray(answer).ravel()
        return " ".join(f"{value:.0f}" for value in row) if row.size == 9 else None
    return None


def _arranged(dialect: Dialect, layout: Layout | None) -> tuple[Any, Any]:
    """Return impulse and kernel along the last sliding axis, one sample on every other axis."""
    rank = 1 if layout is None and dialect.axes != 2 else 2 if layout is None else 0
    if layout is None:
        return IMPULSE.reshape((1,) * (rank - 1) + (9,)), KERNEL.reshape((1,) * (rank - 1) + (4,))
    last = layout.spatial[-1]
    shapes = [
        [array.size if letter == last else 1 for letter in text] for array, text in ((IMPULSE, layout.input), (KERNEL, layout.kernel))
    ]
    return IMPULSE.reshape(shapes[0]), KERNEL.reshape(shapes[1])


def _typed(dialect: Dialect, arguments: dict[str, Any]) -> str:
    call = Call(function=dialect.function, arguments=tuple(arguments.items()))
    home = "" if dialect.language == "python" else f"{dialect.function.partition('.')[0]}: "
    return home + (call.code if dialect.types is None else dialect.types(call))


def layouts_table(functions: str = "") -> Table:
    """Return the axes of input, kernel and output, where a function has channels."""
    cells = tuple((row.function, row.layout, row.reversed) for row in rows(functions) if row.layout)
    return Table(title="Where batch and channels lie", columns=("function", "input,kernel->output", "reversed"), cells=cells)


def dtypes_table(functions: str = "") -> Table:
    """Return the dtypes of results."""
    cells = tuple((row.function, row.dtype) for row in rows(functions) if row.dtype)
    return Table(title="Dtypes of results, by the dtype of both operands", columns=("function", "both operands → result"), cells=cells)


def references_table(functions: str = "") -> Table:
    """Return where each row was read, and what is known to be wrong there."""
    cells = tuple((row.function, row.reference, "; ".join(row.bugs)) for row in rows(functions) if row.reference or row.bugs)
    return Table(title="Where it was read, and known bugs", columns=("function", "reference", "known bugs"), cells=cells)


def _chosen(functions: str) -> list[Dialect]:
    names = {row.function for row in rows(functions)}
    return [dialect for name, dialect in DIALECTS.items() if name in names]


VIEWS: dict[str, Callable[[str], Table]] = {
    "functions": functions_table, "boundaries": boundaries_table, "even": even_table, "layouts": layouts_table, "dtypes": dtypes_table,
    "references": references_table,
}  # fmt: skip
