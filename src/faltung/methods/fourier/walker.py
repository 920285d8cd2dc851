"""Emitter of the walker: it takes a strip of tiles downwards and calls the transforms.

    walker(record, x, out, scratch, flag, strip, first, last)      steps first … last - 1 of one strip of one image

The stream of input rows is numbered from the first that is read; row n is always held, transformed, in place n mod height of the ring,
so the bits of an output do not depend on where the walk began (a cyclic shift of the ring commutes with the convolution). For each
step the columns go through the product; the `step_rows` uppermost rows are then transformed back into the output, and new
rows take their places. Rows which the next step needs again are simply not overwritten.

Rows are read from x as they lie where the whole width of the strip is inside; else they are gathered through the boundary into a line
of scratch. A row that is outside is a row of fill values, whatever stands on the other axis: the first axis that is outside decides.

A sample that is not finite spreads over every number of its tile, so one number of each step tells: flag is set to 1.
"""

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, zeros
from faltung.methods.fourier.tile import Tile

FIELDS = (
    "forward", "inverse", "columns", "spectrum", "row_twiddles", "column_twiddles",  # addresses
    "row_map",  # address of a table: row of x for each row of the stream, or -1 - f for fill row f
    "column_map",  # the same for the columns
    "fills",  # address of the fill rows, each as wide as a tile
    "x_row", "out_row",  # bytes from one row to the next
    "samples",  # of a row of x
    "pad",  # columns of the stream before column 0 of x
    "out_rows", "out_columns",
    "step_rows", "step_columns",
    "last_columns",  # where the outputs of the last row end: those of a signal end before the row does
)  # fmt: skip
NUMBERS = (*FIELDS[9:], "x_slice", "out_slice", "depth", "spectrum_bytes")
"""Fields that are no addresses."""
ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64")
AHEAD = 2
"""Groups of rows between a fetch and its use (1 to 4 are equally fast)."""


class Walk:
    """What the pieces of a walker share while it is written: the record's fields and the strip's place.

    `slice_source` is set by walkers that go through slices: an entry like those of the maps, negative where the slice is outside.
    `base` is set by those that go through bands: the row of the stream that stands first in the ring.
    """

    def __init__(self, b: Builder, tile: Tile, fields: tuple[str, ...] = FIELDS, ring: Value | None = None) -> None:
        self.b, self.tile = b, tile
        record, self.x, self.out, self.scratch, self.flag, strip, self.first, self.last = b.arguments[:8]
        self.slice_source: Value | None = None
        self.base: Operand = 0
        self.held = b.at(self.scratch, tile.places["ring"]) if ring is None else ring
        self._fields = {name: b.load("i64" if name in NUMBERS else "ptr", record, 8 * i) for i, name in enumerate(fields)}
        self.x0 = b.mul(strip, self.field("step_columns"))
        self.left = b.sub(self.x0, self.field("pad"))
        fits = b.compare("sle", b.add(self.left, tile.width), self.field("samples"))
        self.inside = b.both(b.compare("sge", self.left, 0), fits)
        self.stored = b.least(self.field("step_columns"), b.sub(self.field("out_columns"), self.x0))
        self.stored_last = b.least(self.stored, b.sub(self.field("last_columns"), self.x0))

    def field(self, name: str) -> Value:
        """Return a field of the record."""
        return self._fields[name]

    def place(self, name: str, offset: Operand = 0) -> Value:
        """Return an address in scratch."""
        return self.b.at(self.b.at(self.scratch, self.tile.places[name]), offset)

    def ring(self, row: Operand) -> Value:
        """Return where row `row` of the stream is held."""
        place = self.b.remainder(self.b.sub(row, self.base), self.tile.height)
        return self.b.at(self.held, self.b.mul(place, self.tile.row))

    def ring_column(self, column: Operand) -> Value:
        """Return where a group of columns begins that stands `column` bytes into every row."""
        return self.b.at(self.held, column)


def emit_walker(tile: Tile, dialect: Dialect) -> Builder:
    """Return the walker."""
    b = Builder(f"faltung_fourier_walker_{tile.name}", ARGUMENTS, dialect)
    walk = Walk(b, tile)
    step_rows = walk.field("step_rows")
    start = b.mul(walk.first, step_rows)
    b.loop(start, b.add(start, tile.height), lambda n, _: read_rows(walk, b.value(n)), step=tile.together)

    def step(i: Value, _: list[Value]) -> None:
        top = b.value(b.mul(i, step_rows))
        columns_of_step(walk, top)
        check(walk, top)
        more = b.compare("slt", b.add(i, 1), walk.last)
        left_rows = b.sub(walk.field("out_rows"), top)
        rows = b.select(more, step_rows, b.least(step_rows, left_rows))

        def turn(r: Value, _: list[Value]) -> None:
            n = b.value(b.add(top, r))
            write_rows(walk, n)
            b.when(more, lambda: read_rows(walk, b.value(b.add(n, tile.height))))

        b.loop(0, rows, turn, step=tile.together)

    b.loop(walk.first, walk.last, step)
    return b


def columns_of_step(walk: Walk, top: Value) -> None:
    """Write where each row of the ring goes, then call the column transforms."""
    find_targets(walk, top)
    transform_groups(walk, 0, walk.tile.groups)


def find_targets(walk: Walk, top: Value) -> None:
    """Write where each row of the ring goes: to its own place if it is done, else to trash."""
    b, tile = walk.b, walk.tile
    trash, step_rows = walk.place("trash"), walk.field("step_rows")
    beyond = b.mul(tile.height, b.add(b.quotient(top, tile.height), 1))

    def target(n: Value, _: list[Value]) -> None:
        age = b.remainder(b.sub(b.add(n, beyond), top), tile.height)
        done = b.compare("slt", age, step_rows)
        b.store(b.select(done, walk.ring_column(b.mul(n, tile.row)), trash), walk.place("targets"), b.mul(n, 8))

    b.loop(0, tile.height, target)


def transform_groups(walk: Walk, low: Operand, high: Operand) -> None:
    """Call the column transforms for groups low … high - 1."""
    b, tile = walk.b, walk.tile

    def group(v: Value, _: list[Value]) -> None:
        column = b.mul(v, tile.pair)
        spectrum = b.at(walk.field("spectrum"), b.mul(column, tile.height))
        tables = [spectrum, walk.field("column_twiddles"), walk.place("work"), walk.place("targets")]
        b.call(walk.field("columns"), [walk.ring_column(column), *tables, column, walk.place("columns")])

    b.loop(low, high, group)


def check(walk: Walk, top: Value) -> None:
    """Set the flag if the result of a step is no number: then all of it is none."""
    b, tile = walk.b, walk.tile
    row = walk.ring(top)
    total = b.arithmetic("fadd", b.load(tile.element, row), b.load(tile.element, row, tile.pair // 2))
    b.when(b.is_number(total), lambda: None, lambda: b.store(1, walk.flag))


def read_rows(walk: Walk, n: Value) -> None:
    """Transform rows n, n + 1, … of the stream, as many as go together, into their places; zeros need no transform."""
    b, tile = walk.b, walk.tile
    sources = [b.load("i64", walk.field("row_map"), b.mul(b.add(n, s), 8)) for s in range(tile.together)]
    empty = b.compare("eq", sources[0], -1)
    for source in sources[1:]:
        empty = b.both(empty, b.compare("eq", source, -1))
    if walk.slice_source is not None:
        empty = b.both(empty, b.compare("sge", walk.slice_source, 0))
    b.when(empty, lambda: clear_rows(walk, n), lambda: transform_rows(walk, n))


def clear_rows(walk: Walk, n: Value) -> None:
    """Write the transform of rows of zeros."""
    b, tile = walk.b, walk.tile
    nothing, size = zeros(vector(tile.lanes, tile.element)), tile.pair // 2
    for s in range(tile.together):
        row = walk.ring(b.add(n, s))
        b.loop(0, tile.groups * tile.pair, lambda offset, _, row=row: b.store(nothing, row, offset), step=size)  # type: ignore[misc]


def transform_rows(walk: Walk, n: Value) -> None:
    """Transform rows n, n + 1, … of the stream."""
    b, tile = walk.b, walk.tile
    for s in range(tile.together):
        find_row(walk, s, b.value(b.add(n, s)))
        far = b.load("i64", walk.field("row_map"), b.mul(b.add(n, s + AHEAD * tile.together), 8))
        b.store(b.at(line_of(walk, far), b.mul(walk.left, tile.sample_bytes)), walk.place("ahead"), 8 * s)
    b.call(walk.field("forward"), [walk.ring(n), walk.place("sources"), walk.field("row_twiddles"), walk.place("ahead")])


def line_of(walk: Walk, source: Value) -> Value:
    """Return where a row of x begins (for a fill row: row 0)."""
    b = walk.b
    return b.at(walk.x, b.mul(b.greatest(source, 0), walk.field("x_row")))


def fill_row(walk: Walk, source: Value) -> Value:
    """Return where the fill row stands that an entry of a map means."""
    b = walk.b
    return b.at(walk.field("fills"), b.mul(b.sub(-1, source), walk.tile.line_bytes))


def find_row(walk: Walk, s: int, n: Value) -> None:
    """Write where the samples of row n begin into entry s of the sources: in x, in a fill row, or gathered in scratch."""
    b, tile = walk.b, walk.tile
    source = b.load("i64", walk.field("row_map"), b.mul(n, 8))
    line, gathered, entry = line_of(walk, source), walk.place("gathered", s * tile.line_bytes), walk.place("sources", 8 * s)
    if walk.slice_source is not None:
        source = b.select(b.compare("slt", walk.slice_source, 0), walk.slice_source, source)
    filled = b.compare("slt", source, 0)

    def gather() -> None:
        b.store(gathered, entry)
        gather_row(walk, line, gathered)

    def real() -> None:
        b.when(walk.inside, lambda: b.store(b.at(line, b.mul(walk.left, tile.sample_bytes)), entry), gather)

    b.when(filled, lambda: b.store(fill_row(walk, source), entry), real)


def gather_row(walk: Walk, line: Value, gathered: Value) -> None:
    """Copy a row of the strip through the boundary: whole vectors where samples exist, else one by one through the map."""
    b, tile = walk.b, walk.tile
    size = tile.sample_bytes
    sample = tile.element if not tile.is_complex else vector(2, tile.element)

    def piece(c: Value, _: list[Value]) -> None:
        at = b.add(walk.left, c)
        whole = b.both(b.compare("sge", at, 0), b.compare("sle", b.add(at, tile.lanes), walk.field("samples")))
        target = b.at(gathered, b.mul(c, size))

        def one(i: Value, _: list[Value]) -> None:
            k = b.load("i64", walk.field("column_map"), b.mul(b.add(b.add(walk.x0, c), i), 8))
            place = b.select(b.compare("slt", k, 0), fill_row(walk, k), b.at(line, b.mul(k, size)))
            b.store(b.load(sample, place), target, b.mul(i, size))

        kind = vector(tile.lanes * (size // tile.itemsize), tile.element)
        together = lambda: b.store(b.load(kind, line, b.mul(at, size)), target)  # noqa: E731
        b.when(whole, together, lambda: b.loop(0, tile.lanes, one))

    b.loop(0, tile.width, piece, step=tile.lanes)


def write_rows(walk: Walk, n: Value) -> None:
    """Transform rows n, n + 1, … back into the output; those behind its end, and part of a vector, go to scratch."""
    b, tile = walk.b, walk.tile
    size, out_rows = tile.sample_bytes, walk.field("out_rows")
    columns = b.select(b.compare("sge", b.add(n, tile.together), out_rows), walk.stored_last, walk.stored)
    unstored, start = walk.place("unstored"), b.at(walk.out, b.mul(walk.x0, size))
    rows = [b.value(b.add(n, s)) for s in range(tile.together)]
    lines = []
    for s, row in enumerate(rows):
        line = b.at(start, b.mul(row, walk.field("out_row")))
        lines.append(b.select(b.compare("slt", row, out_rows), line, b.at(unstored, s * tile.line_bytes)))
        b.store(lines[-1], walk.place("outs"), 8 * s)
        b.store(b.at(line, b.mul(walk.field("out_row"), AHEAD * tile.together)), walk.place("ahead"), 8 * s)
    arguments = [walk.ring(n), walk.place("outs"), walk.field("row_twiddles"), walk.place("ahead"), columns, unstored]
    b.call(walk.field("inverse"), arguments)
    whole = b.sub(columns, b.remainder(columns, tile.lanes))
    for s, row in enumerate(rows):
        end = b.select(b.compare("eq", row, b.sub(out_rows, 1)), walk.stored_last, walk.stored)
        copy_rest(walk, b.at(unstored, s * tile.line_bytes), lines[s], whole, end)


def copy_rest(walk: Walk, source: Value, line: Value, first: Operand, end: Value) -> None:
    """Copy the samples of a row that did not fill a vector, or stand in a vector that another row of its group does not have."""
    b, size = walk.b, walk.tile.sample_bytes
    sample = walk.tile.element if not walk.tile.is_complex else vector(2, walk.tile.element)
    b.loop(first, end, lambda i, _: b.store(b.load(sample, source, b.mul(i, size)), line, b.mul(i, size)))
