"""``faltung identify``: the kernel between two pictures or signals."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from faltung.cli.operands import as_numbers, read_operand, without_shared_axis
from faltung.cli.output import say
from faltung.diagnose.estimate import Estimate, identify
from faltung.io import InputError, check_target, format_of, write

Array = np.ndarray[Any, Any]
FOUND, NOTHING_FITS = 0, 4
MOST_LEFT = 0.5  # share of the result's spread: where more is left, no kernel makes the one of the other
_SIZES = re.compile(r"\d{1,9}([x,]\d{1,9})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for beside the two files."""

    shape: str | None
    stride: str
    boundary: str | None
    symmetric: str | None
    separable: bool
    output: str | None
    force: bool
    as_json: bool
    max_pixels: int


def identify_kernel(before: str, after: str, wish: Wish) -> int:
    """Print the kernel with its errors; return 4 where no kernel makes the second of the first, or nothing of it is determined."""
    if wish.output is not None:
        if format_of(wish.output) not in ("NPY", "NPZ", "TIFF"):
            raise InputError(f"{wish.output} cannot hold weights; end the name in .npy, .npz or .tif")
        check_target(wish.output, force=wish.force)
    if before.strip() == after.strip() == "-":
        raise InputError("BEFORE and AFTER cannot both come from standard input")
    read = {name: as_numbers(read_operand(text, name, wish.max_pixels)) for name, text in (("BEFORE", before), ("AFTER", after))}
    x, y = without_shared_axis(read)
    shape = None if wish.shape is None else _sizes("--shape", wish.shape)
    found = identify(
        x, y, shape, stride=_sizes("--stride", wish.stride), boundary=wish.boundary, symmetric=wish.symmetric, separable=wish.separable
    )
    print(found.to_json() if wish.as_json else found)
    if wish.output is not None:
        write(wish.output, found.kernel, force=wish.force)
        say(f"wrote {wish.output}: {' x '.join(str(n) for n in found.kernel.shape)} {found.kernel.dtype}, stated for correlation")
    return _status(found)


def _status(found: Estimate) -> int:
    return FOUND if found.share < MOST_LEFT and found.determined.any() else NOTHING_FITS


def _sizes(option: str, text: str) -> int | tuple[int, ...]:
    if not _SIZES.fullmatch(text.strip()):
        raise InputError(f"{option} is {text!r}; write sizes as 5x5 or 5,5, or one for every axis")
    sizes = tuple(int(size) for size in re.split("[x,]", text.strip()))
    return sizes[0] if len(sizes) == 1 else sizes
