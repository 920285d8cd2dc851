"""``numpy.convolve`` and ``numpy.correlate``: one axis, zeros outside, and the longer operand always plays the input.

Integers wrap around in the promoted dtype; two booleans meet by *and* and are summed by *or*. A correlation conjugates its second operand
(objects excepted) and comes back reversed and conjugated when the operands were exchanged.
"""

from collections.abc import Iterable

from faltung.dialects.promotion import numbers
from faltung.dialects.record import Arguments, Dialect, choice
from faltung.spec import Spec
from faltung.spec.spec import Conj

# The integers are an old spelling that NumPy still takes.
MODES = {"full": "full", "same": "same", "valid": "valid", 2: "full", 1: "same", 0: "valid"}


def _convolve(arguments: Arguments) -> Spec:
    mode = choice("numpy.convolve", "mode", arguments["mode"], MODES)
    return Spec(operation="convolve", mode=mode, operands="longer_first", **numbers(arguments["x_dtype"], arguments["k_dtype"]))


def _correlate(arguments: Arguments) -> Spec:
    mode = choice("numpy.correlate", "mode", arguments["mode"], MODES)
    steps = numbers(arguments["x_dtype"], arguments["k_dtype"])
    conj: Conj = "none" if steps.get("dtype") == "object" else "kernel"
    return Spec(operation="correlate", mode=mode, conj=conj, operands="longer_first", **steps)


def _offers(_: Spec) -> Iterable[Arguments]:
    return ({"mode": mode} for mode in ("full", "same", "valid"))


NUMPY = {
    "numpy.convolve": Dialect(function="numpy.convolve", defaults={"mode": "full"}, reads=_convolve, offers=_offers, axes=1),
    "numpy.correlate": Dialect(function="numpy.correlate", defaults={"mode": "valid"}, reads=_correlate, offers=_offers, axes=1),
}
