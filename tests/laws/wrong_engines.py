"""Implementations with the mistakes that people make, each with the laws that must notice it."""

from functools import partial

import numpy as np

from faltung import api
from faltung.laws import Engine

convolve = partial(api.convolve, method="shift")
correlate = partial(api.correlate, method="shift")


def both(change):
    """Return both operations with their results changed."""
    return {"convolve": lambda x, k: change(convolve(x, k)), "correlate": lambda x, k: change(correlate(x, k))}


def engine(name, **operations):
    return Engine(name=name, exact=True, **({"convolve": convolve, "correlate": correlate} | operations))


OF_CONVOLUTION = "convolution reversal window-order commutativity associativity correlation-cascade adjoint convolution-theorem"
OF_CORRELATION = "correlation-conjugate-first correlation-conjugate-second reversal window-order adjoint correlation-theorem"

# mistake: engine, and every law that it breaks on one and two axes
WRONG = {
    "convolution that does not reverse": (
        engine("unreversed", convolve=partial(correlate, conj="none")),
        f"{OF_CONVOLUTION} identity difference",
    ),
    "convolution that reverses one axis of two": (
        engine("one axis", convolve=lambda x, k: correlate(x, np.flip(k, 0), conj="none")),
        f"{OF_CONVOLUTION} identity difference",
    ),
    "convolution that conjugates": (
        engine("conjugating", convolve=partial(convolve, conj="kernel")),
        f"{OF_CONVOLUTION} scalars sums",
    ),
    "correlation that does not conjugate": (
        engine("unconjugated", correlate=partial(correlate, conj="none")),
        f"{OF_CORRELATION} conjugate-symmetry scalars sums energy",
    ),
    "correlation that conjugates the input": (
        engine("input conjugated", correlate=partial(correlate, conj="input")),
        f"{OF_CORRELATION} correlation-cascade scalars identity sums",
    ),
    "correlation that reverses": (
        engine("reversing", correlate=partial(convolve, conj="kernel")),
        f"{OF_CORRELATION} conjugate-symmetry energy",
    ),
    "correlation of exchanged arguments": (
        engine("exchanged", correlate=lambda x, k: correlate(k, x)),
        f"{OF_CORRELATION} correlation-cascade scalars identity shift sums",
    ),
    "correlation with mirrored lags": (
        engine("mirrored", correlate=lambda x, k: np.flip(correlate(x, k))),
        f"{OF_CORRELATION} correlation-cascade identity shift",
    ),
    "everything zero": (
        engine("zero", **both(lambda y: 0 * y)),
        "convolution correlation-conjugate-first correlation-conjugate-second correlation-not-commutative correlation-not-associative "
        "identity sums energy convolution-theorem correlation-theorem limit",
    ),
}

# mistake: engine, and the laws that do not see it; all others do
WRONG_THROUGHOUT = {
    "operations exchanged": (
        engine("swapped", convolve=correlate, correlate=convolve),
        "reversal window-order correlation-not-associative distributivity shift separability adjoint limit",
    ),
    "one sample late": (
        engine("late", **both(lambda y: np.roll(y, 1, -1))),
        "reversal window-order commutativity correlation-not-commutative correlation-not-associative distributivity scalars sums",
    ),
    "the magnitude of the kernel": (
        engine("magnitude", convolve=lambda x, k: convolve(x, abs(k)), correlate=lambda x, k: correlate(x, abs(k))),
        "window-order correlation-not-commutative correlation-not-associative identity shift limit",
    ),
    "periodic instead of zero": (
        engine("periodic", convolve=partial(convolve, boundary="periodic"), correlate=partial(correlate, boundary="periodic")),
        "reversal window-order correlation-not-commutative correlation-not-associative distributivity scalars energy separability",
    ),
    "same instead of full": (
        engine("same", convolve=partial(convolve, mode="same"), correlate=partial(correlate, mode="same")),
        "window-order",
    ),
    "not a number": (engine("nan", **both(lambda y: np.nan * y)), "window-order"),
}
