"""How rows and columns are cut: counts in elements, for one piece of work and one strip."""

from functools import cached_property
from math import prod

from faltung.methods.direct.lines import Axes
from faltung.methods.direct.record import TABLES
from faltung.methods.direct.shapes import Strip

CHUNK_BYTES = 256 * 1024
"""Input rows of one block and chunk: they stay in a 1 MB L2 until the next block reads most of them again."""
PIECE_BYTES = 16 * 1024
"""Samples in scratch at a time, if a tile's need is not more: half of a first-level cache (3 x 3 with stride 2 on 1000 x 1000: 0.20 ms,
and 0.25 ms at 64 kB)."""
BLOCK_ROWS = 8
"""Output rows of a block whose input rows are all copied, and widened, before they are summed: 1.25 copies of a row at 3 x 3, not 1.5."""
RING_ROWS = 32
"""Output rows of a ring's block (2048 x 2048 on two threads: 5 x 5 1.28 ms at 16 and 32, 1.52 at 64)."""
RINGS = range(8 << 20, 32 << 20)
"""Bytes of output for which rings, which write past the caches, are faster than tiles (two threads, 3 x 3: 1024 x 1024 0.26 ms against
0.21, 1536 x 1536 0.47 and 0.47, 2000 x 2000 0.62 and 0.73, 2048 x 2048 0.80 and 1.13, 3008 x 3008 1.49 and 1.40). Rows a multiple of 4096
bytes apart, whose lines meet in the same sets of a first-level cache, cost tiles most."""
LONGEST_CHUNK = 4096
WIDEST_PIECE = 512
CACHE_LINE = 64
NOTE_BYTES = 64
LANE_ROWS = (16, 8, 4)
"""Rows of a block of short rows: in the ends of rows, they are the lanes of vectors."""
BLOCK_WORK = 1
"""What a block costs besides its rows, in rows."""
SHORT_ROW = 512
"""Outputs of a row from which rows are written one by one; it then also pays to start at an aligned address: up to lanes - 1 more
columns go through scratch."""
DEALT = (2, 8)
"""Strides for which all phases are written at once, from whole vectors (5 x 5 with stride 5 on 1000 x 1000: 0.22 ms, one by one 0.71)."""


class Sizes:
    """How one strip goes through one piece of work."""

    def __init__(self, axes: Axes, strip: Strip) -> None:
        self.axes, self.strip = axes, strip

    @cached_property
    def tap_rows(self) -> int:
        """Input rows which one block reads."""
        return prod(line.taps for line in self.axes.outer[:-1]) * self.group

    @cached_property
    def strips(self) -> int:
        """Tiles of one block, one below the other."""
        axes = self.axes
        if self.strip.ring:
            return 1
        if self.short:
            return self._strips_of_short_rows()
        alone = axes.row_step is None or any(line.taps > 1 for line in axes.outer[:-1])
        if alone or (axes.straight and axes.last.stride == 1):
            return 1
        return max(1, min(BLOCK_ROWS, axes.row.outputs) // self.strip.rows)

    @property
    def short(self) -> bool:
        """Whether rows are short, and those of a block can be the lanes of vectors: real numbers, neighbouring rows, a known kernel."""
        axes, strip = self.axes, self.strip
        known = strip.offsets is not None and not strip.ring and strip.row_step == 1 and axes.row_step == 1 and strip.rows > 1
        plain = axes.stored is None and axes.element.parts == 1 and axes.last.stride == 1 and axes.last.outputs < SHORT_ROW
        return known and plain and axes.last.outputs >= strip.tile

    def _strips_of_short_rows(self) -> int:
        """Return how many tiles of height a block has, so that few rows are computed twice, and whole rows fit into a chunk."""
        planes, outputs = prod(line.taps for line in self.axes.outer[:-1]), self.axes.row.outputs

        def suits(rows: int) -> bool:
            read = planes * (rows - 1 + self.axes.row.taps) * self.axes.last.outputs * self.strip.itemsize
            return rows <= outputs and rows % self.strip.rows == 0 and read <= CHUNK_BYTES

        fitting = [rows for rows in LANE_ROWS if suits(rows)]
        best = min(fitting, key=lambda rows: -(-outputs // rows) * (rows + BLOCK_WORK), default=self.strip.rows)
        return best // self.strip.rows

    @cached_property
    def height(self) -> int:
        """Output rows of one call of the strip: of a tile, or of a ring, whose blocks are about equal."""
        if not self.strip.ring:
            return self.strip.rows
        outputs = self.axes.row.outputs
        return -(-outputs // max(1, outputs // RING_ROWS))

    @property
    def rows(self) -> int:
        """Output rows of one block."""
        return self.height * self.strips

    @property
    def row_step(self) -> int:
        """Input rows from one output row of a block to the next."""
        return self.axes.row_step or 1

    @property
    def group(self) -> int:
        """Input rows of a block for each tap of the axes before the row axis."""
        return (self.rows - 1) * self.row_step + self.axes.row.taps

    @property
    def strip_group(self) -> int:
        """The same of one tile."""
        return (self.height - 1) * self.row_step + self.axes.row.taps

    @property
    def extra(self) -> int:
        return self.axes.last.span // self.axes.last.stride

    @property
    def phases(self) -> int:
        last = self.axes.last
        if DEALT[0] <= last.stride <= DEALT[1]:
            return last.stride
        return 1 + max(last.dilation * t % last.stride for t in range(min(last.taps, last.stride)))

    @cached_property
    def wide(self) -> int:
        fitting = PIECE_BYTES // (self.strip.itemsize * self.tap_rows * self.phases) - self.extra
        return self._tiles(min(fitting, WIDEST_PIECE))

    @cached_property
    def chunk(self) -> int:
        rows = self.height if self.strip.ring else self.tap_rows  # a ring reads rows once; the next block's are fetched meanwhile
        return self._tiles(min(CHUNK_BYTES // (self.strip.itemsize * rows), LONGEST_CHUNK))

    def _tiles(self, most: int) -> int:
        """Return a number of outputs in whole tiles: at most `most`, and not more than a row has; at least one tile."""
        tile = self.strip.tile
        return tile * max(1, min(most // tile, -(-self.axes.last.outputs // tile)))

    @property
    def phase(self) -> int:
        return self.wide + self.extra

    @cached_property
    def fill_row(self) -> int:
        return max(self.phases * self.phase, self.chunk + self.axes.last.span)

    @cached_property
    def result(self) -> int:
        """Bytes of scratch before the results: the tables of addresses, and the samples, in whole cache lines."""
        used = self.tap_rows * (TABLES + self.strip.itemsize * self.phases * self.phase)
        return -(-used // CACHE_LINE) * CACHE_LINE

    @property
    def behind(self) -> int:
        """Bytes of scratch before the note on a block that is still to be written: behind everything else, in whole cache lines."""
        used = self.result + self.strip.output_bytes * self.height * self.wide
        return -(-used // CACHE_LINE) * CACHE_LINE

    @property
    def stage(self) -> int:
        """Bytes of scratch before the blocks of results, where rows are short."""
        return self.behind + NOTE_BYTES

    @property
    def stage_bytes(self) -> int:
        columns = self.axes.last.outputs
        return self.strip.output_bytes * self.rows * columns if columns < SHORT_ROW else 0

    @property
    def stage_room(self) -> int:
        """Bytes of one of the two blocks of results, in whole cache lines."""
        return -(-self.stage_bytes // CACHE_LINE) * CACHE_LINE

    @property
    def scratch_bytes(self) -> int:
        return self.stage + 2 * self.stage_room

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where, in bytes, output 0 finds each tap, or the first of each group, in a row of samples."""
        last, itemsize = self.axes.last, self.strip.itemsize
        places = (divmod(last.dilation * t, last.stride) for t in range(0, last.taps, self.axes.group or 1))
        return tuple(itemsize * (phase * self.phase + i) for i, phase in places)
