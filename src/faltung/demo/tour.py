"""The demo from beginning to end: three explanations, then the contact sheet."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from faltung.demo import classic, even, sheet, sobel
from faltung.gallery import kernels

SHEET = "contact-sheet.png"
MARK = "faltung demo"  # in the picture's Software entry: only a sheet that bears it is replaced unasked


def run(folder: str | os.PathLike[str], write: Callable[[str], object] = print, force: bool = False) -> Path:
    """Explain the examples, filter the test card with the whole gallery, and return where the contact sheet lies.

    Parameters
    ----------
    folder : path
        Where `contact-sheet.png` is written, whole or not at all; made if it does not exist. A sheet of an earlier run is replaced.
    write : callable
        Takes the text, a paragraph at a time.
    force : bool
        Also replace a file of that name which the demo has not written.

    Returns
    -------
    Path
        Of the picture.

    Raises
    ------
    FileExistsError
        When a file of that name was not written by the demo, or the folder is a file; nothing is computed or written then.
    """
    target = Path(folder) / SHEET
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (force or replaceable(target)):
        raise FileExistsError(f"{target} exists and was not written by this demo; move it away, choose another folder, or use --force")
    for part in (classic, sobel, even):
        write(part.explain())
        write("")
    picture = sheet.draw()
    save(picture, target)
    write(f"4. The test card through the {len(kernels())} kernels of the gallery, under both operations")
    write("")
    write(f"  {target}: {picture.width} x {picture.height}, {target.stat().st_size / 1000:,.0f} kB")
    return target


def replaceable(target: Path) -> bool:
    """Return whether nothing is there, or a sheet of an earlier run."""
    if not target.exists():
        return not target.is_symlink()  # a link to nowhere is somebody's
    try:
        with Image.open(target) as there:
            return there.info.get("Software") == MARK
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return False


def save(picture: Image.Image, target: Path) -> None:
    """Write the picture beside its place and move it there: `target` is the old file or the new one, never a part."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Software", MARK)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            picture.save(stream, "PNG", pnginfo=words, optimize=True)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the mask for new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
