"""Emitter of the driver: rows go through the row pass into a ring that stays in cache, and from there through the column pass.

    driver(record, x, out, scratch, u, v, first_item, last_item, first_row, last_row, first_column, last_column)

The ring holds the row pass of the positions which the next output rows read; position p stands in slot (p - first) mod ring. A position
outside of the first axis is a row like any other: the boundary says which row of x is read for it, or that it is a row of fill values,
so that the fill of the first axis holds where a sample is outside on both. The table of the slots' addresses stands twice over in
scratch: the rows that an output reads are neighbours in it, wherever the ring begins. Several terms have a ring and a table each, one
behind the other, and so have u and v.
"""

from collections.abc import Callable

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, zeros
from faltung.methods.separable.line import emit_line, lookup
from faltung.methods.separable.passes import emit_column, emit_row
from faltung.methods.separable.record import field
from faltung.methods.separable.shape import TALL, Shape

ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64", "i64")
BAND_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64")
FILL_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64", "i64")
SUMS_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64", "i64")


def emit_driver(shape: Shape, dialect: Dialect) -> list[Builder]:
    """Return the driver's functions, the entry last."""
    line, row = emit_line(shape, dialect), emit_row(shape, dialect)
    tall, single = emit_column(shape, TALL, dialect), emit_column(shape, 1, dialect)
    filling = emit_filling(shape, dialect, line, row)
    sums = {rows: emit_sums(shape, dialect, column, rows) for rows, column in ((TALL, tall), (1, single))}
    band = emit_band(shape, dialect, filling, sums)
    return [line, row, tall, single, filling, *sums.values(), band, emit_entry(shape, dialect, band)]


def emit_entry(shape: Shape, dialect: Dialect, band: Builder) -> Builder:
    """Return the function that is called from Python: `band` for every item and every chunk of columns."""
    b = Builder(f"{shape.name}_driver", ARGUMENTS, dialect)
    record, x, out, scratch, u, v, first_item, last_item, first_row, last_row, first_column, last_column = b.arguments
    write_table(b, shape, record, scratch)
    chunk = field(b, record, "chunk")

    def one_item(item: Value, _: list[Value]) -> None:
        x_item, out_item = b.at(x, b.mul(item, field(b, record, "item_x"))), b.at(out, b.mul(item, field(b, record, "item_out")))

        def one_chunk(low: Value, _: list[Value]) -> None:
            count = b.least(chunk, b.sub(last_column, low))
            b.call(band, [record, x_item, out_item, scratch, u, v, first_row, last_row, low, count])

        b.loop(first_column, last_column, one_chunk, step=chunk)

    b.loop(first_item, last_item, one_item)
    return b


def write_table(b: Builder, shape: Shape, record: Value, scratch: Value) -> None:
    """Write the addresses of the ring's rows, twice over, term by term; and that no sum is known not to be finite."""
    ring, size = field(b, record, "ring"), field(b, record, "ring_row")
    for term in range(shape.terms):
        table = b.at(scratch, b.add(field(b, record, "table"), b.mul(between_terms(b, record), term) if term else 0))
        rows = b.at(scratch, b.add(field(b, record, "rows"), b.mul(b.mul(ring, size), term) if term else 0))

        def one(slot: Value, _: list[Value], table: Value = table, rows: Value = rows) -> None:
            place = b.at(rows, b.mul(slot, size))
            b.store(place, table, b.mul(slot, 8))
            b.store(place, table, b.mul(b.add(slot, ring), 8))

        b.loop(0, ring, one)
    if shape.terms > 1:
        b.store(zeros(vector(shape.lanes, shape.element)), b.at(scratch, field(b, record, "noted")))


def between_terms(b: Builder, record: Value) -> Operand:
    """Return the bytes from the table of one term to that of the next."""
    return b.mul(field(b, record, "ring"), 16)


def emit_band(shape: Shape, dialect: Dialect, filling: Builder, sums: dict[int, Builder]) -> Builder:
    """Return band(record, x, out, scratch, u, v, first_row, last_row, low, count): `count` columns from `low` on, of some rows."""
    b = Builder(f"{shape.name}_band", BAND_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, out, scratch, u, v, first_row, last_row, low, count = b.arguments
    stretch = field(b, record, "stretch")

    def block(height: int, o: Value, first: Value, slot: Value, ready: Value, needed: Value) -> None:
        def one_stretch(begin: Value, _: list[Value]) -> None:
            end = b.least(b.add(begin, stretch), count)
            b.call(filling, [record, x, scratch, v, first, ready, needed, low, begin, end])
            b.call(sums[height], [record, out, scratch, u, o, slot, low, begin, end, count])

        b.loop(0, count, one_stretch, step=stretch)

    go_down(b, record, first_row, last_row, block)
    return b


def go_down(b: Builder, record: Value, first_row: Value, last_row: Value, block: Callable[..., None]) -> None:
    """Call ``block(height, o, first, slot, ready, needed)`` for rows o …, `height` at a time, of first_row … last_row - 1.

    The ring's first position is `first`, and it is filled up to `ready`; the rows need the positions up to `needed`, the first in `slot`.
    """
    stride, tall = field(b, record, "stride_down"), field(b, record, "tall")
    reach = b.mul(field(b, record, "dilation_down"), b.sub(field(b, record, "taps_down"), 1))
    first = b.value(b.sub(b.mul(stride, first_row), field(b, record, "pad_down")))

    def rows(height: int, begin: Operand, end: Operand, ready: Operand) -> Value:
        """Compute rows begin … end - 1, `height` at a time; return how far the ring is filled."""

        def one_block(o: Value, carried: list[Value]) -> list[Operand]:
            origin = b.sub(b.mul(stride, o), field(b, record, "pad_down"))
            needed = b.add(b.add(origin, b.mul(stride, height - 1)), b.add(reach, 1))
            slot = b.remainder(b.sub(origin, first), field(b, record, "ring"))
            block(height, o, first, slot, carried[0], needed)
            return [b.greatest(carried[0], needed)]

        return b.loop(begin, end, one_block, [ready], step=height)[0]

    length = b.sub(last_row, first_row)
    shared = b.select(b.compare("eq", tall, TALL), b.sub(length, b.remainder(length, TALL)), Value("i64", "0"))
    middle = b.add(first_row, shared)
    rows(1, middle, last_row, rows(TALL, first_row, middle, first))


def emit_filling(shape: Shape, dialect: Dialect, line: Builder, row: Builder) -> Builder:
    """Return filling(record, x, scratch, v, first, ready, needed, low, begin, end): the row pass of some positions.

    These are positions ready … needed - 1, and columns begin … end - 1 of the chunk that starts at column `low`.

    While it works in cache, the rows of x that the next block reads are fetched from memory. (Fetched where they are copied, memory would
    be idle in between: 31 x 31 on 4096 x 4096 then takes 40 % longer on two threads.)
    """
    b = Builder(f"{shape.name}_filling", FILL_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, scratch, v, first, ready, needed, low, begin, end = b.arguments
    count, shift = b.sub(end, begin), b.mul(begin, shape.itemsize)
    place = b.at(scratch, field(b, record, "line"))
    table = b.at(scratch, field(b, record, "table"))
    whole = b.mul(b.quotient(b.add(count, shape.tile - 1), shape.tile), shape.tile)
    start = b.sub(b.mul(field(b, record, "stride_across"), b.add(low, begin)), field(b, record, "pad_across"))
    along = b.at(x, b.mul(start, field(b, record, "x_across")))
    inside = as_it_lies(b, shape, record, start, whole)

    def one_position(p: Value, _: list[Value]) -> None:
        found = lookup(b, p, field(b, record, "samples_down"), field(b, record, "halo_down"), field(b, record, "low_down"))
        straight = b.both(inside, b.compare("sge", found, 0))
        b.when(straight, lambda: None, lambda: b.call(line, [record, x, place, found, b.add(low, begin), count]))
        source = b.select(straight, b.at(along, b.mul(found, field(b, record, "x_down"))), place)
        slot = b.remainder(b.sub(p, first), field(b, record, "ring"))
        read = b.at(along, b.mul(b.add(p, TALL), field(b, record, "x_down")))
        taps, offsets = field(b, record, "taps_across"), field(b, record, "offsets")
        target = b.at(b.load("ptr", table, b.mul(slot, 8)), shift)
        between = [b.mul(field(b, record, "ring"), field(b, record, "ring_row"))] if shape.terms > 1 else []
        b.call(row, [source, v, target, whole, taps, offsets, read, *between])

    b.loop(ready, needed, one_position)
    return b


def as_it_lies(b: Builder, shape: Shape, record: Value, start: Operand, columns: Operand) -> Value:
    """Return whether the row pass may read from x: samples lie side by side, and all it loads for `columns` outputs are inside."""
    if shape.source is not None:
        return Value("i1", "false")
    side_by_side = b.both(
        b.compare("eq", field(b, record, "x_across"), shape.itemsize), b.compare("eq", field(b, record, "stride_across"), 1)
    )
    end = b.add(b.add(start, columns), b.add(field(b, record, "extra"), shape.lanes))  # it loads up to a vector beyond the last tap
    within = b.both(b.compare("sge", start, 0), b.compare("sle", end, field(b, record, "samples_across")))
    return b.both(side_by_side, within)


def emit_sums(shape: Shape, dialect: Dialect, column: Builder, rows: int) -> Builder:
    """Return sums(record, out, scratch, u, o, slot, low, begin, end, count): output rows o …, columns begin … end - 1 of a chunk.

    The chunk has `count` columns from `low` on. Outputs go to their place if that is possible, else through scratch.
    """
    b = Builder(f"{shape.name}_sums{rows}", SUMS_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, out, scratch, u, o, slot, low, begin, end, count = b.arguments
    out_row, step, size = field(b, record, "out_down"), field(b, record, "out_across"), shape.output_bytes
    table = b.at(b.at(scratch, field(b, record, "table")), b.mul(slot, 8))
    apart = b.mul(field(b, record, "dilation_down"), 8)
    target = b.at(b.at(out, b.mul(o, out_row)), b.mul(low, step))
    taps, result = field(b, record, "taps_down"), b.at(scratch, field(b, record, "result"))
    result_row = b.mul(field(b, record, "ring_row"), -(-size // shape.itemsize))
    whole = b.mul(b.quotient(b.add(end, shape.tile - 1), shape.tile), shape.tile)

    of_terms = [between_terms(b, record), b.at(scratch, field(b, record, "noted"))] if shape.terms > 1 else []

    def through_scratch() -> None:
        b.call(column, [table, apart, u, result, result_row, begin, whole, taps, *of_terms])

        def one(j: Value, _: list[Value]) -> None:
            for r in range(rows):
                value = b.load(shape.output, b.at(result, b.mul(result_row, r)), b.mul(j, size))
                b.store(value, b.at(target, b.mul(out_row, r)), b.mul(j, step))

        b.loop(begin, end, one)

    straight = b.both(b.compare("eq", step, size), b.compare("sge", count, shape.tile))
    b.when(straight, lambda: b.call(column, [table, apart, u, target, out_row, begin, end, taps, *of_terms]), through_scratch)
    return b
