"""The partner of a boundary under adjoint: outputs beyond the ends are added to the samples that the boundary names."""

from dataclasses import dataclass

from faltung.errors import SpecError
from faltung.spec.boundary import Boundary, source
from faltung.spec.window import read_boundaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Scatter-add of an output onto `size` samples: the partner, under adjoint, of an input's boundary.

    Before folding, output e stands for index e − low; it is added to the sample which the boundary names for that index, and
    dropped where the boundary names none.
    """

    size: int
    low: int
    boundary_low: Boundary
    boundary_high: Boundary

    def __post_init__(self) -> None:
        if self.size < 1:
            raise SpecError(f"fold has {self.size} samples; it must have at least 1")
        read_boundaries(self)


def fold_index(fold: Fold, e: int) -> int | None:
    """Return the sample to which output `e` is added, or None where it is dropped."""
    q = e - fold.low
    return source(fold.boundary_low if q < 0 else fold.boundary_high, q, fold.size)
