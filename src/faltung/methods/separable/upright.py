"""Emitter of the driver whose column pass comes first: integer samples wait in a ring as they are, and are widened in registers.

    driver(record, x, out, scratch, u, v, first_item, last_item, first_row, last_row, first_column, last_column)

A row of samples is copied to the ring once, continued by its boundary: a quarter of the bytes that it would have as floats. The column
pass sums a few output rows at a time into lines of floats, which the row pass reads while they are in first-level cache; its sums are
finished in registers and go to memory. Slots, positions and rows of fill values are those of `driver`.
"""

from faltung.codegen.builder import ITEMSIZE, Builder, Dialect, Operand, Value
from faltung.methods.separable.driver import emit_entry, go_down
from faltung.methods.separable.folded import emit_folded
from faltung.methods.separable.line import emit_line, lookup
from faltung.methods.separable.passes import emit_column, emit_row
from faltung.methods.separable.record import field
from faltung.methods.separable.shape import TALL, Shape

BAND_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64")
FILL_ARGUMENTS = ("ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64")
SUMS_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "ptr")


def emit_upright(shape: Shape, dialect: Dialect) -> list[Builder]:
    """Return the driver's functions, the entry last."""
    line, row = emit_line(raw(shape), dialect), emit_row(shape, dialect)
    emit = emit_folded if shape.digits else emit_column
    tall, single = emit(shape, TALL, dialect), emit(shape, 1, dialect)
    filling = emit_filling(shape, dialect, line)
    sums = {rows: emit_sums(shape, dialect, column, row, rows) for rows, column in ((TALL, tall), (1, single))}
    band = emit_band(shape, dialect, filling, sums)
    return [line, row, tall, single, filling, *sums.values(), band, emit_entry(shape, dialect, band)]


def raw(shape: Shape) -> Shape:
    """Return the Shape of rows of samples that go to the ring."""
    element = shape.waiting.scalar
    source = shape.source if shape.sample_bytes < ITEMSIZE[element] else None
    return shape._replace(element=element, lanes=shape.width // ITEMSIZE[element], source=source, finish=None)


def emit_band(shape: Shape, dialect: Dialect, filling: Builder, sums: dict[int, Builder]) -> Builder:
    """Return band(record, x, out, scratch, u, v, first_row, last_row, low, count): `count` columns from `low` on, of some rows."""
    b = Builder(f"{shape.name}_band", BAND_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, out, scratch, u, v, first_row, last_row, low, count = b.arguments
    start = b.sub(b.mul(field(b, record, "stride_across"), low), field(b, record, "pad_across"))
    along = b.at(x, b.mul(start, field(b, record, "x_across")))

    def block(height: int, o: Value, first: Value, slot: Value, ready: Value, needed: Value) -> None:
        b.call(filling, [record, x, scratch, first, ready, needed, low, count])
        ahead = b.at(along, b.mul(needed, field(b, record, "x_down")))
        b.call(sums[height], [record, out, scratch, u, v, o, slot, low, count, ahead])

    go_down(b, record, first_row, last_row, block)
    return b


def emit_filling(shape: Shape, dialect: Dialect, line: Builder) -> Builder:
    """Return filling(record, x, scratch, first, ready, needed, low, count): positions ready … needed - 1 are copied to the ring."""
    b = Builder(f"{shape.name}_filling", FILL_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, scratch, first, ready, needed, low, count = b.arguments
    table = b.at(scratch, field(b, record, "table"))

    def one_position(p: Value, _: list[Value]) -> None:
        found = lookup(b, p, field(b, record, "samples_down"), field(b, record, "halo_down"), field(b, record, "low_down"))
        slot = b.remainder(b.sub(p, first), field(b, record, "ring"))
        b.call(line, [record, x, b.load("ptr", table, b.mul(slot, 8)), found, low, count])

    b.loop(ready, needed, one_position)
    return b


def emit_sums(shape: Shape, dialect: Dialect, column: Builder, row: Builder, rows: int) -> Builder:
    """Return sums(record, out, scratch, u, v, o, slot, low, count, ahead): output rows o …, `count` columns from `low` on.

    Outputs go to their place if that is possible, else through scratch. Rows of x from the address `ahead` on are fetched meanwhile.
    """
    b = Builder(f"{shape.name}_sums{rows}", SUMS_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, out, scratch, u, v, o, slot, low, count, ahead = b.arguments
    step, size, out_row = field(b, record, "out_across"), shape.output_bytes, field(b, record, "out_down")
    table = b.at(b.at(scratch, field(b, record, "table")), b.mul(slot, 8))
    lines, line_row = b.at(scratch, field(b, record, "line")), field(b, record, "line_row")
    read = b.mul(field(b, record, "phases"), field(b, record, "phase"))
    read = b.add(count, field(b, record, "extra")) if shape.close else read
    apart = b.mul(field(b, record, "dilation_down"), 8)
    b.call(column, [table, apart, u, lines, line_row, 0, in_tiles(b, shape, read), field(b, record, "taps_down")])
    result, taps, offsets = b.at(scratch, field(b, record, "result")), field(b, record, "taps_across"), field(b, record, "offsets")
    straight = b.both(b.compare("eq", step, size), b.compare("sge", count, shape.tile))
    whole = b.select(straight, count, in_tiles(b, shape, count))
    for r in range(rows):
        target = b.at(b.at(out, b.mul(b.add(o, r), out_row)), b.mul(low, step))
        fetched = b.at(ahead, b.mul(field(b, record, "x_down"), r))
        place = b.select(straight, target, result)
        b.call(row, [b.at(lines, b.mul(line_row, r)), v, place, whole, taps, offsets, fetched])

        def one(j: Value, _: list[Value], target: Value = target) -> None:
            b.store(b.load(shape.output, result, b.mul(j, size)), target, b.mul(j, step))

        b.loop(0, b.select(straight, 0, count), one)
    return b


def in_tiles(b: Builder, shape: Shape, columns: Operand) -> Operand:
    """Return columns in whole tiles."""
    return b.mul(b.quotient(b.add(columns, shape.tile - 1), shape.tile), shape.tile)
