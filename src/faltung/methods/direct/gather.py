"""Emitters for what happens at the ends of an axis: looking up samples outside, and copying a stretch of several rows to scratch.

A halo table says what is read outside: entry `halo_low + p` for a position p < 0, entry `halo_low + p - n` for p >= n. An entry
v >= 0 is a sample's index; v < 0 stands for fill row -1 - v.
"""

from collections.abc import Callable
from dataclasses import dataclass

from faltung.codegen.builder import Builder, Operand, Value
from faltung.codegen.convert import widened
from faltung.codegen.types import vector
from faltung.methods.direct.record import FIELD, PAIR
from faltung.methods.direct.shapes import Driver

WIDENED_TOGETHER = 4
"""Vectors of samples that are widened in one turn of a loop, whose own instructions are as many as those for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Samples start + stride·i of `rows` rows, i < wanted, on their way to scratch; the rows' addresses are pairs (from, to)."""

    pairs: Value
    rows: Value
    start: Operand
    stride: Value
    wanted: Operand
    ahead: Operand  # bytes between the row's address in scratch and the phase that is being written


def as_in_scratch(b: Builder, driver: Driver, lanes: int, place: Value, offset: Operand = 0) -> Value:
    """Return samples of x as those of a row in scratch."""
    if driver.source is None:
        return b.load(driver.element.kind(lanes), place, offset)
    return widened(b, b.load(vector(lanes, driver.source.scalar), place, offset), driver.source, driver.element.scalar)


def lookup(b: Builder, p: Operand, n: Operand, halo: Value, halo_low: Operand) -> Value:
    """Return the index of the sample at position p, or -1 - f where fill row f stands."""
    inside = b.compare("ult", p, n)
    entry = b.add(halo_low, b.select(b.compare("slt", p, 0), p, b.sub(p, n)))
    # where p is inside, entry 0 is read and not used: a table has at least one entry
    found = b.load("i64", halo, b.mul(b.select(inside, 0, entry), 8))
    return b.select(inside, p, found)


def gather(b: Builder, driver: Driver, record: Value, pairs: Value, rows: Value, first: Operand, count: Operand, ahead: Operand) -> None:
    """Copy to scratch, `ahead` bytes behind the rows' addresses, what outputs first … first + count - 1 of the last axis read of them."""
    stride, n, size = (b.load("i64", record, FIELD[name]) for name in ("stride", "samples", "phase"))
    origin = b.sub(b.mul(stride, first), b.load("i64", record, FIELD["pad"]))
    wanted = b.add(count, b.load("i64", record, FIELD["extra"]))
    whole = Stretch(pairs=pairs, rows=rows, start=origin, stride=stride, wanted=wanted, ahead=ahead)
    dealt, rest = deal(b, driver, whole, n, size) if driver.stride > 1 else (Value("i64", "0"), Value("i64", "0"))

    def one_phase(phase: Value, _: list[Value]) -> None:
        start = b.add(origin, phase)
        stretch = Stretch(pairs=pairs, rows=rows, start=start, stride=stride, wanted=wanted, ahead=b.add(ahead, b.mul(phase, size)))
        low, high = inside_range(b, stretch, n)
        outside(b, driver, record, stretch, 0, low)
        if driver.stride > 1:
            strided(b, driver, record, stretch, low, b.least(dealt, high))
            strided(b, driver, record, stretch, b.greatest(low, rest), high)
        else:
            inside(b, driver, record, stretch, low, high)
        outside(b, driver, record, stretch, high, wanted)

    b.loop(0, b.load("i64", record, FIELD["phases"]), one_phase)


def inside_range(b: Builder, stretch: Stretch, n: Operand) -> tuple[Value, Value]:
    """Return low and high: the samples low <= i < high of a stretch exist."""
    low = b.least(ceiling(b, b.sub(0, stretch.start), stretch.stride), stretch.wanted)
    high = b.least(b.greatest(ceiling(b, b.sub(n, stretch.start), stretch.stride), low), stretch.wanted)
    return b.value(low), b.value(high)


def ceiling(b: Builder, a: Operand, divisor: Operand) -> Operand:
    """Return the least i >= 0 with i·divisor >= a."""
    return b.quotient(b.greatest(b.add(a, b.sub(divisor, 1)), 0), divisor)


def each_row(b: Builder, stretch: Stretch, body: Callable[[Value, Value], None]) -> None:
    """Write ``for (source, target) in the pairs: body(source, target)``."""

    def one(r: Value, _: list[Value]) -> None:
        pair = b.at(stretch.pairs, b.mul(r, PAIR))
        body(b.load("ptr", pair), b.at(b.load("ptr", pair, 8), stretch.ahead))

    b.loop(0, stretch.rows, one)


def outside(b: Builder, driver: Driver, record: Value, stretch: Stretch, begin: Operand, end: Operand) -> None:
    """Write samples begin … end - 1 of a stretch through the halo table: one look for all rows."""
    n, halo_low, x_stride, fill_row = (b.load("i64", record, FIELD[f]) for f in ("samples", "halo_low", "x_stride", "fill_row"))
    halo, fills = b.load("ptr", record, FIELD["halo"]), b.load("ptr", record, FIELD["fills"])

    def one(i: Value, _: list[Value]) -> None:
        found = lookup(b, b.add(stretch.start, b.mul(stretch.stride, i)), n, halo, halo_low)
        filled = b.compare("slt", found, 0)
        fill = b.at(fills, b.mul(b.sub(-1, found), fill_row))
        offset, place = b.mul(found, x_stride), b.mul(i, driver.itemsize)

        def copy(source: Value, target: Value) -> None:
            if driver.source is None:
                b.store(b.load(driver.element.kind(1), b.select(filled, fill, b.at(source, offset))), target, place)
                return

            def sample() -> None:
                b.store(as_in_scratch(b, driver, 1, source, offset), target, place)

            b.when(filled, lambda: b.store(b.load(driver.element.kind(1), fill), target, place), sample)

        each_row(b, stretch, copy)

    b.loop(begin, end, one)


def inside(b: Builder, driver: Driver, record: Value, stretch: Stretch, low: Value, high: Value) -> None:
    """Copy samples low … high - 1 of a stretch, all of which exist: row by row where they lie side by side.

    The widest vectors that are no longer than the stretch are used: the ends of short rows are a few samples each (5 x 5 x 5 on 192^3
    spent a third of its time on copying them one by one).
    """
    x_stride = b.load("i64", record, FIELD["x_stride"])
    close = b.compare("eq", b.mul(x_stride, stretch.stride), driver.sample_bytes)
    offset = b.mul(stretch.start, x_stride)

    def by(lanes: int) -> None:
        def vectors() -> None:
            each_row(b, stretch, lambda source, target: copy_vectors(b, driver, lanes, b.at(source, offset), target, low, high))

        b.when(b.compare("sle", low, b.sub(high, lanes)), vectors, one_by_one if lanes <= 2 else lambda: by(lanes // 2))

    def one_by_one() -> None:
        strided(b, driver, record, stretch, low, high)

    b.when(close, lambda: by((WIDENED_TOGETHER if driver.source else 1) * driver.lanes), one_by_one)


def strided(b: Builder, driver: Driver, record: Value, stretch: Stretch, low: Operand, high: Operand) -> None:
    """Copy samples low … high - 1 one by one, for all rows in turn: where rows lie closer than samples, lines are used while hot."""
    x_stride = b.load("i64", record, FIELD["x_stride"])

    def one(i: Value, _: list[Value]) -> None:
        offset = b.mul(b.add(stretch.start, b.mul(i, stretch.stride)), x_stride)
        place = b.mul(i, driver.itemsize)
        each_row(b, stretch, lambda source, target: b.store(as_in_scratch(b, driver, 1, source, offset), target, place))

    b.loop(low, high, one)


def deal(b: Builder, driver: Driver, stretch: Stretch, n: Operand, size: Operand) -> tuple[Value, Value]:
    """Deal whole vectors of samples out to all phases; return begin and end: samples begin <= i < end of each phase are written."""
    s, lanes, itemsize = driver.stride, driver.lanes, driver.itemsize
    begin = b.least(ceiling(b, b.sub(0, stretch.start), s), stretch.wanted)
    # the last phase ends first: sample end - 1 of it is start + s - 1 + s·(end - 1) < n
    end = b.least(b.quotient(b.greatest(b.sub(n, stretch.start), 0), s), stretch.wanted)
    length = b.greatest(b.sub(end, begin), 0)
    end = b.value(b.add(begin, b.sub(length, b.remainder(length, lanes))))

    def one_row(source: Value, target: Value) -> None:
        line = b.at(source, b.mul(stretch.start, driver.sample_bytes))

        def one_group(i: Value, _: list[Value]) -> None:
            together = as_in_scratch(b, driver, s * lanes, line, b.mul(i, s * driver.sample_bytes))
            for phase in range(s):
                dealt = b.shuffle(together, together, driver.element.numbers(range(phase, s * lanes, s)))
                b.store(dealt, b.at(target, b.mul(size, phase)), b.mul(i, itemsize))

        b.loop(begin, end, one_group, step=lanes)

    each_row(b, stretch, one_row)
    return b.value(begin), end


def copy_vectors(b: Builder, driver: Driver, lanes: int, source: Value, target: Value, low: Operand, high: Operand) -> None:
    """Copy samples low … high - 1, at least a vector of `lanes`, from a line that lies side by side to one in scratch.

    The last vector is moved back to end with the line: a rest of single elements would cost more than the vectors.
    """
    last = b.sub(high, lanes)

    def one(i: Value, _: list[Value]) -> None:
        at = b.least(i, last)
        b.store(as_in_scratch(b, driver, lanes, source, b.mul(at, driver.sample_bytes)), target, b.mul(at, driver.itemsize))

    b.loop(low, high, one, step=lanes)
