"""Emitters for what happens at the ends of an axis: looking up samples outside, and copying a stretch of a row to scratch.

A halo table says what is read outside: entry `halo_low + p` for a position p < 0, entry `halo_low + p - n` for p >= n. An entry
v >= 0 is a sample's index; v < 0 stands for fill row -1 - v.
"""

from faltung.codegen.builder import ITEMSIZE, Builder, Operand, Value, vector
from faltung.methods.direct.record import FIELD


def lookup(b: Builder, p: Operand, n: Operand, halo: Value, halo_low: Operand) -> Value:
    """Return the index of the sample at position p, or -1 - f where fill row f stands."""
    inside = b.compare("ult", p, n)
    entry = b.add(halo_low, b.select(b.compare("slt", p, 0), p, b.sub(p, n)))
    # where p is inside, entry 0 is read and not used: a table has at least one entry
    found = b.load("i64", halo, b.mul(b.select(inside, 0, entry), 8))
    return b.select(inside, p, found)


def gather(b: Builder, record: Value, base: Value, target: Value, first: Operand, count: Operand, element: str, lanes: int) -> None:
    """Copy to `target` the samples which outputs first … first + count - 1 of the last axis read, phase by phase."""
    stride = b.load("i64", record, FIELD["stride"])
    n = b.load("i64", record, FIELD["samples"])
    origin = b.sub(b.mul(stride, first), b.load("i64", record, FIELD["pad"]))
    wanted = b.add(count, b.load("i64", record, FIELD["extra"]))
    size, x_stride = b.load("i64", record, FIELD["phase"]), b.load("i64", record, FIELD["x_stride"])

    def one_phase(phase: Value, _: list[Value]) -> None:
        start = b.add(origin, phase)
        low = b.least(ceiling(b, b.sub(0, start), stride), wanted)
        high = b.least(b.greatest(ceiling(b, b.sub(n, start), stride), low), wanted)
        line = b.at(target, b.mul(phase, size))
        for begin, end in ((0, low), (high, wanted)):
            outside(b, record, base, line, start, stride, begin, end, element)
        source = b.at(base, b.mul(start, x_stride))
        copy_line(b, source, b.mul(x_stride, stride), line, ITEMSIZE[element], low, high, element, lanes)

    b.loop(0, b.load("i64", record, FIELD["phases"]), one_phase)


def ceiling(b: Builder, a: Operand, divisor: Operand) -> Operand:
    """Return the least i >= 0 with i·divisor >= a."""
    return b.quotient(b.greatest(b.add(a, b.sub(divisor, 1)), 0), divisor)


def outside(
    b: Builder, record: Value, base: Value, line: Value, start: Operand, stride: Operand, begin: Operand, end: Operand, element: str
) -> None:
    """Write the samples begin … end - 1 of a line through the halo table."""
    itemsize = ITEMSIZE[element]
    n, halo, halo_low = (b.load(t, record, FIELD[f]) for t, f in (("i64", "samples"), ("ptr", "halo"), ("i64", "halo_low")))
    x_stride = b.load("i64", record, FIELD["x_stride"])
    fills, fill_row = b.load("ptr", record, FIELD["fills"]), b.load("i64", record, FIELD["fill_row"])

    def one(i: Value, _: list[Value]) -> None:
        found = lookup(b, b.add(start, b.mul(stride, i)), n, halo, halo_low)
        sample = b.at(base, b.mul(found, x_stride))
        fill = b.at(fills, b.mul(b.sub(-1, found), fill_row))
        place = b.select(b.compare("slt", found, 0), fill, sample)
        b.store(b.load(element, place), line, b.mul(i, itemsize))

    b.loop(begin, end, one)


def copy_line(
    b: Builder, source: Value, source_step: Operand, target: Value, target_step: Operand, low: Operand, high: Operand,
    element: str, lanes: int,
) -> None:  # fmt: skip
    """Copy elements low … high - 1 from one line to another: whole vectors where both lie side by side.

    The last vector is moved back so that it ends with the line: a rest of single elements would cost more than the vectors.
    """
    itemsize = ITEMSIZE[element]
    close = b.both(b.compare("eq", source_step, itemsize), b.compare("eq", target_step, itemsize))
    last = b.sub(high, lanes)

    def vectors() -> None:
        def whole(i: Value, _: list[Value]) -> None:
            at = b.mul(b.least(i, last), itemsize)
            b.store(b.load(vector(lanes, element), source, at), target, at)

        b.loop(low, high, whole, step=lanes)

    def singles() -> None:
        def single(i: Value, _: list[Value]) -> None:
            b.store(b.load(element, source, b.mul(i, source_step)), target, b.mul(i, target_step))

        b.loop(low, high, single)

    b.when(b.both(close, b.compare("sle", low, last)), vectors, singles)
