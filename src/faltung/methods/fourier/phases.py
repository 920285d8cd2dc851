"""Emitter of the phases in which several threads work through one large tile together.

    phase(record, x, out, scratch, flag, strip, low, high, ring, kind, top)

A tile that is larger than a thread's cache is shared: its ring stands beside the threads' own scratch. One after another, with all threads
done in between:

* READ: rows low … high - 1 of the stream are transformed into their places;
* COLUMNS: groups low … high - 1 of columns go through the product, for the step whose uppermost row is `top`;
* TURN: rows top + low … top + high - 1 are written, and the rows that take their places are read; WRITE: the last step reads none;
* SPECTRUM: groups low … high - 1 of columns of a kernel are transformed into `out`.

What is computed for a row or a group is what `walker` computes, so a result's bits do not depend on who does it.
"""

from collections.abc import Callable
from functools import partial

from faltung.codegen.builder import Builder, Dialect, Value
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.walker import FIELDS, Walk, check, find_targets, read_rows, transform_groups, write_rows

READ, COLUMNS, TURN, WRITE, SPECTRUM = range(5)
PHASE_FIELDS = (*FIELDS, "forward_columns")
ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "ptr", "i64", "i64")


def emit_phases(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function of all phases."""
    b = Builder(f"faltung_fourier_phases_{tile.name}", ARGUMENTS, dialect)
    low, high, ring, kind, top = b.arguments[6:]
    walk = Walk(b, tile, PHASE_FIELDS, ring)
    bodies: dict[int, Callable[..., None]] = {
        READ: read,
        COLUMNS: columns,
        TURN: partial(turn, more=True),
        WRITE: partial(turn, more=False),
        SPECTRUM: spectrum,
    }
    for number, body in bodies.items():
        b.when(b.compare("eq", kind, number), partial(body, walk, low, high, top))
    return b


def read(walk: Walk, low: Value, high: Value, _: Value) -> None:
    """Write READ."""
    walk.b.loop(low, high, lambda n, _: read_rows(walk, n), step=walk.tile.together)


def columns(walk: Walk, low: Value, high: Value, top: Value) -> None:
    """Write COLUMNS."""
    find_targets(walk, top)
    transform_groups(walk, low, high)


def turn(walk: Walk, low: Value, high: Value, top: Value, *, more: bool) -> None:
    """Write TURN or WRITE."""
    b, tile = walk.b, walk.tile
    check(walk, b.value(b.add(top, low)))

    def one(r: Value, _: list[Value]) -> None:
        n = b.value(b.add(top, r))
        write_rows(walk, n)
        if more:
            read_rows(walk, b.value(b.add(n, tile.height)))

    b.loop(low, high, one, step=tile.together)


def spectrum(walk: Walk, low: Value, high: Value, _: Value) -> None:
    """Write SPECTRUM."""
    b, tile = walk.b, walk.tile

    def group(v: Value, _: list[Value]) -> None:
        column = b.mul(v, tile.pair)
        tables = [walk.field("column_twiddles"), walk.place("work"), b.at(walk.out, b.mul(column, tile.height)), walk.place("columns")]
        b.call(walk.field("forward_columns"), [walk.ring_column(column), *tables])

    b.loop(low, high, group)
