"""Large tiles that all threads work through together, phase by phase."""

from dataclasses import dataclass

from faltung.methods.fourier.compiled import phases_function
from faltung.methods.fourier.gang import Phase
from faltung.methods.fourier.phases import COLUMNS, READ, SPECTRUM, TURN, WRITE
from faltung.methods.fourier.tile import Tile
from faltung.methods.scratch import scratch

CHUNKS = 6
"""Pieces of a phase for each thread: the last one to be done holds the others up by a part of a piece only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """The phases of one strip of one item; `ring`, `begin` (where the item is) and `flag` are addresses."""

    tile: Tile
    ring: int
    workers: int
    begin: int
    flag: int = 0
    strip: int = 0

    def read(self, record: int, first: int, rows: int) -> Phase:
        """Transform rows of the stream into their places."""
        return self._phase(record, 0, READ, first, rows, self.tile.together)

    def columns(self, record: int, top: int) -> Phase:
        """Take the columns through the product."""
        return self._phase(record, 0, COLUMNS, top, self.tile.groups, 1)

    def turn(self, record: int, out: int, top: int, rows: int, *, more: bool) -> Phase:
        """Write rows of outputs and, if there is more to do, read the rows that take their places."""
        return self._phase(record, out, TURN if more else WRITE, top, rows, self.tile.together)

    def spectrum(self, record: int, out: int) -> Phase:
        """Transform the columns of a kernel into a spectrum."""
        return self._phase(record, out, SPECTRUM, 0, self.tile.groups, 1)

    def _phase(self, record: int, out: int, kind: int, top: int, count: int, unit: int) -> Phase:
        units, size, call = -(-count // unit), self.tile.places["ring"], phases_function(self.tile).call
        pieces = min(CHUNKS * self.workers if self.workers > 1 else 2, units)
        first = top if kind == READ else 0

        def piece(i: int) -> None:
            low, high = (first + min(units * n // pieces * unit, count) for n in (i, i + 1))
            call(record, self.begin, out, scratch(size), self.flag, self.strip, low, high, self.ring, kind, top)

        return pieces, piece
