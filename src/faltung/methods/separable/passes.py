"""Emitters of the two passes, on columns that lie side by side in scratch.

    row(line, v, target, columns, taps, offsets, …)            target[j] = Σ over taps t of  v[t] · line[j + offset(t)]
    column(table, step, u, out, out_row, begin, end, taps)     out[r][j] = Σ over taps t of  u[t] · row(r + t)[j]

**Order.** An accumulator starts at +0 and takes its taps in window order, each by one fused multiply-add (on a machine without them by
a product and a sum), in every variant, tile and lane: so the bits depend on none of them.

**Row pass.** Neighbouring taps read vectors that lie one element apart, and a load that crosses a cache line takes two cycles (Zen 4)
where a multiply-add takes one. So five loads serve four taps of four vectors: the vectors between are put together from two neighbours
in registers. Taps that do not lie side by side (`offsets`), and machines without such an instruction, load each vector.

**Column pass.** A register tile holds R rows of C vectors: a vector that is loaded serves up to R output rows, a weight C vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from faltung.codegen.builder import ITEMSIZE, Builder, Dialect, Operand, Value, vector, zeros
from faltung.codegen.convert import Finish, Number, finished, widened

SHIFTS = 2
"""Taps served by one group of loads: 9 loads (two cycles each where they cross a line) and 8 shuffles keep pace with 16 multiply-adds."""
CACHE_LINE = 64
TALL = 4
"""Output rows of a tile of the column pass."""
ROW_ARGUMENTS = ("ptr", "ptr", "ptr", "i64", "i64", "ptr", "ptr")
COLUMN_ARGUMENTS = ("ptr", "i64", "ptr", "ptr", "i64", "i64", "i64", "i64")
Accumulators = list[list[Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The element, its lanes, and how many vectors of a row a tile has; `close`: whether taps of the row pass lie side by side."""

    element: str
    lanes: int
    vectors: int
    close: bool
    source: Number | None = None
    """What a sample is in memory, where that is not the element."""
    finish: Finish | None = None
    """What becomes of sums on their way to memory."""

    @property
    def itemsize(self) -> int:
        """Bytes of a number in scratch."""
        return ITEMSIZE[self.element]

    @property
    def sample_bytes(self) -> int:
        return self.source.itemsize if self.source else self.itemsize

    @property
    def output_bytes(self) -> int:
        return self.finish.results.itemsize if self.finish else self.itemsize

    @property
    def output(self) -> str:
        """LLVM's type of an output."""
        return self.finish.results.scalar if self.finish else self.element

    def load(self, b: Builder, lanes: int, place: Value, offset: Operand = 0) -> Value:
        """Return samples as numbers of the element."""
        if self.source is None:
            return b.load(vector(lanes, self.element), place, offset)
        return widened(b, b.load(vector(lanes, self.source.scalar), place, offset), self.source, self.element)

    def scaled(self, b: Builder, at: Operand, size: int) -> Operand:
        """Return an offset in bytes between numbers of the element as one between numbers of `size` bytes."""
        return at if size == self.itemsize else b.mul(b.quotient(at, self.itemsize), size)

    @property
    def width(self) -> int:
        """Bytes of a vector."""
        return self.lanes * self.itemsize

    @property
    def tile(self) -> int:
        """Outputs of a row in one tile."""
        return self.lanes * self.vectors

    @property
    def name(self) -> str:
        stored = f"_from_{self.source.name}_to_{self.finish.name}" if self.source and self.finish else ""
        return f"faltung_separable_{self.element}x{self.lanes}x{self.vectors}_{'close' if self.close else 'apart'}{stored}"


def emit_row(shape: Shape, dialect: Dialect) -> Builder:
    """Return the row pass: two tiles at a time, for one alone would wait for its own sums; then the one that may be left.

    Columns from the address `read` on are fetched; any address will do. (Fetching the output's lines too, which was once done, took 26 % at
    3 x 3, 11 % at 5 x 5 and 15 x 15 on 2048 x 2048, and nothing was gained at 31 x 31 on 4096 x 4096.)
    """
    b = Builder(f"{shape.name}_row", ROW_ARGUMENTS, dialect, internal=True, attributes="noinline")
    columns = b.arguments[3]
    step = shape.tile * shape.itemsize
    end = b.mul(columns, shape.itemsize)
    pairs = b.sub(end, b.remainder(end, 2 * step))
    b.loop(0, pairs, lambda at, _: row_tile(b, shape, 2 * shape.vectors, at), step=2 * step)
    b.loop(pairs, end, lambda at, _: row_tile(b, shape, shape.vectors, at), step=step)
    return b


def row_tile(b: Builder, shape: Shape, vectors: int, at: Value) -> None:
    """Compute and store one tile of the row pass."""
    samples, v, target, _, taps, offsets, read = b.arguments
    place = b.at(samples, at)
    acc = [zeros(vector(shape.lanes, shape.element))] * vectors
    fetched = b.at(read, shape.scaled(b, at, shape.sample_bytes))
    for ahead in range(0, vectors * shape.lanes * shape.sample_bytes, CACHE_LINE):
        b.prefetch(b.at(fetched, ahead))
    begin: Operand = 0
    if shape.close and shape.width == 64:
        begin = b.sub(taps, b.remainder(taps, SHIFTS))
        acc = b.loop(0, begin, lambda t, acc: shifted(b, shape, place, v, t, acc), acc, step=SHIFTS)
    acc = b.loop(begin, taps, lambda t, acc: loaded(b, shape, place, v, t, offsets, acc), acc)
    for q, value in enumerate(acc):
        b.store(value, b.at(target, at), q * shape.width)


def shifted(b: Builder, shape: Shape, place: Value, v: Value, t: Value, acc: Sequence[Value]) -> list[Value]:
    """Return the sums with taps t … t + SHIFTS - 1 added.

    The vectors are put together as integers: LLVM then finds the instruction for it (valign), and a slower one for floats.
    """
    number, at = vector(shape.lanes, f"i{8 * shape.itemsize}"), b.mul(t, shape.itemsize)
    found = [b.load(number, b.at(place, at), q * shape.width) for q in range(len(acc) + 1)]
    out = list(acc)
    for shift in range(SHIFTS):
        tap = b.splat(b.load(shape.element, b.at(v, at), shift * shape.itemsize), shape.lanes)
        for q, total in enumerate(out):
            x = b.shuffle(found[q], found[q + 1], range(shift, shift + shape.lanes)) if shift else found[q]
            out[q] = b.fma(tap, b.same_bits(x, total.type), total)
    return out


def loaded(b: Builder, shape: Shape, place: Value, v: Value, t: Value, offsets: Value, acc: Sequence[Value]) -> list[Value]:
    """Return the sums with tap t added."""
    offset = b.mul(t, shape.itemsize) if shape.close else b.load("i64", offsets, b.mul(t, 8))
    tap = b.splat(b.load(shape.element, v, b.mul(t, shape.itemsize)), shape.lanes)
    here, kind = b.at(place, offset), vector(shape.lanes, shape.element)
    return [b.fma(tap, b.load(kind, here, q * shape.width), total) for q, total in enumerate(acc)]


def emit_column(shape: Shape, rows: int, dialect: Dialect) -> Builder:
    """Return the column pass for `rows` output rows at a time; more than one need at least `rows` - 1 taps and step 8.

    `table` holds the addresses of the rows, `step` bytes from tap to tap. The columns are begin … end - 1, and there is at least a tile of
    them up to `end`: the last tile is moved back to end there.
    """
    b = Builder(f"{shape.name}_column{rows}", COLUMN_ARGUMENTS, dialect, internal=True, attributes="noinline")
    table, step, u, out, out_row, begin, stop, taps = b.arguments
    end = b.mul(stop, shape.itemsize)
    last = b.sub(end, shape.tile * shape.itemsize)

    def one_tile(along: Value, _: list[Value]) -> None:
        at = b.least(along, last)
        for r, line in enumerate(column_sums(b, shape, rows, (table, step, u, taps), at)):
            place = b.at(b.at(out, b.mul(out_row, r)), shape.scaled(b, at, shape.output_bytes))
            for q, value in enumerate(line):
                result = finished(b, value, shape.finish) if shape.finish else value
                b.store(result, place, q * shape.lanes * shape.output_bytes)

    b.loop(b.mul(begin, shape.itemsize), end, one_tile, step=shape.tile * shape.itemsize)
    return b


def column_sums(b: Builder, shape: Shape, rows: int, operands: tuple[Value, Value, Value, Value], at: Value) -> Accumulators:
    """Return a tile's sums: a ramp up, rows that serve every output row, a ramp down."""
    table, step, u, taps = operands
    flat: list[Value] = [zeros(vector(shape.lanes, shape.element))] * (rows * shape.vectors)
    everyone = range(rows)

    def one_row(p: Operand, served: Sequence[int], flat: Sequence[Value]) -> list[Value]:
        place = b.at(b.load("ptr", table, b.mul(p, step)), at)
        found = [b.load(vector(shape.lanes, shape.element), place, q * shape.width) for q in range(shape.vectors)]
        out = list(flat)
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
    return [flat[i : i + shape.vectors] for i in range(0, len(flat), shape.vectors)]
