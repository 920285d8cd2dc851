"""The options that say which operation is meant; given as words of the notation, and read by its parser."""

from collections.abc import Callable, Mapping
from typing import Any

import click

Command = Callable[..., Any]
# option, what it says; None where the option was not given, so that --spec can tell
CONVENTION: tuple[tuple[str, str], ...] = (
    ("operation", "correlate, convolve or convolve_transpose."),
    ("mode", "full, same:high, same:low, same:TAP, valid, causal, same_upper, same_lower, or pads=LOW:HIGH."),
    ("boundary", "zero, constant, edge, periodic, half_sample, whole_sample, or a library's word as in cv2:reflect_101."),
    ("fill", "Value outside, for the boundary constant."),
    ("stride", "Step between outputs."),
    ("dilation", "Step between taps."),
    ("anchor", "For mode same: high, low, or the number of the tap that meets the sample of the same index."),
    ("dtype", "Of the result, as uint8, int16 or float32."),
    ("overflow", "What integers that do not fit become: saturate, wrap, or raise."),
    ("rounding", "half_even, half_away, half_up, floor or truncate."),
)


def convention_options(**defaults: str) -> Callable[[Command], Command]:
    """Return a decorator that adds the options; several values of an axis are joined by commas, low and high by a colon."""

    def decorate(command: Command) -> Command:
        command = click.option("--spec", metavar="NOTATION", help="The whole convention in one line, instead of the options above.")(
            command
        )
        for name, help_text in reversed(CONVENTION):
            shown = f"{help_text}  [default: {defaults[name]}]" if name in defaults else help_text
            command = click.option(f"--{name}", metavar="WORD" if name not in ("fill", "stride", "dilation") else "N", help=shown)(command)
        return command

    return decorate


def json_option(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned); errors too.")(command)


def pixels_option(command: Command) -> Command:
    """Add --max-pixels."""
    text = "Refuse images with more pixels, and arrays with more entries.  [default: 134217728]"
    return click.option("--max-pixels", type=click.IntRange(min=1), default=2**27, help=text)(command)


def spec_of(given: Mapping[str, str | None], defaults: Mapping[str, str]) -> Any:
    """Return the Spec of the options.

    Raises
    ------
    SpecError, click.UsageError
        For words that mean nothing, and for --spec beside another option of the convention.
    """
    from faltung.errors import SpecError
    from faltung.spec.parse import parse
    from faltung.spec.spec import Spec

    named = {name: value.strip() for name, value in given.items() if value is not None and name != "spec"}
    notation = given.get("spec")
    if notation is not None:
        if set(named) - {"dtype", "overflow", "rounding"}:
            raise click.UsageError(f"--spec says all of the convention; leave out --{', --'.join(named)}")
        found = parse(notation)
        if not isinstance(found, Spec):
            raise SpecError("--spec takes the convention without sizes: leave out everything before the operation")
        return _with_numbers(found, named)
    for name, value in named.items():
        if not value or len(value.split()) > 1:
            raise SpecError(f"--{name} is {value!r}; it must be one word: values of several axes are joined by commas")
    words = {**defaults, **named}
    mode = _mode(words.pop("mode"), words.pop("anchor", None))
    return parse(" ".join([words.pop("operation"), mode, *(f"{name}={value}" for name, value in words.items())]))


def _mode(mode: str, anchor: str | None) -> str:
    if anchor is None:
        return mode
    base, _, centre = mode.partition(":")
    if base != "same" or (centre not in ("", "high") and centre != anchor):
        raise click.UsageError(f"--anchor {anchor} goes with --mode same, not with --mode {mode}")
    return f"same:{anchor}"


def _with_numbers(spec: Any, named: Mapping[str, str]) -> Any:
    from dataclasses import replace

    return replace(spec, **named) if named else spec
