"""Emitters of the row transforms.

    forward(rows, sources, twiddles, ahead)                      samples -> transformed rows of the ring
    inverse(rows, outs, twiddles, ahead, columns, unstored)      rows of the ring -> outputs

A call handles the rows that share a transpose; `sources`, `outs` and `ahead` are tables with one address for each of them. With
R·lanes points: radix R over the vectors of a row, twiddle (with the fold's weight), transpose, radix `lanes`. What the next rows
will need is fetched in between, a cache line at a time: in bursts the memory cannot follow.
"""

import cmath
import math
from collections.abc import Iterator

from faltung.codegen.builder import Builder, Dialect, Operand, Value, vector
from faltung.methods.fourier.butterflies import Complex, blocks_transposed, dft, rotated, settled, times, transposed
from faltung.methods.fourier.tile import LINE, SPILLS, Tile

FORWARD = ("ptr", "ptr", "ptr", "ptr")
INVERSE = ("ptr", "ptr", "ptr", "ptr", "i64", "ptr")


def fold_weight(tile: Tile, a: int) -> complex:
    """Return the weight of vector a; that of a lane within it is in the twiddles."""
    return cmath.exp(1j * math.pi * a / (2 * tile.across))


def emit_forward(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function that transforms rows of samples."""
    b = Builder(f"faltung_fourier_forward_{tile.name}", FORWARD, dialect, attributes=SPILLS)
    rows, sources, twiddles, ahead = b.arguments
    fetch = fetcher(b, tile, ahead, write=False)
    z: list[Complex] = []
    for s in range(tile.together):
        line = b.load("ptr", sources, 8 * s)
        y = []
        for a in range(tile.across):
            y.append(rotated(b, tile.vectors, load_samples(b, tile, line, a), fold_weight(tile, a)))
            next(fetch, None)
        y = dft(b, tile.vectors, y, -1)
        z += [times(b, v, *load_twiddle(b, tile, twiddles, k)) for k, v in enumerate(y)]
    for i, v in enumerate(lanes_forward(b, tile, z)):
        s, a = divmod(i, tile.across)
        store_pair(b, tile, v, b.at(rows, s * tile.row + a * tile.pair))
        next(fetch, None)
    for _ in fetch:
        pass
    return b


def emit_inverse(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function that transforms rows back; vectors that are not all below `columns` go to the rows of `unstored`."""
    b = Builder(f"faltung_fourier_inverse_{tile.name}", INVERSE, dialect, attributes=SPILLS)
    rows, outs, twiddles, ahead, columns, unstored = b.arguments
    fetch = fetcher(b, tile, ahead, write=True, limit=b.mul(columns, tile.sample_bytes))
    z = []
    for i in range(tile.together * tile.across):
        s, a = divmod(i, tile.across)
        z.append(load_pair(b, tile, b.at(rows, s * tile.row + a * tile.pair)))
        next(fetch, None)
    back = lanes_inverse(b, tile, z)
    for s in range(tile.together):
        line, spare = b.load("ptr", outs, 8 * s), b.at(unstored, s * tile.line_bytes)
        v = [times(b, back[s * tile.across + k], *load_twiddle(b, tile, twiddles, k), conjugate=True) for k in range(tile.across)]
        v = dft(b, tile.vectors, v, 1)
        v = [settled(b, tile.vectors, rotated(b, tile.vectors, v[a], fold_weight(tile, a).conjugate())) for a in range(tile.across)]
        store_samples(b, tile, v, line, spare, columns, fetch)
    for _ in fetch:
        pass
    return b


def lanes_forward(b: Builder, tile: Tile, z: list[Complex]) -> list[Complex]:
    """Return what stands in the lanes of the rows that go together, transformed; frequencies in natural order, row behind row."""
    out = list(z)
    for h in range(0, len(z), tile.lanes):
        part = dft(b, tile.vectors, transposed(b, tile.vectors, z[h : h + tile.lanes]), -1)
        out[h // tile.lanes :: len(z) // tile.lanes] = part
    return apart(b, tile, out)


def lanes_inverse(b: Builder, tile: Tile, z: list[Complex]) -> list[Complex]:
    """Undo `lanes_forward` but for the factor."""
    z = together(b, tile, z)
    parts, back = len(z) // tile.lanes, []
    for h in range(parts):
        back += transposed(b, tile.vectors, dft(b, tile.vectors, z[h::parts], 1))
    return back


def fetcher(b: Builder, tile: Tile, ahead: Value, *, write: bool, limit: Operand | None = None) -> Iterator[None]:
    """Write a prefetch at every step: line by line, the rows in turn; none from `limit` bytes on, where another strip's lines stand.

    The last byte is asked for too: rows seldom begin at a cache line, and then they end in one more (a tenth of the time at 15 x 15).
    """
    lines = [b.load("ptr", ahead, 8 * s) for s in range(tile.together)]
    for offset in (*range(0, tile.line_bytes, LINE), tile.line_bytes - 1):
        place = offset if limit is None else b.select(b.compare("slt", offset, limit), offset, b.sub(limit, 1))
        for line in lines:
            b.prefetch(b.at(line, place), write=write)
            yield


def load_samples(b: Builder, tile: Tile, line: Value, a: int) -> Complex:
    """Return samples of a row: from its two halves, or complex ones taken apart."""
    lanes, size = tile.lanes, tile.lanes * tile.itemsize
    kind = vector(lanes, tile.element)
    if not tile.is_complex:
        return Complex(b.load(kind, line, a * size), b.load(kind, line, (a + tile.groups) * size))
    first, second = b.load(kind, line, 2 * a * size), b.load(kind, line, (2 * a + 1) * size)
    return Complex(b.shuffle(first, second, range(0, 2 * lanes, 2)), b.shuffle(first, second, range(1, 2 * lanes, 2)))


def store_samples(
    b: Builder, tile: Tile, v: list[Complex], line: Value, spare: Value, columns: Value, fetch: Iterator[None]
) -> None:  # fmt: skip
    """Store the samples of a row, vector by vector in the order of addresses."""
    lanes, size = tile.lanes, tile.lanes * tile.sample_bytes
    if tile.is_complex:
        order = [lane for i in range(lanes) for lane in (i, lanes + i)]
        values = [b.shuffle(z.re, z.im, order) for z in v]
    else:
        values = [z.re for z in v] + [z.im for z in v]
    for i, value in enumerate(values):
        whole = b.compare("sle", (i + 1) * lanes, columns)
        b.store(value, b.select(whole, line, spare), i * size)
        next(fetch, None)


def load_pair(b: Builder, tile: Tile, place: Value) -> Complex:
    """Return the complex vector at an aligned place."""
    kind, size = vector(tile.lanes, tile.element), tile.pair // 2
    return Complex(b.load(kind, place, align=min(LINE, size)), b.load(kind, place, size, align=min(LINE, size)))


def store_pair(b: Builder, tile: Tile, v: Complex, place: Value) -> None:
    """Write a complex vector to an aligned place."""
    b.store(v.re, place, align=min(LINE, tile.pair // 2))
    b.store(v.im, place, tile.pair // 2, align=min(LINE, tile.pair // 2))


def load_twiddle(b: Builder, tile: Tile, twiddles: Value, k: int) -> tuple[Value, Value]:
    """Return the row twiddles of frequency k."""
    pair = load_pair(b, tile, b.at(twiddles, k * tile.pair))
    return pair.re, pair.im


def apart(b: Builder, tile: Tile, z: list[Complex]) -> list[Complex]:
    """Bring lanes [row][k1] of vectors [k2] into rows of vectors of one row each, frequencies in natural order."""
    rows, across, out = tile.together, tile.across, list(z)
    for i in range(across) if rows > 1 else ():
        part = blocks_transposed(b, tile.vectors, z[rows * i : rows * (i + 1)])
        out[i::across] = part
    return out


def together(b: Builder, tile: Tile, z: list[Complex]) -> list[Complex]:
    """Undo `apart`."""
    rows, across, out = tile.together, tile.across, list(z)
    for i in range(across) if rows > 1 else ():
        out[rows * i : rows * (i + 1)] = blocks_transposed(b, tile.vectors, z[i::across])
    return out
