"""What a file claims about an array, held against what is read and what is there; and which of several arrays is meant."""

from math import prod
from typing import Any

import numpy as np

from faltung.io.record import InputError

NUMBERS = "biufc"  # kinds of dtype: bool, integers, floats, complex


def one_line(error: BaseException) -> str:
    """Return an error's message on one line of at most 200 characters."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def broken(name: str, error: BaseException | str) -> InputError:
    """Return the refusal of a file that does not keep to its format."""
    return InputError(f"{name} is truncated or broken: {one_line(error) if isinstance(error, BaseException) else error}")


def check_claim(shape: tuple[int, ...], dtype: Any, name: str, most: int) -> None:
    """Refuse, before anything is read, what is not plain numbers or has more entries than allowed."""
    kind = np.dtype(dtype)
    if kind.hasobject:
        raise InputError(f"{name} holds pickled Python objects, which are not read; save it as numbers")
    if kind.kind not in NUMBERS:
        raise InputError(f"{name} holds {kind} entries, which are no numbers; save it as numbers")
    check_entries(shape, name, most)


def check_entries(shape: tuple[int, ...], name: str, most: int) -> None:
    """Refuse a shape with a negative size, or with more entries than allowed."""
    if any(n < 0 for n in shape):
        raise InputError(f"{name} is broken: its header says shape {shape}")
    if prod(shape) > most:
        raise InputError(f"{name} has shape {shape} = {prod(shape):,} entries, above the limit of {most:,}; raise the limit if it is meant")


def check_bytes(promised: int, there: int, name: str) -> None:
    """Refuse a file whose header promises more than it holds."""
    if promised > there:
        raise InputError(f"{name} is truncated: its header promises {promised:,} bytes of data and {there:,} are there")


def chosen(names: list[str], member: str | None, name: str) -> str:
    """Return the name of the array that is meant: the one asked for, or the only one."""
    shown = ", ".join(names[:20]) or "none"
    if member is not None:
        if member not in names:
            raise InputError(f"{name} holds no array {member!r}; it holds {shown}")
        return member
    if len(names) != 1:
        example = f"; name one, as in {name}:{names[0]}" if names else ""
        raise InputError(f"{name} holds {len(names)} arrays ({shown}){example}")
    return names[0]
