"""Emitter of the driver for a box of bytes: running sums down the columns, and along the row; the time does not grow with the taps.

    driver(record, x, out, scratch, u, v, first_item, last_item, first_row, last_row, first_column, last_column)

A row of samples is copied to a ring once, continued by its boundary. The sums of the last K rows stand in 16 bits, those of even and of odd
columns apart: the row that comes is added, the row that goes subtracted. Along the row the sum of K' columns changes by the column that
comes less the one that goes, so that all sums are running sums of such changes, in 32 bits: first of four neighbours, then over the lanes
of a vector, then from vector to vector. Whole numbers, modulo 2^16 and 2^32, are exact, whatever the order. The ring and the sums begin
with zeros, as many as are to go before the first output: nothing else is needed to begin.

Signed bytes are taken 128 larger, which makes the sums K·K'·128 larger, and the first one is made smaller by that. Outputs are sums times
`u`, the weight, and finished in registers. Strides skip rows, and columns on the way from scratch to memory.
"""

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, whole
from faltung.codegen.types import ITEMSIZE
from faltung.methods.separable.driver import emit_entry
from faltung.methods.separable.line import emit_line, lookup
from faltung.methods.separable.phases import put_phases
from faltung.methods.separable.record import field
from faltung.methods.separable.shape import Shape
from faltung.methods.separable.upright import BAND_ARGUMENTS, raw

SLIDE_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "i64")
ROW_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64")
SUMS_ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64")
BIAS = 128


def emit_running(shape: Shape, dialect: Dialect) -> list[Builder]:
    """Return the driver's functions, the entry last."""
    line, slide, row = emit_line(raw(shape), dialect), emit_slide(shape, dialect), emit_row(shape, dialect)
    sums = emit_sums(shape, dialect, row)
    band = emit_band(shape, dialect, line, slide, sums)
    return [line, slide, row, sums, band, emit_entry(shape._replace(terms=1), dialect, band)]


def emit_slide(shape: Shape, dialect: Dialect) -> Builder:
    """Return slide(even, odd, new, old, columns): a row of samples comes to the columns' sums, another goes."""
    b = Builder(f"{shape.name}_slide", SLIDE_ARGUMENTS, dialect, internal=True, attributes="noinline")
    even, odd, new, old, columns = b.arguments
    words = vector(shape.width // 2, "i16")

    def samples(place: Value, j: Value) -> tuple[Value, Value]:
        found = b.load(words, place, j)
        if shape.source is not None and shape.source.signed:
            found = b.arithmetic("xor", found, whole(BIAS * 257 - 2**16, words))  # the upper bit of both bytes
        return b.arithmetic("and", found, whole(255, words)), b.arithmetic("lshr", found, whole(8, words))

    def one(j: Value, _: list[Value]) -> None:
        for sums, comes, goes in zip((even, odd), samples(new, j), samples(old, j), strict=True):
            change = b.arithmetic("sub", comes, goes)
            b.store(b.arithmetic("add", b.load(words, sums, j), change), sums, j)

    b.loop(0, columns, one, step=shape.width)
    return b


def emit_row(shape: Shape, dialect: Dialect) -> Builder:
    """Return row(even, odd, weight, target, edge, columns, taps, start): outputs from sums of columns, `taps` neighbours each.

    Whole tiles go to `target`, and what is left, in a tile of its own, to `edge`. The running sum begins with `start`.
    """
    b = Builder(f"{shape.name}_row", ROW_ARGUMENTS, dialect, internal=True, attributes="noinline")
    even, odd, weight, target, edge, columns, taps, start = b.arguments
    lanes, tile = shape.width // 4, shape.width
    by = b.splat(b.load(shape.element, weight), lanes)
    is_odd = b.compare("eq", b.remainder(taps, 2), 1)  # columns that come to even ones are odd then
    comes_to_even = b.select(is_odd, b.at(odd, b.sub(taps, 1)), b.at(even, taps))
    comes_to_odd = b.select(is_odd, b.at(even, b.add(taps, 1)), b.at(odd, taps))

    def sums_of(j: Value, before: Value) -> tuple[list[Value], Value]:
        found = [changes(b, place, coming, j, lanes) for place, coming in ((even, comes_to_even), (odd, comes_to_odd))]
        return running(b, [found[0][0], found[1][0], found[0][1], found[1][1]], before)

    def put(j: Value, before: Value, place: Value) -> Value:
        sums, after = sums_of(j, before)
        put_phases(b, shape, [b.arithmetic("fmul", b.convert("sitofp", total, shape.element), by) for total in sums], place)
        return after

    def one(j: Value, carried: list[Value]) -> list[Value]:
        return [put(j, carried[0], b.at(target, b.mul(j, shape.output_bytes)))]

    carried: list[Operand] = [b.splat(b.convert("trunc", start, "i32"), lanes)]
    begun = b.loop(b.sub(0, padding(b, shape, taps)), 0, lambda j, carried: [sums_of(j, carried[0])[1]], carried, step=tile)
    end = b.value(b.sub(columns, b.remainder(columns, tile)))
    last = b.loop(0, end, one, begun, step=tile)
    b.when(b.compare("slt", end, columns), lambda: put(end, last[0], edge))
    return b


def changes(b: Builder, place: Value, coming: Value, j: Value, lanes: int) -> tuple[Value, Value]:
    """Return, for the two words of every lane, the sum of the column that comes less that of the column that goes, in 32 bits."""
    kind = vector(lanes, "i32")
    goes, comes = b.load(kind, place, j), b.load(kind, coming, j)
    parts = (("and", whole(2**16 - 1, kind)), ("lshr", whole(16, kind)))
    first, second = (b.arithmetic("sub", b.arithmetic(cut, comes, by), b.arithmetic(cut, goes, by)) for cut, by in parts)
    return first, second


def running(b: Builder, change: list[Value], before: Value) -> tuple[list[Value], Value]:
    """Return the sums of four neighbouring columns in every lane, and the sum of the column behind, in all lanes.

    `before` is the sum of the first column; `change` what is added from column to column.
    """
    kind, lanes = before.type, int(before.type.strip("<>").split()[0])
    first = change[0]
    second = b.arithmetic("add", first, change[1])
    third = b.arithmetic("add", second, change[2])
    four = b.arithmetic("add", third, change[3])
    total, apart = four, 1
    while apart < lanes:
        total = b.arithmetic("add", total, b.shuffle(whole(0, kind), total, range(lanes - apart, 2 * lanes - apart)))
        apart *= 2
    here = b.arithmetic("add", before, b.arithmetic("sub", total, four))
    after = b.arithmetic("add", before, b.shuffle(total, total, [lanes - 1] * lanes))
    return [here, *(b.arithmetic("add", here, part) for part in (first, second, third))], after


def padding(b: Builder, shape: Shape, taps: Operand) -> Operand:
    """Return the columns of zeros before the first, in whole tiles."""
    return b.mul(b.quotient(b.add(taps, shape.width - 1), shape.width), shape.width)


def emit_band(shape: Shape, dialect: Dialect, line: Builder, slide: Builder, sums: Builder) -> Builder:
    """Return band(record, x, out, scratch, u, v, first_row, last_row, low, count): `count` columns from `low` on, of some rows."""
    b = Builder(f"{shape.name}_band", BAND_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, out, scratch, u, _, first_row, last_row, low, count = b.arguments
    stride, ring, size = field(b, record, "stride_down"), field(b, record, "ring"), field(b, record, "ring_row")
    lines, rows = b.at(scratch, field(b, record, "line")), b.at(scratch, field(b, record, "rows"))
    line_row, across = field(b, record, "line_row"), field(b, record, "sampled_across")
    even = b.at(lines, padding(b, shape, field(b, record, "taps_across")))
    wanted = b.add(b.mul(b.sub(count, 1), across), 1)
    read = b.add(wanted, field(b, record, "extra"))
    begin = b.mul(low, across)
    first = b.value(b.sub(b.mul(stride, first_row), field(b, record, "pad_down")))
    reach = b.sub(field(b, record, "taps_down"), 1)
    clear(b, shape, lines, b.mul(line_row, 2), 0)
    clear(b, shape, rows, b.mul(ring, size), BIAS if shape.source is not None and shape.source.signed else 0)

    def one_position(p: Value, _: list[Value]) -> None:
        found = lookup(b, p, field(b, record, "samples_down"), field(b, record, "halo_down"), field(b, record, "low_down"))
        new, old = (b.at(rows, b.mul(b.remainder(b.add(b.sub(p, first), more), ring), size)) for more in (0, 1))
        b.call(line, [record, x, new, found, begin, wanted])
        b.call(slide, [even, b.at(even, line_row), new, old, read])

    def one_row(o: Value, carried: list[Value]) -> list[Operand]:
        needed = b.add(b.add(b.sub(b.mul(stride, o), field(b, record, "pad_down")), reach), 1)
        b.loop(carried[0], needed, one_position)
        b.call(sums, [record, out, scratch, u, o, low, count])
        return [needed]

    b.loop(first_row, last_row, one_row, [first])
    return b


def clear(b: Builder, shape: Shape, place: Value, size: Operand, byte: int) -> None:
    """Write a byte to all of scratch from `place` on, whole vectors."""
    number = whole(byte - 256 if byte > 127 else byte, vector(shape.width, "i8"))
    b.loop(0, size, lambda j, _: b.store(number, place, j), step=shape.width)


def emit_sums(shape: Shape, dialect: Dialect, row: Builder) -> Builder:
    """Return sums(record, out, scratch, u, o, low, count): output row o, `count` columns from `low` on.

    Outputs go to their place if that is possible, else through scratch; the last ones, fewer than a tile, with what stands before them.
    """
    b = Builder(f"{shape.name}_sums", SUMS_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, out, scratch, u, o, low, count = b.arguments
    step, size, tile = field(b, record, "out_across"), shape.output_bytes, shape.width
    taps, across = field(b, record, "taps_across"), field(b, record, "sampled_across")
    even = b.at(b.at(scratch, field(b, record, "line")), padding(b, shape, taps))
    result = b.at(scratch, field(b, record, "result"))
    edge = b.at(result, tile * size)
    target = b.at(b.at(out, b.mul(o, field(b, record, "out_down"))), b.mul(low, step))
    signed = shape.source is not None and shape.source.signed
    start = b.value(b.mul(b.mul(field(b, record, "taps_down"), taps), -BIAS) if signed else 0)
    operands = [even, b.at(even, field(b, record, "line_row")), u]

    def straight() -> None:
        b.call(row, [*operands, target, edge, count, taps, start])
        rest = b.remainder(count, tile)
        b.when(b.compare("sgt", rest, 0), lambda: last_tile(rest))

    def last_tile(rest: Operand) -> None:
        move(b, shape, b.at(target, b.mul(b.sub(b.sub(count, rest), tile), size)), result, size)
        move(b, shape, b.at(result, b.mul(rest, size)), b.at(target, b.mul(b.sub(count, tile), size)), size)

    def through_scratch() -> None:
        all_ = b.add(b.mul(b.sub(count, 1), across), tile)
        b.call(row, [*operands, result, edge, b.sub(all_, b.remainder(all_, tile)), taps, start])

        def one(j: Value, _: list[Value]) -> None:
            b.store(b.load(shape.output, result, b.mul(b.mul(j, across), size)), target, b.mul(j, step))

        b.loop(0, count, one)

    dense = b.both(b.compare("eq", step, size), b.compare("eq", across, 1))
    b.when(b.both(dense, b.compare("sge", count, tile)), straight, through_scratch)
    return b


def move(b: Builder, shape: Shape, source: Value, target: Value, vectors: int) -> None:
    """Copy some vectors, all of which are read before one is written."""
    kind = vector(shape.width // ITEMSIZE["i32"], "i32")
    found = [b.load(kind, source, i * shape.width) for i in range(vectors)]
    for i, value in enumerate(found):
        b.store(value, target, i * shape.width)
