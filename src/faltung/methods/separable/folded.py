"""Emitter of the column pass on words whose weights are whole: samples that meet the same weight are added first.

    folded(table, step, packed, lines, line_row, begin, end, taps)         lines[r][j] = Σ over taps t of  n[t] · row(r + t)[j]

Two rows of such sums are interleaved, so that one instruction multiplies both by their weights and adds the products to 32-bit sums.
Weights are read in two digits, if they need two, whose sums are put together in the end: 2^15·high + low, in 32 bits.

Where output rows share input rows, two of them are summed at a time: what one adds to its upper half, the other needs a tap later, so that
each row is loaded once for both.
"""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, whole
from faltung.methods.separable.passes import COLUMN_ARGUMENTS
from faltung.methods.separable.quanta import DIGIT
from faltung.methods.separable.shape import Shape

PAIR_SUMS = {64: "llvm.x86.avx512.pmaddw.d.512", 32: "llvm.x86.avx2.pmadd.wd"}
BLOCK = 8
"""Words of 16 bytes."""
TAPS = 4
"""Taps of a turn of the loop: two, and the two that meet the same weights."""
Words = list[Value]


def emit_folded(shape: Shape, rows: int, dialect: Dialect) -> Builder:
    """Return the column pass for `rows` output rows at a time; `begin` is 0 and `end` whole tiles."""
    b = Builder(f"{shape.name}_folded{rows}", COLUMN_ARGUMENTS, dialect, internal=True, attributes="noinline")
    table, step, packed, lines, line_row, begin, end, taps = b.arguments
    together = 2 if rows % 2 == 0 else 1

    def one_tile(j: Value, _: list[Value]) -> None:
        for first in range(0, rows, together):
            sums = tile_sums(b, shape, together, (b.at(table, b.mul(step, first)), step, packed, taps), b.mul(j, 2))
            for r, line in enumerate(sums, first):
                put_line(b, shape, line, b.at(b.at(lines, b.mul(line_row, r)), b.mul(j, shape.itemsize)))

    b.loop(begin, end, one_tile, step=shape.tile)
    return b


def put_line(b: Builder, shape: Shape, sums: Sequence[Value], place: Value) -> None:
    """Write the sums of a tile as floats, column by column."""
    floats = [b.convert("sitofp", total, shape.element) for total in sums]
    for q in range(shape.vectors):
        one, other = floats[q // 2 * 2 : q // 2 * 2 + 2]
        b.store(b.shuffle(one, other, in_order(shape.lanes, q % 2)), place, q * shape.width)


def tile_sums(b: Builder, shape: Shape, rows: int, operands: tuple[Value, Value, Value, Value], at: Operand) -> list[Words]:
    """Return the sums of a tile, `at` bytes along the rows, for one output row or two."""
    table, step, packed, taps = operands
    words, size, count = vector(2 * shape.lanes, "i16"), shape.vectors * shape.digits, shape.vectors // 2

    def row(t: Operand) -> Words:
        place = b.at(b.load("ptr", b.at(table, b.mul(step, t))), at)
        return [b.load(words, place, q * shape.width) for q in range(count)]

    def turn(t: Value, carried: list[Value]) -> list[Value]:
        half = b.value(b.quotient(t, 2))
        bottom = b.sub(b.sub(taps, 1), half)
        weights = digits(b, shape, b.at(packed, b.mul(half, 2 * shape.digits)))
        upper, lower, below = row(b.add(half, 1)), row(bottom), row(b.sub(bottom, 1))
        if rows == 1:
            return products(b, shape, weights, (folded(b, row(half), lower), folded(b, upper, below)), carried)
        first, before, following = carried[-2 * count : -count], carried[-count:], row(b.add(half, 2))
        one = products(b, shape, weights, (folded(b, first, lower), folded(b, upper, below)), carried[:size])
        other = products(b, shape, weights, (folded(b, upper, before), folded(b, following, lower)), carried[size : 2 * size])
        return [*one, *other, *following, *below]

    begin = [] if rows == 1 else [*row(0), *row(taps)]
    out = b.loop(0, taps, turn, [*[whole(0, vector(shape.lanes, "i32"))] * (size * rows), *begin], step=TAPS)
    return [joined(b, shape, out[r * size : (r + 1) * size]) for r in range(rows)]


def digits(b: Builder, shape: Shape, place: Value) -> Words:
    """Return the weights of two taps, digit by digit, in every pair of words."""
    words = vector(2 * shape.lanes, "i16")
    return [b.same_bits(b.splat(b.load("i32", place, 4 * digit), shape.lanes), words) for digit in range(shape.digits)]


def folded(b: Builder, one: Words, other: Words) -> Words:
    """Return the sums of two rows of samples that meet the same weight."""
    return [b.arithmetic("add", *pair) for pair in zip(one, other, strict=True)]


def products(b: Builder, shape: Shape, weights: Words, pairs: Sequence[Words], totals: Words) -> Words:
    """Return sums, digit by digit, with the products of two taps added."""
    out = list(totals)
    for q in range(shape.vectors):
        both = b.shuffle(pairs[0][q // 2], pairs[1][q // 2], interleaved(2 * shape.lanes, q % 2))
        for digit, weight in enumerate(weights):
            at = digit * shape.vectors + q
            out[at] = b.arithmetic("add", out[at], b.machine(PAIR_SUMS[shape.width], out[at].type, both, weight))
    return out


def joined(b: Builder, shape: Shape, totals: Words) -> Words:
    """Return sums of which each digit's stand by themselves."""
    if shape.digits == 1:
        return totals
    high = [b.arithmetic("shl", total, whole(DIGIT, total.type)) for total in totals[shape.vectors :]]
    return [b.arithmetic("add", low, more) for low, more in zip(totals[: shape.vectors], high, strict=True)]


def interleaved(words: int, half: int) -> list[int]:
    """Return the lanes of two vectors of words, in turn: one half of each 16 bytes, which is what an instruction can do in a cycle."""
    return [
        lane + other for block in range(0, words, BLOCK) for lane in range(block + 4 * half, block + 4 * half + 4) for other in (0, words)
    ]


def in_order(lanes: int, half: int) -> list[int]:
    """Return where the columns of half a vector of words are in the two vectors of their sums."""
    columns = range(half * lanes, half * lanes + lanes)
    return [column // BLOCK * 4 + column % 4 + (lanes if column % BLOCK >= 4 else 0) for column in columns]
