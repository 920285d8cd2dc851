"""Emitter for kernels taller than half a tile: they are cut into parts, and the products of their spectra with those of bands are added up.

    bands(record, x, out, scratch, flag, strip, first, last)      steps first … last - 1 of one strip

With parts of `step_rows` rows, part t of the kernel meets, for step o, the tile that begins at row (o + t)·step_rows of the stream: a
band. Each band is transformed once, into one of `depth` places that are used in turn (a delay line of spectra), and

    ŷ[o] = Σ_t ŵ[t] · x̂[o + t]        t ascending, a fused multiply-add each

is transformed back once: overlap-save with a partitioned kernel. A kernel may be as tall as there is memory for its spectra.
"""

from faltung.codegen.builder import Builder, Dialect, Value
from faltung.methods.fourier.slices import SLICE_FIELDS, add_slices, transform_slice
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.walker import ARGUMENTS, Walk, check, read_rows, write_rows

BAND_FIELDS = SLICE_FIELDS


def emit_bands(tile: Tile, dialect: Dialect) -> Builder:
    """Return the walker through bands."""
    b = Builder(f"faltung_fourier_bands_{tile.name}", ARGUMENTS, dialect)
    walk = Walk(b, tile, BAND_FIELDS)
    step_rows, depth = walk.field("step_rows"), walk.field("depth")

    def one_band(s: Value, _: list[Value]) -> None:
        top = walk.base = b.value(b.mul(s, step_rows))
        b.loop(top, b.add(top, tile.height), lambda n, _: read_rows(walk, n), step=tile.together)
        transform_slice(walk, b.value(b.remainder(s, depth)))
        o = b.value(b.sub(s, b.sub(depth, 1)))
        b.when(b.compare("sge", o, walk.first), lambda: put(walk, o))

    b.loop(walk.first, b.add(walk.last, b.sub(depth, 1)), one_band)
    return b


def put(walk: Walk, o: Value) -> None:
    """Add up the products for step o and write its rows."""
    b, tile, step_rows = walk.b, walk.tile, walk.field("step_rows")
    top = walk.base = b.value(b.mul(o, step_rows))
    add_slices(walk, o)
    check(walk, top)
    rows = b.least(step_rows, b.sub(walk.field("out_rows"), top))
    b.loop(0, rows, lambda r, _: write_rows(walk, b.value(b.add(top, r))), step=tile.together)
