"""Emitter of a loop over small items of a batch: so many of them are worked through in one call.

items(record, x, out, scratch, flag, count)
"""

from faltung.codegen.builder import Builder, Dialect, Value
from faltung.methods.fourier.phases import PHASE_FIELDS
from faltung.methods.fourier.tile import Tile

ITEM_FIELDS = (*PHASE_FIELDS, "walker", "x_item", "out_item", "fills_item", "strips", "steps")
ARGUMENTS = ("ptr", "ptr", "ptr", "ptr", "ptr", "i64")


def emit_items(tile: Tile, dialect: Dialect) -> Builder:
    """Return the function that calls the walker for every strip of every item."""
    b = Builder(f"faltung_fourier_items_{tile.name}", ARGUMENTS, dialect)
    record, x, out, scratch, flag, count = b.arguments
    own = b.at(scratch, tile.places["record"])
    field = {name: b.load("ptr" if name == "walker" else "i64", record, 8 * ITEM_FIELDS.index(name)) for name in ITEM_FIELDS[-6:]}
    fills = 8 * PHASE_FIELDS.index("fills")
    first_fills = b.load("ptr", record, fills)

    def item(i: Value, _: list[Value]) -> None:
        b.store(b.at(first_fills, b.mul(i, field["fills_item"])), own, fills)
        begin, target = b.at(x, b.mul(i, field["x_item"])), b.at(out, b.mul(i, field["out_item"]))
        b.loop(0, field["strips"], lambda strip, _: strips(begin, target, strip))

    def strips(begin: Value, target: Value, strip: Value) -> None:
        b.call(field["walker"], [own, begin, target, scratch, flag, strip, 0, field["steps"]])

    for name in range(len(PHASE_FIELDS)):
        b.store(b.load("i64", record, 8 * name), own, 8 * name)
    b.loop(0, count, item)
    return b
