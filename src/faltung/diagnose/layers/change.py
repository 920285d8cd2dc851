"""One thing done wrong on the way to a gradient, and where on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Words = tuple[str, str]
"""What is wrong, and what to change."""
Stage = Literal["windows", "parts", "result"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """A change of the windows, of the parts, or of the result, by name.

    `apply(value, scene)` returns the changed value, or None where the change has no meaning or no effect in that case; `single`: whether
    it is tried alone only, since there are many of its like.
    """

    name: str
    stage: Stage
    words: Words
    apply: Callable[[Any, Any], Any]
    single: bool = False
