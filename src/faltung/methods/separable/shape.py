"""What the passes are compiled for, and how their numbers stand in memory."""

from typing import TYPE_CHECKING, NamedTuple

from faltung.codegen.numbers import Finish, Number
from faltung.codegen.types import ITEMSIZE, vector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faltung.codegen.builder import Builder, Operand, Value

TALL = 4
"""Output rows of a tile of the column pass."""


class Shape(NamedTuple):
    """The element, its lanes, and how many vectors of a row a tile has; `close`: whether taps of the row pass lie side by side."""

    element: str
    lanes: int
    vectors: int
    close: bool
    source: Number | None = None
    """What a sample is in memory, where that is not the element."""
    finish: Finish | None = None
    """What becomes of sums on their way to memory."""
    terms: int = 1
    """Products of a column and a row that are added up."""
    upright: bool = False
    """Whether the column pass comes first: on samples as they lie in memory, into lines on which the row pass works."""
    digits: int = 0
    """Digits of the column's weights, where these are whole and symmetric."""
    running: bool = False
    """Whether running sums take the place of both passes: of bytes, by equal weights."""

    @property
    def itemsize(self) -> int:
        """Bytes of a number in scratch."""
        return ITEMSIZE[self.element]

    @property
    def sample_bytes(self) -> int:
        return self.source.itemsize if self.source else self.itemsize

    @property
    def output_bytes(self) -> int:
        return self.finish.results.itemsize if self.finish else self.itemsize

    @property
    def output(self) -> str:
        """LLVM's type of an output."""
        return self.finish.results.scalar if self.finish else self.element

    def load(self, b: "Builder", lanes: int, place: "Value", offset: "Operand" = 0) -> "Value":
        """Return samples as numbers of the element."""
        from faltung.codegen.convert import widened  # here and below: nothing of this where no text is written

        if self.source is None:
            return b.load(vector(lanes, self.element), place, offset)
        found = b.load(vector(lanes, self.source.scalar), place, offset)
        if self.element == "i16":
            return b.convert("sext" if self.source.signed else "zext", found, self.element)
        return widened(b, found, self.source, self.element)

    @property
    def waiting(self) -> Number:
        """What waits in the ring: numbers of the element, or else samples, those of 8 bits in 16."""
        if not self.upright or self.source is None:
            return Number(self.element)
        if self.running:
            return self.source
        return Number("i16") if self.source.itemsize == 1 else self.source

    def from_ring(self, b: "Builder", place: "Value", at: "Operand") -> "list[Value]":
        """Return a tile's numbers of a row that waits for the column pass, `at` bytes along it, were it of the element."""
        from faltung.codegen.convert import widened

        found, size = self.waiting, self.lanes * self.waiting.itemsize
        here, type_ = b.at(place, self.scaled(b, at, found.itemsize)), vector(self.lanes, found.scalar)
        return [widened(b, b.load(type_, here, q * size), found, self.element) for q in range(self.vectors)]

    def put(self, b: "Builder", sums: "Sequence[Value]", place: "Value") -> None:
        """Write sums to memory, one vector behind the other."""
        from faltung.codegen.convert import finished
        from faltung.methods.separable.pack import becomes_bytes, bytes_of

        if self.finish is not None and becomes_bytes(self.finish, sums):
            for q in range(0, len(sums), 4):
                b.store(bytes_of(b, sums[q : q + 4], self.finish), place, q * self.lanes)
            return
        for q, value in enumerate(sums):
            b.store(finished(b, value, self.finish) if self.finish else value, place, q * self.lanes * self.output_bytes)

    def scaled(self, b: "Builder", at: "Operand", size: int) -> "Operand":
        """Return an offset in bytes between numbers of the element as one between numbers of `size` bytes."""
        return at if size == self.itemsize else b.mul(b.quotient(at, self.itemsize), size)

    @property
    def width(self) -> int:
        """Bytes of a vector."""
        return self.lanes * self.itemsize

    @property
    def tile(self) -> int:
        """Outputs of a row in one tile."""
        return self.lanes * self.vectors

    @property
    def name(self) -> str:
        stored = f"_from_{self.source.name}_to_{self.finish.name}" if self.source and self.finish else ""
        terms = f"_{self.terms}_terms" if self.terms > 1 else ""
        order = "_running" if self.running else f"_upright{self.digits}" if self.upright else ""
        close = "close" if self.close else "apart"
        return f"faltung_separable_{self.element}x{self.lanes}x{self.vectors}_{close}{terms}{order}{stored}"
