"""Emitters of the two passes, on columns that lie side by side in scratch.

    row(line, v, target, columns, taps, offsets, …)            target[j] = Σ over taps t of  v[t] · line[j + offset(t)]
    column(table, step, u, out, out_row, begin, end, taps)     out[r][j] = Σ over taps t of  u[t] · row(r + t)[j]

**Order.** An accumulator starts at +0 and takes its taps in window order, each by one fused multiply-add (on a machine without them by
a product and a sum), in every variant, tile and lane: so the bits depend on none of them.

**Row pass.** Neighbouring taps read vectors that lie one element apart, and a load that crosses a cache line takes two cycles (Zen 4)
where a multiply-add takes one. So five loads serve four taps of four vectors: the vectors between are put together from two neighbours
in registers. Taps that do not lie side by side (`offsets`), and machines without such an instruction, load each vector.

Which of them comes first is what `Shape.upright` says; the second one finishes its sums and writes them to memory.

**Column pass.** A register tile holds R rows of C vectors: a vector that is loaded serves up to R output rows, a weight C vectors.
Several terms follow each other in the same accumulators.
"""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, zeros
from faltung.methods.separable.shape import Shape

SHIFTS = 2
"""Taps served by one group of loads: 9 loads (two cycles each where they cross a line) and 8 shuffles keep pace with 16 multiply-adds."""
CACHE_LINE = 64
ROW_ARGUMENTS = ("ptr", "ptr", "ptr", "i64", "i64", "ptr", "ptr")
COLUMN_ARGUMENTS = ("ptr", "i64", "ptr", "ptr", "i64", "i64", "i64", "i64")
OF_TERMS = ("i64", "ptr")
"""Of the column pass for several terms: bytes from the table of one term to that of the next, and where it notes what is not finite."""
Accumulators = list[list[Value]]


def emit_row(shape: Shape, dialect: Dialect) -> Builder:
    """Return the row pass: two tiles at a time, for one alone would wait for its own sums; then the one that may be left.

    Of several terms it does one tile at a time: the vectors of samples serve all of them, and their sums go to as many targets, which lie
    a number of bytes apart that is the last argument.

    Columns from the address `read` on are fetched; any address will do. (Fetching the output's lines too, which was once done, took 26 % at
    3 x 3, 11 % at 5 x 5 and 15 x 15 on 2048 x 2048, and nothing was gained at 31 x 31 on 4096 x 4096.)
    """
    arguments = (*ROW_ARGUMENTS, "i64") if shape.terms > 1 else ROW_ARGUMENTS
    b = Builder(f"{shape.name}_row", arguments, dialect, internal=True, attributes="noinline")
    columns = b.arguments[3]
    step = shape.tile * shape.itemsize
    end = b.mul(columns, shape.itemsize)
    if shape.terms > 1:
        b.loop(0, end, lambda at, _: row_tile(b, shape, shape.vectors, at), step=step)
        return b
    pairs = b.sub(end, b.remainder(end, 2 * step))
    last: Operand = b.sub(end, step)
    b.loop(0, pairs, lambda at, _: row_tile(b, shape, 2 * shape.vectors, at), step=2 * step)
    b.loop(pairs, end, lambda at, _: row_tile(b, shape, shape.vectors, b.least(at, last) if shape.upright else at), step=step)
    return b


def row_tile(b: Builder, shape: Shape, vectors: int, at: Value) -> None:
    """Compute and store one tile of the row pass."""
    samples, v, target, _, taps, offsets, read = b.arguments[: len(ROW_ARGUMENTS)]
    weights = [b.at(v, b.mul(taps, term * shape.itemsize)) if term else v for term in range(shape.terms)]
    place = b.at(samples, at)
    acc = [zeros(vector(shape.lanes, shape.element))] * (vectors * shape.terms)
    fetched = b.at(read, shape.scaled(b, at, shape.sample_bytes))
    for ahead in range(0, vectors * shape.lanes * shape.sample_bytes, CACHE_LINE):
        b.prefetch(b.at(fetched, ahead), near=shape.upright)
    begin: Operand = 0
    if shape.close and shape.width == 64:
        begin = b.sub(taps, b.remainder(taps, SHIFTS))
        acc = b.loop(0, begin, lambda t, acc: shifted(b, shape, place, weights, t, acc), acc, step=SHIFTS)
    acc = b.loop(begin, taps, lambda t, acc: loaded(b, shape, place, weights, t, offsets, acc), acc)
    for term in range(shape.terms):
        if shape.upright:
            shape.put(b, acc, b.at(target, shape.scaled(b, at, shape.output_bytes)))
            continue
        here = b.at(b.at(target, b.mul(b.arguments[-1], term) if term else 0), at)
        for q, value in enumerate(acc[term * vectors : (term + 1) * vectors]):
            b.store(value, here, q * shape.width)


def shifted(b: Builder, shape: Shape, place: Value, weights: Sequence[Value], t: Value, acc: Sequence[Value]) -> list[Value]:
    """Return the sums, term by term, with taps t … t + SHIFTS - 1 added.

    The vectors are put together as integers: LLVM then finds the instruction for it (valign), and a slower one for floats.
    """
    number, at = vector(shape.lanes, f"i{8 * shape.itemsize}"), b.mul(t, shape.itemsize)
    count, kind = len(acc) // shape.terms, acc[0].type
    found = [b.load(number, b.at(place, at), q * shape.width) for q in range(count + 1)]
    out = list(acc)
    for shift in range(SHIFTS):
        taps = [b.splat(b.load(shape.element, b.at(v, at), shift * shape.itemsize), shape.lanes) for v in weights]
        for q in range(count):
            x = b.same_bits(b.shuffle(found[q], found[q + 1], range(shift, shift + shape.lanes)) if shift else found[q], kind)
            for term, tap in enumerate(taps):
                out[term * count + q] = b.fma(tap, x, out[term * count + q])
    return out


def loaded(
    b: Builder, shape: Shape, place: Value, weights: Sequence[Value], t: Value, offsets: Value, acc: Sequence[Value]
) -> list[Value]:  # fmt: skip
    """Return the sums, term by term, with tap t added."""
    offset = b.mul(t, shape.itemsize) if shape.close else b.load("i64", offsets, b.mul(t, 8))
    taps = [b.splat(b.load(shape.element, v, b.mul(t, shape.itemsize)), shape.lanes) for v in weights]
    here, count = b.at(place, offset), len(acc) // shape.terms
    found = [b.load(acc[0].type, here, q * shape.width) for q in range(count)]
    return [b.fma(tap, found[q], acc[term * count + q]) for term, tap in enumerate(taps) for q in range(count)]


def emit_column(shape: Shape, rows: int, dialect: Dialect) -> Builder:
    """Return the column pass for `rows` output rows at a time; more than one need at least `rows` - 1 taps and step 8.

    `table` holds the addresses of the rows, `step` bytes from tap to tap. The columns are begin … end - 1, and there is at least a tile of
    them up to `end`: the last tile is moved back to end there.
    """
    arguments = (*COLUMN_ARGUMENTS, *OF_TERMS) if shape.terms > 1 else COLUMN_ARGUMENTS
    b = Builder(f"{shape.name}_column{rows}", arguments, dialect, internal=True, attributes="noinline")
    table, step, u, out, out_row, begin, stop, taps = b.arguments[: len(COLUMN_ARGUMENTS)]
    end = b.mul(stop, shape.itemsize)
    last = b.sub(end, shape.tile * shape.itemsize)

    def one_tile(along: Value, _: list[Value]) -> None:
        at = b.least(along, last)
        sums = column_sums(b, shape, rows, (table, step, u, taps), at)
        if shape.terms > 1:
            note(b, [value for line in sums for value in line], b.arguments[-1])
        for r, line in enumerate(sums):
            here = b.at(out, b.mul(out_row, r))
            place = b.at(here, at if shape.upright else shape.scaled(b, at, shape.output_bytes))
            if not shape.upright:
                shape.put(b, line, place)
                continue
            for q, value in enumerate(line):
                b.store(value, place, q * shape.width)

    b.loop(b.mul(begin, shape.itemsize), end, one_tile, step=shape.tile * shape.itemsize)
    return b


def note(b: Builder, sums: Sequence[Value], place: Value) -> None:
    """Make a lane of the vector at `place` NaN if one of the sums is not finite; else it stays 0, unless the sum of them overflows."""
    while len(sums) > 1:
        pairs = zip(sums[::2], sums[1::2], strict=False)
        sums = [b.arithmetic("fadd", one, other) for one, other in pairs] + list(sums[len(sums) // 2 * 2 :])
    total = sums[0]
    b.store(b.fma(total, zeros(total.type), b.load(total.type, place)), place)


def column_sums(b: Builder, shape: Shape, rows: int, operands: tuple[Value, Value, Value, Value], at: Value) -> Accumulators:
    """Return a tile's sums, term by term."""
    table, step, u, taps = operands
    flat: list[Value] = [zeros(vector(shape.lanes, shape.element))] * (rows * shape.vectors)
    for term in range(shape.terms):
        if term:
            table, u = b.at(table, b.arguments[-2]), b.at(u, b.mul(taps, shape.itemsize))
        flat = one_term(b, shape, rows, (table, step, u, taps), at, flat)
    return [flat[i : i + shape.vectors] for i in range(0, len(flat), shape.vectors)]


def one_term(
    b: Builder, shape: Shape, rows: int, operands: tuple[Value, Value, Value, Value], at: Value, flat: list[Value]
) -> list[Value]:  # fmt: skip
    """Return a tile's sums with a term added: a ramp up, rows that serve every output row, a ramp down."""
    table, step, u, taps = operands
    everyone = range(rows)

    def one_row(p: Operand, served: Sequence[int], flat: Sequence[Value]) -> list[Value]:
        found, out = shape.from_ring(b, b.load("ptr", table, b.mul(p, step)), at), list(flat)
        for r in served:
            tap = b.splat(b.load(shape.element, u, b.mul(b.sub(p, r), shape.itemsize)), shape.lanes)
            for q, x in enumerate(found):
                out[r * shape.vectors + q] = b.fma(tap, x, out[r * shape.vectors + q])
        return out

    for p in range(rows - 1):
        flat = one_row(p, everyone[: p + 1], flat)
    flat = b.loop(rows - 1, taps, lambda p, acc: one_row(p, everyone, acc), flat)
    for p in range(rows - 1):
        flat = one_row(b.add(taps, p), everyone[p + 1 :], flat)
    return flat
