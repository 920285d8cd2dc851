"""Where batch, channel and group indices live on each operand's axes, in letters.

``NCHW,OIHW->NCHW`` says: input (batch N, channels C, spatial H W), kernel (output channels O, input channels I), output. Any letters
other than N, C, O, I are spatial and are matched by name. Without a layout every axis is spatial.

A grouped operation has one group index g, and each operand carries it on one of its axes, in consecutive blocks:

=================================  =====  ======  ======
operation                          input  kernel  output
=================================  =====  ======  ======
groups (torch, ONNX, JAX)          C      O       C
transposed, torch's (I, O/g) form  C      I       C
batch_groups (XLA)                 N      O       C
=================================  =====  ======  ======

The adjoints only exchange letters: that is why these three fields, and not a flag, make the set closed.
"""

from dataclasses import dataclass

from faltung.errors import SpecError
from faltung.spec.groups import Groups as Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Axis letters of the three operands."""

    input: str
    kernel: str
    output: str

    def __post_init__(self) -> None:
        spatial = [sorted(set(s) - set("NCOI")) for s in (self.input, self.kernel, self.output)]
        for text, needed in ((self.input, "NC"), (self.kernel, "OI"), (self.output, "NC")):
            if len(set(text)) != len(text) or not set(needed) <= set(text) or set(text) & (set("NCOI") - set(needed)):
                rule = f"each of {needed[0]} and {needed[1]} must stand once in {text!r}, and letters may not repeat"
                raise SpecError(f"layout {self} is not valid: {rule}")
        if not spatial[0] == spatial[1] == spatial[2] or not spatial[0]:
            raise SpecError(f"layout {self} is not valid: the spatial letters must be the same in all three, and at least one")

    def __str__(self) -> str:
        return f"{self.input},{self.kernel}->{self.output}"

    @property
    def spatial(self) -> str:
        """The spatial letters, in the order of the input."""
        return "".join(c for c in self.input if c not in "NC")


def parse_layout(text: str) -> Layout:
    """Return the Layout that ``NCHW,OIHW->NCHW`` spells."""
    operands, arrow, output = text.partition("->")
    parts = operands.split(",")
    if not arrow or len(parts) != 2 or not all(p.isalpha() and p.isupper() for p in (*parts, output)):
        raise SpecError(f"layout {text!r} is not of the form INPUT,KERNEL->OUTPUT in capital letters, as in NCHW,OIHW->NCHW")
    return Layout(input=parts[0], kernel=parts[1], output=output)


def exchange(text: str, letters: dict[str, str]) -> str:
    """Return `text` with letters renamed, as the adjoints do: exchange("NCHW", {"N": "C", "C": "N"}) is "CNHW"."""
    return "".join(letters.get(c, c) for c in text)
