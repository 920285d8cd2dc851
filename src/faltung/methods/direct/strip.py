"""Emitter of the strip: the innermost work, on columns that lie side by side.

    strip(rows, w, out, out_row, columns, tap_rows, group, taps, tap_offsets, behind, ahead, past_caches)
    out[r][j] = Σ over tap rows, then taps v, of  w[…, v] · rows[…][j + offset(v)]        j < columns

`columns` is any number from a tile on; or less, and a multiple of a vector: then tiles are one vector wide.

A register tile holds R output rows by C vectors: each vector that is loaded serves up to R output rows, each weight C vectors.
`rows` are addresses of input rows, in groups of `group` = S·(R - 1) + (kernel rows), one group for each tap of the axes before: an output
row lies S input rows behind the one before (S, the row step, is the stride). With R = 1 the rows are just the tap rows, one after the
other. While a block of rows is computed, the R input rows that the next one will read first are fetched `ahead` bytes further on (7 to
10 % at 3 x 3 and 5 x 5 on 2048 x 2048; fetching output rows gained nothing there). Outputs are written past the caches where that is
asked for and vectors stand at aligned addresses. With every tile goes a part of the block that is noted at `behind` (see `staged`): a store
past the caches waits for memory, and so many of them in one go would hold up all that follows.

**Order.** An accumulator starts at +0, and for the taps in window order, last axis fastest, acc = fma(w[t], X, acc): one rounding a
tap. The order is the same in every variant, every tile and every lane, so the bits are too. Complex elements have two accumulators, each of
them a complex number: a = Σ Re w[t]·X and b = Σ Im w[t]·X, summed so; the output is a + i·b, that is (Re a - Im b, Im a + Re b), with one
more rounding. So no lanes are exchanged before the end, and each number takes two fused multiply-adds a tap, as few as can be.

Two variants. `unrolled`: kernel rows, taps and offsets are known, and everything is written out; for small kernels. `looped`: they are
read at run time; it serves every kernel, and large ones as fast as the other would.
"""

from collections.abc import Sequence

from faltung.codegen.builder import Builder, Dialect, Operand, Value, byte_size, constants, zeros
from faltung.codegen.convert import finished as finish
from faltung.methods.direct import dots, staged
from faltung.methods.direct.shapes import HEAD, MISFIT, Strip

CACHE_LINE = 64
ARGUMENTS = ("ptr", "ptr", "ptr", "i64", "i64", "i64", "i64", "i64", "ptr", "ptr", "i64", "i64")
Accumulators = list[list[Value]]
Weight = Value | list[Value]
"""Where a weight stands in memory, or its parts in registers."""


def strip_name(strip: Strip) -> str:
    """Return a name that can be read in a profile."""
    ring = f"ring{strip.ring}_{'product_' if strip.product else ''}" if strip.ring else ""
    kernel = "looped" if strip.offsets is None else f"{strip.kernel_rows}x{len(strip.offsets)}_" + "_".join(map(str, strip.offsets))
    sums = f"_{strip.dots.name}" if strip.dots else f"_to_{strip.finish.name}" if strip.finish else ""
    return f"faltung_direct_{strip.element.name}{sums}x{strip.lanes}_tile{strip.rows}x{strip.vectors}_step{strip.row_step}_{ring}{kernel}"


def emit_strip(strip: Strip, dialect: Dialect) -> list[Builder]:
    """Return the strip's function."""
    b = Builder(strip_name(strip), ARGUMENTS, dialect)
    columns = b.arguments[4]
    streamed = writes_past_caches(b, strip)
    end, step = b.mul(columns, strip.itemsize), strip.tile * strip.itemsize
    last = b.sub(end, step)
    share = max(strip.rows * strip.tile * strip.output_bytes // CACHE_LINE, 1) * CACHE_LINE

    def whole(at: Value, _: list[Value]) -> None:
        place = b.least(at, last)  # the last tile is moved back to end with the columns: some are computed twice, to the same bits
        one_tile(b, strip, place, b.both(streamed, b.compare("eq", at, place)))
        staged.write_some(b, b.arguments[9], share)

    def narrow(at: Value, _: list[Value]) -> None:
        one_tile(b, strip._replace(vectors=1), at, None)

    enough = b.compare("sge", columns, strip.tile)
    b.when(enough, lambda: b.loop(0, end, whole, step=step), lambda: b.loop(0, end, narrow, step=strip.lanes * strip.itemsize))
    return [b]


def writes_past_caches(b: Builder, strip: Strip) -> Value:
    """Return whether outputs are to be written past the caches, and can be: vectors of every row stand at aligned addresses."""
    out, out_row, past_caches = b.arguments[2], b.arguments[3], b.arguments[-1]
    within = min(strip.lanes * strip.output_bytes, CACHE_LINE) - 1
    aligned = [b.compare("eq", b.bit_and(a, within), 0) for a in (b.address(out), out_row)]
    return b.both(b.both(*aligned), b.compare("ne", past_caches, 0))


def one_tile(b: Builder, strip: Strip, at: Value, streamed: Value | None) -> None:
    """Compute the tile whose columns begin `at` bytes behind the first, and write it: past the caches if `streamed`."""
    rows, w, out, out_row, _, *sizes, _, ahead, _ = b.arguments
    body = looped_tile if strip.offsets is None else unrolled_tile
    if strip.rows > 1:
        fetch_ahead(b, strip, b.at(rows, b.mul(b.sub(sizes[0], strip.rows), 8)), at, ahead)
    lines = [finished(b, strip, line) for line in body(b, strip, rows, w, at, sizes)]
    first = b.at(out, across(b, strip, at))
    places = [b.at(first, b.mul(r, out_row)) for r in range(strip.rows)]
    if streamed is None:
        write(b, strip, lines, places, past_caches=False)
        return
    by_way = [lambda way=way: write(b, strip, lines, places, past_caches=way) for way in (True, False)]
    b.when(streamed, *by_way)


def across(b: Builder, strip: Strip, at: Value) -> Operand:
    """Return how many bytes behind the first output that one stands whose samples begin `at` bytes behind those of the first."""
    return at if strip.output_bytes == strip.itemsize else b.mul(b.quotient(at, strip.itemsize), strip.output_bytes)


def write(b: Builder, strip: Strip, lines: Accumulators, places: list[Value], *, past_caches: bool) -> None:
    """Write the outputs of a tile, row r from `places[r]` on."""
    aligned = min(strip.lanes * strip.output_bytes, CACHE_LINE)
    for line, place in zip(lines, places, strict=True):
        offset = 0
        for value in line:
            b.store(value, place, offset, align=aligned if past_caches else 1, past_caches=past_caches)
            offset += byte_size(value.type)


def fetch_ahead(b: Builder, strip: Strip, rows: Value, at: Value, ahead: Value) -> None:
    """Fetch, `ahead` bytes behind R input rows, the columns of this tile."""
    for r in range(strip.rows):
        row = b.at(b.at(b.load("ptr", rows, 8 * r), at), ahead)
        for line in range(0, strip.tile * strip.itemsize, CACHE_LINE):
            b.prefetch(b.at(row, line))


def unrolled_tile(b: Builder, strip: Strip, rows: Value, w: Value, at: Value, sizes: Sequence[Value]) -> Accumulators:
    """Return a tile's sums, every tap written out; the groups are a loop at run time."""
    assert strip.offsets is not None
    tap_rows, group, *_ = sizes
    height, width = strip.kernel_rows, len(strip.offsets) * strip.weight_bytes
    step = strip.row_step
    used = step * (strip.rows - 1) + height

    def one_group(g: Value, carried: list[Value]) -> list[Value]:
        weights, *flat = carried
        acc = folded(flat, strip)
        here = b.at(rows, b.mul(g, 8))
        for p in range(used):
            served = [r for r in range(strip.rows) if 0 <= p - r * step < height]
            row = b.at(b.load("ptr", here, 8 * p), at)
            for v, offset in enumerate(strip.offsets or ()):
                places = [b.at(weights, (p - r * step) * width + v * strip.weight_bytes) for r in served]
                multiply(b, strip, acc, served, row, offset, places)
        return [b.at(weights, height * width), *flattened(acc)]

    start = [b.at(w, HEAD if strip.dots else 0), *flattened(start_sums(b, strip, w))]
    return folded(b.loop(0, tap_rows, one_group, start, step=group)[1:], strip)


def looped_tile(b: Builder, strip: Strip, rows: Value, w: Value, at: Value, sizes: Sequence[Value]) -> Accumulators:
    """Return a tile's sums, with loops over kernel rows and taps: a ramp up, full rows, a ramp down (at least S·(R - 1) kernel rows)."""
    tap_rows, group, taps, offsets = sizes
    width, ramp = b.mul(taps, strip.weight_bytes), strip.row_step * (strip.rows - 1)
    height = b.sub(group, ramp)

    def one_row(here: Value, weights: Value, p: Operand, served: list[int], flat: list[Value]) -> list[Value]:
        row = b.at(b.load("ptr", b.at(here, b.mul(p, 8))), at)
        lines = [b.at(weights, b.mul(b.sub(p, r * strip.row_step), width)) for r in served]

        def one_tap(v: Value, carried: list[Value]) -> list[Value]:
            acc = folded(carried, strip)
            places = [b.at(line, b.mul(v, strip.weight_bytes)) for line in lines]
            multiply(b, strip, acc, served, row, b.load("i64", offsets, b.mul(v, 8)), places)
            return flattened(acc)

        return b.loop(0, taps, one_tap, flat)

    def one_group(g: Value, carried: list[Value]) -> list[Value]:
        weights, *flat = carried
        here = b.at(rows, b.mul(g, 8))
        everyone = list(range(strip.rows))
        for p in range(ramp):
            flat = one_row(here, weights, p, everyone[: p // strip.row_step + 1], flat)
        flat = b.loop(ramp, height, lambda p, acc: one_row(here, weights, p, everyone, acc), flat)
        for p in range(ramp):
            flat = one_row(here, weights, b.add(height, p), everyone[p // strip.row_step + 1 :], flat)
        return [b.at(weights, b.mul(height, width)), *flat]

    start = [b.at(w, HEAD if strip.dots else 0), *flattened(start_sums(b, strip, w))]
    return folded(b.loop(0, tap_rows, one_group, start, step=group)[1:], strip)


def multiply(
    b: Builder, strip: Strip, acc: Accumulators, served: list[int], row: Value, offset: Operand, weights: Sequence[Weight]
) -> None:
    """Add one tap's products with the vectors at `offset` of an input row to the output rows which it serves, each by its weight."""
    kind, width = strip.element.kind(strip.lanes), strip.lanes * strip.itemsize
    place = b.at(row, offset)
    if strip.dots is not None:
        found = dots.samples(b, strip.dots, place, strip.vectors)
        for r, weight in zip(served, weights, strict=True):
            (group,) = spread(b, strip, weight)
            acc[r] = [dots.added(b, strip.dots, group, x, total) for x, total in zip(found, acc[r], strict=True)]
        return
    loaded = [b.load(kind, place, q * width) for q in range(strip.vectors)]
    for r, weight in zip(served, weights, strict=True):
        terms = [(tap, x) for tap in spread(b, strip, weight) for x in loaded]
        acc[r] = [b.fma(tap, x, total) for (tap, x), total in zip(terms, acc[r], strict=True)]


def spread(b: Builder, strip: Strip, weight: Weight) -> list[Value]:
    """Return the parts of a weight, each in all lanes of a vector."""
    if isinstance(weight, list):
        return weight
    if strip.dots is not None:
        return [b.splat(b.load("i32", weight, align=4), strip.dots.width // 4)]
    parts, size = strip.element.parts, strip.itemsize // strip.element.parts
    return [b.splat(b.load(strip.element.scalar, weight, size * part, align=size), strip.lanes * parts) for part in range(parts)]


def finished(b: Builder, strip: Strip, line: list[Value]) -> list[Value]:
    """Return the outputs of one row of a tile: the sums, or of complex elements the first half of them plus i times the second."""
    if strip.dots is not None:
        group = strip.dots.group
        if strip.dots.finish.overflow == "raise":
            dots.note_misfits(b, strip.dots, line, b.at(b.arguments[1], MISFIT))
        return [value for q in range(strip.vectors) for value in dots.outputs(b, strip.dots, line[group * q : group * (q + 1)])]
    if strip.element.parts == 1:
        return line if strip.finish is None else [finish(b, value, strip.finish) for value in line]
    numbers = 2 * strip.lanes
    signs = constants([-1.0, 1.0] * strip.lanes, strip.element.scalar)
    exchanged = [lane ^ 1 for lane in range(numbers)]
    halves = zip(line[: strip.vectors], line[strip.vectors :], strict=True)
    return [b.fma(signs, b.shuffle(second, second, exchanged), first) for first, second in halves]


def start_sums(b: Builder, strip: Strip, w: Value) -> Accumulators:
    """Return the sums of no taps: +0."""
    start = dots.start_sums(b, strip.dots, w) if strip.dots else zeros(strip.element.kind(strip.lanes))
    return [[start] * strip.registers for _ in range(strip.rows)]


def flattened(acc: Accumulators) -> list[Value]:
    """Return a tile's sums in one list, as loops carry them."""
    return [value for line in acc for value in line]


def folded(flat: Sequence[Value], strip: Strip) -> Accumulators:
    """Return what `flattened` was given."""
    line = strip.registers
    return [list(flat[i : i + line]) for i in range(0, len(flat), line)]
