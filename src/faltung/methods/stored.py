"""What a Case says of the dtypes in memory, as the emitters take it."""

from faltung.codegen.numbers import NUMBERS, Finish, Number
from faltung.spec.case import Stored


class DoesNotFit(Exception):  # noqa: N818  (no error: the engine looks again, at whole arrays)
    """Some sum may not be in the range of the results."""


def source_of(stored: Stored) -> Number:
    """Return what a sample is in memory."""
    return NUMBERS[stored.samples]


def finish_of(stored: Stored) -> Finish:
    """Return what becomes of the sums."""
    return Finish(
        results=NUMBERS[stored.results], factor=stored.factor, divisor=stored.divisor, offset=stored.offset, rounding=stored.rounding,
        overflow=stored.overflow, single=stored.single,
    )  # fmt: skip
