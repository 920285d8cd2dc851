"""Emitter of the ends of short rows: outputs whose windows reach over a row's end, with the rows of a block as the lanes of a vector.

    ends(record, w, scratch, target)

The strip has gone over whole rows, also where its windows reach beyond them, into whatever lies there in memory; what it has written at the
ends is overwritten here. Of the 16 lanes of a vector along a row, a kernel of 3 columns needs one at each end; of a vector across the rows
of a block, all. So the samples at both ends of all input rows are turned (an image of slots, see `end_columns`), the boundary's samples
are copied from slot to slot, and output column j of an end takes its tap t from slot j + dilation·t, and its kernel row p from the p-th
sample on.

It comes after the strip: taking the samples first waits for memory (5 x 5 x 5 on 192^3: 13.5 ms, and 12.3).

**Order.** That of every strip: an output takes its taps in window order.
"""

from collections.abc import Sequence

from faltung.codegen.builder import NULL, Builder, Dialect, Value, vector, zeros
from faltung.methods.direct.end_columns import TOGETHER, columns_at_once, pitch
from faltung.methods.direct.record import FIELD
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.strip import strip_name

ARGUMENTS = ("ptr", "ptr", "ptr", "ptr")
MOST_TURNED = 8
"""Rows that are turned at once."""


def emit_ends(strip: Strip, rows: int, dialect: Dialect) -> list[Builder]:
    """Return the function of a strip whose kernel is known, for blocks of so many output rows."""
    b = Builder(f"{strip_name(strip)}_ends{rows}", ARGUMENTS, dialect)
    record, w, scratch, target = b.arguments
    image = b.at(scratch, b.load("i64", record, FIELD["image"]))
    take_columns(b, strip, rows, record, scratch, image)
    put_fills(b, strip, rows, record, scratch, image)
    copy_slots(b, strip, rows, record, image)
    sum_ends(b, strip, rows, record, w, image, target)
    return [b]


def field(b: Builder, record: Value, name: str) -> Value:
    """Return a whole number of the record."""
    return b.load("i64", record, FIELD[name])


def group_rows(strip: Strip, rows: int) -> int:
    """Return the input rows of a group."""
    return rows - 1 + strip.kernel_rows


def take_columns(b: Builder, strip: Strip, rows: int, record: Value, scratch: Value, image: Value) -> None:
    """Turn the samples at both ends of all input rows, some at a time; the last rows are moved back to end with the group."""
    group, size, item, lanes = group_rows(strip, rows), pitch(strip, rows), strip.itemsize, min(rows, MOST_TURNED)
    tap_rows, low, high = (field(b, record, name) for name in ("tap_rows", "low_columns", "high_columns"))
    low_at, image_group = field(b, record, "low_columns_at"), field(b, record, "image_group")
    columns = b.add(low, high)
    skipped = b.mul(b.sub(field(b, record, "samples"), columns), item)  # from behind the first columns to the last ones
    high_at = b.sub(field(b, record, "high_columns_at"), b.mul(low, size))
    pad = b.mul(field(b, record, "pad"), item)  # the table's rows begin where output 0's window does
    table = b.at(scratch, b.mul(tap_rows, 16))

    def one_group(first: Value, carried: list[Value]) -> list[Value]:
        def some_rows(at: Value, _: list[Value]) -> None:
            begin = b.least(at, group - lanes)
            here = b.at(table, b.mul(b.add(first, begin), 8))
            lines = [b.load("ptr", here, 8 * lane) for lane in range(lanes)]
            place = b.at(carried[0], b.mul(begin, item))

            def turn(c: Value, _: list[Value]) -> None:
                is_low = b.compare("slt", c, low)
                source = b.add(b.add(b.mul(c, item), pad), b.select(is_low, 0, skipped))
                target = b.at(b.at(place, b.mul(c, size)), b.select(is_low, low_at, high_at))
                for k, column in enumerate(turned(b, strip, [b.at(line, source) for line in lines])):
                    b.store(column, target, k * size)

            b.loop(0, columns, turn, step=TOGETHER)

        b.loop(0, group, some_rows, step=lanes)
        return [b.at(carried[0], image_group)]

    b.loop(0, tap_rows, one_group, [image], step=group)


def turned(b: Builder, strip: Strip, rows: Sequence[Value]) -> list[Value]:
    """Return four columns of the samples at these addresses, each a vector over the rows."""
    loaded = [b.load(vector(TOGETHER, strip.element.scalar), row) for row in rows]
    parts = [loaded[i : i + 4] for i in range(0, len(loaded), 4)]
    joined = parts[0] if len(parts) == 1 else [b.shuffle(one, other, range(8)) for one, other in zip(*parts, strict=True)]
    count, halves = 4 * len(parts), range(len(parts))

    def woven(a: Value, c: Value, lanes: Sequence[int]) -> Value:
        return b.shuffle(a, c, [4 * half + (lane if lane < 4 else lane - 4 + count) for half in halves for lane in lanes])

    first = [woven(joined[i], joined[i + 1], lanes) for i in (0, 2) for lanes in ((0, 4, 1, 5), (2, 6, 3, 7))]
    pairs = [(first[i], first[i + 2]) for i in (0, 1)]
    return [woven(*pair, lanes) for pair in pairs for lanes in ((0, 1, 4, 5), (2, 3, 6, 7))]


def put_fills(b: Builder, strip: Strip, rows: int, record: Value, scratch: Value, image: Value) -> None:
    """Write fill values: that of the last axis, or the row's own one where the row lies outside on an axis before."""
    group, tap_rows = group_rows(strip, rows), field(b, record, "tap_rows")
    fills, table = b.load("ptr", record, FIELD["fills"]), b.load("ptr", record, FIELD["end_fills"])
    fill_table = b.at(scratch, b.mul(tap_rows, 8))
    image_group = field(b, record, "image_group")

    def one_slot(i: Value, _: list[Value]) -> None:
        own = b.at(fills, b.load("i64", table, b.mul(i, 16)))
        slot = b.at(image, b.load("i64", b.at(table, b.mul(i, 16)), 8))

        def one_group(first: Value, carried: list[Value]) -> list[Value]:
            for r in range(group):
                filled = b.load("ptr", fill_table, b.mul(b.add(first, r), 8))
                source = b.select(b.compare("eq", filled, NULL), own, filled)
                b.store(b.load(strip.element.scalar, source), carried[0], r * strip.itemsize)
            return [b.at(carried[0], image_group)]

        b.loop(0, tap_rows, one_group, [slot], step=group)

    b.loop(0, field(b, record, "end_fills_count"), one_slot)


def copy_slots(b: Builder, strip: Strip, rows: int, record: Value, image: Value) -> None:
    """Copy the slots of samples to those of positions outside which show them."""
    group, kind = group_rows(strip, rows), vector(strip.lanes, strip.element.scalar)
    tap_rows, image_group = field(b, record, "tap_rows"), field(b, record, "image_group")
    table = b.load("ptr", record, FIELD["end_copies"])

    def one_copy(i: Value, _: list[Value]) -> None:
        pair = b.at(table, b.mul(i, 16))
        source, target = b.load("i64", pair), b.load("i64", pair, 8)

        def one_group(_: Value, carried: list[Value]) -> list[Value]:
            for at in range(0, group * strip.itemsize, strip.lanes * strip.itemsize):
                b.store(b.load(kind, b.at(carried[0], source), at), b.at(carried[0], target), at)
            return [b.at(carried[0], image_group)]

        b.loop(0, tap_rows, one_group, [image], step=group)

    b.loop(0, field(b, record, "end_copies_count"), one_copy)


def sum_ends(b: Builder, strip: Strip, rows: int, record: Value, w: Value, image: Value, target: Value) -> None:
    """Sum the output columns of both ends, of all rows of the block at once, and write those which the end has."""
    low, high, out_row = (field(b, record, name) for name in ("end_low", "end_high", "out_row"))
    behind = b.at(target, b.mul(b.sub(field(b, record, "columns"), high), strip.itemsize))

    def some_columns(j: Value, _: list[Value]) -> None:
        sums = column_sums(b, strip, rows, record, w, b.at(image, b.mul(j, pitch(strip, rows))))
        for k, total in enumerate(sums):
            end, first = ((low, target), (high, behind))[k % 2]
            column = b.add(j, k // 2)
            place = b.at(first, b.mul(column, strip.itemsize))

            def write(total: Value = total, place: Value = place) -> None:
                for r in range(rows):
                    b.store(b.lane(total, r), place, b.mul(out_row, r))

            b.when(b.compare("slt", column, end), write)

    b.loop(0, b.greatest(low, high), some_columns, step=columns_at_once(len(strip.offsets or ())))


def column_sums(b: Builder, strip: Strip, rows: int, record: Value, w: Value, slots: Value) -> list[Value]:
    """Return the sums of a few output columns, of each at the low end, which begins in the first of the slots, and at the high end."""
    high_at, image_group = field(b, record, "end_high_at"), field(b, record, "image_group")
    kind, size, item, taps = vector(rows, strip.element.scalar), pitch(strip, rows), strip.itemsize, len(strip.offsets or ())

    def one_row(p: Value, carried: list[Value]) -> list[Value]:
        weights, here, *sums = carried
        there = b.at(here, high_at)
        for t, offset in enumerate(strip.offsets or ()):
            weight = b.splat(b.load(strip.element.scalar, weights, t * item, align=item), rows)
            first = offset // item * size
            places = [b.at(end, first + column * size) for column in range(len(sums) // 2) for end in (here, there)]
            sums = [b.fma(weight, b.load(kind, place), total) for place, total in zip(places, sums, strict=True)]
        return [b.at(weights, taps * item), b.at(here, item), *sums]

    def one_group(_: Value, carried: list[Value]) -> list[Value]:
        weights, here, *sums = carried
        weights, _, *sums = b.loop(0, strip.kernel_rows, one_row, [weights, here, *sums])
        return [weights, b.at(here, image_group), *sums]

    start = [w, slots, *[zeros(kind)] * (2 * columns_at_once(len(strip.offsets or ())))]
    return b.loop(0, field(b, record, "tap_rows"), one_group, start, step=group_rows(strip, rows))[2:]
