"""Emitter of the driver: which rows are read, which columns need scratch, and the calls of a strip.

    driver(record, x, w, out, scratch, strip, first_block, last_block, first_column, last_column)

A block is up to R neighbouring output rows (the strip's tile height), or a few times as many where all columns go through scratch: they
share the rows that are copied. For each block the driver builds a table of input rows, one
for each tap of the outer axes, where the boundary picks the row: no padded copy of the input is made. Columns whose taps all fall
inside of the last axis are computed from x as it lies; the others, a few at each end (both at once where few), from stretches of rows
which are copied to scratch through the boundary. When x or the stride does not let vectors be read from x, all columns go that way.
Where rows are short, all columns are computed from x as it lies, and those at the ends once more by vectors across rows (see `ends`);
only blocks at the beginning and at the end of x go through scratch, as nothing before or behind it may be read.

A sample that lies outside on several axes takes the fill value of the first (lowest-numbered) of them.

Every output is written once by a block, except where the last block is moved up to stay inside of the output: its first rows are
then written again, with the same bits.
"""

from faltung.codegen.builder import NULL, Builder, Dialect, Operand, Value
from faltung.methods.direct.gather import gather, lookup
from faltung.methods.direct.record import FIELD, PAIR, TABLES, outer_field
from faltung.methods.direct.shapes import Driver
from faltung.methods.direct.staged import is_staged, no_note, stage, write_later, write_now

ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64")
PIECE_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64")


def emit_driver(driver: Driver, dialect: Dialect) -> list[Builder]:
    """Return the driver's functions, the entry last."""
    name = f"faltung_direct_driver_{driver.name}"
    piece = emit_pieces(f"{name}_pieces", driver, dialect)
    b = Builder(name, ARGUMENTS, dialect)
    record, x, w, out, scratch, strip, first_block, last_block, first_column, last_column = b.arguments
    chunk = b.load("i64", record, FIELD["chunk"])
    note = no_note(b, record, scratch)

    def one_chunk(low: Value, _: list[Value]) -> None:
        high = b.least(b.add(low, chunk), last_column)

        def one_block(block: Value, _: list[Value]) -> None:
            indices = block_indices(b, driver, record, block)
            target = out
            for axis, index in enumerate(indices):
                target = b.at(target, b.mul(index, outer(b, record, axis, "out_stride")))
            row_table(b, driver, record, x, scratch, indices)
            apart = is_staged(b, driver, record, target)
            place = stage(b, scratch, note, target, apart)

            b.when(
                whole_rows(b, driver, record, x, scratch, low, high),
                lambda: short_rows(b, driver, record, w, place, scratch, strip),
                lambda: one_row_block(b, driver, piece, record, w, place, scratch, strip, low, high),
            )
            write_now(b, note)  # what is left of the block before: narrow tiles write nothing of it
            b.when(apart, lambda: write_later(b, driver, record, note, place, target))

        b.loop(first_block, last_block, one_block)

    b.loop(first_column, last_column, one_chunk, step=chunk)
    write_now(b, note)
    past_caches = b.add(b.load("i64", record, FIELD["past_caches"]), b.load("i64", record, FIELD["staged"]))
    b.when(b.compare("ne", past_caches, 0), b.fence)
    return [piece, b]


def outer(b: Builder, record: Value, axis: int, name: str) -> Value:
    """Return a field of an outer axis."""
    return b.load("ptr" if name == "halo" else "i64", record, outer_field(axis, name))


def block_indices(b: Builder, driver: Driver, record: Value, block: Value) -> list[Operand]:
    """Return the output index on each outer axis of a block's first row."""
    last = driver.outer_axes - 1
    row_blocks = b.load("i64", record, FIELD["row_blocks"])
    rows = b.load("i64", record, FIELD["rows"])
    first = b.mul(b.remainder(block, row_blocks), rows)
    indices: list[Operand] = [b.least(first, b.sub(outer(b, record, last, "outputs"), rows))]
    rest = b.quotient(block, row_blocks)
    for axis in reversed(range(last)):
        outputs = outer(b, record, axis, "outputs")
        indices.insert(0, b.remainder(rest, outputs) if axis else rest)
        rest = b.quotient(rest, outputs) if axis else rest
    return indices


def row_table(b: Builder, driver: Driver, record: Value, x: Value, scratch: Value, indices: list[Operand]) -> None:
    """Write, for each input row which the block reads: its address in x (or anything), and its fill row's address (or null).

    Scratch starts with three tables of `tap_rows` addresses: the rows in x, the fill rows, and the rows as the strip gets them.
    """
    tap_rows = b.load("i64", record, FIELD["tap_rows"])
    fills, fill_row = b.load("ptr", record, FIELD["fills"]), b.load("i64", record, FIELD["fill_row"])
    fill_table = b.at(scratch, b.mul(tap_rows, 8))

    def axis_loop(axis: int, place: Value, fill: Value, slot: Value) -> Value:
        """Go through the taps of an axis, and of the axes behind it; return the next free slot."""
        if axis == driver.outer_axes:
            b.store(place, scratch, slot)
            b.store(fill, fill_table, slot)
            return b.value(b.add(slot, 8))
        dilation, stride = outer(b, record, axis, "dilation"), outer(b, record, axis, "stride")
        origin = b.sub(b.mul(stride, indices[axis]), outer(b, record, axis, "pad"))
        samples, halo = outer(b, record, axis, "samples"), outer(b, record, axis, "halo")
        halo_low, x_stride = outer(b, record, axis, "halo_low"), outer(b, record, axis, "x_stride")

        def one_tap(t: Value, carried: list[Value]) -> list[Value]:
            found = lookup(b, b.add(origin, b.mul(dilation, t)), samples, halo, halo_low)
            filled = b.select(b.compare("slt", found, 0), b.at(fills, b.mul(b.sub(-1, found), fill_row)), NULL)
            deeper = b.select(b.compare("eq", fill, NULL), filled, fill)  # the first axis that is outside decides
            return [axis_loop(axis + 1, b.at(place, b.mul(found, x_stride)), deeper, carried[0])]

        return b.loop(0, outer(b, record, axis, "taps"), one_tap, [slot])[0]

    axis_loop(0, x, NULL, Value("i64", "0"))


def one_row_block(
    b: Builder, driver: Driver, piece: Builder, record: Value, w: Value, target: Value, scratch: Value, strip: Value,
    low: Operand, high: Operand,
) -> None:  # fmt: skip
    """Compute columns low … high - 1 of a block: the inner ones from x, those before and behind through scratch."""
    itemsize = driver.output_bytes
    tile = b.load("i64", record, FIELD["tile"])
    begin: Operand = b.greatest(low, b.load("i64", record, FIELD["inner_low"]))
    end = b.least(high, b.load("i64", record, FIELD["inner_high"]))
    place = b.quotient(b.address(b.at(target, b.mul(begin, itemsize))), itemsize)
    begin = b.add(begin, b.bit_and(b.sub(0, place), b.load("i64", record, FIELD["align_mask"])))
    room = b.sub(end, begin)
    some = b.compare("sge", room, tile)
    width, begin, behind = b.select(some, room, 0), b.select(some, begin, high), b.select(some, end, high)
    b.when(some, lambda: inner_columns(b, driver, record, w, target, scratch, strip, begin, width))
    others = b.compare("slt", width, b.sub(high, low))
    b.when(others, lambda: b.call(piece, [record, w, target, scratch, strip, low, begin, behind, high]))


def whole_rows(b: Builder, driver: Driver, record: Value, x: Value, scratch: Value, low: Operand, high: Operand) -> Value:
    """Return whether the strip may go over whole rows, beyond their ends, without leaving x's memory; if so, write its table of rows."""
    tap_rows = b.load("i64", record, FIELD["tap_rows"])
    whole = b.both(b.compare("eq", low, 0), b.compare("eq", high, b.load("i64", record, FIELD["columns"])))
    asked = b.both(b.compare("ne", b.load("i64", record, FIELD["ends"]), 0), whole)
    begin, end, reach = (b.load("i64", record, FIELD[name]) for name in ("reach_low", "reach_high", "reach"))
    first, last = b.address(b.at(x, begin)), b.address(b.at(x, b.sub(end, reach)))
    ahead = b.mul(b.sub(0, b.load("i64", record, FIELD["pad"])), driver.itemsize)

    def one_row(i: Value, carried: list[Value]) -> list[Value]:
        base, fill = table_entry(b, scratch, tap_rows, i)
        real = b.compare("eq", fill, NULL)
        row = b.at(base, ahead)
        b.store(b.select(real, row, fill), scratch, b.mul(b.add(i, b.mul(tap_rows, 2)), 8))
        inside = b.both(b.compare("sge", b.address(row), first), b.compare("sle", b.address(row), last))
        return [b.both(carried[0], b.select(real, inside, Value("i1", "true")))]

    return b.both(asked, b.loop(0, b.select(asked, tap_rows, 0), one_row, [Value("i1", "true")])[0])


def short_rows(b: Builder, driver: Driver, record: Value, w: Value, target: Value, scratch: Value, strip: Value) -> None:
    """Call the strip on whole rows, and then overwrite the outputs at their ends, which it has computed from what lies beside the rows."""
    ends = b.load("ptr", record, FIELD["ends"])
    each_strip(b, driver, record, w, target, scratch, strip, b.load("i64", record, FIELD["columns"]), 0)
    b.call(ends, [record, w, scratch, target])


def inner_columns(
    b: Builder, driver: Driver, record: Value, w: Value, target: Value, scratch: Value, strip: Value, begin: Value, width: Operand
) -> None:
    """Call the strip on columns which are read from x as it lies, and written where they belong."""
    itemsize = driver.itemsize
    tap_rows = b.load("i64", record, FIELD["tap_rows"])
    ahead = b.mul(b.sub(begin, b.load("i64", record, FIELD["pad"])), itemsize)

    def one_row(i: Value, _: list[Value]) -> None:
        base, fill = table_entry(b, scratch, tap_rows, i)
        row = b.select(b.compare("eq", fill, NULL), b.at(base, ahead), fill)
        b.store(row, scratch, b.mul(b.add(i, b.mul(tap_rows, 2)), 8))

    b.loop(0, tap_rows, one_row)
    place = b.at(target, b.mul(begin, driver.output_bytes))
    each_strip(b, driver, record, w, place, scratch, strip, width, b.load("i64", record, FIELD["past_caches"]))


def each_strip(
    b: Builder, driver: Driver, record: Value, w: Value, target: Value, scratch: Value, strip: Value, columns: Operand, past_caches: Operand
) -> None:  # fmt: skip
    """Call the strip for each tile's height of a block, on columns which are read from x as it lies."""
    stride, x_stride = (outer(b, record, driver.outer_axes - 1, name) for name in ("stride", "x_stride"))
    rows, height, step = (b.load("i64", record, FIELD[name]) for name in ("rows", "strip_height", "strip_step"))
    ahead, out_row = b.mul(rows, b.mul(stride, x_stride)), row_stride(b, driver, record)
    table = b.at(scratch, b.mul(b.load("i64", record, FIELD["tap_rows"]), 16))

    def one_strip(i: Value, _: list[Value]) -> None:
        place = b.at(target, b.mul(b.mul(i, height), out_row))
        call_strip(b, driver, record, w, place, b.at(table, b.mul(i, step)), scratch, strip, columns, out_row, ahead, past_caches)

    b.loop(0, b.quotient(rows, height), one_strip)


def row_stride(b: Builder, driver: Driver, record: Value) -> Value:
    """Return the bytes from one output row to the next."""
    return outer(b, record, driver.outer_axes - 1, "out_stride")


def table_entry(b: Builder, scratch: Value, tap_rows: Value, i: Value) -> tuple[Value, Value]:
    """Return an input row's address in x, and its fill row's (or null)."""
    return b.load("ptr", scratch, b.mul(i, 8)), b.load("ptr", scratch, b.mul(b.add(i, tap_rows), 8))


def call_strip(
    b: Builder, driver: Driver, record: Value, w: Value, out: Value, table: Value, scratch: Value, strip: Value, columns: Operand,
    out_row: Operand, ahead: Operand, past_caches: Operand,
) -> None:  # fmt: skip
    """Call the strip on the rows of a table."""
    tap_rows, group, taps = (b.load("i64", record, FIELD[name]) for name in ("strip_rows", "strip_group", "taps"))
    offsets = b.load("ptr", record, FIELD["tap_offsets"])
    note = b.at(scratch, b.load("i64", record, FIELD["behind"]))
    b.call(strip, [table, w, out, out_row, columns, tap_rows, group, taps, offsets, note, ahead, past_caches])


def emit_pieces(name: str, driver: Driver, dialect: Dialect) -> Builder:
    """Return pieces(record, w, target, scratch, strip, low, begin, behind, high).

    It computes columns low … begin - 1 and behind … high - 1 of a block through scratch.
    """
    b = Builder(name, PIECE_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, w, target, scratch, strip, low, begin, behind, high = b.arguments
    wide, tile, tap_rows = (b.load("i64", record, FIELD[name]) for name in ("wide", "tile", "tap_rows"))
    result = b.at(scratch, b.load("i64", record, FIELD["result"]))
    pairs = b.at(scratch, b.mul(tap_rows, 24))
    area, table = b.at(scratch, b.mul(tap_rows, TABLES)), b.at(scratch, b.mul(tap_rows, 16))
    out_stride, strip_height = b.load("i64", record, FIELD["out_stride"]), b.load("i64", record, FIELD["strip_height"])

    real_rows = rows_to_copy(b, record, scratch, pairs, area)
    joined, apart = ends_joined(b, driver, record, b.sub(begin, low), b.sub(high, behind))
    ends = b.select(joined, 2, 1)

    def one_piece(first: Value, carried: list[Value]) -> list[Value]:
        count = b.least(wide, b.sub(carried[0], first))

        def end_of(end: Value) -> tuple[Value, Value]:
            """Return the first of the columns which the piece has of an end, and how many they are."""
            is_low = b.compare("eq", end, 0)
            return b.select(is_low, first, behind), b.select(is_low, count, b.sub(high, behind))

        def copy(end: Value, _: list[Value]) -> None:
            gather(b, driver, record, pairs, real_rows, *end_of(end), b.mul(end, b.mul(apart, driver.itemsize)))

        b.loop(0, ends, copy)
        vectors = b.mul(b.quotient(b.add(count, driver.lanes - 1), driver.lanes), driver.lanes)
        columns = b.select(joined, b.mul(apart, 2), b.select(b.compare("sge", count, tile), count, vectors))
        straight = b.both(b.compare("eq", out_stride, driver.output_bytes), b.compare("sge", count, tile))
        out_row, result_row = row_stride(b, driver, record), b.mul(wide, driver.output_bytes)

        def one_strip(i: Value, _: list[Value]) -> None:
            rows = b.at(table, b.mul(i, b.load("i64", record, FIELD["strip_step"])))
            line = b.at(target, b.mul(b.mul(i, strip_height), out_row))
            here = b.at(line, b.mul(first, out_stride))

            def put_end(end: Value, _: list[Value]) -> None:
                start, some = end_of(end)
                found = b.at(result, b.mul(end, b.mul(apart, driver.output_bytes)))
                put(b, driver, record, found, result_row, b.at(line, b.mul(start, out_stride)), some)

            def through_scratch() -> None:
                call_strip(b, driver, record, w, result, rows, scratch, strip, columns, result_row, 0, 0)
                b.loop(0, ends, put_end)

            b.when(straight, lambda: call_strip(b, driver, record, w, here, rows, scratch, strip, columns, out_row, 0, 0), through_scratch)

        b.loop(0, b.quotient(b.load("i64", record, FIELD["rows"]), strip_height), one_strip)
        return carried

    def one_end(end: Value, _: list[Value]) -> None:
        is_low = b.compare("eq", end, 0)
        stop = b.select(is_low, begin, high)
        b.loop(b.select(is_low, low, behind), stop, one_piece, [stop], step=wide)

    b.loop(0, b.sub(3, ends), one_end)
    return b


def rows_to_copy(b: Builder, record: Value, scratch: Value, pairs: Value, area: Value) -> Value:
    """Write the strip's table of rows, and the pairs of those that are to be copied to scratch; return how many they are."""
    tap_rows, scratch_row = b.load("i64", record, FIELD["tap_rows"]), b.load("i64", record, FIELD["scratch_row"])

    def one_row(i: Value, carried: list[Value]) -> list[Operand]:
        """Give the strip a row of fill values, or a row in scratch, which is noted as one to be copied."""
        base, fill = table_entry(b, scratch, tap_rows, i)
        line = b.at(area, b.mul(i, scratch_row))
        real = b.compare("eq", fill, NULL)
        b.store(b.select(real, line, fill), scratch, b.mul(b.add(i, b.mul(tap_rows, 2)), 8))
        pair = b.at(pairs, b.mul(carried[0], PAIR))
        b.store(base, pair)
        b.store(line, pair, 8)
        return [b.select(real, b.add(carried[0], 1), carried[0])]

    return b.loop(0, tap_rows, one_row, [0])[0]


def ends_joined(b: Builder, driver: Driver, record: Value, low: Operand, high: Operand) -> tuple[Value, Value]:
    """Return whether the two ends of a row, of `low` and `high` columns, are one piece, and how far the second lies behind the first.

    Each is one vector, or half of one where that holds all that it reads (3 x 3 x 3 on 192^3 had 14 vectors a row instead of 13).
    """
    extra = b.load("i64", record, FIELD["extra"])
    fits = b.compare("sle", b.add(low, extra), driver.lanes)
    neither_empty = b.both(b.compare("sgt", low, 0), b.compare("sgt", high, 0))
    wide_enough = b.compare("sge", b.load("i64", record, FIELD["tile"]), 2 * driver.lanes)
    one_phase = b.compare("eq", b.load("i64", record, FIELD["phases"]), 1)
    joined = b.both(b.both(fits, b.compare("sle", high, driver.lanes)), b.both(neither_empty, b.both(wide_enough, one_phase)))
    half = driver.lanes // 2
    halves = b.compare("sle", b.add(b.greatest(low, high), extra), half)
    return joined, b.select(halves, half, driver.lanes)


def put(b: Builder, driver: Driver, record: Value, result: Value, result_row: Operand, start: Value, count: Value) -> None:
    """Copy a strip's results from scratch to the output's rows; where these do not lie side by side, column by column."""
    out_stride, rows = b.load("i64", record, FIELD["out_stride"]), b.load("i64", record, FIELD["strip_height"])
    out_row, size = row_stride(b, driver, record), driver.output_bytes
    together = b.both(b.compare("eq", out_stride, size), b.compare("sge", count, driver.lanes))

    def line(r: Value, _: list[Value]) -> None:
        source, place = b.at(result, b.mul(r, result_row)), b.at(start, b.mul(r, out_row))

        def one(i: Value, _: list[Value]) -> None:
            at = b.mul(b.least(i, b.sub(count, driver.lanes)), size)  # the last vector is moved back to end with the line
            b.store(b.load(driver.results(driver.lanes), source, at), place, at)

        b.loop(0, count, one, step=driver.lanes)

    def column(i: Value, _: list[Value]) -> None:
        def one(r: Value, _: list[Value]) -> None:
            value = b.load(driver.results(1), b.at(result, b.mul(r, result_row)), b.mul(i, size))
            b.store(value, b.at(start, b.mul(r, out_row)), b.mul(i, out_stride))

        b.loop(0, rows, one)

    b.when(together, lambda: b.loop(0, rows, line), lambda: b.loop(0, count, column))
