"""Emitters for a third axis: spectra of slices are kept, and the products of as many as the kernel is deep are added up.

    slices(record, x, out, scratch, flag, strip, step, step + 1, low, high)      outputs low … high - 1 of one tile

One tile of the plane at a time goes through the slices. Each slice that is read is transformed once, into one of `depth` places that
are used in turn; each slice of output is the sum of `depth` products, transformed back once:

    ŷ[o] = Σ_t ŵ[t] · x̂[o + t]        t ascending, a fused multiply-add each

so the third axis costs products only, and needs no tile of its own. A slice that is outside is a slice of fill values, whatever stands
on the other axes: the first axis that is outside decides.
"""

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector, zeros
from faltung.methods.fourier.butterflies import Complex, dft, times
from faltung.methods.fourier.columns import Store, block_twiddles, downwards, gather_columns, spread_columns, upwards
from faltung.methods.fourier.rows import load_pair, store_pair
from faltung.methods.fourier.tile import LINE, SPILLS, Tile
from faltung.methods.fourier.walker import FIELDS, Walk, check, read_rows, write_rows

SLICE_FIELDS = (*FIELDS, "x_slice", "out_slice", "depth", "spectrum_bytes", "depth_map", "inverse_columns")
ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64")
FORWARD = ("ptr", "ptr", "ptr", "ptr", "ptr")
INVERSE = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "i64", "i64", "ptr")
AT_ONCE = 4
"""Sums of products that are added up side by side: the additions of one wait for each other."""


def scratch_bytes(tile: Tile, depth: int) -> int:
    """Return the bytes of scratch: those of a tile, the table of places, and the places."""
    return tile.places["end"] + table_bytes(depth) + depth * tile.spectrum_bytes


def table_bytes(depth: int) -> int:
    """Return the bytes of the table of places, in whole cache lines."""
    return -(-8 * depth // LINE) * LINE


def emit_forward_columns(tile: Tile, dialect: Dialect) -> Builder:
    """Return forward_columns(group, twiddles, work, place, parts): one group of columns, transformed into a place."""
    b = Builder(f"faltung_fourier_forward_columns_{tile.name}", FORWARD, dialect, attributes=SPILLS)
    group, twiddles, work, place, parts = b.arguments
    r1, r2 = tile.down

    def short(source: Value, row: int, place: Value) -> None:
        def middle(k: Value, _: list[Value]) -> None:
            block, target = b.at(work, b.mul(k, tile.block)), b.at(place, b.mul(k, r2 * tile.pair))
            twiddle = block_twiddles(b, tile, twiddles, k)
            z = [times(b, load_pair(b, tile, b.at(block, j * tile.pair)), *twiddle[j]) for j in range(r2)]
            for j, v in enumerate(dft(b, tile.vectors, z, -1)):
                store_pair(b, tile, v, b.at(target, j * tile.pair))

        b.loop(0, r2, lambda j, _: downwards(b, tile, source, row, work, j))
        b.loop(0, r1, middle)

    if tile.outer[0] == 1:
        short(group, tile.row, place)
        return b
    size = tile.inner_height * tile.pair
    spread_columns(b, tile, group, twiddles, parts)
    b.loop(0, tile.outer[0], lambda k, _: short(b.at(parts, b.mul(k, tile.column_bytes)), tile.pair, b.at(place, b.mul(k, size))))
    return b


def emit_inverse_columns(tile: Tile, dialect: Dialect) -> Builder:
    """Return inverse_columns(places, spectra, twiddles, work, group, column, depth, spectrum_bytes, parts).

    One group of columns, which begins `column` bytes behind every place and spectrum: products added up, transformed back into the ring.
    """
    b = Builder(f"faltung_fourier_inverse_columns_{tile.name}", INVERSE, dialect, attributes=SPILLS)
    places, spectra, twiddles, work, group, column, depth, spectrum_bytes, parts = b.arguments
    r1, r2 = tile.down

    def short(column: Value, store: Store) -> None:
        def products(k: Value, _: list[Value]) -> None:
            for j in range(0, r2, AT_ONCE):
                offset = b.add(column, b.add(b.mul(k, r2 * tile.pair), j * tile.pair))
                sums = sum_of_products(b, tile, places, spectra, offset, depth, spectrum_bytes)
                for i, v in enumerate(sums):
                    store_pair(b, tile, v, b.at(b.at(work, b.mul(k, tile.block)), (j + i) * tile.pair))

        def middle(k: Value, _: list[Value]) -> None:
            block, twiddle = b.at(work, b.mul(k, tile.block)), block_twiddles(b, tile, twiddles, k)
            z = dft(b, tile.vectors, [load_pair(b, tile, b.at(block, j * tile.pair)) for j in range(r2)], 1)
            for j, v in enumerate(z):
                store_pair(b, tile, times(b, v, *twiddle[j], conjugate=True), b.at(block, j * tile.pair))

        b.loop(0, r1, products)
        b.loop(0, r1, middle)
        b.loop(0, r2, lambda j, _: upwards(b, tile, work, j, store))

    def put(row: Operand, v: Complex) -> None:
        store_pair(b, tile, v, b.at(group, b.mul(row, tile.row)))

    def part(k: Value, _: list[Value]) -> None:
        place = b.at(parts, b.mul(k, tile.column_bytes))
        begin = b.value(b.add(column, b.mul(k, tile.inner_height * tile.pair)))
        short(begin, lambda row, v: store_pair(b, tile, v, b.at(place, b.mul(row, tile.pair))))

    if tile.outer[0] == 1:
        short(column, put)
        return b
    b.loop(0, tile.outer[0], part)
    gather_columns(b, tile, twiddles, parts, put)
    return b


def sum_of_products(
    b: Builder, tile: Tile, places: Value, spectra: Value, offset: Operand, depth: Value, spectrum_bytes: Value
) -> list[Complex]:
    """Return the sums over the depth of place times conjugate spectrum, of neighbouring vectors that begin at `offset`."""
    nothing = zeros(vector(tile.lanes, tile.element))

    def one(t: Value, carried: list[Value]) -> list[Value]:
        x = b.at(b.load("ptr", places, b.mul(t, 8)), offset)
        factors = b.at(b.at(spectra, b.mul(t, spectrum_bytes)), offset)
        out: list[Value] = []
        for i in range(AT_ONCE):
            v, s = load_pair(b, tile, b.at(x, i * tile.pair)), load_pair(b, tile, b.at(factors, i * tile.pair))
            re, im = b.fma(v.re, s.re, carried[2 * i]), b.fma(v.im, s.re, carried[2 * i + 1])
            out += [b.fma(v.im, s.im, re), b.fma(b.negative(v.re), s.im, im)]
        return out

    flat = b.loop(0, depth, one, [nothing] * (2 * AT_ONCE))
    return [Complex(flat[2 * i], flat[2 * i + 1]) for i in range(AT_ONCE)]


def emit_slices(tile: Tile, dialect: Dialect) -> Builder:
    """Return the walker through slices."""
    b = Builder(f"faltung_fourier_slices_{tile.name}", ARGUMENTS, dialect)
    walk, (low, high) = Walk(b, tile, SLICE_FIELDS), b.arguments[8:]
    first_x, first_out, depth = walk.x, walk.out, walk.field("depth")
    top = b.value(b.mul(walk.first, walk.field("step_rows")))
    rows = b.least(walk.field("step_rows"), b.sub(walk.field("out_rows"), top))

    def one_slice(s: Value, _: list[Value]) -> None:
        source = b.load("i64", walk.field("depth_map"), b.mul(s, 8))
        walk.slice_source = source
        walk.x = b.at(first_x, b.mul(b.greatest(source, 0), walk.field("x_slice")))
        b.loop(top, b.add(top, tile.height), lambda n, _: read_rows(walk, n), step=tile.together)
        transform_slice(walk, b.value(b.remainder(s, depth)))
        o = b.value(b.sub(s, b.sub(depth, 1)))

        def put() -> None:
            walk.out = b.at(first_out, b.mul(o, walk.field("out_slice")))
            add_slices(walk, o)
            check(walk, top)
            b.loop(0, rows, lambda r, _: write_rows(walk, b.value(b.add(top, r))), step=tile.together)

        b.when(b.compare("sge", o, low), put)

    b.loop(low, b.add(high, b.sub(depth, 1)), one_slice)
    return b


def place_of(walk: Walk, number: Operand) -> Value:
    """Return one of the places where spectra of slices are kept."""
    b, tile, depth = walk.b, walk.tile, walk.field("depth")
    table = b.mul(b.quotient(b.add(b.mul(depth, 8), LINE - 1), LINE), LINE)
    return b.at(walk.place("end", table), b.mul(number, tile.spectrum_bytes))


def transform_slice(walk: Walk, number: Value) -> None:
    """Transform the columns of the ring into a place."""
    b, tile = walk.b, walk.tile
    place = place_of(walk, number)

    def group(v: Value, _: list[Value]) -> None:
        column = b.mul(v, tile.pair)
        target = b.at(place, b.mul(column, tile.height))
        tables = [walk.field("column_twiddles"), walk.place("work"), target, walk.place("columns")]
        b.call(walk.field("columns"), [walk.ring_column(column), *tables])

    b.loop(0, tile.groups, group)


def add_slices(walk: Walk, o: Value) -> None:
    """Add up the products for output slice o, and transform the columns back into the ring."""
    b, tile, depth = walk.b, walk.tile, walk.field("depth")

    def entry(t: Value, _: list[Value]) -> None:
        b.store(place_of(walk, b.remainder(b.add(o, t), depth)), walk.place("end"), b.mul(t, 8))

    def group(v: Value, _: list[Value]) -> None:
        column = b.mul(v, tile.pair)
        tables = [walk.place("end"), walk.field("spectrum"), walk.field("column_twiddles"), walk.place("work"), walk.ring_column(column)]
        sizes = [b.mul(column, tile.height), depth, walk.field("spectrum_bytes")]
        b.call(walk.field("inverse_columns"), [*tables, *sizes, walk.place("columns")])

    b.loop(0, depth, entry)
    b.loop(0, tile.groups, group)
