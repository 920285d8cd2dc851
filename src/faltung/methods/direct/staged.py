"""Emitter for blocks of short rows: they are put together in scratch, and written past the caches while the next one is summed.

Rows that follow one another in memory make one long line, whatever the address of each: all but its ends is written in whole cache
lines. Written tile by tile instead, several rows at a time, the output costs more than the sums (3 x 3 x 1 on 192^3: 3.4 ms, and 1.6).
"""

from faltung.codegen.builder import Builder, Operand, Value, vector
from faltung.methods.direct.record import FIELD
from faltung.methods.direct.shapes import Driver

LINE = 64
"""Bytes of a cache line."""
SOURCE, TARGET, BYTES, NEXT = range(0, 32, 8)
"""What the note says: of the block that is still to be written, where it is and goes, and its bytes, all in whole lines (0: there is
none), and where in scratch the next block is put together."""
NOTE = 64
"""Bytes of the note."""


def is_staged(b: Builder, driver: Driver, record: Value, target: Value) -> Value:
    """Return whether the block at `target` goes through scratch: where that is asked for, and numbers stand at multiples of their size."""
    asked = b.compare("ne", b.load("i64", record, FIELD["staged"]), 0)
    return b.both(asked, b.compare("eq", b.bit_and(b.address(target), driver.output_bytes - 1), 0))


def no_note(b: Builder, record: Value, scratch: Value) -> Value:
    """Return the address of the note on the block that is still to be written: there is none."""
    place = b.at(scratch, b.load("i64", record, FIELD["behind"]))
    b.store(0, place, BYTES)
    b.store(b.load("i64", record, FIELD["staged"]), place, NEXT)
    return place


def stage(b: Builder, scratch: Value, place: Value, target: Value, staged: Value) -> Value:
    """Return where a block is to be written, with the strides of the output."""
    return b.select(staged, b.at(scratch, b.load("i64", place, NEXT)), target)


def write_later(b: Builder, driver: Driver, record: Value, place: Value, source: Value, target: Value) -> None:
    """Write the ends of a block, which is one line, to the output, and note its whole cache lines; the next one has the other room."""
    size = b.load("i64", record, FIELD["staged_bytes"])
    head = b.value(b.least(b.bit_and(b.sub(0, b.address(target)), LINE - 1), size))
    tail = b.sub(size, b.bit_and(b.sub(size, head), LINE - 1))

    def number(at: Value, _: list[Value]) -> None:
        b.store(b.load(driver.results(1), source, at), target, at)

    b.loop(0, head, number, step=driver.output_bytes)
    b.loop(tail, size, number, step=driver.output_bytes)
    note(b, place, b.at(source, head), b.at(target, head), b.sub(tail, head))
    both = b.add(b.mul(b.load("i64", record, FIELD["staged"]), 2), b.load("i64", record, FIELD["stage_room"]))
    b.store(b.sub(both, b.load("i64", place, NEXT)), place, NEXT)


def write_some(b: Builder, place: Value, most: int) -> None:
    """Write up to `most` bytes, in whole lines, of the block that has been noted; what is left stays noted.

    Everything comes from memory: in registers it would take them from a tile's sums (1000 x 1000, 3 x 3: 0.33 ms, and 0.31 so).
    """
    left = b.load("i64", place, BYTES)

    def lines() -> None:
        source, target = b.load("ptr", place, SOURCE), b.load("ptr", place, TARGET)
        size = b.least(left, most)
        b.loop(0, size, lambda at, _: line_past_caches(b, source, target, at), step=LINE)
        note(b, place, b.at(source, size), b.at(target, size), b.sub(left, size))

    b.when(b.compare("sgt", left, 0), lines)


def write_now(b: Builder, place: Value) -> None:
    """Write what is left of the block that has been noted."""
    source, target = b.load("ptr", place, SOURCE), b.load("ptr", place, TARGET)
    b.loop(0, b.load("i64", place, BYTES), lambda at, _: line_past_caches(b, source, target, at), step=LINE)
    b.store(0, place, BYTES)


def note(b: Builder, place: Value, source: Value, target: Value, size: Operand) -> None:
    """Note that `size` bytes at `source` are still to be written to `target`."""
    b.store(source, place, SOURCE)
    b.store(target, place, TARGET)
    b.store(size, place, BYTES)


def line_past_caches(b: Builder, source: Value, target: Value, at: Operand) -> None:
    """Copy the cache line `at` bytes behind."""
    b.store(b.load(vector(LINE // 8, "i64"), source, at), target, at, align=LINE, past_caches=True)
