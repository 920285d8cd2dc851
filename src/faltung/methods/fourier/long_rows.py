"""Emitters of the row transforms of tiles whose rows are long: an outer radix S first, then S short rows.

    forward(rows, sources, twiddles, ahead)                      samples -> a transformed row of the ring
    inverse(rows, outs, twiddles, ahead, columns, unstored)      a row of the ring -> outputs

The arguments are those of `rows`; a call handles one row. With P = S·R·lanes points: radix S over vectors that stand R apart, twiddle
(with the fold's weight), and each of the S rows of R vectors as a short row is transformed. Both halves work in the row of the ring.
Frequency k1 + S·k2 comes out at place k1·R·lanes + k2.
"""

import cmath
import math
from collections.abc import Iterator

from faltung.codegen.builder import Builder, Dialect, Operand, Value
from faltung.methods.fourier.butterflies import Complex, dft, rotated, settled, times
from faltung.methods.fourier.rows import FORWARD, INVERSE, lanes_forward, lanes_inverse, load_pair, load_samples, load_twiddle, store_pair
from faltung.methods.fourier.tile import LINE, SPILLS, Tile


def outer_weight(tile: Tile, a: int) -> complex:
    """Return the fold's weight of the a-th part of a row; that of a place within it is in the twiddles."""
    return cmath.exp(1j * math.pi * a / (2 * tile.outer[1]))


def emit_long_forward(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function that transforms one long row of samples."""
    b = Builder(f"faltung_fourier_forward_{tile.name}", FORWARD, dialect, attributes=SPILLS)
    row, sources, twiddles, ahead = b.arguments
    (outer, inner), lanes = (tile.outer[1], tile.across), tile.vectors
    line, next_line = b.load("ptr", sources), b.load("ptr", ahead)
    size = tile.lanes * tile.sample_bytes

    def apart(j: Value, _: list[Value]) -> None:
        base, fetch = b.at(line, b.mul(j, size)), fetcher(b, tile, next_line, j, inner)
        y: list[Complex] = []
        for a in range(outer):
            y.append(rotated(b, lanes, load_samples(b, tile, base, a * inner), outer_weight(tile, a)))
            next(fetch, None)
        for k, v in enumerate(dft(b, lanes, y, -1)):
            offset = b.add(b.mul(j, tile.pair), k * inner * tile.pair)
            weights = load_pair(b, tile, b.at(b.at(twiddles, inner * tile.pair), offset))
            store_pair(b, tile, times(b, v, weights.re, weights.im), b.at(row, offset))
            next(fetch, None)
        finish(fetch)

    def short(k: Value, _: list[Value]) -> None:
        base = b.at(row, b.mul(k, inner * tile.pair))
        z = dft(b, lanes, [load_pair(b, tile, b.at(base, a * tile.pair)) for a in range(inner)], -1)
        z = [times(b, v, *load_twiddle(b, tile, twiddles, a)) for a, v in enumerate(z)]
        for a, v in enumerate(lanes_forward(b, tile, z)):
            store_pair(b, tile, v, b.at(base, a * tile.pair))

    b.loop(0, inner, apart)
    b.loop(0, outer, short)
    return b


def emit_long_inverse(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function that transforms one long row back; vectors that are not all below `columns` go to `unstored`."""
    b = Builder(f"faltung_fourier_inverse_{tile.name}", INVERSE, dialect, attributes=SPILLS)
    row, outs, twiddles, ahead, columns, unstored = b.arguments
    (outer, inner), lanes = (tile.outer[1], tile.across), tile.vectors
    line, next_line, limit = b.load("ptr", outs), b.load("ptr", ahead), b.value(b.mul(columns, tile.sample_bytes))

    def short(k: Value, _: list[Value]) -> None:
        base, fetch = b.at(row, b.mul(k, inner * tile.pair)), fetcher(b, tile, next_line, k, outer, limit)
        z = []
        for a in range(inner):
            z.append(load_pair(b, tile, b.at(base, a * tile.pair)))
            next(fetch, None)
        back = lanes_inverse(b, tile, z)
        z = [times(b, v, *load_twiddle(b, tile, twiddles, a), conjugate=True) for a, v in enumerate(back)]
        for a, v in enumerate(dft(b, lanes, z, 1)):
            store_pair(b, tile, settled(b, lanes, v), b.at(base, a * tile.pair))
            next(fetch, None)
        finish(fetch)

    def whole(j: Value, _: list[Value]) -> None:
        v = []
        for k in range(outer):
            offset = b.add(b.mul(j, tile.pair), k * inner * tile.pair)
            weights = load_pair(b, tile, b.at(b.at(twiddles, inner * tile.pair), offset))
            v.append(times(b, load_pair(b, tile, b.at(row, offset)), weights.re, weights.im, conjugate=True))
        v = dft(b, lanes, v, 1)
        v = [settled(b, lanes, rotated(b, lanes, v[a], outer_weight(tile, a).conjugate())) for a in range(outer)]
        for place, value in placed(b, tile, v, j):
            fits = b.compare("sle", b.add(b.mul(place, tile.lanes), tile.lanes), columns)
            b.store(value, b.select(fits, line, unstored), b.mul(place, vector_bytes(tile)))

    b.loop(0, outer, short)
    b.loop(0, inner, whole)
    return b


def finish(fetch: Iterator[None]) -> None:
    """Write what is left of a turn's prefetches."""
    for _ in fetch:
        pass


def vector_bytes(tile: Tile) -> int:
    """Return the bytes of the samples that are stored together."""
    return tile.lanes * tile.sample_bytes


def placed(b: Builder, tile: Tile, v: list[Complex], j: Value) -> list[tuple[Operand, Value]]:
    """Return values with their places in the row, counted in as many samples as a vector has lanes."""
    inner = tile.across
    if not tile.is_complex:
        halves = [z.re for z in v], [z.im for z in v]
        return [(b.add(j, a * inner + h * tile.groups), value) for h, half in enumerate(halves) for a, value in enumerate(half)]
    order = [lane for i in range(tile.lanes) for lane in (i, tile.lanes + i)]
    return [(b.add(j, a * inner), b.shuffle(z.re, z.im, order)) for a, z in enumerate(v)]


def fetcher(b: Builder, tile: Tile, line: Value, turn: Value, turns: int, limit: Value | None = None) -> Iterator[None]:
    """Write this turn's share of the prefetches of a line, one at every step; none from `limit` bytes on."""
    share = -(-tile.line_bytes // LINE // turns)
    begin = b.mul(turn, share * LINE)
    for i in range(share):
        offset: Operand = b.add(begin, i * LINE)
        if limit is not None:
            offset = b.select(b.compare("slt", offset, limit), offset, 0)
        b.prefetch(b.at(line, offset), write=limit is not None)
        yield
