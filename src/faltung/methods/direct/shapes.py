"""What the functions of this method are compiled for: values from which emitters write, and planning counts, without loading them."""

from typing import NamedTuple

from faltung.codegen.numbers import Finish, Number
from faltung.codegen.types import ITEMSIZE, vector
from faltung.methods.direct.element import Element

HEAD = 8
"""Bytes before the weights: what the sums start at, and whether some sum did not fit into the results, where that is asked for."""
MISFIT = 4


class Dots(NamedTuple):
    """Samples, the size of a group, what becomes of the sums, and bytes of a vector register."""

    source: Number
    group: int
    finish: Finish
    width: int

    @property
    def lanes(self) -> int:
        """Outputs of one vector of each phase."""
        return self.width // 4 * self.group

    @property
    def sums(self) -> str:
        return vector(self.width // 4, "i32")

    @property
    def name(self) -> str:
        return f"dots{self.group}_{self.source.name}_to_{self.finish.name}"

    @property
    def moved(self) -> int:
        """What is added to samples, so that the instruction takes them."""
        if self.group == 4:
            return 2**7 if self.source.signed else 0
        return 0 if self.source.signed or self.source.itemsize == 1 else -(2**15)


class Strip(NamedTuple):
    """What a strip is compiled for; `offsets` (bytes, one for each tap) is None in the looped variant."""

    element: Element
    lanes: int
    rows: int
    vectors: int
    row_step: int = 1
    kernel_rows: int = 0
    ring: int = 0
    """Kernel rows, and so many output rows are summed at a time on the way down; 0 for tiles of `rows` rows (see `ring`)."""
    product: bool = False
    """Whether the kernel is a column times a row, whose weights are given: the row's, and behind them the column's."""
    offsets: tuple[int, ...] | None = None
    dots: Dots | None = None
    """How whole numbers are summed; the element is then a sample, and a tap is a group of them."""
    finish: Finish | None = None
    """What becomes of floating sums, where they are not the results."""

    @property
    def itemsize(self) -> int:
        """Bytes of a sample."""
        return self.element.itemsize

    @property
    def weight_bytes(self) -> int:
        """Bytes of a tap's weight."""
        return 4 if self.dots else self.itemsize

    @property
    def output_bytes(self) -> int:
        finish = self.dots.finish if self.dots else self.finish
        return finish.results.itemsize if finish else self.itemsize

    @property
    def registers(self) -> int:
        """Sums of one row of a tile, in registers."""
        return self.vectors * (self.dots.group if self.dots else self.element.parts)

    @property
    def tile(self) -> int:
        """How many outputs of a row one tile has."""
        return self.lanes * self.vectors


class Driver(NamedTuple):
    """What a driver is compiled for: the element, how many axes stand before the last one, and the last one's stride.

    A stride of 2 to 8 is for rows that lie side by side: whole vectors of samples are then dealt out to the phases. 1 serves all.

    Where x has another dtype than the rows in scratch, `source` is its own: samples are widened on their way. `result` is the number that
    a strip writes where that is not the element.
    """

    element: Element
    lanes: int
    outer_axes: int
    stride: int = 1
    source: Number | None = None
    result: str | None = None

    @property
    def itemsize(self) -> int:
        """Bytes of a sample in scratch."""
        return self.element.itemsize

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample in x."""
        return self.source.itemsize if self.source else self.itemsize

    @property
    def output_bytes(self) -> int:
        return ITEMSIZE[self.result] if self.result else self.itemsize

    @property
    def name(self) -> str:
        parts = [f"{self.element.name}x{self.lanes}", f"axes{self.outer_axes + 1}", f"stride{self.stride}"]
        parts += [f"from_{self.source.name}"] if self.source else []
        return "_".join([*parts, *([f"to_{self.result}"] if self.result else [])])

    def results(self, lanes: int) -> str:
        """Return LLVM's type of results side by side."""
        return self.element.kind(lanes) if self.result is None else vector(lanes, self.result)
