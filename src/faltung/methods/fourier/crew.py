"""Emitter of the loop in which a thread takes one part of the work after another.

    crew(table, next, walker, scratch, count)

An entry of the table holds what the walker is given for a part, but for the scratch: (record, x, out, flag, strip, first, last, low, high).
`next` is counted up by whoever is free, without Python in between: to take Python's lock, for which a thread may sleep, cost 20 µs a part.
"""

from faltung.codegen.builder import Builder, Dialect, Value

ENTRY = 9
ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "i64")


def emit_crew(numbers: int, dialect: Dialect) -> Builder:
    """Return the loop for walkers that take so many numbers behind the flag."""
    b = Builder(f"faltung_fourier_crew_{numbers}", ARGUMENTS, dialect)
    table, following, walker, scratch, count = b.arguments

    def turn(_: Value, __: list[Value]) -> None:
        i = b.counted(following)
        b.when(b.compare("slt", i, count), lambda: take(b.at(table, b.mul(i, 8 * ENTRY))))

    def take(entry: Value) -> None:
        record, x, out, flag = (b.load("ptr", entry, 8 * place) for place in range(4))
        given = [b.load("i64", entry, 8 * (4 + place)) for place in range(numbers)]
        b.call(walker, [record, x, out, scratch, flag, *given])

    b.loop(0, count, turn)
    return b
