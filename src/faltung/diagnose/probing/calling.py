"""Asking a function: every call becomes an Answer, whatever the function does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from faltung.diagnose.probing.child import observe

Array = np.ndarray[Any, Any]
Kind = Literal["array", "raised", "no array", "hung", "died"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What one call did: an array, or a sentence that says why there is none; which operands it changed; what type it returned."""

    kind: Kind
    said: str = ""
    value: Array | None = None
    changed: tuple[str, ...] = ()
    returned: str = ""


Ask = Callable[[Array, Array], Answer]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interview:
    """A function under questioning, and every answer it gave."""

    ask: Ask
    answers: list[Answer] = field(default_factory=list)

    def __call__(self, x: Array, k: Array) -> Answer:
        answer = self.ask(x, k)
        self.answers.append(answer)
        return answer


def here(function: Callable[[Array, Array], Any]) -> Ask:
    """Return how a function is asked in this process."""

    def ask(x: Array, k: Array) -> Answer:
        words, value = observe(function, x, k)
        return answer_of(words, value)

    return ask


def answer_of(words: dict[str, Any], value: Array | None) -> Answer:
    """Return the Answer that the words of a call say."""
    changed = tuple(str(name) for name in words.get("changed", ()))
    return Answer(
        kind=words["kind"], said=str(words.get("said", "")), value=value, changed=changed, returned=str(words.get("returned", ""))
    )
