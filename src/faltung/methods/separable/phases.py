"""Emitter of outputs from sums whose every fourth stands in one vector: four vectors, finished, and put in order."""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Value, whole
from faltung.codegen.convert import finished, ranged
from faltung.methods.separable.pack import becomes_bytes, bytes_of_phases
from faltung.methods.separable.shape import Shape


def put_phases(b: Builder, shape: Shape, sums: Sequence[Value], place: Value) -> None:
    """Write sums to memory, finished: `sums` are those of columns 0, 4, 8 …, of 1, 5, 9 …, of 2, 6, 10 …, and of 3, 7, 11 … ."""
    finish = shape.finish
    assert finish is not None  # samples are no floats here, and results need not be
    if becomes_bytes(finish, sums):
        b.store(bytes_of_phases(b, sums, finish), place)
        return
    if finish.results.itemsize == 1:
        b.store(together(b, [narrow(b, ranged(b, value, finish)) for value in sums]), place)
        return
    one, two, three, four = (finished(b, value, finish) for value in sums)
    lanes = len(sums) and int(one.type.strip("<>").split()[0])
    ordered = [part for pair in zip(in_turn(b, one, three), in_turn(b, two, four), strict=True) for part in in_turn(b, *pair)]
    for i, value in enumerate(ordered):
        b.store(value, place, i * lanes * shape.output_bytes)


def narrow(b: Builder, value: Value) -> Value:
    """Return whole numbers in 32 bits."""
    return value if value.type.endswith("i32>") else b.convert("trunc", value, "i32")


def together(b: Builder, phases: Sequence[Value]) -> Value:
    """Return four bytes in every lane, the first phase in the lowest."""
    kind = phases[0].type
    made = b.arithmetic("and", phases[0], whole(255, kind))
    for i, value in enumerate(phases[1:], 1):
        byte = b.arithmetic("and", value, whole(255, kind)) if i < 3 else value
        made = b.arithmetic("or", made, b.arithmetic("shl", byte, whole(8 * i, kind)))
    return made


def in_turn(b: Builder, one: Value, other: Value) -> tuple[Value, Value]:
    """Return the lanes of two vectors in turn, in two vectors."""
    lanes = int(one.type.strip("<>").split()[0])
    order = [lane + far for lane in range(lanes) for far in (0, lanes)]
    return b.shuffle(one, other, order[:lanes]), b.shuffle(one, other, order[lanes:])
