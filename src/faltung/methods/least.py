"""Seconds below which a method cannot stay: so that one which has lost already need not be asked, nor loaded.

They are what the constants of each method come to for one output with nothing to spare; tests hold them against the costs.
"""

from math import prod

from faltung.spec.case import Case

FOURIER_OUTPUT = 0.8e-9
"""Row transforms forth and back and a column for every output, of the fastest radices, in float32."""
SHIFT_PRODUCT = 0.3e-9


def nothing(case: Case) -> float:
    """Return 0: whatever the Case, the method is to be asked."""
    return 0.0


def fourier(case: Case) -> float:
    """Return the least for transforms."""
    return FOURIER_OUTPUT * _outputs(case)


def shift(case: Case) -> float:
    """Return the least for one pass a tap."""
    return SHIFT_PRODUCT * _outputs(case) * prod(case.kernel_sizes)


def _outputs(case: Case) -> int:
    return case.batch * prod(case.output_sizes)
