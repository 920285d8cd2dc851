"""What a run of the tests compared with the real libraries: for each function of the atlas, and for each cell of its grid.

Counting is off unless FALTUNG_PROOF names a folder: then every run of pytest leaves a file of counts there, which `python -m proof`
(__main__.py) makes the record of the atlas, or compares with it. A test that fails counts nothing.
"""

import os
from collections import Counter
from typing import Any

FOLDER = os.environ.get("FALTUNG_PROOF", "")
ALL, REFUSED, PROBED = "comparisons", "refused", "probed"
TRANSLATIONS = ("executed", "refused", "wrong")

counted: Counter[str] = Counter()  # of tests that passed, by function and cell
_pending: Counter[str] = Counter()  # of the test that runs
_tallies: list[Any] = []  # of its translations


def key(function: str, cell: str) -> str:
    return f"{function}\t{cell}"


def begin() -> None:
    _pending.clear()
    _tallies.clear()


def commit() -> None:
    """Add what the test that has passed compared."""
    for tally in _tallies:
        translated(executed=tally.executed, refused=tally.refused, wrong=len(tally.wrong))
    counted.update(_pending)
    begin()


def compared(function: str, arguments: dict[str, Any], x: Any, k: Any) -> None:
    """Count an answer of the library that was equal to ours."""
    if not FOLDER:
        return
    from proof.cells import cells  # not before it is needed: it imports faltung

    _pending.update(key(function, cell) for cell in (ALL, *cells(function, arguments, x, k)))


def refused(function: str) -> None:
    """Count operands or arguments that library and dialect both refuse."""
    _pending[key(function, REFUSED)] += 1


def probed(function: str) -> None:
    """Count a call whose card, found from outside, says what the dialect reads."""
    _pending[key(function, PROBED)] += 1


def translated(*, executed: int = 1, refused: int = 0, wrong: int = 0) -> None:
    """Count lines of `translate` or `write` that were typed into the library that they are for."""
    for name, count in zip(TRANSLATIONS, (executed, refused, wrong), strict=True):
        _pending[key("", name)] += count


def tallies(tally: Any) -> None:
    """Remember a tally of translations (`executed`, `refused`, `wrong`), read when its test has passed."""
    if FOLDER:
        _tallies.append(tally)
