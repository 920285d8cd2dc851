"""What a method expects a Case to cost."""

from typing import NamedTuple


class Cost(NamedTuple):
    """Predicted wall time in seconds, and bytes of memory beyond input, kernel and output."""

    seconds: float
    scratch_bytes: int
