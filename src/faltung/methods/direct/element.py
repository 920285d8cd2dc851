"""What samples, weights and sums are made of: one floating number, or for complex dtypes two that lie side by side."""

from collections.abc import Iterable
from typing import NamedTuple

from faltung.codegen.types import ITEMSIZE, vector
from faltung.spec.case import Case


class Element(NamedTuple):
    """`parts` numbers of LLVM's type `scalar`: 1, or real and imaginary part. Integers are moved only; see `dots` for their sums."""

    scalar: str
    parts: int = 1

    @property
    def itemsize(self) -> int:
        return ITEMSIZE[self.scalar] * self.parts

    @property
    def name(self) -> str:
        return self.scalar if self.parts == 1 else f"complex_{self.scalar}"

    def kind(self, count: int) -> str:
        """Return LLVM's type of `count` elements side by side."""
        return vector(count * self.parts, self.scalar)

    def numbers(self, places: Iterable[int]) -> list[int]:
        """Return which numbers of a vector make up its elements at `places`."""
        return [self.parts * place + part for place in places for part in range(self.parts)]


ELEMENTS = {
    "float32": Element(scalar="float"), "float64": Element(scalar="double"),
    "complex64": Element(scalar="float", parts=2), "complex128": Element(scalar="double", parts=2),
}  # fmt: skip


INTEGERS = {"bool": "i8", "int8": "i8", "uint8": "i8", "int16": "i16", "uint16": "i16"}
"""Samples of whole numbers that are summed as they are, in 32 bits."""


def samples_of(case: Case) -> Element:
    """Return what a sample in scratch is: one of the sums' dtype, or of x where whole numbers are summed in 32 bits."""
    if case.dtype == "int32" and case.stored is not None:
        return Element(scalar=INTEGERS[case.stored.samples])
    return ELEMENTS[case.dtype]


def moved(element: Element) -> Element:
    """Return what the driver, which moves elements and computes nothing, takes an element for: a complex64 is 8 bytes like a float64."""
    return ELEMENTS["float64"] if element == ELEMENTS["complex64"] else element
