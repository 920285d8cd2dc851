"""What a method expects a Case to cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Predicted wall time in seconds, and bytes of memory beyond input, kernel and output."""

    seconds: float
    scratch_bytes: int
