"""Emitter of the column transforms and the product.

    columns(group, spectrum, twiddles, work, targets, column, parts)

One group of as many columns as a vector has lanes: radix R1 down the ring into L1-sized work, twiddle, radix R2, the product with
the conjugate of the kernel's spectrum, and the same backwards. Frequencies stay in the order in which they come out; the spectrum's
table fits. `targets` holds, for each row, where the result goes: rows which the next step needs as they are keep their place, and their
result goes to trash.

Tall columns go through an outer radix S first, into S `parts` that are short columns, one after another in L2-sized memory.
"""

from collections.abc import Callable

from faltung.codegen.builder import Builder, Dialect, Operand, Value
from faltung.methods.fourier.butterflies import Complex, dft, settled, times
from faltung.methods.fourier.rows import load_pair, store_pair
from faltung.methods.fourier.tile import LINE, SPILLS, Tile

ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64", "ptr")
Store = Callable[[Operand, Complex], None]
"""What is done with the vector of a row of the tile."""


def emit_columns(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function for one group of columns."""
    b = Builder(f"faltung_fourier_columns_{tile.name}", ARGUMENTS, dialect, attributes=SPILLS)
    group, spectrum, twiddles, work, targets, column, parts = b.arguments

    def put(row: Operand, v: Complex) -> None:
        store_pair(b, tile, v, b.at(b.load("ptr", targets, b.mul(row, 8)), column))

    def short(source: Value, row: int, factors: Value, store: Store) -> None:
        b.loop(0, tile.down[1], lambda j, _: downwards(b, tile, source, row, work, j))
        b.loop(0, tile.down[0], lambda k, _: middle(b, tile, k, factors, twiddles, work))
        b.loop(0, tile.down[1], lambda j, _: upwards(b, tile, work, j, store))

    if tile.outer[0] == 1:
        short(group, tile.row, spectrum, put)
        return b

    def part(k: Value, _: list[Value]) -> None:
        place = b.at(parts, b.mul(k, tile.column_bytes))
        factors = b.at(spectrum, b.mul(k, tile.inner_height * tile.pair))
        short(place, tile.pair, factors, lambda row, v: store_pair(b, tile, v, b.at(place, b.mul(row, tile.pair))))

    spread_columns(b, tile, group, twiddles, parts)
    b.loop(0, tile.outer[0], part)
    gather_columns(b, tile, twiddles, parts, put)
    return b


def outer_twiddles(b: Builder, tile: Tile, twiddles: Value, i: Value) -> list[tuple[Value, Value]]:
    """Return the outer column twiddles of row i, in every lane; they stand behind the others."""
    weights = b.at(twiddles, b.add(2 * tile.inner_height * tile.itemsize, b.mul(i, 2 * tile.outer[0] * tile.itemsize)))
    numbers = [b.load(tile.element, weights, n * tile.itemsize) for n in range(2 * tile.outer[0])]
    return [(b.splat(numbers[2 * k], tile.lanes), b.splat(numbers[2 * k + 1], tile.lanes)) for k in range(tile.outer[0])]


def spread_columns(b: Builder, tile: Tile, group: Value, twiddles: Value, parts: Value) -> None:
    """Transform a tall group by the outer radix into its parts."""

    def one(i: Value, _: list[Value]) -> None:
        source, twiddle = b.at(group, b.mul(i, tile.row)), outer_twiddles(b, tile, twiddles, i)
        rows = [load_row(b, tile, b.at(source, s * tile.inner_height * tile.row), tile.row) for s in range(tile.outer[0])]
        for k, v in enumerate(dft(b, tile.vectors, rows, -1)):
            store_pair(b, tile, times(b, v, *twiddle[k]), b.at(parts, b.add(b.mul(i, tile.pair), k * tile.column_bytes)))

    b.loop(0, tile.inner_height, one)


def load_row(b: Builder, tile: Tile, place: Value, row: int) -> Complex:
    """Return the vector of a row; where rows are long, what the next group needs of it is fetched meanwhile."""
    for offset in range(tile.pair, 2 * tile.pair, LINE) if tile.outer[1] > 1 and row == tile.row else ():
        b.prefetch(b.at(place, offset))
    return load_pair(b, tile, place)


def gather_columns(b: Builder, tile: Tile, twiddles: Value, parts: Value, store: Store) -> None:
    """Undo `spread_columns`."""

    def one(i: Value, _: list[Value]) -> None:
        twiddle, z = outer_twiddles(b, tile, twiddles, i), []
        for k in range(tile.outer[0]):
            v = load_pair(b, tile, b.at(parts, b.add(b.mul(i, tile.pair), k * tile.column_bytes)))
            z.append(times(b, v, *twiddle[k], conjugate=True))
        for s, v in enumerate(dft(b, tile.vectors, z, 1)):
            store(b.add(i, s * tile.inner_height), settled(b, tile.vectors, v))

    b.loop(0, tile.inner_height, one)


def downwards(b: Builder, tile: Tile, group: Value, row: int, work: Value, j: Value) -> None:
    """Transform rows j, j + R2, … of a group by radix R1 into row j of every block of work."""
    source, target = b.at(group, b.mul(j, row)), b.at(work, b.mul(j, tile.pair))
    rows = [load_row(b, tile, b.at(source, a * tile.down[1] * row), row) for a in range(tile.down[0])]
    for k, v in enumerate(dft(b, tile.vectors, rows, -1)):
        store_pair(b, tile, v, b.at(target, k * tile.block))


def upwards(b: Builder, tile: Tile, work: Value, j: Value, store: Store) -> None:
    """Transform row j of every block of work back into rows j, j + R2 and so on."""
    source = b.at(work, b.mul(j, tile.pair))
    rows = dft(b, tile.vectors, [load_pair(b, tile, b.at(source, k * tile.block)) for k in range(tile.down[0])], 1)
    for a, v in enumerate(rows):
        store(b.add(j, a * tile.down[1]), v)


def block_twiddles(b: Builder, tile: Tile, twiddles: Value, k: Value) -> list[tuple[Value, Value]]:
    """Return the column twiddles of block k, in every lane."""
    r2, lanes = tile.down[1], tile.lanes
    weights = b.at(twiddles, b.mul(k, 2 * r2 * tile.itemsize))
    numbers = [b.load(tile.element, weights, i * tile.itemsize) for i in range(2 * r2)]
    return [(b.splat(numbers[2 * j], lanes), b.splat(numbers[2 * j + 1], lanes)) for j in range(r2)]


def middle(b: Builder, tile: Tile, k: Value, spectrum: Value, twiddles: Value, work: Value) -> None:
    """One block of R2 rows: the second half of the transform, the product, the first half of the inverse."""
    r2, lanes = tile.down[1], tile.vectors
    block, factors = b.at(work, b.mul(k, tile.block)), b.at(spectrum, b.mul(k, r2 * tile.pair))
    twiddle = block_twiddles(b, tile, twiddles, k)
    z = dft(b, lanes, [times(b, load_pair(b, tile, b.at(block, j * tile.pair)), *twiddle[j]) for j in range(r2)], -1)
    for j, v in enumerate(z):
        factor = load_pair(b, tile, b.at(factors, j * tile.pair))
        z[j] = times(b, v, factor.re, factor.im, conjugate=True)
    for j, v in enumerate(dft(b, lanes, z, 1)):
        store_pair(b, tile, times(b, v, *twiddle[j], conjugate=True), b.at(block, j * tile.pair))
