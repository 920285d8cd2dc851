"""The demo from beginning to end: three explanations, then the contact sheet."""

import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from PIL import Image, PngImagePlugin

from faltung.demo import classic, even, sheet, sobel
from faltung.gallery import kernels
from faltung.io import InputError, check_target

SHEET = "contact-sheet.png"
MARK = "faltung demo"  # the picture's Software entry: a sheet that bears it is replaced unasked, no other file is


def run(folder: str | os.PathLike[str], write: Callable[[str], object] = print, force: bool = False) -> Path:
    """Explain the examples, filter the test card with the whole gallery, and return where the contact sheet lies.

    Parameters
    ----------
    folder : path
        Where `contact-sheet.png` is written, whole or not at all; made if it does not exist. A sheet of an earlier run is replaced.
    write : callable
        Takes the text, a part at a time.
    force : bool
        Also replace a file of that name which the demo has not written.

    Returns
    -------
    Path
        Of the picture.

    Raises
    ------
    InputError
        When a file of that name was not written by the demo, or nothing can be written there; nothing is computed or written then.
    """
    target = Path(folder) / SHEET
    _make_folder(target.parent)
    check_target(target, force=force or is_own(target))
    for part in (classic, sobel, even):
        write(part.explain() + "\n")
    picture = sheet.draw()
    save(picture, target)
    size = f"{picture.width} x {picture.height} samples, {target.stat().st_size / 1000:,.0f} kB"
    write(f"4. The test card through the {len(kernels())} kernels of the gallery, under both operations\n\n  {target}: {size}")
    return target


def is_own(target: Path) -> bool:
    """Return whether a sheet of an earlier run is there."""
    try:
        with Image.open(target) as there:
            return there.info.get("Software") == MARK
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def save(picture: Image.Image, target: Path) -> None:
    """Write the picture beside its place and move it there: `target` is the old file or the new one, never a part."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Software", MARK)
    content = io.BytesIO()
    picture.save(content, "PNG", pnginfo=words, optimize=True)
    place = target.resolve()  # a link stays one
    temporary = place.parent / f".{place.name}.{secrets.token_hex(6)}.part"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.getvalue())
            os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be made: {error.strerror or error}") from None
