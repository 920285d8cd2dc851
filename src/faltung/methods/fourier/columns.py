"""Emitter of the column transforms and the product.

    columns(group, spectrum, twiddles, work, targets, column)

One group of as many columns as a vector has lanes: radix R1 down the ring into L1-sized work, twiddle, radix R2, the product with
the kernel's spectrum, and the same backwards. Frequencies stay in the order in which they come out; the spectrum's table fits.
`targets` holds, for each row, where the result goes: rows which the next step needs as they are keep their place, and their result
goes to trash.
"""

from faltung.codegen.builder import Builder, Dialect, Value
from faltung.methods.fourier.butterflies import Complex, dft, times
from faltung.methods.fourier.rows import load_pair, store_pair
from faltung.methods.fourier.tile import SPILLS, Tile

ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64")


def emit_columns(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function for one group of columns."""
    b = Builder(f"faltung_fourier_columns_{tile.name}", ARGUMENTS, dialect, attributes=SPILLS)
    group, spectrum, twiddles, work, targets, column = b.arguments
    r1, r2 = tile.down

    def up(j: Value, _: list[Value]) -> None:
        place = b.at(targets, b.mul(j, 8))
        for a, v in enumerate(upwards(b, tile, work, j)):
            store_pair(b, tile, v, b.at(b.load("ptr", place, 8 * a * r2), column))

    b.loop(0, r2, lambda j, _: downwards(b, tile, group, work, j))
    b.loop(0, r1, lambda k, _: middle(b, tile, k, spectrum, twiddles, work))
    b.loop(0, r2, up)
    return b


def downwards(b: Builder, tile: Tile, group: Value, work: Value, j: Value) -> None:
    """Transform rows j, j + R2, … of the ring by radix R1 into row j of every block of work."""
    source, target = b.at(group, b.mul(j, tile.row)), b.at(work, b.mul(j, tile.pair))
    rows = [load_pair(b, tile, b.at(source, a * tile.down[1] * tile.row)) for a in range(tile.down[0])]
    for k, v in enumerate(dft(b, tile.vectors, rows, -1)):
        store_pair(b, tile, v, b.at(target, k * tile.block))


def upwards(b: Builder, tile: Tile, work: Value, j: Value) -> list[Complex]:
    """Return rows j, j + R2, … of the tile, transformed back from row j of every block of work."""
    source = b.at(work, b.mul(j, tile.pair))
    return dft(b, tile.vectors, [load_pair(b, tile, b.at(source, k * tile.block)) for k in range(tile.down[0])], 1)


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
        z[j] = times(b, v, factor.re, factor.im)
    for j, v in enumerate(dft(b, lanes, z, 1)):
        store_pair(b, tile, times(b, v, *twiddle[j], conjugate=True), b.at(block, j * tile.pair))
