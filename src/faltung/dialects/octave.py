"""Octave: the rules of `faltung.dialects.matlab`, each run against Octave 7.3 with its packages signal 1.4.3 and image 2.14.0.

``imfilter(..., 'full')`` is wrong there: for an even kernel the answer lacks its first sample and ends with one too many; with another
boundary than zero only half of the kernel's reach is continued, and zeros stand beyond. ``bugs=True`` imitates the first.
A word that imfilter does not know ('reflect', 'valid') is ignored there without a warning, and refused here.
"""

from collections.abc import Iterable
from dataclasses import replace

from faltung.dialects.matlab import family
from faltung.dialects.record import Arguments, Dialect, ShapesNeededError
from faltung.errors import DialectError
from faltung.spec import Spec

VERSION = "Octave 7.3.0, signal 1.4.3, image 2.14.0"
PLAIN = family("octave")


def _imfilter(arguments: Arguments) -> Spec:
    function = "octave.imfilter"
    spec = PLAIN[function].reads(arguments)
    if not arguments["bugs"] or spec.mode != "full":
        return spec
    if spec.boundary != (("zero", "zero"),):
        raise DialectError(f"{function}: its full answer with a boundary is not imitated: it continues half of the kernel's reach")
    if arguments["k_shape"] is None:
        raise ShapesNeededError(f"{function}: what its full answer lacks depends on the kernel's size; give k_shape")
    late = [int(size % 2 == 0) for size in arguments["k_shape"]]
    pads = tuple((size - 1 - more, size - 1 + more) for size, more in zip(arguments["k_shape"], late, strict=True))
    return replace(spec, mode="pads", pads=pads)


def _offers(spec: Spec) -> Iterable[Arguments]:
    """Offer no full answers: they are wrong there."""
    return (arguments for arguments in PLAIN["octave.imfilter"].offers(spec) if arguments["size"] == "same")


def _executed(dialect: Dialect) -> Dialect:
    return replace(dialect, evidence="executed", reference=VERSION)


OCTAVE = {name: _executed(dialect) for name, dialect in PLAIN.items()}
OCTAVE["octave.imfilter"] = replace(
    OCTAVE["octave.imfilter"], reads=_imfilter, offers=_offers,
    bugs=(
        "image 2.14.0: 'full' with an even kernel loses the first sample of each axis and appends one at the end; "
        "https://github.com/tojtoj/octave-image inst/imfilter.m",
        "image 2.14.0: 'full' with a boundary other than zero continues only half of the kernel's reach, zeros beyond; "
        "https://github.com/tojtoj/octave-image inst/imfilter.m",
    ),
)  # fmt: skip
