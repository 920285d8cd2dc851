"""Which tile serves a Case: the one whose predicted time is least. It depends on the Case and the machine, and on nothing else."""

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from faltung.codegen.host import host, refusal
from faltung.methods.fourier.plane import Side, row_sides, sides
from faltung.methods.fourier.tile import Tile
from faltung.methods.fourier.timing import (
    COLUMN,
    GATHERED,
    LONG_ROW,
    OUTER_COLUMN,
    OUTER_ROW,
    ROW,
    TALL_COLUMN,
    image_seconds,
    slice_seconds,
)
from faltung.spec.case import Case
from faltung.spec.window import fill_value

ELEMENTS = {"float32": "float", "float64": "double", "complex64": "float", "complex128": "double"}


MOST_SLICES = 32 << 20
"""Bytes of the spectra of slices or bands that a thread keeps: beyond, one transform of the whole is not slower."""
LEAST_TAPS = 64
SMALL_RING, LARGEST_RING = 1280 << 10, 9 << 20


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
    parts: int = 1
    """Into how many parts of `step_rows` rows the kernel is cut; the spectra of that many bands of rows are kept."""

    @property
    def summed(self) -> int:
        """How many products are added up for each spectrum of outputs."""
        return self.depth.taps if self.depth else self.parts

    @property
    def scratch_bytes(self) -> int:
        """What one thread needs, with the spectra of the kernel and of slices or bands."""
        kept = self.summed if self.depth or self.parts > 1 else 0
        return self.tile.places["end"] + (self.summed + kept) * self.tile.spectrum_bytes

    @property
    def is_large(self) -> bool:
        """Whether a thread's second-level cache is too small for the ring."""
        return self.tile.height * self.tile.row > SMALL_RING

    @property
    def rounds_once(self) -> bool:
        """Whether the kernel's spectrum is computed in float64, and not by the tile's own transforms: those pay where it is large."""
        return not self.is_large and self.summed == 1 and self.depth is None

    def shared(self, batch: int, workers: int) -> bool:
        """Return whether all threads work through one tile together: there are too few for all, or they take too much memory.

        It costs what the threads read of each other's rows; the bits are the same.
        """
        if self.depth is not None or self.parts > 1 or not self.is_large:
            return False
        return batch * self.strips * self.steps < 2 * workers or self.tile.height * self.tile.row > LARGEST_RING

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
    """Return the best cut of one image of a Case; None where tiles cannot serve it, or no tile is large enough for its kernel.

    Those that take more memory than a Case allows are left out where others do not.
    """
    if why_not(case) is not None:
        return None
    axes = sides(case)
    cuts = [found for tile in tiles(case.dtype) if worth_trying(tile, axes) for found in cuts_with(tile, axes)]
    fitting = cuts if case.memory is None else [made for made in cuts if made.scratch_bytes <= case.memory]
    return min(fitting or cuts, key=seconds, default=None)


def worth_trying(tile: Tile, axes: tuple[Side, ...]) -> bool:
    """Return whether a kernel has so many taps that a tile with an outer radix can be better than one without: planning takes time too."""
    down, across = axes[-2:] if len(axes) > 1 else axes * 2
    tall, long = tile.outer[0] > 1, tile.outer[1] > 1
    return (not tall or down.taps >= LEAST_TAPS) and (not long or across.taps >= LEAST_TAPS)


@cache
def tiles(dtype: str) -> tuple[Tile, ...]:
    """Return the tiles on offer."""
    element = ELEMENTS[dtype]
    lanes = host().lanes(4 if element == "float" else 8)
    rows = [(across, 1) for across in ROW if lanes <= 4 * across] + [(LONG_ROW, outer) for outer in OUTER_ROW if lanes <= LONG_ROW]
    columns = [(down, 1) for down in COLUMN] + [(TALL_COLUMN, outer) for outer in OUTER_COLUMN]
    return tuple(
        Tile(element, lanes, dtype[0] == "c", down, across, (tall, long)) for down, tall in columns for across, long in rows
    )  # fmt: skip


def cuts_with(tile: Tile, axes: tuple[Side, ...]) -> list[Cut]:
    """Return how a tile can cut an image, or a signal in rows."""
    empty = len(axes) > 1 and all(map(nothing_outside, axes))
    if len(axes) == 3:
        found = cut(tile, *axes[1:], empty=empty)
        fits = found and axes[0].taps * tile.spectrum_bytes <= MOST_SLICES
        return [replace(found, depth=axes[0])] if found and fits else []
    pairs = [(axes[0], axes[1])] if len(axes) == 2 else [row_sides(axes[0], step, tile.width) for step in row_steps(tile, axes[0])]
    made = [one for pair in pairs for one in (cut(tile, *pair, empty=empty), cut_in_parts(tile, *pair)) if one]
    fitting = [one for one in made if one.parts == 1 or one.parts * tile.spectrum_bytes <= MOST_SLICES]
    return [one for one in fitting if len(axes) == 2 or one.strips == 1]


def row_steps(tile: Tile, signal: Side) -> set[int]:
    """Return how far apart the rows of a signal may begin: half a row, or as far as one row of taps lets them."""
    return {tile.width // 2, tile.width - min(signal.taps, tile.width) + 1}


def in_whole(count: int, unit: int) -> int:
    """Return the next multiple of `unit`."""
    return -(-count // unit) * unit


def cut(tile: Tile, down: Side, across: Side, *, empty: bool = False) -> Cut | None:
    """Return steps that share the work evenly: no tile reaches far beyond the image, outside of which `empty` says that all is zero."""
    rows = (
        tile.height if empty and wraps_onto_nothing(down, tile.height) else (tile.height - down.taps + 1) // tile.together * tile.together
    )
    if rows < 1:
        return None
    found = with_columns(tile, down, across, empty=empty)
    steps = -(-down.outputs // rows)
    return found and replace(found, step_rows=in_whole(-(-down.outputs // steps), tile.together))


def cut_in_parts(tile: Tile, down: Side, across: Side) -> Cut | None:
    """Return steps of half a tile, for a kernel that is taller: it is cut into parts that are as tall as the steps."""
    rows = (tile.height + 1) // 2 // tile.together * tile.together
    found = with_columns(tile, down, across, empty=False) if rows and down.taps > rows else None
    return found and replace(found, step_rows=rows, parts=-(-down.taps // rows))


def wraps_onto_nothing(axis: Side, size: int) -> bool:
    """Return whether one tile of `size` gives every output although it does not reach over all that is read.

    What it does not reach, and what is read in its stead, is zero: so a full convolution needs no more than its own size.
    """
    return axis.outputs <= size < axis.read and axis.samples + axis.pad <= size and axis.read - size <= axis.pad


def nothing_outside(axis: Side) -> bool:
    """Return whether all that stands outside of an axis is zero."""
    laws = axis.window.boundary_low, axis.window.boundary_high
    return all(law in ("zero", "constant") for law in laws) and not any(fill_value(axis.window, end) for end in ("low", "high"))


def with_columns(tile: Tile, down: Side, across: Side, *, empty: bool) -> Cut | None:
    """Return strips of the same width, for steps of one row."""
    columns = tile.width - across.taps + 1
    if empty and wraps_onto_nothing(across, tile.width):
        columns = tile.width
    if columns < across.outputs:  # of neighbouring strips, all but the last store whole vectors
        columns = columns // tile.lanes * tile.lanes
    if columns < 1:
        return None
    strips = -(-across.outputs // columns)
    even = -(-across.outputs // strips)
    step_columns = even if strips == 1 else in_whole(even, tile.lanes)
    return Cut(tile=tile, down=down, across=across, step_rows=1, step_columns=step_columns)


def seconds(made: Cut) -> float:
    """Return the predicted time of one image on one thread."""
    tile, rows, tiles = made.tile, made.steps * made.step_rows, made.strips * made.steps
    if made.depth is not None:
        return GATHERED * slice_seconds(tile, tiles * made.depth.read, tiles * made.depth.outputs, made.step_rows, made.summed)
    if made.parts > 1:
        return slice_seconds(tile, made.strips * (made.steps + made.parts - 1), tiles, made.step_rows, made.summed)
    return image_seconds(tile, made.strips * (rows + tile.height - made.step_rows), made.strips * rows, tiles)
