"""``faltung diagnose``: which convention made a result, and the line to change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.cli.operands import as_numbers, is_file, without_shared_axis
from faltung.cli.output import say
from faltung.diagnose.explain.diagnose import diagnose
from faltung.diagnose.explain.plot import plot
from faltung.io import InputError, check_target, format_of, names_a_file, parse_json, read, write

Array = np.ndarray[Any, Any]
EXPLAINED, DIFFERENT, NOTHING_FITS = 0, 1, 4
ROLES = ("x", "k", "y")
_NUMBER = re.compile(r"[+-]?(\d+|\d+\.\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the command line asks."""

    files: tuple[str, ...]
    pasted: Mapping[str, str | None]
    expected: str | None
    plot: str | None
    force: bool
    as_json: bool
    max_pixels: int


def diagnose_result(question: Question) -> int:
    """Print the report; return 0 where y is explained and as expected, 1 where it is not what was expected, 4 where nothing fits."""
    _check_plot(question)
    arrays = read_arrays(question)
    expected = read_expectation(question)
    report = diagnose(*arrays, expected=expected)
    if question.plot is not None:
        write(question.plot, np.asarray(plot(report, *arrays)), force=question.force)
        say(f"wrote {question.plot}")
    print(report.to_json() if question.as_json else report)
    if not report.fits:
        return NOTHING_FITS
    return DIFFERENT if report.as_expected is False else EXPLAINED


def _check_plot(question: Question) -> None:
    if question.plot is None:
        return
    if format_of(question.plot) in ("NPY", "NPZ"):
        raise InputError(f"{question.plot} would be no picture; end the name in .png")
    check_target(question.plot, force=question.force)


def read_arrays(question: Question) -> tuple[Array, Array, Array]:
    """Return x, k and y: those given as JSON, and the files in their order for the others."""
    named = {role: text for role in ROLES if (text := question.pasted.get(role)) is not None}
    missing = [role for role in ROLES if role not in named]
    if len(question.files) != len(missing):
        raise InputError(_miscounted(question.files, missing))
    if sum(text.strip() == "-" for text in question.files) > 1:
        raise InputError("only one array can come from standard input")
    found = {role: parse_json(text, role) for role, text in named.items()}
    found |= {role: _read(text, role, question.max_pixels) for role, text in zip(missing, question.files, strict=True)}
    x, k, y = without_shared_axis({"x": found["x"], "k": found["k"], "y": found["y"]})
    return x, k, y


def _miscounted(files: tuple[str, ...], missing: list[str]) -> str:
    given = ", ".join(files[: len(ROLES) + 1])
    given = f"{len(files)} given ({given})" if files else "none given"
    if not missing:
        return f"x, k and y are all given as JSON, and so there can be no file: {given}"
    names = " and ".join(", ".join(missing).rsplit(", ", 1))
    wanted = f"{len(missing)} file{'s are' if len(missing) > 1 else ' is'} needed, for {names}"
    return f"{wanted}, and {given}; name the files in this order, or give numbers as --x, --k or --y"


def _read(text: str, role: str, most: int) -> Array:
    if text.lstrip().startswith("[") and not is_file(text):
        return parse_json(text, role)
    picture = read(text, max_pixels=most)
    for note in picture.notes:
        say(f"note: {note}")
    if picture.alpha is not None:
        say(f"note: the alpha channel of {text} is left out")
    return as_numbers(picture.data)


def read_expectation(question: Question) -> Any:
    """Return a number, an array, or the text of a convention or a call; None where nothing is expected."""
    if question.expected is None:
        return None
    text = question.expected.strip()
    if _NUMBER.fullmatch(text):
        return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else float(text)
    if text.startswith("["):
        return parse_json(text, "expected")
    if is_file(text):
        return as_numbers(read(text, max_pixels=question.max_pixels).data)
    if names_a_file(text):
        raise InputError(f"there is no file {text}")
    return text
