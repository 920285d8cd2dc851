"""The convention card of a function: what was found, in words and as a Spec, and the test that pins it."""

import json
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

import numpy as np

from faltung.diagnose.probing.numbers import DtypeRow
from faltung.diagnose.probing.pinned import Example, module_text
from faltung.spec import Spec

Array = np.ndarray[Any, Any]
WIDTH = 110  # of the printed card


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a card: what it is about, and what was found."""

    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What `faltung.probe` found out about a function; `str` gives it as aligned text.

    Parameters
    ----------
    name : str
        Of the function.
    target : str or None
        ``package.module:function`` where a new process can import it by that name.
    ndim : int
        Axes of input and kernel.
    spec : Spec or None
        Its convention, checked against the function on random whole numbers; None where none fits, and `problems` then says why.
    lines : tuple of Line
        One a property.
    dtypes : tuple of DtypeRow
        Pairs of dtypes, the result's dtype, and whether its values are the Spec's.
    same_as : tuple of str
        Dialects that behave the same with default arguments: values, shapes and refusals on everything that was asked.
    said_as : tuple of str
        Calls of other libraries that mean the same sums.
    nearest : tuple of str
        Where none behaves the same: the nearest dialect, then what differs, a sentence each.
    problems : tuple of str
        What stands in the way of a Spec, and what a caller should beware of.
    examples : tuple of Example
        Small operands with the function's answer.
    compared, calls : int
        Outputs that were compared with the Spec's, and calls that were made.

    Examples
    --------
    >>> card = ft.probe(np.convolve, ndim=1)
    >>> print(card.spec)
    convolve overflow=wrap
    """

    name: str
    target: str | None
    ndim: int
    spec: Spec | None = None
    lines: tuple[Line, ...] = ()
    dtypes: tuple[DtypeRow, ...] = ()
    same_as: tuple[str, ...] = ()
    said_as: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    examples: tuple[Example, ...] = field(default=(), repr=False)
    compared: int = 0
    calls: int = 0

    def __str__(self) -> str:
        rows = [("convention", str(self.spec) if self.spec else "none that was tried"), *((line.about, line.text) for line in self.lines)]
        rows += [("dtypes", dtype_text(self.dtypes))] if self.dtypes else []
        rows += [("behaves like", ", ".join(self.same_as))] if self.same_as else []
        rows += [("same sums as", text) for text in self.said_as]
        rows += [("nearest", text) for text in self.nearest]
        rows += [("note", text) for text in self.problems]
        axes = f"{self.ndim} axis" if self.ndim == 1 else f"{self.ndim} axes"
        title = f"{self.name}, {axes}: {self.calls} calls" + (f", {self.compared} outputs compared" if self.compared else "")
        return "\n".join([title, *_aligned(rows)])

    def to_json(self) -> str:
        """Return the card as a JSON object (schema v1)."""
        return json.dumps({"faltung": "v1", "kind": "card", **as_dict(self)})

    def to_pytest(self, function: str | None = None) -> str:
        """Return the text of a pytest module that fails when the function's convention changes.

        Parameters
        ----------
        function : str, optional
            ``package.module:function``, for functions that were not probed under such a name.

        Raises
        ------
        SpecError
            When the function has no name by which a test can import it, and none is given.
        """
        return module_text(self, function)


def as_dict(card: Card) -> dict[str, Any]:
    """Return what a card says, for JSON."""
    return {
        "function": card.name, "ndim": card.ndim, "spec": str(card.spec) if card.spec else None,
        "lines": {line.about: line.text for line in card.lines},
        "dtypes": [{"x": r.x, "k": r.k, "result": r.result, "refused": r.said, "agrees": r.agrees} for r in card.dtypes],
        "same_as": card.same_as, "said_as": card.said_as, "nearest": card.nearest, "problems": card.problems, "calls": card.calls,
        "compared": card.compared,
    }  # fmt: skip


def dtype_text(rows: tuple[DtypeRow, ...]) -> str:
    """Return ``uint8 -> uint8, …``: one entry a pair of dtypes, the pairs that are refused at the end."""
    taken = [f"{_pair(row)} -> {row.result}{' (other values)' if row.agrees is False else ''}" for row in rows if row.result]
    refused = [_pair(row) for row in rows if not row.result]
    return "; ".join(filter(None, [", ".join(taken), "refused: " + ", ".join(refused) if refused else ""]))


def _pair(row: DtypeRow) -> str:
    return row.x if row.x == row.k else f"{row.x} * {row.k}"


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(about) for about, _ in rows)
    found, before = [], ""
    for about, text in rows:
        first, *rest = wrap(text, WIDTH - width - 4, break_on_hyphens=False) or [""]
        found.append(f"  {'' if about == before else about:{width}}  {first}")
        found += [f"  {'':{width}}  {more}" for more in rest]
        before = about
    return found
