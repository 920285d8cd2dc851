"""From the command line to an exit status: 0 done, 1 the answer is a difference, 2 refused, 3 an extra is missing, 130 interrupted."""

import json
import os
import re
import sys
import traceback
from collections.abc import Sequence

import click

from faltung.cli.commands import group

SCHEMA = "v1"
DONE, REFUSED, EXTRA_MISSING, BUG, INTERRUPTED = 0, 2, 3, 70, 130
# What `pip install` must be asked for when one of these modules is missing.
EXTRAS = {
    "matplotlib": "plot",
    "tifffile": "io",
    "h5py": "io",
    "zarr": "io",
    "safetensors": "weights",
    "sklearn": "learn",
    "fastapi": "lab",
    "torch": "torch",
}
# An argument such as "-1 0 1" is numbers, and no option.
_NUMBERS = re.compile(r"-[\d.][\d\s.,;/eEj+-]*")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Return the exit status of a command line; what it says goes to standard output (data) and standard error (all else)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Σ shows a question mark
    try:
        with group.make_context("faltung", [_shielded(a) for a in arguments] or ["--help"]) as context:
            status = group.invoke(context)
            sys.stdout.flush()
            return DONE if status is None else int(status)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", "Interrupted", INTERRUPTED, arguments)
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _explained(error, arguments)


def _shielded(argument: str) -> str:
    return f" {argument}" if _NUMBERS.fullmatch(argument) else argument


def _explained(error: Exception, arguments: Sequence[str]) -> int:
    kind = type(error).__name__
    if isinstance(error, click.ClickException):
        hint = f"; see {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        return _failed(error.format_message().rstrip(".") + hint, kind, REFUSED, arguments)
    if isinstance(error, ModuleNotFoundError) and error.name in EXTRAS:
        return _failed(f"this needs {error.name}: pip install 'faltung[{EXTRAS[error.name]}]'", kind, EXTRA_MISSING, arguments)
    if isinstance(error, MemoryError):
        return _failed("there is not enough memory for this; use a smaller picture or region", kind, REFUSED, arguments)
    if isinstance(error, ValueError | OverflowError | OSError):
        return _failed(str(error), kind, REFUSED, arguments)
    traceback.print_exc()  # not bad input: a mistake of ours, and the report of it needs this
    return _failed(f"this is a bug of faltung: {kind}: {error}", kind, BUG, arguments)


def _failed(message: str, kind: str, status: int, arguments: Sequence[str]) -> int:
    """Say one line on standard error, and with --json one object on standard output."""
    line = " ".join(message.split())
    print(f"faltung: {line}", file=sys.stderr)
    if "--json" in arguments:
        print(json.dumps({"faltung": SCHEMA, "kind": "error", "error": kind, "message": line, "status": status}))
    return status
