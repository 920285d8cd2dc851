"""Emitter of the ring: a strip that goes down a stretch of columns, and reads every input row once.

    ring(rows, w, out, out_row, columns, tap_rows, group, taps, tap_offsets, behind, ahead, past_caches)

It is called like the other strips, for any number of output rows: tap_rows - (kernel rows) + 1. Each step takes one input row, for all the
K output rows whose windows it lies in: for output row s - j it is the j-th. So the sums of K rows are in registers, and with each step
the oldest row is complete; then all sums move on by one place (a register that is moved to another costs nothing but its instruction). The
first K - 1 steps complete no row and the last ones begin none.

**Why.** A Zen 4 core does one 64-byte multiply-add a cycle, but takes 1.8 cycles to load 64 bytes that cross a cache line, which is what
all taps but one do, and one cycle to spread a weight over a register. At 5 x 5 a tile of 4 rows by 2 vectors needs 80 such loads, 25
weights and 26 registers put aside for 200 multiply-adds; a ring of 4 vectors 20 loads, 25 weights and none aside for 100. On images in
L2, 5 x 5 takes 28 cycles a vector (tiles: 31), and 25 would be none but multiply-adds.

But it walks down columns, a few cache lines of each row at a time, and no processor foresees that. So the rows of the next block are
fetched meanwhile, and the output is written past the caches: a store to a line that is not in a cache would hold up all stores behind it
(2048 x 2048, 3 x 3 on one thread: 3.5 ms with plain stores, 1.5 past the caches; tiles 1.6). Where that cannot be, tiles are faster.

**Order.** That of every strip: an output takes its taps in window order. Where the kernel is a column times a row (`product`), an input
row is summed along by the row's weights first, and that sum goes to all output rows by the column's.
"""

from faltung.codegen.builder import Builder, Dialect, Operand, Value
from faltung.methods.direct.shapes import Strip
from faltung.methods.direct.strip import (
    ARGUMENTS,
    CACHE_LINE,
    Accumulators,
    Weight,
    across,
    finished,
    flattened,
    folded,
    multiply,
    spread,
    start_sums,
    strip_name,
    write,
    writes_past_caches,
)

KEPT_WEIGHTS = 9
"""Weights that stay in registers; more are read again at every step."""


def emit_ring(strip: Strip, dialect: Dialect) -> list[Builder]:
    """Return the ring's function: whole tiles are written past the caches, what is left one vector wide into them."""
    b = Builder(strip_name(strip), ARGUMENTS, dialect)
    one, tile = strip.lanes * strip.itemsize, strip.tile * strip.itemsize
    end, kept = b.mul(b.arguments[4], strip.itemsize), kept_weights(b, strip, b.arguments[1])
    whole = b.select(writes_past_caches(b, strip), b.sub(end, b.remainder(end, tile)), 0)
    last = b.sub(end, one)  # the last vector is moved back to end with the columns: some are computed twice, to the same bits
    b.loop(0, whole, lambda at, _: go_down(b, strip, at, kept), step=tile)
    b.loop(whole, end, lambda at, _: go_down_narrow(b, strip._replace(vectors=1), b.least(at, last), kept), step=one)
    return [b]


def go_down(b: Builder, strip: Strip, at: Value, kept: list[Weight] | None) -> None:
    """Write the steps: the first ones begin rows, the last ones complete them, and those between, a loop, do both.

    There is no branch around a store: LLVM moves sums behind it, and puts aside all that they need. First and last steps take their taps
    one by one, which is less code.
    """
    tap_rows, by_taps = b.arguments[5], strip._replace(offsets=None)
    new = start_sums(b, strip, b.arguments[1])
    acc: Accumulators = []
    for step in range(strip.ring - 1):
        acc = one_step(b, by_taps, at, step, [*new, *acc], 0, None)
    last = b.sub(tap_rows, strip.ring - 1)
    target, acc = go_on(b, strip, at, last, acc, kept, past_caches=True)
    for step in range(strip.ring - 1):
        acc = one_step(b, by_taps, at, b.add(last, step), acc, step + 1, None)
        target, acc = put(b, strip, target, acc, past_caches=True)


def go_down_narrow(b: Builder, strip: Strip, at: Value, kept: list[Weight] | None) -> None:
    """Write the steps of few columns, with less code: the first ones also serve rows before the first, the last ones behind the last."""
    new = start_sums(b, strip, b.arguments[1])

    def begin(step: Value, carried: list[Value]) -> list[Value]:
        return flattened(one_step(b, strip._replace(offsets=None), at, step, [*new, *folded(carried, strip)], 0, None)[:-1])

    begun = b.loop(0, strip.ring - 1, begin, flattened(new) * (strip.ring - 1))
    go_on(b, strip, at, b.arguments[5], folded(begun, strip), kept, past_caches=False)


def go_on(
    b: Builder, strip: Strip, at: Value, stop: Operand, acc: Accumulators, kept: list[Weight] | None, *, past_caches: bool
) -> tuple[Value, Accumulators]:
    """Write the loop over the steps that begin one row and complete another; return the place of the next row, and the sums."""
    new = start_sums(b, strip, b.arguments[1])

    def step(number: Value, carried: list[Value]) -> list[Value]:
        target, *flat = carried
        sums = one_step(b, strip, at, number, [*new, *folded(flat, strip)], 0, kept)
        target, sums = put(b, strip, target, sums, past_caches=past_caches)
        return [target, *flattened(sums)]

    first = b.at(b.arguments[2], across(b, strip, at))
    target, *flat = b.loop(strip.ring - 1, stop, step, [first, *flattened(acc)])
    return target, folded(flat, strip)


def put(b: Builder, strip: Strip, target: Value, acc: Accumulators, *, past_caches: bool) -> tuple[Value, Accumulators]:
    """Write the row that is complete; return the place of the next one, and the sums of the others."""
    write(b, strip, [finished(b, strip, acc[-1])], [target], past_caches=past_caches)
    return b.at(target, b.arguments[3]), acc[:-1]


def one_step(b: Builder, strip: Strip, at: Value, step: Operand, acc: Accumulators, first: int, kept: list[Weight] | None) -> Accumulators:
    """Return the sums with the products of one input row, which is row `first` of the first sums' kernels, and one less for each before."""
    row = b.at(b.load("ptr", b.at(b.arguments[0], b.mul(step, 8))), at)
    fetch(b, strip, row, b.arguments[-2])
    if strip.product:
        return times_column(b, strip, along_row(b, strip, row), acc, first)
    w, taps, offsets = b.arguments[1], b.arguments[7], b.arguments[8]
    served, kernel_rows = list(range(len(acc))), range(first, first + len(acc))
    if strip.offsets is not None:
        count, sums = len(strip.offsets), list(acc)
        for v, offset in enumerate(strip.offsets):
            weights = [kept[j * count + v] if kept else b.at(w, (j * count + v) * strip.weight_bytes) for j in kernel_rows]
            multiply(b, strip, sums, served, row, offset, weights)
        return sums
    starts = [b.at(w, b.mul(taps, j * strip.weight_bytes)) for j in kernel_rows]

    def one_tap(v: Value, carried: list[Value]) -> list[Value]:
        sums = folded(carried, strip)
        weights = [b.at(start, b.mul(v, strip.weight_bytes)) for start in starts]
        multiply(b, strip, sums, served, row, b.load("i64", offsets, b.mul(v, 8)), weights)
        return flattened(sums)

    return folded(b.loop(0, taps, one_tap, flattened(acc)), strip)


def along_row(b: Builder, strip: Strip, row: Value) -> list[Value]:
    """Return the sums of an input row's samples by the row of which the kernel is a product."""
    w, taps, offsets = b.arguments[1], b.arguments[7], b.arguments[8]
    sums = start_sums(b, strip, w)
    if strip.offsets is not None:
        for v, offset in enumerate(strip.offsets):
            multiply(b, strip, sums, [0], row, offset, [b.at(w, v * strip.weight_bytes)])
        return sums[0]

    def one_tap(v: Value, carried: list[Value]) -> list[Value]:
        line = [list(carried)]
        multiply(b, strip, line, [0], row, b.load("i64", offsets, b.mul(v, 8)), [b.at(w, b.mul(v, strip.weight_bytes))])
        return line[0]

    return b.loop(0, taps, one_tap, sums[0])


def times_column(b: Builder, strip: Strip, found: list[Value], acc: Accumulators, first: int) -> Accumulators:
    """Return the sums with the products of a row's sums and the column's weights, from number `first` on."""
    taps = len(strip.offsets) if strip.offsets is not None else b.arguments[7]
    column = b.at(b.arguments[1], b.mul(taps, strip.weight_bytes))
    sums: Accumulators = []
    for j, line in enumerate(acc, first):  # a weight is read where it is used: LLVM keeps the order, and has no register to spare
        weight = spread(b, strip, b.at(column, j * strip.weight_bytes))[0]
        sums.append([b.fma(weight, x, total) for x, total in zip(found, line, strict=True)])
    return sums


def kept_weights(b: Builder, strip: Strip, w: Value) -> list[Weight] | None:
    """Return all weights in registers where they are few, else None."""
    count = 0 if strip.product else strip.ring * len(strip.offsets or ())
    return [spread(b, strip, b.at(w, i * strip.weight_bytes)) for i in range(count)] if 0 < count <= KEPT_WEIGHTS else None


def fetch(b: Builder, strip: Strip, row: Value, ahead: Value) -> None:
    """Fetch the columns of this tile `ahead` bytes behind an input row."""
    place = b.at(row, ahead)
    for line in range(0, strip.tile * strip.itemsize, CACHE_LINE):
        b.prefetch(b.at(place, line))
