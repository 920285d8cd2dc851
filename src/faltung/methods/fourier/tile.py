"""The geometry of a tile: how many rows and columns are transformed together, and where everything stands in scratch.

A tile has `height` = R1·R2 rows of `width` samples, held as `points` = R·lanes complex numbers: a real row x of 2·points samples is
folded into z[n] = x[n] + i·x[n + points]. That maps R[t]/(t^(2·points) + 1) onto C[t]/(t^points − i): the complex product there is
the *negacyclic* real convolution, and overlap-save does not care with which sign the samples that it throws away wrap. So no real
transform is needed, and nothing to take it apart again; the weights w^n, w^points = i, vanish into twiddles that are there anyway.
Complex samples are held as they are, in the same ring, with the same twiddles.
"""

from dataclasses import dataclass
from functools import cached_property

from faltung.codegen.builder import ITEMSIZE, Value, repeated

LINE = 64  # bytes of a cache line
RECORD = 512  # bytes, enough for a record of any walker
SPILLS = "alignstack(64)"
"""Attribute of functions that spill vectors: else LLVM spills them wherever the caller's stack happens to be, across cache lines three
times in four, and the columns take up to 1.5 times as long."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The vectors in use: how many elements, and of which type."""

    count: int
    element: str

    def constant(self, number: float) -> Value:
        return repeated(number, self.count, self.element)

    @property
    def per_block(self) -> int:
        """How many lanes 16 bytes have: permutations inside of such a block are cheap."""
        return min(self.count, 16 // ITEMSIZE[self.element])


@dataclass(frozen=True)
class Tile:
    """A shape of tile; columns are transformed by radix R1, then R2 (`down`), rows by radix R (`across`), then as many as lanes.

    Longer axes are transformed by an `outer` radix (down, across) first: then what is left of a row or a column is short.
    """

    element: str
    lanes: int
    is_complex: bool
    down: tuple[int, int]
    across: int
    outer: tuple[int, int] = (1, 1)

    @property
    def vectors(self) -> Lanes:
        return Lanes(self.lanes, self.element)

    @property
    def itemsize(self) -> int:
        """Bytes of a real number."""
        return ITEMSIZE[self.element]

    @property
    def sample_bytes(self) -> int:
        return self.itemsize * (2 if self.is_complex else 1)

    @property
    def height(self) -> int:
        return self.outer[0] * self.inner_height

    @property
    def inner_height(self) -> int:
        """Rows that are transformed together once the outer radix is done."""
        return self.down[0] * self.down[1]

    @property
    def groups(self) -> int:
        """Vectors of a transformed row: groups of columns."""
        return self.outer[1] * self.across

    @property
    def points(self) -> int:
        """Complex numbers of a transformed row."""
        return self.lanes * self.groups

    @property
    def width(self) -> int:
        """Samples of a row."""
        return self.points if self.is_complex else 2 * self.points

    @property
    def together(self) -> int:
        """Rows that share one transpose."""
        return max(1, self.lanes // self.across) if self.outer[1] == 1 else 1

    @property
    def pair(self) -> int:
        """Bytes of a complex vector: the real parts, then the imaginary ones."""
        return 2 * self.lanes * self.itemsize

    @property
    def spectrum_bytes(self) -> int:
        """Bytes of the spectrum of a whole tile."""
        return self.height * self.groups * self.pair

    @property
    def line_bytes(self) -> int:
        """Bytes of the samples of one row."""
        return self.width * self.sample_bytes

    @property
    def row(self) -> int:
        """Bytes from one transformed row to the next; the odd cache line keeps them out of each other's cache sets."""
        return self.groups * self.pair + LINE

    @property
    def block(self) -> int:
        """Bytes from one block of R2 rows of a column group to the next."""
        return self.down[1] * self.pair + LINE

    @property
    def column_bytes(self) -> int:
        """Bytes from one part of a group of columns to the next, once the outer radix is done."""
        return self.inner_height * self.pair + LINE

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the parts of scratch begin, and under "end" its size, in bytes."""
        parts = {
            "trash": self.row,  # transformed rows that are not wanted
            "work": self.down[0] * self.block,
            "columns": self.outer[0] * self.column_bytes if self.outer[0] > 1 else 0,
            "gathered": self.together * self.line_bytes,
            "unstored": self.together * self.line_bytes,
            "sources": 8 * self.together,
            "outs": 8 * self.together,
            "ahead": 16 * self.together,
            "targets": 8 * self.height,
            "record": RECORD,
            "ring": self.height * self.row,  # last: threads may share one, which stands elsewhere
            "end": 0,
        }
        found, at = {}, 0
        for name, size in parts.items():
            found[name] = at
            at += -(-size // LINE) * LINE
        return found

    @property
    def name(self) -> str:
        kind = "complex_" if self.is_complex else ""
        outer = "" if self.outer == (1, 1) else f"_outer_{self.outer[0]}x{self.outer[1]}"
        return f"{kind}{self.element}x{self.lanes}_{self.down[0]}x{self.down[1]}_{self.across}{outer}"
