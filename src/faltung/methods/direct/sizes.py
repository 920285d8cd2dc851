"""How rows and columns are cut: counts in elements, for one piece of work and one strip."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

from faltung.methods.direct.lines import Axes
from faltung.methods.direct.record import TABLES
from faltung.methods.direct.strip import Strip

CHUNK_BYTES = 256 * 1024
"""Input rows of one block and chunk: they stay in a 1 MB L2 until the next block reads most of them again."""
PIECE_BYTES = 16 * 1024
"""Samples in scratch at a time, if a tile's need is not more: half of a first-level cache (3 x 3 with stride 2 on 1000 x 1000: 0.20 ms,
and 0.25 ms at 64 kB)."""
LONGEST_CHUNK = 4096
WIDEST_PIECE = 512
CACHE_LINE = 64
DEALT = (2, 4)
"""Strides for which all phases are written at once, from whole vectors."""


@dataclass(frozen=True)
class Sizes:
    """How one strip goes through one piece of work."""

    axes: Axes
    strip: Strip

    @cached_property
    def tap_rows(self) -> int:
        """Input rows which one block reads."""
        return prod(line.taps for line in self.axes.outer[:-1]) * self.group

    @property
    def group(self) -> int:
        return (self.strip.rows - 1) * self.strip.row_step + self.axes.row.taps

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
        return self._tiles(min(CHUNK_BYTES // (self.strip.itemsize * self.tap_rows), LONGEST_CHUNK))

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
    def scratch_bytes(self) -> int:
        return self.result + self.strip.itemsize * self.strip.rows * self.wide

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where, in bytes, output 0 finds each tap in a row of samples."""
        last, itemsize = self.axes.last, self.strip.itemsize
        places = (divmod(last.dilation * t, last.stride) for t in range(last.taps))
        return tuple(itemsize * (phase * self.phase + i) for i, phase in places)
