"""Emitter for blocks of short rows: they are put together in scratch, and then written past the caches in one go.

Rows that follow one another in memory make one long line, whatever the address of each: all but its ends is written in whole cache
lines. Written tile by tile instead, several rows at a time, the output costs more than the sums (3 x 3 x 1 on 192^3: 3.4 ms, and 1.6).
"""

from faltung.codegen.builder import Builder, Value, vector
from faltung.methods.direct.gather import Driver
from faltung.methods.direct.record import FIELD

LINE = 64
"""Bytes of a cache line."""


def is_staged(b: Builder, driver: Driver, record: Value, target: Value) -> Value:
    """Return whether the block at `target` goes through scratch: where that is asked for, and numbers stand at multiples of their size."""
    asked = b.compare("ne", b.load("i64", record, FIELD["staged"]), 0)
    return b.both(asked, b.compare("eq", b.bit_and(b.address(target), driver.output_bytes - 1), 0))


def stage(b: Builder, record: Value, scratch: Value, target: Value, staged: Value) -> Value:
    """Return where a block is to be written, with the strides of the output."""
    return b.select(staged, b.at(scratch, b.load("i64", record, FIELD["staged"])), target)


def write_out(b: Builder, driver: Driver, record: Value, source: Value, target: Value) -> None:
    """Copy a block, which is one line, to the output: whole cache lines past the caches, the ends number by number."""
    size = b.load("i64", record, FIELD["staged_bytes"])
    head = b.least(b.bit_and(b.sub(0, b.address(target)), LINE - 1), size)
    tail = b.sub(size, b.bit_and(b.sub(size, head), LINE - 1))

    def number(at: Value, _: list[Value]) -> None:
        b.store(b.load(driver.results(1), source, at), target, at)

    def line(at: Value, _: list[Value]) -> None:
        b.store(b.load(vector(LINE // 8, "i64"), source, at), target, at, align=LINE, past_caches=True)

    b.loop(0, head, number, step=driver.output_bytes)
    b.loop(head, tail, line, step=LINE)
    b.loop(tail, size, number, step=driver.output_bytes)
