"""How the work of running sums is cut, and what stands in scratch: rows of bytes, and two lines of 16-bit sums, in bytes and columns."""

from typing import NamedTuple

from faltung.spec.case import Case

LONGEST_CHUNK = 4096
RING_BYTES = 704 * 1024
"""What the last rows may hold; with what streams past they stay in a 1 MB L2."""
MOST_TAPS_DOWN = 257
"""Of bytes, whose sum stays below 2^16."""
CACHE_LINE = 64


def applies(case: Case) -> bool:
    """Return whether a Case of bytes has a box whose sums stay in 16 bits down the columns, and in 31 altogether."""
    down, across = case.kernel_sizes
    near = all(window.kernel_dilation == 1 for window in case.windows)
    boxed = case.weights is not None and case.weights.boxed == (0, 1)
    return boxed and near and down <= MOST_TAPS_DOWN and 255 * down * across < 2**31


class RunningSizes(NamedTuple):
    """One Case by running sums, in tiles of so many columns, which are as many bytes."""

    case: Case
    tile: int
    output_bytes: int

    @property
    def ring(self) -> int:
        """Rows: as many as are summed, and the one that goes."""
        return self.case.kernel_sizes[0] + 1

    @property
    def chunk(self) -> int:
        """Outputs of a row at a time: all, or evenly cut whole tiles."""
        columns, stride, taps = self.case.output_sizes[1], self.case.windows[1].stride, self.case.kernel_sizes[1]
        most = max(min(RING_BYTES // self.ring - taps, LONGEST_CHUNK) // (self.tile * stride), 1)
        tiles = -(-columns // self.tile)
        return self.tile * -(-tiles // -(-tiles // most))

    @property
    def span(self) -> int:
        """Columns from the first output of a chunk to the last, in whole tiles."""
        return self.tiles(self.case.windows[1].stride * (self.chunk - 1) + 1)

    @property
    def ring_row(self) -> int:
        """Bytes of a row, in whole tiles, and a cache line, so that neighbours do not meet in the same sets."""
        return self.span + self.tiles(self.case.kernel_sizes[1]) + max(self.tile, CACHE_LINE)

    @property
    def line_row(self) -> int:
        """Bytes of a line of sums: zeros before it, the columns, and a tile and what a row reads behind them."""
        return 2 * self.tiles(self.case.kernel_sizes[1]) + self.span + 3 * max(self.tile, CACHE_LINE)

    def tiles(self, columns: int) -> int:
        """Return columns in whole tiles."""
        return -(-columns // self.tile) * self.tile

    @property
    def places(self) -> dict[str, int]:
        """Where in scratch everything stands, and its size as "end"."""
        line = -(-16 * self.ring // CACHE_LINE) * CACHE_LINE
        rows = line + 2 * self.line_row
        result = rows + self.ring * self.ring_row
        noted = result + (self.span + 2 * max(self.tile, CACHE_LINE)) * self.output_bytes
        return {"table": 0, "line": line, "rows": rows, "result": result, "noted": noted, "end": noted + CACHE_LINE}
