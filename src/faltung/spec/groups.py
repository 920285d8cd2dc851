"""How many groups an operation has, and on which axes they are carried: see `layout`."""

from dataclasses import dataclass

from faltung.errors import SpecError


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """How many groups there are, and which axis of each operand carries the group index."""

    count: int = 1
    input: str = "C"
    kernel: str = "O"
    output: str = "C"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise SpecError(f"groups is {self.count}; it must be at least 1")
        if self.input not in ("N", "C") or self.kernel not in ("O", "I") or self.output not in ("N", "C"):
            raise SpecError(f"group carriers are {self.input}, {self.kernel}, {self.output}; they must be N or C, O or I, N or C")
