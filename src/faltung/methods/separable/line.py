"""Emitter of the line: one row of samples, continued by its boundary, copied to scratch."""

from faltung.codegen.builder import Builder, Dialect, Operand, Value
from faltung.methods.separable.record import field
from faltung.methods.separable.shape import Shape

LINE_ARGUMENTS = ("ptr", "ptr", "ptr", "i64", "i64", "i64")
CACHE_LINE = 64
WIDENED_TOGETHER = 4
"""Vectors of samples that are widened in one turn of a loop, whose own instructions are as many as those for one."""


def lookup(b: Builder, p: Operand, n: Operand, halo: Value, low: Operand) -> Value:
    """Return the index of the sample at position p, or -1 - f where fill number f stands."""
    inside = b.compare("ult", p, n)
    entry = b.add(low, b.select(b.compare("slt", p, 0), p, b.sub(p, n)))
    # where p is inside, entry 0 is read and not used: a table has at least one entry
    return b.select(inside, p, b.load("i64", halo, b.mul(b.select(inside, 0, entry), 8)))


def emit_line(shape: Shape, dialect: Dialect) -> Builder:
    """Return line(record, x, target, found, first, count): what outputs first … first + count - 1 read of row `found` of x.

    A negative `found` stands for a row of fill values.
    """
    b = Builder(f"{shape.name}_line", LINE_ARGUMENTS, dialect, internal=True, attributes="noinline")
    record, x, target, found, first, count = b.arguments
    source = b.at(x, b.mul(found, field(b, record, "x_down")))
    stride, size = field(b, record, "stride_across"), b.mul(field(b, record, "phase"), shape.itemsize)
    origin = b.sub(b.mul(stride, first), field(b, record, "pad_across"))
    wanted = b.value(b.add(count, field(b, record, "extra")))

    def filled_phase(phase: Value, _: list[Value]) -> None:
        place = b.at(target, b.mul(phase, size))
        fill = b.load(shape.element, field(b, record, "fills"), b.mul(b.sub(-1, found), shape.itemsize))
        b.loop(0, wanted, lambda i, _: b.store(fill, place, b.mul(i, shape.itemsize)))

    def sampled_phase(phase: Value, _: list[Value]) -> None:
        place, start = b.at(target, b.mul(phase, size)), b.value(b.add(origin, phase))
        stretch(b, shape, record, source, place, start, wanted)

    phases = field(b, record, "phases")
    filled = b.compare("slt", found, 0)
    b.when(filled, lambda: b.loop(0, phases, filled_phase), lambda: b.loop(0, phases, sampled_phase))
    return b


def stretch(
    b: Builder, shape: Shape, record: Value, source: Value, place: Value, start: Value, wanted: Value
) -> None:  # fmt: skip
    """Copy samples start + stride·i, i < wanted: outside through the halo table, inside from the row."""
    stride, n, step = field(b, record, "stride_across"), field(b, record, "samples_across"), field(b, record, "x_across")
    low = b.least(ceiling(b, b.sub(0, start), stride), wanted)
    high = b.least(b.greatest(ceiling(b, b.sub(n, start), stride), low), wanted)

    def outside(i: Value, _: list[Value]) -> None:
        found = lookup(b, b.add(start, b.mul(stride, i)), n, field(b, record, "halo_across"), field(b, record, "low_across"))
        fill = b.at(field(b, record, "fills"), b.mul(b.sub(-1, found), shape.itemsize))
        target, sample = b.at(place, b.mul(i, shape.itemsize)), b.at(source, b.mul(found, step))
        if shape.source is None:
            b.store(b.load(shape.element, b.select(b.compare("slt", found, 0), fill, sample)), target)
            return
        filled = b.compare("slt", found, 0)
        b.when(filled, lambda: b.store(b.load(shape.element, fill), target), lambda: b.store(shape.load(b, 1, sample), target))

    def single(i: Value, _: list[Value]) -> None:
        value = shape.load(b, 1, source, b.mul(b.add(start, b.mul(i, stride)), step))
        b.store(value, place, b.mul(i, shape.itemsize))

    close = b.compare("eq", b.mul(step, stride), shape.sample_bytes)
    here = b.at(source, b.mul(start, step))

    def by(lanes: int) -> None:
        enough = b.compare("sle", low, b.sub(high, lanes))
        less = (lambda: by(shape.lanes)) if lanes > shape.lanes else lambda: b.loop(low, high, single)
        b.when(b.both(close, enough), lambda: vectors(b, shape, lanes, here, place, low, high), less)

    b.loop(0, low, outside)
    by((WIDENED_TOGETHER if shape.source else 1) * shape.lanes)
    b.loop(high, wanted, outside)


def ceiling(b: Builder, a: Operand, divisor: Operand) -> Operand:
    """Return the least i >= 0 with i·divisor >= a."""
    return b.quotient(b.greatest(b.add(a, b.sub(divisor, 1)), 0), divisor)


def vectors(b: Builder, shape: Shape, lanes: int, source: Value, place: Value, low: Value, high: Value) -> None:
    """Copy elements low … high - 1, `lanes` at a time and at least so many; the last ones are moved back to end with them."""
    last = b.sub(high, lanes)

    def one(i: Value, _: list[Value]) -> None:
        at = b.least(i, last)
        b.store(shape.load(b, lanes, source, b.mul(at, shape.sample_bytes)), place, b.mul(at, shape.itemsize))

    b.loop(low, high, one, step=lanes)
