"""Numbers in memory as emitters see them, and what becomes of sums on their way there. Nothing here writes text."""

from typing import NamedTuple

from faltung.codegen.types import ITEMSIZE

FLOATS = ("float", "double")


class Number(NamedTuple):
    """A number in memory: LLVM's type, and whether an integer of it has a sign."""

    scalar: str
    signed: bool = True

    @property
    def itemsize(self) -> int:
        return ITEMSIZE[self.scalar]

    @property
    def range(self) -> tuple[int, int]:
        """The least and largest integer."""
        bits = 8 * self.itemsize
        return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if self.signed else (0, 2**bits - 1)

    @property
    def name(self) -> str:
        return self.scalar if self.signed else f"u{self.scalar}"


NUMBERS = {
    "bool": Number("i8", False), "float32": Number("float"), "float64": Number("double"),
    **{f"int{bits}": Number(f"i{bits}") for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": Number(f"i{bits}", False) for bits in (8, 16, 32, 64)},
}  # fmt: skip


class Finish(NamedTuple):
    """What becomes of sums on their way to memory; in this order."""

    results: Number
    factor: float = 1.0
    divisor: float = 1.0
    offset: float = 0.0
    rounding: str | None = None
    overflow: str | None = None
    single: bool = False
    """Whether the factor alone, in float32, gives what the quotient in float64 would once it is rounded."""

    @property
    def scaled(self) -> bool:
        return (self.factor, self.divisor, self.offset) != (1.0, 1.0, 0.0)

    @property
    def name(self) -> str:
        """A word for the names of functions."""
        scale = "_".join(number.hex() for number in (self.factor, self.divisor, self.offset)) if self.scaled else "plain"
        word = f"{self.results.name}_{scale}_{'single_' if self.single else ''}{self.rounding or 'whole'}_{self.overflow or 'fits'}"
        return word.replace("-", "m").replace("+", "p")
