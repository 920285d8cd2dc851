"""Which tile serves a Case: the one whose predicted time is least. It depends on the Case and the machine, and on nothing else."""

from dataclasses import dataclass, replace
from functools import lru_cache

from faltung.codegen.host import host, refusal
from faltung.methods.fourier.plane import Side, row_sides, sides
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.timing import COLUMN, ROW, image_seconds, slice_seconds
from faltung.spec.case import Case

ELEMENTS = {"float32": "float", "float64": "double", "complex64": "float", "complex128": "double"}


MOST_SLICES = 32 << 20
"""Bytes of the spectra of slices that a thread keeps: beyond, one transform of the whole is not slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How an image is cut into tiles: steps of `step_rows` rows in strips of `step_columns` columns."""

    tile: Tile
    down: Side
    across: Side
    step_rows: int
    step_columns: int
    depth: Side | None = None
    """A third axis, before the others: its slices are transformed one by one."""

    @property
    def steps(self) -> int:
        return -(-self.down.outputs // self.step_rows)

    @property
    def strips(self) -> int:
        return -(-self.across.outputs // self.step_columns)


def why_not(case: Case) -> str | None:
    """Return why tiles cannot serve a Case, in one sentence, or None when they can."""
    if case.dtype not in ELEMENTS:
        return f"tiles hold {', '.join(ELEMENTS)}, not {case.dtype}"
    if (case.groups, case.channels_in, case.channels_out) != (1, 1, 1):
        return "tiles serve one channel"
    if len(case.windows) > 3:
        return f"tiles serve one to three axes, not {len(case.windows)}"
    if any(window.input_dilation > 1 for window in case.windows):
        return "tiles do not spread the input"
    if 0 in case.input_sizes or 0 in case.kernel_sizes or 0 in case.output_sizes:
        return "there is nothing to transform"
    return refusal()


@lru_cache(maxsize=1024)
def best_cut(case: Case) -> Cut | None:
    """Return the best cut of one image of a Case; None where tiles cannot serve it, or no tile is large enough for its kernel."""
    if why_not(case) is not None:
        return None
    cuts = [found for tile in tiles(case.dtype) for found in cuts_with(tile, sides(case))]
    return min(cuts, key=seconds, default=None)


def tiles(dtype: str) -> list[Tile]:
    """Return the tiles on offer."""
    element = ELEMENTS[dtype]
    lanes = host().lanes(4 if element == "float" else 8)
    usable = [r for r in ROW if lanes <= 4 * r]
    return [Tile(element, lanes, dtype[0] == "c", down, across) for down in COLUMN for across in usable]


def cuts_with(tile: Tile, axes: tuple[Side, ...]) -> list[Cut]:
    """Return how a tile can cut an image, or a signal in rows."""
    if len(axes) > 1:
        found = cut(tile, *axes[-2:])
        deep = found and len(axes) == 3
        if deep and axes[0].taps * tile.spectrum_bytes > MOST_SLICES:
            return []
        return [replace(found, depth=axes[0]) if deep else found] if found else []
    steps = {tile.width // 2, tile.width - min(axes[0].taps, tile.width) + 1}
    made = (cut(tile, *row_sides(axes[0], step, tile.width)) for step in steps if step >= 1)
    return [found for found in made if found and found.strips == 1]


def cut(tile: Tile, down: Side, across: Side) -> Cut | None:
    """Return steps that share the work evenly: no tile reaches far beyond the image."""
    rows = (tile.height - down.taps + 1) // tile.together * tile.together
    columns = tile.width - across.taps + 1
    if columns < across.outputs:  # of neighbouring strips, all but the last store whole vectors
        columns = columns // tile.lanes * tile.lanes
    if rows < 1 or columns < 1:
        return None
    steps, strips = -(-down.outputs // rows), -(-across.outputs // columns)
    even_rows, even_columns = -(-down.outputs // steps), -(-across.outputs // strips)
    step_rows = -(-even_rows // tile.together) * tile.together
    step_columns = even_columns if strips == 1 else -(-even_columns // tile.lanes) * tile.lanes
    return Cut(tile=tile, down=down, across=across, step_rows=step_rows, step_columns=step_columns)


def seconds(made: Cut) -> float:
    """Return the predicted time of one image on one thread."""
    tile, rows = made.tile, made.steps * made.step_rows
    if made.depth is not None:
        read, written = (made.strips * made.steps * n for n in (made.depth.read, made.depth.outputs))
        return slice_seconds(tile, read, written, made.step_rows, made.depth.taps)
    return image_seconds(tile, made.strips * (rows + tile.height - made.step_rows), made.strips * rows, made.strips * made.steps)
